using System.Diagnostics;
using System.Security.Cryptography;

namespace ActorHa.Snmp.Security;

/// <summary>How messages are signed.</summary>
public enum AuthProtocol
{
    /// <summary>Not at all: whoever can send datagrams can lie.</summary>
    None,

    /// <summary>HMAC-MD5-96 (RFC 3414 section 6). Broken hash; for old devices that know nothing else.</summary>
    Md5,

    /// <summary>HMAC-SHA-96 (RFC 3414 section 7).</summary>
    Sha1,

    /// <summary>HMAC128-SHA-224 (RFC 7860).</summary>
    Sha224,

    /// <summary>HMAC192-SHA-256 (RFC 7860).</summary>
    Sha256,

    /// <summary>HMAC256-SHA-384 (RFC 7860).</summary>
    Sha384,

    /// <summary>HMAC384-SHA-512 (RFC 7860).</summary>
    Sha512,
}

/// <summary>One table of what differs between the authentication protocols; everything else is common.</summary>
internal static class Auth
{
    /// <summary>Octets of the signature in a message.</summary>
    public static int MacLength(AuthProtocol protocol) => protocol switch
    {
        AuthProtocol.None => 0,
        AuthProtocol.Md5 or AuthProtocol.Sha1 => 12,
        AuthProtocol.Sha224 => 16,
        AuthProtocol.Sha256 => 24,
        AuthProtocol.Sha384 => 32,
        AuthProtocol.Sha512 => 48,
        _ => throw new UnreachableException($"no signature length of {protocol}"),
    };

    /// <summary>The signature: the first octets of the HMAC.</summary>
    public static byte[] Mac(AuthProtocol protocol, ReadOnlySpan<byte> key, ReadOnlySpan<byte> message) =>
        Hmac(protocol, key, message)[..MacLength(protocol)];

    // MD5 and SHA-1 are what RFC 3414 prescribes and what the chassis speaks: the devices choose, not we.
#pragma warning disable CA5350, CA5351
    /// <summary>The bare hash.</summary>
    public static byte[] Hash(AuthProtocol protocol, ReadOnlySpan<byte> data) => protocol switch
    {
        AuthProtocol.Md5 => MD5.HashData(data),
        AuthProtocol.Sha1 => SHA1.HashData(data),
        AuthProtocol.Sha224 => Sha224.HashData(data),
        AuthProtocol.Sha256 => SHA256.HashData(data),
        AuthProtocol.Sha384 => SHA384.HashData(data),
        AuthProtocol.Sha512 => SHA512.HashData(data),
        _ => throw new UnreachableException($"no hash of {protocol}"),
    };

    private static byte[] Hmac(AuthProtocol protocol, ReadOnlySpan<byte> key, ReadOnlySpan<byte> message) => protocol switch
    {
        AuthProtocol.Md5 => HMACMD5.HashData(key, message),
        AuthProtocol.Sha1 => HMACSHA1.HashData(key, message),
        AuthProtocol.Sha224 => Sha224.HmacData(key, message),
        AuthProtocol.Sha256 => HMACSHA256.HashData(key, message),
        AuthProtocol.Sha384 => HMACSHA384.HashData(key, message),
        AuthProtocol.Sha512 => HMACSHA512.HashData(key, message),
        _ => throw new UnreachableException($"no HMAC of {protocol}"),
    };
#pragma warning restore CA5350, CA5351
}

using System.Security.Cryptography;
using System.Text;

namespace ActorHa.Snmp.Security;

/// <summary>Passwords to keys (RFC 3414 section 2.6 and appendix A).</summary>
internal static class Passwords
{
    private const int Stretch = 1_048_576;

    /// <summary>Ku: the hash of the password repeated to 2^20 octets.</summary>
    public static byte[] ToKey(AuthProtocol protocol, string password)
    {
        var octets = Encoding.UTF8.GetBytes(password);
        var stretched = new byte[Stretch];
        for (var at = 0; at < Stretch; at += octets.Length)
        {
            octets.AsSpan(0, Math.Min(octets.Length, Stretch - at)).CopyTo(stretched.AsSpan(at));
        }
        var key = Security.Auth.Hash(protocol, stretched);
        CryptographicOperations.ZeroMemory(stretched);
        return key;
    }

    /// <summary>Kul: Ku bound to one engine.</summary>
    public static byte[] Localize(AuthProtocol protocol, ReadOnlySpan<byte> key, EngineId engine) =>
        Security.Auth.Hash(protocol, [.. key, .. engine.Octets, .. key]);
}

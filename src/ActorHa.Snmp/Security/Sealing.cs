using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace ActorHa.Snmp.Security;

/// <summary>Signs and encrypts outgoing messages, checks and opens incoming ones (RFC 3414 section 3, RFC 3826).</summary>
internal static class Sealing
{
    /// <summary>A datagram at the user's own level, or at the lower one of <paramref name="level"/> (reports are never encrypted).</summary>
    public static byte[] Seal(
        UsmUser user, EngineMoment at, MessageFlags level, bool reportable, int messageId, int maxSize, ScopedPdu scoped)
    {
        var keys = user.KeysFor(at.Engine);
        var flags = level | (reportable ? MessageFlags.Reportable : 0);
        var mac = (level & MessageFlags.Auth) != 0 ? new byte[Auth.MacLength(user.Auth)] : [];
        var (salt, plain, cipher) = (Array.Empty<byte>(), (ScopedPdu?)scoped, (byte[]?)null);
        if ((level & MessageFlags.Priv) != 0)
        {
            // Random salts instead of a counter: nothing need be remembered over a restart; a collision among 2^64 is no risk here.
            // RFC 3414 section 8.1.1.1 proposes boots and a counter for DES; the receiver does not look at what a salt is made of.
            salt = RandomNumberGenerator.GetBytes(Priv.SaltLength);
            plain = null;
            cipher = Priv.Encrypt(keys, at.Boots, at.Seconds, salt, V3Message.Encode(scoped));
        }
        var security = new SecurityParameters(at.Engine.Octets.ToArray(), at.Boots, at.Seconds, user.Name, mac, salt);
        var message = new V3Message(messageId, maxSize, flags, security, plain, cipher);
        var datagram = message.Encode(out var macOffset);
        if (mac.Length > 0) Auth.Mac(user.Auth, keys.Auth, datagram).CopyTo(datagram, macOffset);
        return datagram;
    }

    /// <summary>Whether the datagram that <paramref name="message"/> was read from bears this key's signature.</summary>
    public static bool IsGenuine(ReadOnlySpan<byte> datagram, V3Message message, EngineKeys keys)
    {
        var mac = message.Security.Mac;
        if (keys.Protocol == AuthProtocol.None || mac.Length != Auth.MacLength(keys.Protocol)) return false;
        var copy = datagram.ToArray();
        copy.AsSpan(message.MacOffset, mac.Length).Clear();
        return CryptographicOperations.FixedTimeEquals(Auth.Mac(keys.Protocol, keys.Auth, copy), mac);
    }

    /// <summary>The scoped PDU, decrypted where the message is encrypted. Check the signature first.</summary>
    public static bool TryOpen(
        V3Message message, EngineKeys keys, [NotNullWhen(true)] out ScopedPdu? scoped, [NotNullWhen(false)] out string? why)
    {
        if (message.Scoped is { } plain)
        {
            (scoped, why) = (plain, null);
            return true;
        }
        var security = message.Security;
        if (Priv.Decrypt(keys, security.Boots, security.Seconds, security.Salt, message.Encrypted) is { } open)
            return V3Message.TryDecodeScoped(open.Plain, out scoped, out why, open.MostFiller);
        (scoped, why) = (null, "encrypted in a way that we do not know");
        return false;
    }
}

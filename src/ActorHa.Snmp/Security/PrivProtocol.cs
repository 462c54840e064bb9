namespace ActorHa.Snmp.Security;

/// <summary>How scoped PDUs are encrypted.</summary>
public enum PrivProtocol
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>CFB128-AES-128 (RFC 3826).</summary>
    Aes128,

    /// <summary>DES-CBC (RFC 3414 section 8). Breakable by search; for old devices that know nothing else.</summary>
    Des,
}

/// <summary>One table of what differs between the encryptions.</summary>
internal static class Priv
{
    /// <summary>Octets of the salt, with every protocol.</summary>
    public const int SaltLength = 8;

    /// <summary>The scoped PDU, encrypted. Boots and time are those in the message's header.</summary>
    public static byte[] Encrypt(EngineKeys keys, int boots, int seconds, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> plain) =>
        keys.Cipher == PrivProtocol.Des
            ? DesCbc.Encrypt(keys.Priv, DesCbc.Iv(keys.Priv, salt), plain)
            : AesCfb.Encrypt(keys.Priv, AesCfb.Iv(boots, seconds, salt), plain);

    /// <summary>Decrypted octets, and how many of filler may follow the scoped PDU; null where these cannot be encrypted ones.</summary>
    public static (byte[] Plain, int MostFiller)? Decrypt(
        EngineKeys keys, int boots, int seconds, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> cipher)
    {
        if (salt.Length != SaltLength) return null;
        switch (keys.Cipher)
        {
            case PrivProtocol.Aes128:
                return (AesCfb.Decrypt(keys.Priv, AesCfb.Iv(boots, seconds, salt), cipher), 0);
            // RFC 3414 section 8.3.2: what is not whole blocks is a decryption error.
            case PrivProtocol.Des when cipher.Length > 0 && cipher.Length % DesCbc.Block == 0:
                return (DesCbc.Decrypt(keys.Priv, DesCbc.Iv(keys.Priv, salt), cipher), DesCbc.Block - 1);
            default:
                return null;
        }
    }
}

using System.Security.Cryptography;

namespace ActorHa.Snmp.Security;

/// <summary>
/// DES in cipher block chaining (RFC 3414 section 8). Of the 16 octets of the localized key the first 8 are the key, the
/// last 8 the pre-IV that the message's salt is mixed into.
/// </summary>
internal static class DesCbc
{
    /// <summary>Octets of a block: encrypted data is whole blocks.</summary>
    public const int Block = 8;

    /// <summary>The salt, exclusive-or the pre-IV (RFC 3414 section 8.1.1.1).</summary>
    public static byte[] Iv(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
    {
        var iv = key[Block..].ToArray();
        for (var i = 0; i < Block; i++) iv[i] ^= salt[i];
        return iv;
    }

    /// <summary>Encrypts, filled up to whole blocks; what with does not matter (RFC 3414 section 8.1.1.2).</summary>
    public static byte[] Encrypt(byte[] key, byte[] iv, ReadOnlySpan<byte> plain)
    {
        var whole = new byte[(plain.Length + Block - 1) / Block * Block];
        plain.CopyTo(whole);
        using var des = Cipher(key);
        return des.EncryptCbc(whole, iv, PaddingMode.None);
    }

    /// <summary>Decrypts whole blocks; the filler is still behind the text.</summary>
    public static byte[] Decrypt(byte[] key, byte[] iv, ReadOnlySpan<byte> cipher)
    {
        using var des = Cipher(key);
        return des.DecryptCbc(cipher, iv, PaddingMode.None);
    }

    // DES is what RFC 3414 prescribes and old devices speak: the devices choose, not we. Whoever configures it is warned.
#pragma warning disable CA5351
    private static DES Cipher(byte[] key)
    {
        var des = DES.Create();
        des.Key = key[..Block];
        return des;
    }
#pragma warning restore CA5351
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ActorHa.Snmp.Security;

/// <summary>AES-128 in 128-bit cipher feedback (RFC 3826 section 3.1).</summary>
internal static class AesCfb
{
    /// <summary>Boots and time stand in the message's header, the salt in its privacy parameters.</summary>
    public static byte[] Iv(int boots, int seconds, ReadOnlySpan<byte> salt)
    {
        var iv = new byte[16];
        BinaryPrimitives.WriteInt32BigEndian(iv, boots);
        BinaryPrimitives.WriteInt32BigEndian(iv.AsSpan(4), seconds);
        salt.CopyTo(iv.AsSpan(8));
        return iv;
    }

    /// <summary>Encrypts without padding. The framework wants whole blocks: pad with zeros, cut again.</summary>
    public static byte[] Encrypt(byte[] key, byte[] iv, ReadOnlySpan<byte> plain)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        return aes.EncryptCfb(plain, iv, PaddingMode.Zeros, 128)[..plain.Length];
    }

    /// <summary>Decrypts without padding.</summary>
    public static byte[] Decrypt(byte[] key, byte[] iv, ReadOnlySpan<byte> cipher)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        var whole = new byte[(cipher.Length + 15) / 16 * 16];
        cipher.CopyTo(whole);
        return aes.DecryptCfb(whole, iv, PaddingMode.None, 128)[..cipher.Length];
    }
}

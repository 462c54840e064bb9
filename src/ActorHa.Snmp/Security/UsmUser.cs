using System.Text;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace ActorHa.Snmp.Security;

/// <summary>
/// A user and its secrets (RFC 3414 section 2.1). Keys are made per engine and kept: making the password's own key costs
/// milliseconds, an engine's key microseconds.
/// </summary>
public sealed class UsmUser
{
    /// <summary>More engines than this are not remembered: their ids come from datagrams that nobody has signed.</summary>
    private const int EnginesRemembered = 8;

    private readonly ConcurrentDictionary<EngineId, EngineKeys> keys = new();
    private readonly Lazy<byte[]>? authKey;
    private readonly Lazy<byte[]>? privKey;

    /// <param name="name">User name, 1 to 32 octets of UTF-8.</param>
    /// <param name="auth">How it signs.</param>
    /// <param name="password">At least 8 octets (RFC 3414 section 11.2); null only without signature.</param>
    /// <param name="priv">How it encrypts; needs a signature.</param>
    /// <param name="privPassword">At least 8 octets; null only without encryption.</param>
    /// <exception cref="ArgumentException">The parts do not fit; the text says which, never the secret.</exception>
    public UsmUser(
        string name, AuthProtocol auth, string? password, PrivProtocol priv = PrivProtocol.None, string? privPassword = null)
    {
        if (Encoding.UTF8.GetByteCount(name) is < 1 or > 32)
            throw new ArgumentException("a user name has 1 to 32 octets", nameof(name));
        if (priv != PrivProtocol.None && auth == AuthProtocol.None)
            throw new ArgumentException("encryption needs a signature", nameof(priv));
        Name = name;
        Auth = auth;
        Priv = priv;
        if (auth != AuthProtocol.None) authKey = Lazily(password, nameof(password));
        if (priv != PrivProtocol.None) privKey = Lazily(privPassword, nameof(privPassword));
    }

    /// <summary>User name.</summary>
    public string Name { get; }

    /// <summary>How it signs.</summary>
    public AuthProtocol Auth { get; }

    /// <summary>How it encrypts.</summary>
    public PrivProtocol Priv { get; }

    /// <summary>The flags of this user's messages (RFC 3412 section 6.4).</summary>
    internal MessageFlags Level =>
        (Auth == AuthProtocol.None ? 0 : MessageFlags.Auth) | (Priv == PrivProtocol.None ? 0 : MessageFlags.Priv);

    internal EngineKeys KeysFor(EngineId engine)
    {
        if (keys.TryGetValue(engine, out var known)) return known;
        if (keys.Count >= EnginesRemembered) keys.Clear();
        return keys.GetOrAdd(engine, id => new EngineKeys(
            Auth,
            authKey is null ? [] : Passwords.Localize(Auth, authKey.Value, id),
            // RFC 3826 section 1.2: the AES key is the first 16 octets of the key localized with the *signing* hash.
            privKey is null ? [] : Passwords.Localize(Auth, privKey.Value, id)[..16]));
    }

    private Lazy<byte[]> Lazily(string? password, string what)
    {
        if (password is null || Encoding.UTF8.GetByteCount(password) < 8)
            throw new ArgumentException("a password has at least 8 octets", what);
        return new Lazy<byte[]>(() => Passwords.ToKey(Auth, password));
    }
}

/// <summary>One user's keys at one engine.</summary>
internal sealed record EngineKeys(AuthProtocol Protocol, byte[] Auth, byte[] Priv);

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

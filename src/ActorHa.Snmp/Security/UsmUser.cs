using System.Collections.Concurrent;
using System.Text;

namespace ActorHa.Snmp.Security;

/// <summary>
/// A user and its secrets (RFC 3414 section 2.1). Keys are made per engine and kept: making the password's own key costs
/// milliseconds, an engine's key microseconds.
/// </summary>
public sealed class UsmUser
{
    /// <summary>Most engines whose keys are kept; a user of more devices than this makes them again now and then.</summary>
    private const int EnginesRemembered = 256;

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

    /// <summary>
    /// The keys at an engine. They are not kept by asking: engine ids come from datagrams that nobody has signed, and
    /// such a one changes nothing here.
    /// </summary>
    internal EngineKeys KeysFor(EngineId engine) => keys.TryGetValue(engine, out var known) ? known : new EngineKeys(
        engine,
        Auth,
        authKey is null ? [] : Passwords.Localize(Auth, authKey.Value, engine),
        Priv,
        // RFC 3826 section 1.2, RFC 3414 section 8.2.1: the first 16 octets of the key localized with the *signing* hash.
        privKey is null ? [] : Passwords.Localize(Auth, privKey.Value, engine)[..16]);

    /// <summary>Keeps keys whose engine has signed something with them.</summary>
    internal void Remember(EngineKeys proven)
    {
        if (keys.Count >= EnginesRemembered && !keys.ContainsKey(proven.Engine)) keys.Clear();
        keys[proven.Engine] = proven;
    }

    /// <summary>Engines whose keys are kept.</summary>
    internal int Remembered => keys.Count;

    private Lazy<byte[]> Lazily(string? password, string what)
    {
        if (password is null || Encoding.UTF8.GetByteCount(password) < 8)
            throw new ArgumentException("a password has at least 8 octets", what);
        return new Lazy<byte[]>(() => Passwords.ToKey(Auth, password));
    }
}

/// <summary>One user's keys at one engine.</summary>
/// <param name="Engine">The engine.</param>
/// <param name="Protocol">How it signs.</param>
/// <param name="Auth">Kul of the signature.</param>
/// <param name="Cipher">How it encrypts.</param>
/// <param name="Priv">16 octets for the encryption, or none.</param>
internal sealed record EngineKeys(EngineId Engine, AuthProtocol Protocol, byte[] Auth, PrivProtocol Cipher, byte[] Priv);

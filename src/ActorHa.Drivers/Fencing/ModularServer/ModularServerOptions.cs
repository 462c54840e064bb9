using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using ActorHa.Snmp.Security;

namespace ActorHa.Drivers.Fencing.ModularServer;

/// <summary>
/// How a chassis is reached. Parsed at the door: whatever is here can be used. The password is no option: options stand
/// in the journal, secrets in each member's own files.
/// </summary>
/// <param name="Address">Of the management module. An address, not a name: name servers fail when hosts do.</param>
/// <param name="User">User name.</param>
/// <param name="Auth">How it signs.</param>
/// <param name="Serial">The chassis' serial that is expected; null = whatever answers first with the right password.</param>
/// <param name="Priv">How it encrypts; none at level authNoPriv.</param>
public sealed record ModularServerOptions(
    IPEndPoint Address, string User, AuthProtocol Auth, string? Serial, PrivProtocol Priv = PrivProtocol.None)
{
    private static readonly ImmutableSortedSet<string> Known = ["address", "port", "user", "auth", "level", "privacy", "serial"];

    /// <summary>Options of others' configurations that mean SNMPv1 or v2c.</summary>
    private static readonly ImmutableSortedSet<string> Unsigned = ["community", "version", "snmp-version", "snmp_version"];

    private static readonly ImmutableSortedDictionary<string, AuthProtocol> AuthNames =
        new Dictionary<string, AuthProtocol>(StringComparer.OrdinalIgnoreCase)
        {
            ["MD5"] = AuthProtocol.Md5,
            ["SHA"] = AuthProtocol.Sha1,
            ["SHA-224"] = AuthProtocol.Sha224,
            ["SHA-256"] = AuthProtocol.Sha256,
            ["SHA-384"] = AuthProtocol.Sha384,
            ["SHA-512"] = AuthProtocol.Sha512,
        }.ToImmutableSortedDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is weak about them, for the operator; nothing here keeps fencing from working.</summary>
    public IReadOnlyList<string> Warnings => [.. Weaknesses()];

    /// <summary>
    /// Reads options: <c>address</c>, <c>port</c> (161), <c>user</c>, <c>auth</c> (SHA), <c>level</c> (authNoPriv or
    /// authPriv), <c>privacy</c> (AES or DES, of authPriv), <c>serial</c> (optional).
    /// </summary>
    /// <exception cref="FormatException">An option is missing, unknown or cannot be read; the text names it.</exception>
    public static ModularServerOptions Parse(IReadOnlyDictionary<string, string> options)
    {
        if (options.Keys.FirstOrDefault(Unsigned.Contains) is { } open)
            throw new FormatException($"modular-server has no option '{open}': it speaks SNMPv3 only, because answers by v1 and v2c prove nothing");
        if (options.Keys.FirstOrDefault(key => !Known.Contains(key)) is { } unknown)
            throw new FormatException($"modular-server has no option '{unknown}'; it has {string.Join(", ", Known)}");

        // Blanks around values occur in configurations that people carry over.
        string? Option(string name) => options.TryGetValue(name, out var value) && value.Trim() is { Length: > 0 } text ? text : null;
        string Needed(string name) => Option(name) ?? throw new FormatException($"modular-server needs the option '{name}'");

        var address = Needed("address");
        var port = Option("port") ?? "161";
        var auth = Option("auth") ?? "SHA";
        var level = Option("level") ?? "authNoPriv";
        var priv = level.ToUpperInvariant() switch
        {
            "AUTHNOPRIV" => PrivProtocol.None,
            "AUTHPRIV" => Privacy(Option("privacy") ?? "AES"),
            "NOAUTHNOPRIV" => throw new FormatException(
                $"modular-server does not offer level '{level}', only authNoPriv and authPriv: a reading that is not signed proves nothing"),
            _ => throw new FormatException($"'{level}' is no level; there are authNoPriv and authPriv"),
        };
        return new ModularServerOptions(
            new IPEndPoint(
                IPAddress.TryParse(address, out var ip) ? ip : throw new FormatException($"'{address}' is no IP address"),
                ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
                    ? number
                    : throw new FormatException($"'{port}' is no port")),
            Needed("user"),
            AuthNames.TryGetValue(auth, out var protocol)
                ? protocol
                : throw new FormatException($"'{auth}' is no authentication; there are {string.Join(", ", AuthNames.Keys)}"),
            Option("serial"),
            priv);
    }

    private static PrivProtocol Privacy(string name) => name.ToUpperInvariant() switch
    {
        "AES" => PrivProtocol.Aes128,
        "DES" => PrivProtocol.Des,
        _ => throw new FormatException($"'{name}' is no privacy; there are AES and DES"),
    };

    private IEnumerable<string> Weaknesses()
    {
        if (Auth == AuthProtocol.Md5) yield return "auth = MD5 is a broken hash: use SHA or better where the chassis knows it";
        if (Priv == PrivProtocol.Des) yield return "privacy = DES can be broken by search: use AES where the chassis knows it";
    }
}

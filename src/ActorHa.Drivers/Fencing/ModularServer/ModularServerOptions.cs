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
public sealed record ModularServerOptions(IPEndPoint Address, string User, AuthProtocol Auth, string? Serial)
{
    private static readonly ImmutableSortedSet<string> Known = ["address", "port", "user", "auth", "level", "serial"];

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

    /// <summary>
    /// Reads options: <c>address</c>, <c>port</c> (161), <c>user</c>, <c>auth</c> (SHA), <c>level</c> (authNoPriv),
    /// <c>serial</c> (optional).
    /// </summary>
    /// <exception cref="FormatException">An option is missing, unknown or cannot be read; the text names it.</exception>
    public static ModularServerOptions Parse(IReadOnlyDictionary<string, string> options)
    {
        if (options.Keys.FirstOrDefault(key => !Known.Contains(key)) is { } unknown)
            throw new FormatException($"modular-server has no option '{unknown}'; it has {string.Join(", ", Known)}");

        // Blanks around values occur in configurations that people carry over.
        string? Option(string name) => options.TryGetValue(name, out var value) && value.Trim() is { Length: > 0 } text ? text : null;
        string Needed(string name) => Option(name) ?? throw new FormatException($"modular-server needs the option '{name}'");

        var address = Needed("address");
        var port = Option("port") ?? "161";
        var auth = Option("auth") ?? "SHA";
        var level = Option("level") ?? "authNoPriv";
        // A reading that is not signed proves nothing, so a level without signature is not offered.
        if (!level.Equals("authNoPriv", StringComparison.OrdinalIgnoreCase))
            throw new FormatException($"modular-server cannot speak at level '{level}', only authNoPriv");
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
            Option("serial"));
    }
}

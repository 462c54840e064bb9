using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using ActorHa.Core;
using ActorHa.Hocon;

namespace ActorHa.Configuration;

/// <summary>Fence devices: which driver, and the driver's own options. One line per driver in <see cref="Drivers"/>.</summary>
internal static class DeviceReader
{
    private static readonly Dictionary<string, Func<Section, IEnumerable<(string, string)>>> Drivers = new()
    {
        ["fence-agent"] = FenceAgentReader.Read,
        ["modular-server"] = ModularServer,
    };

    public static ImmutableSortedDictionary<string, DeviceConfig> Read(Section cluster)
    {
        var devices = ImmutableSortedDictionary.CreateBuilder<string, DeviceConfig>(StringComparer.Ordinal);
        // Which defaults hold depends on the driver, and only the entry itself says which that is.
        foreach (var (name, section) in cluster.NamedEntries("devices", TemplateOf))
        {
            var driver = section.Text("driver");
            if (section.IsBad("driver")) section.AskAll();
            else if (!Drivers.TryGetValue(driver, out var read))
            {
                section.Refuse("driver", driver, string.Join(" or ", Drivers.Keys));
                section.AskAll();
            }
            else
            {
                devices.Add(name, new(driver, read(section).ToImmutableSortedDictionary(o => o.Item1, o => o.Item2, StringComparer.Ordinal)));
                continue;
            }
            devices.Add(name, new("", ImmutableSortedDictionary<string, string>.Empty)); // known by name, so that plugs are not blamed
        }
        return devices.ToImmutable();
    }

    private static HoconObject? TemplateOf(HoconObject? entry) =>
        entry?.Fields.GetValueOrDefault("driver")?.Value is HoconScalar { Text: var driver } && Drivers.ContainsKey(driver) ? Reference.Template("devices", driver) : null;

    private static IEnumerable<(string, string)> ModularServer(Section section)
    {
        foreach (var key in section.Keys.Where(k => k.Contains("password", StringComparison.Ordinal))) RefusePassword(section, key);
        foreach (var key in section.Keys.Where(k => k is "community" or "version" or "snmp-version" or "snmp_version").ToArray())
        {
            section.Value(key);
            section.Refuse(key, section.KeyOriginOf(key), $"\"{key}\"", "user, auth and level: the driver speaks SNMP version 3 only", "answers by v1 and v2c are not signed and prove nothing");
        }
        // An address, not a name: name servers fail when hosts do.
        yield return ("address", section.Parsed("address", "an IP address (a name needs a name server, which may be lost with a host)", t => IPAddress.TryParse(t, out _) ? t : null) ?? "");
        yield return ("port", section.Integer("port", 1, 65535).ToString(CultureInfo.InvariantCulture));
        yield return ("user", section.Parsed("user", "a user name of at most 32 characters", t => t.Length is > 0 and <= 32 ? t : null) ?? "");
        yield return ("auth", Word(section, "auth", "MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"));
        // Messages without authentication prove nothing: noAuthNoPriv is not offered.
        var level = section.Parsed("level", "authNoPriv or authPriv (what is not signed proves nothing)", t => t is "authNoPriv" or "authPriv" ? t : null) ?? "";
        yield return ("level", level);
        var privacy = Word(section, "privacy", "AES", "DES");
        if (level == "authPriv") yield return ("privacy", privacy);
        if (section.Value("serial") is not null) yield return ("serial", section.Parsed("serial", "a serial of 1 to 16 characters", t => t.Trim().Length is > 0 and <= 16 ? t : null) ?? "");
    }

    internal static void RefusePassword(Section section, string key)
    {
        section.Value(key);
        section.Refuse(key, section.KeyOriginOf(key), "a password", "none here: member.secrets in each member's own file", "this configuration is copied to every member and kept in the journal for ever");
    }

    private static string Word(Section section, string key, params string[] words) =>
        section.Parsed(key, string.Join(" or ", words), t => words.Contains(t, StringComparer.Ordinal) ? t : null) ?? "";
}

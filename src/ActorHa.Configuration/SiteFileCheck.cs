using ActorHa.Core;
using ActorHa.Hocon;

namespace ActorHa.Configuration;

/// <summary>
/// A file of a whole site, as the example is one: the cluster's part and, under <c>members</c>, each member's own. Whether they
/// fit together is known here only; a member reads no other's part. Files that lie on a member (keys, certificates) are its own
/// agent's to read.
/// </summary>
public static class SiteFileCheck
{
    /// <summary>What is wrong with the members' parts; none where the file has no such parts.</summary>
    /// <param name="path">The file.</param>
    /// <param name="config">What its cluster's part says.</param>
    public static IReadOnlyList<HoconError> Load(string path, ClusterConfig config)
    {
        var document = HoconDocument.Load(path);
        if (!document.Root.Fields.TryGetValue("members", out var members)) return [];
        if (members.Value is not HoconObject parts) return [new(members.Value.Origin, "members", members.Value.Describe(), "an object with each member's own part")];
        return [.. parts.Fields.SelectMany(p => Check(p.Key, p.Value, config))];
    }

    private static IEnumerable<HoconError> Check(string name, HoconField part, ClusterConfig config)
    {
        var alone = HoconObject.Empty(part.KeyOrigin);
        alone.Fields["member"] = part;
        var read = MemberSettingsReader.Read(new HoconDocument(alone, [], true, ""), "", new ElsewhereFiles());
        if (read.Settings is not { } settings) return read.Errors.Select(e => e with { Key = Within(name, e.Key) });
        return Compare(name, part.KeyOrigin, settings, config);
    }

    private static IEnumerable<HoconError> Compare(string name, Origin at, MemberSettings settings, ClusterConfig config)
    {
        if (settings.Name.Value != name) yield return new(at, $"members.{name}.name", settings.Name.Value, name);
        if (settings.Cluster != config.Name) yield return new(at, $"members.{name}.cluster", settings.Cluster, config.Name, "the name of the cluster in this file");
        var all = config.Hosts.Keys.Concat(config.Witnesses).ToHashSet();
        if (!all.Contains(settings.Name)) yield return new(at, $"members.{name}", "neither a host nor a witness of the cluster", $"one of {string.Join(", ", all.Order())}");
        all.Remove(settings.Name);
        if (!all.SetEquals(settings.Peers.Keys))
            yield return new(at, $"members.{name}.peers", settings.Peers.IsEmpty ? "none" : string.Join(", ", settings.Peers.Keys), string.Join(", ", all.Order()), "who is not named is never heard");
    }

    private static string Within(string name, string key) => key.StartsWith("member", StringComparison.Ordinal) ? $"members.{name}{key["member".Length..]}" : key;

    /// <summary>Files that lie on another machine: taken for well placed.</summary>
    private sealed class ElsewhereFiles : IMemberFiles
    {
        private static readonly byte[] Secret = System.Text.Encoding.ASCII.GetBytes(new string('c', 64));

        public bool Exists(string path) => true;

        public byte[] Read(string path) => Secret;

        public UnixFileMode? Mode(string path) => null;
    }
}

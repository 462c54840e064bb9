using System.Collections.Immutable;
using System.Net;
using ActorHa.Core;
using ActorHa.Hocon;

namespace ActorHa.Configuration;

/// <summary>What became of a member's file.</summary>
/// <param name="Settings">Complete; null when there are errors.</param>
/// <param name="Errors">In the order of the file.</param>
public sealed record MemberSettingsResult(MemberSettings? Settings, IReadOnlyList<HoconError> Errors)
{
    /// <summary>The settings, or an exception with all errors.</summary>
    /// <exception cref="HoconException">Something is wrong with the file.</exception>
    public MemberSettings Whole() => Settings ?? throw new HoconException(Errors);
}

/// <summary>A member's own file → <see cref="MemberSettings"/>, with its secrets read. All errors at once.</summary>
public static class MemberSettingsReader
{
    private const int LeastKeyBytes = 32; // HMAC-SHA-256: a key as long as its output (RFC 2104, section 3)
    private const int MostSocketPath = 107; // sockaddr_un.sun_path has 108 bytes with the final NUL (unix(7))

    /// <summary>Reads a file with its includes and the environment.</summary>
    /// <param name="path">The file; relative paths in it count from its folder.</param>
    /// <param name="sources">Where includes and variables come from; default: the system.</param>
    /// <param name="files">Where secrets come from; default: the file system.</param>
    public static MemberSettingsResult Load(string path, HoconSources? sources = null, IMemberFiles? files = null) =>
        Read(HoconDocument.Load(path, sources), Path.GetDirectoryName(path) ?? "", files);

    /// <summary>Reads a tree.</summary>
    /// <param name="document">What was read.</param>
    /// <param name="baseFolder">Folder that relative paths count from.</param>
    /// <param name="files">Where secrets come from; default: the file system.</param>
    public static MemberSettingsResult Read(HoconDocument document, string baseFolder, IMemberFiles? files = null)
    {
        var reader = new Reader(document, Reference.Root);
        var settings = ReadRoot(reader, baseFolder, files ?? new MemberFiles());
        var errors = reader.Finish();
        return new(errors.Count == 0 ? settings : null, errors);
    }

    /// <summary>Dotted paths of all keys that reading this document asks for: for the test that compares them with the reference.</summary>
    public static IReadOnlyCollection<string> AskedKeys(HoconDocument document)
    {
        var reader = new Reader(document, Reference.Root);
        ReadRoot(reader, "", new MemberFiles());
        return reader.Asked;
    }

    private static MemberSettings ReadRoot(Reader reader, string baseFolder, IMemberFiles files)
    {
        // The file may include the whole site: the cluster's part has its own reader, members are taken from by reference.
        reader.Root.Value("cluster");
        reader.Root.Value("members");
        return ReadMember(reader.Root.Child("member"), new SecretReader(files, baseFolder), files);
    }

    private static MemberSettings ReadMember(Section member, SecretReader secrets, IMemberFiles files)
    {
        var name = new MemberName(member.Name("name"));
        var (peers, etcd) = (ReadPeers(member, name), ReadEtcd(member.Child("etcd"), secrets, files));
        var journals = peers.Where(p => p.Value.Etcd is not null).Select(p => (Who: p.Key.Value, At: p.Value.Etcd!)).Append((Who: "this member", At: etcd.Endpoint));
        foreach (var twins in journals.Where(j => j.At.Host != "invalid.").GroupBy(j => j.At).Where(g => g.Count() > 1))
            member.Violate("peers", $"etcd {twins.Key.GetLeftPart(UriPartial.Authority)} for {string.Join(" and ", twins.Select(t => t.Who))}", "an address for each", "the answer of one would be taken for a sign of life of the other");
        return new(
            Name: name,
            Cluster: member.Name("cluster"),
            Role: member.OneOf("role", ("host", MemberRole.Host), ("witness", MemberRole.Witness)),
            StateDir: secrets.PathOf(member, "state-dir") ?? "",
            ApiSocket: ReadSocket(member, secrets),
            BootIdFile: secrets.PathOf(member, "boot-id-file") ?? "",
            Interfaces: [.. member.Texts("interfaces").Select(t => t.Text)],
            Heartbeat: ReadHeartbeat(member.Child("heartbeat"), secrets),
            Peers: peers,
            Etcd: etcd,
            Secrets: secrets.ReadAll(member.Child("secrets")),
            Traps: member.Child("traps") is var traps && traps.Value("listen") is not null ? EndPoint(traps, "listen") : null,
            Qemu: ReadQemu(member.Child("qemu"), secrets),
            Log: new(member.Child("log").OneOf("level",
                ("error", LogThreshold.Error), ("warning", LogThreshold.Warning), ("info", LogThreshold.Info), ("debug", LogThreshold.Debug))));
    }

    private static string ReadSocket(Section member, SecretReader paths)
    {
        var path = paths.PathOf(member, "api-socket") ?? "";
        var bytes = System.Text.Encoding.UTF8.GetByteCount(path);
        if (bytes > MostSocketPath) member.Refuse("api-socket", $"a path of {bytes} bytes", $"at most {MostSocketPath}", "the kernel has no room for more");
        return path;
    }

    private static HeartbeatSettings ReadHeartbeat(Section section, SecretReader secrets) => new(
        EndPoint(section, "listen"),
        secrets.ReadHexKey(section, "key-file", LeastKeyBytes) ?? new Secret(""));

    private static ImmutableSortedDictionary<MemberName, PeerSettings> ReadPeers(Section member, MemberName self)
    {
        var peers = ImmutableSortedDictionary.CreateBuilder<MemberName, PeerSettings>();
        foreach (var (name, section) in member.NamedEntries("peers", Reference.Template("peer")))
        {
            if (name == self.Value) member.Refuse("peers", section.Origin, $"{name}, which is this member itself", "the other members only");
            peers.Add(new(name), new(EndPoint(section, "heartbeat"), ReadPeerEtcd(section)));
        }
        foreach (var twins in peers.Where(p => p.Value.Heartbeat.Port != 0).GroupBy(p => p.Value.Heartbeat).Where(g => g.Count() > 1))
            member.Violate("peers", $"{twins.Key} for {string.Join(" and ", twins.Select(t => t.Key))}", "an address for each", "beats of one would be taken for the other's");
        return peers.ToImmutable();
    }

    /// <summary>Said in words: with a line forgotten, a host whose agent alone is away would be switched off.</summary>
    private static Uri? ReadPeerEtcd(Section section) =>
        section.Value("etcd") is HoconScalar { Text: "none" } ? null : HttpAddress(section, "etcd", ", or none where the peer has no etcd member");

    private static EtcdSettings ReadEtcd(Section section, SecretReader secrets, IMemberFiles files)
    {
        string[] keys = ["ca-file", "certificate-file", "key-file"];
        var endpoint = HttpAddress(section, "endpoint");
        var set = keys.Where(k => section.Value(k) is not null).ToArray();
        if (set.Length is > 0 and < 3)
            section.Violate(set[0], string.Join(", ", set), "all of " + string.Join(", ", keys) + ", or none", "mutual TLS needs all three");
        if (set.Length == 0 && endpoint.Scheme == Uri.UriSchemeHttps)
            section.Violate("endpoint", "https without certificates", string.Join(", ", keys), "the journal's members know each other by certificates");
        if (set.Length == 3 && endpoint.Scheme == Uri.UriSchemeHttp && !section.IsBad("endpoint"))
            section.Violate("endpoint", "http with certificates", "https", "certificates that are not used protect nothing");
        if (set.Length < 3) return new(endpoint, null);
        var paths = keys.ToDictionary(k => k, k => secrets.PathOf(section, k) ?? "");
        foreach (var (key, path) in paths.Where(p => p.Value.Length > 0))
            if (!files.Exists(path)) section.Refuse(key, $"no file {path}", "a PEM file");
            else if (key == "key-file") secrets.IsPrivate(section, key, path);
        return new(endpoint, new(paths["ca-file"], paths["certificate-file"], paths["key-file"]));
    }

    private static QemuSettings ReadQemu(Section section, SecretReader secrets) => new(section.Text("binary"), secrets.PathOf(section, "runtime-dir") ?? "");

    private static IPEndPoint EndPoint(Section section, string key) =>
        section.Parsed(key, "an address with its port, as \"192.0.2.1:7411\" or \"[2001:db8::1]:7411\"", t =>
            IPEndPoint.TryParse(t, out var end) && end.Port > 0 && end.ToString() == t ? end : null) ?? new IPEndPoint(IPAddress.None, 0);

    private static Uri HttpAddress(Section section, string key, string orElse = "") =>
        section.Parsed(key, $"an address as \"http://192.0.2.1:2379\"{orElse}", t =>
            Uri.TryCreate(t, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            && uri.PathAndQuery == "/" && uri.UserInfo.Length == 0 ? uri : null) ?? new Uri("http://invalid.");
}

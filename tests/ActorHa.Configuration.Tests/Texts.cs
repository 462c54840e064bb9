using ActorHa.Configuration;
using ActorHa.Hocon;

namespace ActorHa.Configuration.Tests;

/// <summary>A small site to vary, and a file system in memory.</summary>
internal static class Texts
{
    public const string Site = """
        cluster {
          name = ppnrw
          devices { ims { driver = modular-server, address = 192.168.41.2, user = snmpv3user } }
          hosts {
            applejack { memory = 2G, fencing = [ { device = ims, plug = 1 } ] }
            rainbowdash { memory = 1G, fencing = [ { device = ims, plug = 2 } ] }
          }
          witnesses = [ witness ]
          vms { mail { memory = 96M, hosts = [applejack, rainbowdash], definition = [ "-m", "96" ] } }
        }

        """;

    public const string Member = """
        member {
          name = applejack
          cluster = ppnrw
          heartbeat { listen = "192.168.41.11:7411", key-file = "hb.key" }
          peers { witness { heartbeat = "192.168.41.13:7411", etcd = "http://192.168.41.13:2379" } }
          etcd { endpoint = "http://192.168.41.11:2379" }
          secrets { ims-password-file = "ims.password" }
        }

        """;

    public static string[] ClusterErrors(string text) => [.. ClusterConfigReader.Parse(text, "c.conf").Errors.Select(e => e.ToString())];

    public static MemberSettingsResult ReadMember(string text, FakeFiles? files = null, HoconSources? sources = null) =>
        MemberSettingsReader.Read(HoconDocument.Parse(text, "m.conf", sources), "/etc/actorha", files ?? new FakeFiles());

    public static string[] MemberErrors(string text, FakeFiles? files = null) => [.. ReadMember(text, files).Errors.Select(e => e.ToString().Replace('\\', '/'))];
}

internal sealed class FakeFiles : IMemberFiles
{
    public Dictionary<string, (string Text, UnixFileMode Mode)> Files { get; } = new()
    {
        [At("hb.key")] = (new string('a', 64) + "\n", UnixFileMode.UserRead | UnixFileMode.UserWrite),
        [At("ims.password")] = ("SNMPpass\n", UnixFileMode.UserRead),
    };

    public static string At(string name) => Path.Combine("/etc/actorha", name);

    public bool Exists(string path) => Files.ContainsKey(path);

    public byte[] Read(string path) => System.Text.Encoding.UTF8.GetBytes(Files[path].Text);

    public UnixFileMode? Mode(string path) => Files[path].Mode;
}

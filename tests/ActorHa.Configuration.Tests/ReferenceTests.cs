using ActorHa.Configuration;
using ActorHa.Core;
using ActorHa.Hocon;

namespace ActorHa.Configuration.Tests;

public sealed class ReferenceTests
{
    // Which template describes the entries of a group.
    private static readonly (string Group, string Template)[] Groups =
    [
        ("cluster.hosts.h.fencing[1]", "templates.plug"), ("cluster.hosts.h.watchdog", "templates.watchdog"), ("cluster.hosts.h", "templates.host"), ("cluster.devices.d", "templates.devices.modular-server"), ("cluster.devices.f", "templates.devices.fence-agent"),
        ("cluster.vms.v", "templates.vm"), ("member.peers.p", "templates.peer"), ("member.secrets", "templates.secrets"),
    ];

    [Fact]
    public void Every_key_that_is_asked_for_stands_in_the_reference_and_vice_versa()
    {
        var inReference = Leaves(Reference.Root, "").Select(l => l.Path).ToHashSet();
        Assert.Equal(inReference.Order(), AskedLeaves().Order());
    }

    [Fact]
    public void Every_key_is_explained_by_lines_above_it()
    {
        var lines = Reference.Text.Split('\n');
        Assert.All(Leaves(Reference.Root, ""), leaf => Assert.StartsWith("#", lines[leaf.Line - 2].TrimStart(), StringComparison.Ordinal));
    }

    [Fact]
    public void The_defaults_of_the_file_are_those_of_the_types()
    {
        var config = ClusterConfigReader.Parse(Texts.Site).Whole();
        Assert.Equal((new Timers(), new Policies()), (config.Timers, config.Policies));
    }

    [Fact]
    public void Every_timer_has_its_key()
    {
        var kebab = typeof(Timers).GetProperties().Where(p => p.PropertyType == typeof(TimeSpan))
            .Select(p => string.Concat(p.Name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString())));
        Assert.Equal(kebab, TimerKeys.All.Select(t => t.Key));
        Assert.All(TimerKeys.All, key =>
        {
            var changed = key.With(new Timers(), TimeSpan.FromSeconds(77));
            Assert.Equal(TimeSpan.FromSeconds(77), key.Get(changed));
            Assert.All(TimerKeys.All.Where(other => other != key), other => Assert.NotEqual(TimeSpan.FromSeconds(77), other.Get(changed)));
        });
    }

    [Fact]
    public void The_example_of_a_site_is_whole()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "hocon", "two-hosts-and-a-witness.conf");
        var config = ClusterConfigReader.Load(path).Whole();
        Assert.Equal(6, config.Vms.Count);
        var members = ((HoconObject)HoconDocument.Load(path).Whole().Fields["members"].Value).Fields.Keys;
        Assert.Equal(config.Hosts.Keys.Concat(config.Witnesses).Order(), members.Select(m => new MemberName(m)).Order());
        foreach (var name in members)
        {
            var own = Path.Combine(AppContext.BaseDirectory, "hocon", "own.conf");
            var text = $"include \"{Path.GetFileName(path)}\"\nmember = ${{members.{name}}}";
            var read = MemberSettingsReader.Read(HoconDocument.Parse(text, own, HoconSources.System), "", new WellPlacedFiles()).Whole();
            Assert.Equal((name, config.Name, config.Hosts.ContainsKey(new(name)) ? MemberRole.Host : MemberRole.Witness), (read.Name.Value, read.Cluster, read.Role));
            Assert.Equal(members.Where(m => m != name).Order(), read.Peers.Keys.Select(p => p.Value));
            Assert.All(config.Devices.Keys, d => Assert.NotNull(read.PasswordOf(d)));
        }
    }

    private sealed class WellPlacedFiles : IMemberFiles
    {
        public bool Exists(string path) => path.StartsWith("/etc/actorha/", StringComparison.Ordinal);

        public byte[] Read(string path) => System.Text.Encoding.UTF8.GetBytes(new string('c', 64));

        public UnixFileMode? Mode(string path) => UnixFileMode.UserRead;
    }

    // The reader itself tells what it asked for, on a file in which every group has an entry.
    private static IEnumerable<string> AskedLeaves()
    {
        const string full = """
            cluster { name = c
              devices { d { driver = modular-server, address = 192.0.2.1, user = u }
                f { driver = fence-agent, agent = fence_t } }
              hosts { h { memory = 1G, fencing = [ { device = d, plug = 1 } ], watchdog {} } }
              witnesses = [ w ]
              vms { v { memory = 1M, definition = [ x ] } } }
            member { name = h, cluster = c
              heartbeat { listen = "192.0.2.1:1" }
              peers { p { heartbeat = "192.0.2.2:1", etcd = none } }
              etcd { endpoint = "http://192.0.2.1:2379", ca-file = a, certificate-file = b, key-file = c }
              secrets { <device>-password-file = x } }
            """;
        var text = full.Replace("<device>-password-file = x", string.Join(", ", Reference.Template("secrets").Fields.Keys.Select(k => $"\"{k}\" = x")), StringComparison.Ordinal);
        var document = HoconDocument.Parse(text, "t.conf");
        var asked = ClusterConfigReader.AskedKeys(document).Concat(MemberSettingsReader.AskedKeys(document)).Distinct().ToList();
        return asked.Where(a => !asked.Exists(o => o.StartsWith(a + ".", StringComparison.Ordinal)) && a is not ("members" or "member" or "cluster"))
            .Select(a => Groups.Where(g => a.StartsWith(g.Group + ".", StringComparison.Ordinal)).Select(g => g.Template + a[g.Group.Length..]).FirstOrDefault(a))
            .Concat(["cluster.devices", "cluster.hosts", "cluster.vms", "member.peers", "member.secrets", "templates.host.watchdog"]).Distinct();
    }

    private static IEnumerable<(string Path, int Line)> Leaves(HoconObject node, string path) => node.Fields.SelectMany(f =>
        f.Value.Value is HoconObject { Fields.Count: > 0 } inner ? Leaves(inner, path + f.Key + ".") : [(path + f.Key, f.Value.KeyOrigin.Line)]);
}

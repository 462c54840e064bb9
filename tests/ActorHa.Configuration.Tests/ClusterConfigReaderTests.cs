using ActorHa.Configuration;
using ActorHa.Core;
using ActorHa.Hocon;
using static ActorHa.Configuration.Tests.Texts;

namespace ActorHa.Configuration.Tests;

public sealed class ClusterConfigReaderTests
{
    [Fact]
    public void A_small_site_is_read_and_the_rest_is_default()
    {
        var config = ClusterConfigReader.Parse(Site).Whole();
        Assert.Equal("ppnrw", config.Name);
        Assert.Equal(new Timers(), config.Timers);
        Assert.Equal(new Policies(), config.Policies);
        Assert.Equal(["applejack", "rainbowdash"], config.Hosts.Keys.Select(h => h.Value));
        Assert.Equal(2048, config.Hosts[new("applejack")].MemoryMb);
        Assert.Equal(new FencePlug("ims", "1"), config.Hosts[new("applejack")].Fencing.Single().Plugs.Single());
        Assert.Equal(["address=192.168.41.2", "auth=SHA", "level=authNoPriv", "port=161", "user=snmpv3user"], config.Devices["ims"].Options.Select(o => $"{o.Key}={o.Value}"));
        Assert.Equal([new MemberName("witness")], config.Witnesses);
        var mail = config.Vms[new("mail")];
        Assert.Equal((100, 96L, true, 3, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(60), "qemu", "[\"-m\",\"96\"]"),
            (mail.Priority, mail.MemoryMb, mail.Failover, mail.MaxRestarts, mail.SteadyAfter, mail.StopGrace, mail.Driver, mail.Definition));
    }

    [Fact]
    public void Levels_are_plugs_or_lists_of_plugs() => Assert.Equal(
        ["1+7", "8"],
        ClusterConfigReader.Parse(Site + "cluster.hosts.applejack.fencing = [ [ { device = ims, plug = 1 }, { device = ims, plug = 7 } ], { device = ims, plug = 8 } ]")
            .Whole().Hosts[new("applejack")].Fencing.Select(l => string.Join('+', l.Plugs.Select(p => p.Plug))));

    [Theory]
    [InlineData("cluster.timers.suspect-afer = 1s", "c.conf:11:1: cluster.timers.suspect-afer: found an unknown key, expected \"suspect-after\"")]
    [InlineData("clutser { }", "c.conf:11:1: clutser: found an unknown key, expected one of cluster, member, members")]
    [InlineData("cluster.name = \"Pony Land\"", "c.conf:11:16: cluster.name: found \"Pony Land\", expected a name of a-z, 0-9 and -, at most 32, not beginning with -")]
    [InlineData("cluster.hosts.\"Apple Jack\" { memory = 1G, fencing = [] }", "c.conf:11:1: cluster.hosts: found the name \"Apple Jack\", expected a name of a-z, 0-9 and -, at most 32, not beginning with -")]
    [InlineData("cluster.hosts.applejack.fencing = [ { device = imz, plug = 1 } ]", "c.conf:11:48: cluster.hosts.applejack.fencing[1].device: found imz, expected one of ims")]
    [InlineData("cluster.hosts.rainbowdash.fencing = [ { device = ims, plug = 1 } ]", "c.conf:11:62: cluster.hosts.rainbowdash.fencing[1].plug: found plug 1 of ims, which is applejack's, expected a plug of its own (switching off one host would switch off the other)")]
    [InlineData("cluster.devices.chassis = ${cluster.devices.ims}\ncluster.hosts.rainbowdash.fencing = [ { device = chassis, plug = 1 } ]", "c.conf:12:66: cluster.hosts.rainbowdash.fencing[1].plug: found plug 1 of chassis, which is applejack's, expected a plug of its own (switching off one host would switch off the other)")]
    [InlineData("cluster.hosts.rainbowdash.fencing = [ [ { device = ims, plug = 2 }, { device = ims, plug = 2 } ] ]", "c.conf:11:92: cluster.hosts.rainbowdash.fencing[2].plug: found plug 2 of ims, which this level holds already, expected each plug once (the other power supply would be left on, and the host be called off)")]
    [InlineData("cluster.hosts.rainbowdash.fencing = [ [] ]", "c.conf:11:39: cluster.hosts.rainbowdash.fencing: found an empty level, expected at least one plug (a level without plugs would prove nothing)")]
    [InlineData("cluster.hosts.pinkiepie { memory = 1G }", "c.conf:11:1: cluster.hosts.pinkiepie.fencing: found nothing, expected a list of levels, each { device, plug } or a list of those")]
    [InlineData("cluster.vms.mail.hosts = [ aplejack ]", "c.conf:11:28: cluster.vms.mail.hosts: found aplejack, expected \"applejack\"")]
    [InlineData("cluster.vms.mail.memory = 3G", "c.conf:11:27: cluster.vms.mail.memory: found 3G, expected at most 2G (no host that it may run on has more, so it could never start)")]
    [InlineData("cluster.vms.mail { memory = 2G, hosts = [rainbowdash] }", "c.conf:11:29: cluster.vms.mail.memory: found 2G, expected at most 1G (no host that it may run on has more, so it could never start)")]
    [InlineData("cluster.vms.mail { failover = no, hosts = [] }", "c.conf:11:31: cluster.vms.mail.failover: found failover = no and no hosts, expected at least one host in hosts (it waits for its home, the first of hosts)")]
    [InlineData("cluster.vms.mail.definition = \"-m 96\"", "c.conf:11:31: cluster.vms.mail.definition: found \"-m 96\", expected a list of texts")]
    [InlineData("cluster.vms.mail.definition = [ \"-m\", \"96\", \"-name\", \"x\" ]", "c.conf:11:45: cluster.vms.mail.definition: found \"-name\", expected no -name, -pidfile or -daemonize: the driver says them itself")]
    [InlineData("cluster.vms.mail.definition = []", "c.conf:11:31: cluster.vms.mail.definition: found an empty list, expected the arguments of the program, one text each")]
    [InlineData("cluster.witnesses = []", "c.conf:11:21: cluster.witnesses: found 2 hosts and no witness, expected a witness (when one of two is lost, the other alone is no majority and may decide nothing)")]
    [InlineData("cluster.witnesses = [applejack]", "c.conf:11:22: cluster.witnesses: found applejack, which is a host, expected a member that is no host (a host has its voice already)")]
    [InlineData("cluster.devices.ims.driver = pdu", "c.conf:11:30: cluster.devices.ims.driver: found pdu, expected fence-agent or modular-server")]
    [InlineData("cluster.devices.ims.level = noAuthNoPriv", "c.conf:11:29: cluster.devices.ims.level: found noAuthNoPriv, expected authNoPriv or authPriv (what is not signed proves nothing)")]
    [InlineData("cluster.devices.ims.privacy = AES-256", "c.conf:11:31: cluster.devices.ims.privacy: found AES-256, expected AES or DES")]
    [InlineData("cluster.devices.ims.address = chassis.example", "c.conf:11:31: cluster.devices.ims.address: found chassis.example, expected an IP address (a name needs a name server, which may be lost with a host)")]
    [InlineData("cluster.devices.ims.community = public", "c.conf:11:1: cluster.devices.ims.community: found \"community\", expected user, auth and level: the driver speaks SNMP version 3 only (answers by v1 and v2c are not signed and prove nothing)")]
    [InlineData("cluster.devices.ims.password = x", "c.conf:11:1: cluster.devices.ims.password: found a password, expected none here: member.secrets in each member's own file (this configuration is copied to every member and kept in the journal for ever)")]
    [InlineData("cluster.policies.shutdown = panic", "c.conf:11:29: cluster.policies.shutdown: found panic, expected release or freeze")]
    [InlineData("cluster.policies.max-fences = 0", "c.conf:11:31: cluster.policies.max-fences: found 0, expected a whole number from 1 to 100")]
    public void What_cannot_work_is_refused_at_its_place(string line, string error) => Assert.Equal([error], ClusterErrors(Site + line));

    [Theory]
    [InlineData("beat = 200ms", "beat = 200ms, look-after = 350ms, expected 3 × beat <= look-after")]
    [InlineData("look-after = 2s, suspect-after = 2s", "look-after = 2s, suspect-after = 2s, expected look-after < suspect-after")]
    [InlineData("challenge = 1900ms", "challenge = 1900ms, suspect-after = 2s, look-after = 350ms, expected challenge < suspect-after - look-after")]
    [InlineData("mind-timeout = 3s", "mind-timeout = 3s, suspect-after = 2s, expected mind-timeout <= suspect-after")]
    [InlineData("mind-timeout = 400ms", "mind-timeout = 400ms, beat = 100ms, expected mind-timeout >= 5 × beat")]
    [InlineData("pulse = 4s", "pulse = 4s, quorum-timeout = 6s, expected 2 × pulse <= quorum-timeout")]
    [InlineData("beat = 10ms", "beat = 10ms, expected beat >= 20ms")]
    [InlineData("settle = 40ms", "settle = 40ms, expected settle >= 50ms")]
    [InlineData("set-lifetime = 150s", "set-lifetime = 150s, expected set-lifetime >= 155s")]
    [InlineData("takeover-after = 2400ms", "takeover-after = 2400ms, challenge = 400ms, device-patience = 2s, expected takeover-after > challenge + device-patience")]
    [InlineData("agent-grace = 1s", "agent-grace = 1s, suspect-after = 2s, expected agent-grace >= suspect-after")]
    [InlineData("retry-first = 1m", "retry-first = 1m, retry-most = 30s, expected retry-first <= retry-most")]
    public void Timers_that_contradict_each_other_are_refused_with_the_reason(string timers, string part)
    {
        var error = Assert.Single(ClusterErrors(Site + $"cluster.timers {{ {timers} }}"));
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.Matches(@"^c\.conf:11:\d+: cluster\.timers\.[a-z-]+: found .* \(.+\)$", error);
    }

    [Fact]
    public void The_timer_that_the_file_sets_is_blamed_and_not_the_default() => Assert.StartsWith(
        "c.conf:11:30: cluster.timers.look-after: found beat = 100ms, look-after = 200ms",
        Assert.Single(ClusterErrors(Site + "cluster.timers.look-after  = 200ms")), StringComparison.Ordinal);

    [Fact]
    public void A_timer_of_nothing_is_refused() => Assert.Contains("found 0ms, expected from 1ms to 30d", Assert.Single(ClusterErrors(Site + "cluster.timers.reread = 0s")));

    [Fact]
    public void One_host_is_no_cluster() => Assert.Contains(
        "c.conf:1:1: cluster.hosts: found no host, expected at least 2 hosts (the virtual machines of a lost host need another one)", ClusterErrors("cluster { name = x }"));

    [Fact]
    public void All_errors_show_at_once() => Assert.Equal(
        ["cluster.timers.beat", "cluster.hosts.b.memory", "cluster.vms.m.memory", "cluster.vms.m.definition", "cluster.extra"],
        ClusterConfigReader.Parse("""
            cluster { name = x
              timers { beat = 5 }
              hosts { a { memory = 1G, fencing = [] }, b { memory = big, fencing = [] } }
              witnesses = [ w ]
              vms { m { memory = 1, definition = [ [] ] } }
              extra = 1
            }
            """).Errors.Select(e => e.Key));

    [Fact]
    public void Three_hosts_need_no_witness() => Assert.Empty(ClusterErrors(Site + "cluster.hosts.pinkiepie { memory = 1G, fencing = [] }, cluster.witnesses = []"));

    [Fact]
    public void A_part_of_a_MiB_is_rounded_to_the_safe_side()
    {
        var config = ClusterConfigReader.Parse(Site + "cluster.hosts.applejack.memory = 1GB\ncluster.vms.mail.memory = 100MB").Whole();
        Assert.Equal((953, 96), (config.Hosts[new("applejack")].MemoryMb, config.Vms[new("mail")].MemoryMb));
    }

    [Fact]
    public void A_text_out_of_the_journal_cannot_reach_files_or_the_environment()
    {
        Assert.Contains("stands for itself", Assert.Single(ClusterErrors(Site + "include \"/etc/passwd\"")), StringComparison.Ordinal);
        Assert.Equal("ppnrw", ClusterConfigReader.Parse(Site + "cluster.name = ${?HOME}").Whole().Name);
    }

    [Fact]
    public void The_text_to_apply_stands_for_itself()
    {
        Assert.Equal(Site, ClusterConfigReader.Parse(Site).Text);
        var folder = Directory.CreateTempSubdirectory("actorha-config-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "site.conf"), Site);
            var main = Path.Combine(folder.FullName, "main.conf");
            File.WriteAllText(main, "include \"site.conf\"\ncluster.timers.suspect-after = ${?SUSPECT}\nmembers { x { secret = \"never applied\" } }");
            var read = ClusterConfigReader.Load(main, HoconSources.System with { Variable = v => v == "SUSPECT" ? "3s" : null });
            var again = ClusterConfigReader.Parse(read.Text);
            Assert.DoesNotContain("never applied", read.Text, StringComparison.Ordinal);
            Assert.Equal(TimeSpan.FromSeconds(3), again.Whole().Timers.SuspectAfter);
            Assert.Empty(ConfigDiff.Between(read.Whole(), again.Whole()));
        }
        finally
        {
            folder.Delete(true);
        }
    }

    [Fact]
    public void A_damaged_file_is_refused_or_read_and_never_throws()
    {
        var random = new Random(20260102);
        const string taste = "{}[]=,.\"$\n 0a";
        var whole = 0;
        for (var round = 0; round < 1000; round++)
        {
            var text = (Site + "cluster.timers.suspect-after = 3s\n").ToCharArray().ToList();
            for (var wounds = random.Next(1, 4); wounds > 0; wounds--)
            {
                var at = random.Next(text.Count);
                if (random.Next(2) == 0) text.RemoveRange(at, Math.Min(random.Next(1, 20), text.Count - at));
                else text.Insert(at, taste[random.Next(taste.Length)]);
            }
            var read = ClusterConfigReader.Parse(new string([.. text]));
            Assert.Equal(read.Config is null, read.Errors.Count > 0);
            if (read.Config is not { } config) continue;
            whole++;
            Assert.Empty(ConfigDiff.Between(config, ClusterConfigReader.Parse(read.Text).Whole()));
        }
        Assert.InRange(whole, 1, 999);
    }
}

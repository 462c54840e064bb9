using System.Diagnostics;
using ActorHa.Core;
using ActorHa.Drivers.Journal.Etcd;
using ActorHa.Testing;
using Xunit.Abstractions;

namespace ActorHa.Drivers.Tests.Journal;

/// <summary>Leadership, the peers' probe, certificates and the unit's flags, on real etcd.</summary>
[Collection("etcd")]
public sealed class EtcdLeadershipTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [NeedsFact("etcd")]
    public async Task Leadership_moves_to_each_member_and_appends_go_on()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await using var members = new EtcdMembers(cluster.Options());
        var leadership = new EtcdLeadership(members);
        var store = new EtcdJournalStore(members, "test");
        var head = JournalHead.Empty;
        foreach (var name in EtcdCluster.Names)
        {
            await Eventually.TrueAsync(() => leadership.MoveToAsync(name), $"move to {name}");
            LeaderReport? report = null;
            await Eventually.TrueAsync(async () => (report = await leadership.LookAsync()).Sure, "agreement");
            Assert.Equal(name, report!.Leader);
            Assert.All(report.Members, m => Assert.True(m.Answered, m.Detail));
            head = await JournalStoreContract.Committed(store, head, $"under {name}");
        }
    }

    [NeedsFact("etcd")]
    public async Task A_frozen_leader_is_outvoted_and_no_target()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        var old = await cluster.LeaderAsync();
        await using var members = new EtcdMembers(cluster.Options(old));
        var leadership = new EtcdLeadership(members);
        var before = await leadership.LookAsync();
        cluster.Freeze(old);
        LeaderReport? report = null;
        await Eventually.TrueAsync(
            async () => (report = await leadership.LookAsync()) is { Sure: true } && report.Leader != old, "another leader");
        Assert.True(report!.Term > before.Term);
        Assert.False(report.Members[0].Answered);
        Assert.False(await leadership.MoveToAsync(old));
        Assert.False(await leadership.MoveToAsync(new MemberName("nobody")));
    }

    [NeedsFact("etcd")]
    public async Task A_member_alone_is_not_sure_who_leads()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        var leader = await cluster.LeaderAsync();
        await using var members = new EtcdMembers(cluster.Options(leader));
        foreach (var other in EtcdCluster.Names.Remove(leader)) cluster.KillMember(other);
        var report = await new EtcdLeadership(members).LookAsync();
        Assert.False(report.Sure);
        Assert.Single(report.Members, m => m.Answered);
    }

    [NeedsFact("etcd")]
    public async Task A_probe_is_answered_by_a_living_process_only()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        var peer = EtcdCluster.Names[1];
        await using var members = new EtcdMembers(cluster.Options(EtcdCluster.Names[0]));
        await members.ConnectAsync(Patience, default);
        var probe = new EtcdPeerProbe(members);
        Assert.True(await probe.AnswersAsync(peer, Patience, default));
        Assert.False(await probe.AnswersAsync(new MemberName("pinkiepie"), Patience, default));

        // Its kernel still accepts connections: that is no answer.
        cluster.Freeze(peer);
        var began = Stopwatch.GetTimestamp();
        Assert.False(await probe.AnswersAsync(peer, TimeSpan.FromSeconds(0.4), default));
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0.3, 2);
        cluster.Thaw(peer);
        await Eventually.TrueAsync(() => probe.AnswersAsync(peer, TimeSpan.FromSeconds(1), default), "answer after the thaw");

        cluster.KillMember(peer);
        Assert.False(await probe.AnswersAsync(peer, TimeSpan.FromSeconds(0.4), default));
        cluster.Restart(peer);
        await Eventually.TrueAsync(() => probe.AnswersAsync(peer, TimeSpan.FromSeconds(1), default), "answer after the restart");
    }

    [NeedsFact("etcd openssl")]
    public async Task With_mutual_tls_only_holders_of_a_certificate_of_the_ca_get_in()
    {
        await using var cluster = await EtcdCluster.StartAsync(tls: true);
        await using var members = new EtcdMembers(cluster.Options());
        Assert.Equal(3, await members.ConnectAsync(Patience, default));
        var store = new EtcdJournalStore(members, "test");
        await JournalStoreContract.Committed(store, JournalHead.Empty, "one");
        Assert.True(await new EtcdPeerProbe(members).AnswersAsync(EtcdCluster.Names[2], Patience, default));

        // A certificate of the CA, but made for no address of etcd's: a client all the same (loopback is in every one).
        await using var client = new EtcdMembers(cluster.Options() with { Tls = cluster.TlsOf(new MemberName("pinkiepie")) });
        Assert.Equal(3, await client.ConnectAsync(Patience, default));

        var foreign = Path.Combine(cluster.Pki, "foreign");
        Programs.Run(Programs.InRepository("ops/make-certificates"), foreign, "applejack");
        var own = cluster.TlsOf(EtcdCluster.Names[0]);
        var theirs = new EtcdTls(Path.Combine(foreign, "ca.crt"), Path.Combine(foreign, "applejack.crt"), Path.Combine(foreign, "applejack.key"));
        await using var stranger = new EtcdMembers(cluster.Options() with { Tls = theirs with { CaFile = own.CaFile } });
        Assert.Equal(0, await stranger.ConnectAsync(TimeSpan.FromSeconds(2), default));
        await using var distrusting = new EtcdMembers(cluster.Options() with { Tls = own with { CaFile = theirs.CaFile } });
        Assert.Equal(0, await distrusting.ConnectAsync(TimeSpan.FromSeconds(2), default));
    }

    /// <summary>A "no" would cost the peer its power for a fault of ours: weeks after a certificate and a key that do not match were put there.</summary>
    [NeedsFact("etcd openssl")]
    public async Task Certificates_that_were_spoiled_since_leave_the_warm_connection_its_answer()
    {
        await using var cluster = await EtcdCluster.StartAsync(tls: true);
        var (peer, own) = (EtcdCluster.Names[2], cluster.TlsOf(new MemberName("pinkiepie")));
        await using var members = new EtcdMembers(cluster.Options() with { Tls = own });
        Assert.Equal(3, await members.ConnectAsync(Patience, default));
        await File.WriteAllTextAsync(own.KeyFile, "no key");
        // Slow enough that a new connection is tried as well.
        cluster.Freeze(peer);
        var answers = new EtcdPeerProbe(members).AnswersAsync(peer, Patience, default);
        await Task.WhenAny(answers, Task.Delay(TimeSpan.FromMilliseconds(300)));
        cluster.Thaw(peer);
        Assert.True(await answers);
    }

    [NeedsFact("etcd openssl")]
    public async Task Over_tls_a_watch_wakes_and_a_frozen_leader_costs_an_election()
    {
        await using var cluster = await EtcdCluster.StartAsync(tls: true);
        var leader = await cluster.LeaderAsync();
        await using var members = new EtcdMembers(cluster.Options(leader));
        await members.ConnectAsync(Patience, default);
        var store = new EtcdJournalStore(members, "test");
        using var enough = new CancellationTokenSource();
        var woken = 0;
        var watch = store.WatchAsync(() => Interlocked.Increment(ref woken), enough.Token);
        await Eventually.TrueAsync(() => Volatile.Read(ref woken) > 0, "first wake-up");
        var before = woken;
        var one = await JournalStoreContract.Committed(store, JournalHead.Empty, "one");
        await Eventually.TrueAsync(() => Volatile.Read(ref woken) > before, "wake-up");
        cluster.Freeze(leader);
        var began = Stopwatch.GetTimestamp();
        await JournalStoreContract.Committed(store, one, "two");
        output.WriteLine($"after the freeze {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 3);
        await enough.CancelAsync();
        await watch.WaitAsync(Patience);
    }

    [NeedsFact("openssl")]
    public void Certificates_serve_both_ends_carry_addresses_and_hide_their_keys()
    {
        var dir = Directory.CreateTempSubdirectory("actorha-pki-").FullName;
        try
        {
            var script = Programs.InRepository("ops/make-certificates");
            Programs.Run(script, dir, "applejack=192.0.2.1,2001:db8::1,aj.example", "spike");
            var ca = File.ReadAllText(Path.Combine(dir, "ca.crt"));
            Programs.Run(script, dir, "spike=192.0.2.3");
            Assert.Equal(ca, File.ReadAllText(Path.Combine(dir, "ca.crt")));
            var text = Programs.Run("openssl", "x509", "-in", Path.Combine(dir, "applejack.crt"), "-noout", "-text");
            Assert.Contains("TLS Web Server Authentication, TLS Web Client Authentication", text, StringComparison.Ordinal);
            Assert.Contains("IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, DNS:aj.example", text, StringComparison.Ordinal);
            Assert.Contains("OK", Programs.Run("openssl", "verify", "-CAfile", Path.Combine(dir, "ca.crt"), Path.Combine(dir, "spike.crt")), StringComparison.Ordinal);
            foreach (var key in Directory.GetFiles(dir, "*.key"))
            {
                if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
            }

            Assert.NotEqual(0, Programs.Try(script, dir, "../escape").Exit);
            Assert.NotEqual(0, Programs.Try(script, dir).Exit);
        }
        finally
        {
            Directory.Delete(dir, recursive: true);
        }
    }

    [NeedsFact("etcd")]
    public async Task The_units_flags_are_understood_by_the_installed_etcd()
    {
        var unit = await File.ReadAllTextAsync(Programs.InRepository("ops/systemd/actorha-etcd.service"));
        var command = unit[unit.IndexOf("ExecStart=", StringComparison.Ordinal)..].Split("\n\n")[0];
        var flags = command.Split(['\\', '\n', ' '], StringSplitOptions.RemoveEmptyEntries).Where(w => w.StartsWith("--", StringComparison.Ordinal)).ToArray();
        Assert.Contains("--pre-vote=true", flags);
        Assert.DoesNotContain(flags, f => f.Contains("unsafe", StringComparison.Ordinal));
        string[] notHere = ["file", "data-dir", "cert", "heartbeat", "election", "pre-vote", "logger", "log-level"];
        var extra = flags.Where(f => !notHere.Any(n => f.Contains(n, StringComparison.Ordinal)));
        await using var cluster = await EtcdCluster.StartAsync(extra: string.Join(' ', extra));
        await using var members = new EtcdMembers(cluster.Options());
        await JournalStoreContract.Committed(new EtcdJournalStore(members, "test"), JournalHead.Empty, "one");
    }

    [NeedsFact("etcd")]
    public async Task Latency_of_sequential_appends_is_printed()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await using var members = new EtcdMembers(cluster.Options());
        await members.ConnectAsync(Patience, default);
        var store = new EtcdJournalStore(members, "test");
        var head = JournalHead.Empty;
        for (var i = 0; i < 20; i++) head = await JournalStoreContract.Committed(store, head, $"warm {i}");
        var times = new List<double>();
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < 100; i++)
        {
            var began = Stopwatch.GetTimestamp();
            head = await JournalStoreContract.Committed(store, head, $"entry {i} {new string('.', 240)}");
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        times.Sort();
        output.WriteLine($"append, ms: p50 {times[50]:0.00}, p90 {times[90]:0.00}, p99 {times[98]:0.00}, max {times[^1]:0.00}; {bytes / 100} bytes allocated each");
        Assert.Equal(120, head.Index);
    }
}

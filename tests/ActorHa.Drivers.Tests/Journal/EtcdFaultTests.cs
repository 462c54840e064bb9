using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorHa.Core;
using ActorHa.Drivers.Journal.Etcd;
using ActorHa.Ports;
using ActorHa.Testing;
using Xunit.Abstractions;

namespace ActorHa.Drivers.Tests.Journal;

/// <summary>What deaths and stalls of etcd members cost an agent. Each test has a cluster of its own to hurt.</summary>
[Collection("etcd")]
public sealed class EtcdFaultTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [NeedsFact("etcd")]
    public async Task A_follower_killed_costs_nothing_noticeable() =>
        await LongestGapAsync(hurtLeader: false, localIsHurt: false, (cluster, name) => cluster.KillMember(name), most: 0.5);

    [NeedsFact("etcd")]
    public async Task Ones_own_follower_killed_costs_nothing_noticeable() =>
        await LongestGapAsync(hurtLeader: false, localIsHurt: true, (cluster, name) => cluster.KillMember(name), most: 0.5);

    [NeedsFact("etcd")]
    public async Task Ones_own_follower_frozen_costs_an_attempt() =>
        await LongestGapAsync(hurtLeader: false, localIsHurt: true, (cluster, name) => cluster.Freeze(name), most: 1);

    [NeedsFact("etcd")]
    public async Task A_leader_killed_costs_an_election() =>
        await LongestGapAsync(hurtLeader: true, localIsHurt: false, (cluster, name) => cluster.KillMember(name), most: 3);

    [NeedsFact("etcd")]
    public async Task A_leader_frozen_costs_an_election() =>
        await LongestGapAsync(hurtLeader: true, localIsHurt: true, (cluster, name) => cluster.Freeze(name), most: 3);

    [NeedsFact("etcd")]
    public async Task Without_a_majority_the_outcome_is_unknown_and_found_committed_later()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        var leader = await cluster.LeaderAsync();
        await using var members = new EtcdMembers(cluster.Options(leader));
        var store = new EtcdJournalStore(members, "test");
        var one = await JournalStoreContract.Committed(store, JournalHead.Empty, "one");
        var others = EtcdCluster.Names.Where(n => n != leader).ToArray();

        // The leader takes the proposal into its log; alone it cannot commit it; the others, thawed, let it.
        foreach (var other in others) cluster.Freeze(other);
        var began = Stopwatch.GetTimestamp();
        var outcome = await JournalStoreContract.Append(store, one, "two", patience: 1);
        Assert.IsType<AppendUnknown>(outcome);
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0.9, 3);
        Assert.False((await store.PulseAsync(leader, JournalStoreContract.Bytes("beat"), TimeSpan.FromSeconds(0.5), default)).Accepted);
        await Assert.ThrowsAsync<JournalUnavailableException>(() => store.ReadAsync(0, TimeSpan.FromSeconds(0.5), default));

        foreach (var other in others) cluster.Thaw(other);
        var two = await JournalStoreContract.Committed(store, one, "two");
        var tail = await store.ReadAsync(0, Patience, default);
        Assert.Equal(two, tail.Head);
        Assert.Equal([1L, 2L], tail.Entries.Select(e => e.Index));
    }

    [NeedsFact("etcd")]
    public async Task An_append_whose_answer_was_lost_is_found_committed_by_repetition()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        await using var members = new EtcdMembers(cluster.Options());
        await members.ConnectAsync(Patience, default);
        var store = new EtcdJournalStore(members, "test");
        // A patience shorter than a sync of a disk: asked, but not waited for.
        var head = JournalHead.Empty;
        var lost = 0;
        for (var i = 1; i <= 2000 && lost < 3; i++)
        {
            var entry = $"entry {i}";
            if (await JournalStoreContract.Append(store, head, entry, patience: 0.0005 * (i % 4 + 1)) is AppendUnknown) lost++;
            var read = await store.ReadAsync(head.Index, Patience, default);
            Assert.InRange(read.Entries.Count, 0, 1);
            head = await JournalStoreContract.Committed(store, head, entry);
            Assert.Equal(head, (await store.ReadAsync(head.Index, Patience, default)).Head);
        }

        Assert.True(lost > 0, "no answer was ever late");
        Assert.Equal(head.Index, (await store.ReadAsync(0, Patience, default)).Entries.Count);
    }

    [NeedsFact("etcd")]
    public async Task A_member_that_lets_no_connection_in_costs_one_attempt()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        // A listener that accepts nobody and whose queue is full: the kernel drops every further SYN, as a dead host would.
        using var hole = new Socket(SocketType.Stream, ProtocolType.Tcp);
        hole.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        hole.Listen(0);
        var at = (IPEndPoint)hole.LocalEndPoint!;
        using var first = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var second = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(at);
        _ = second.ConnectAsync(at).ContinueWith(t => t.Exception, TaskScheduler.Default);

        var options = cluster.Options();
        options = options with { Members = options.Members.SetItem(0, new EtcdEndpoint(EtcdCluster.Names[0], new Uri($"http://127.0.0.1:{at.Port}"))) };
        await using var members = new EtcdMembers(options);
        Assert.Equal(2, await members.ConnectAsync(TimeSpan.FromSeconds(2), default));
        var store = new EtcdJournalStore(members, "test");
        var began = Stopwatch.GetTimestamp();
        var one = await JournalStoreContract.Committed(store, JournalHead.Empty, "one");
        var cold = Stopwatch.GetElapsedTime(began);
        began = Stopwatch.GetTimestamp();
        await JournalStoreContract.Committed(store, one, "two");
        var warm = Stopwatch.GetElapsedTime(began);
        output.WriteLine($"first append {cold.TotalMilliseconds:0} ms, second {warm.TotalMilliseconds:0} ms");
        Assert.InRange(cold.TotalSeconds, 0.19, 1);
        Assert.InRange(warm.TotalSeconds, 0, 0.19);
    }

    [NeedsFact("etcd")]
    public async Task A_watch_goes_on_at_another_member_when_its_own_is_frozen()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        var followers = EtcdCluster.Names.Remove(await cluster.LeaderAsync());
        await using var watching = new EtcdMembers(cluster.Options(followers[0]));
        await using var writing = new EtcdMembers(cluster.Options(followers[1]));
        var store = new EtcdJournalStore(writing, "test");
        using var enough = new CancellationTokenSource();
        var woken = 0;
        var watch = new EtcdJournalStore(watching, "test").WatchAsync(() => Interlocked.Increment(ref woken), enough.Token);
        await Eventually.TrueAsync(() => Volatile.Read(ref woken) > 0, "first wake-up");
        cluster.Freeze(followers[0]);
        var before = Volatile.Read(ref woken);
        // Only a new connection to another member brings this one.
        await Eventually.TrueAsync(() => Volatile.Read(ref woken) > before, "wake-up from another member");
        before = Volatile.Read(ref woken);
        await JournalStoreContract.Committed(store, JournalHead.Empty, "one");
        await Eventually.TrueAsync(() => Volatile.Read(ref woken) > before, "wake-up after an append");
        await enough.CancelAsync();
        await watch.WaitAsync(Patience);
        Assert.True(watch.IsCompletedSuccessfully);
    }

    [NeedsFact("etcd")]
    public async Task A_member_back_from_a_freeze_is_used_again()
    {
        await using var cluster = await EtcdCluster.StartAsync();
        var followers = EtcdCluster.Names.Remove(await cluster.LeaderAsync());
        await using var members = new EtcdMembers(cluster.Options(followers[0]) with { KeepWarm = TimeSpan.FromMilliseconds(200), KeepWarmLimit = TimeSpan.FromMilliseconds(300), FirstRests = TimeSpan.FromSeconds(1) });
        var store = new EtcdJournalStore(members, "test");
        cluster.Freeze(followers[0]);
        var beat = JournalStoreContract.Bytes("beat");
        var pulse = await store.PulseAsync(followers[0], beat, Patience, default);
        Assert.True(pulse.Accepted);
        Assert.NotEqual(followers[0].Value, pulse.Detail);
        cluster.Thaw(followers[0]);
        await Eventually.TrueAsync(async () => (await store.PulseAsync(followers[0], beat, Patience, default)).Detail == followers[0].Value, "answer of its own member");
    }

    [NeedsFact("etcd")]
    public async Task A_full_etcd_says_so_and_nothing_is_appended()
    {
        await using var cluster = await EtcdCluster.StartAsync(extra: "--quota-backend-bytes=262144");
        await using var members = new EtcdMembers(cluster.Options());
        var store = new EtcdJournalStore(members, "test");
        var head = JournalHead.Empty;
        AppendOutcome outcome = new AppendCommitted();
        var entry = "";
        for (var i = 0; i < 100 && outcome is not AppendUnknown; i++)
        {
            entry = $"{i} {new string('x', 20_000)}";
            outcome = await JournalStoreContract.Append(store, head, entry);
            if (outcome is AppendCommitted) head = JournalStoreContract.After(head, JournalStoreContract.Bytes(entry));
        }

        Assert.Contains("NOSPACE", Assert.IsType<AppendUnknown>(outcome).Why, StringComparison.Ordinal);
        Assert.Contains("NOSPACE", (await store.PulseAsync(EtcdCluster.Names[0], JournalStoreContract.Bytes("x"), Patience, default)).Detail, StringComparison.Ordinal);
        // An error is an unknown outcome here, too: another attempt of the same append may have won before the alarm was raised.
        var there = (await store.ReadAsync(0, Patience, default)).Head;
        Assert.True(there == head || there == JournalStoreContract.After(head, JournalStoreContract.Bytes(entry)), $"{there} follows {head}");
        Assert.IsType<AppendUnknown>(await JournalStoreContract.Append(store, there ?? JournalHead.Empty, "more"));
        Assert.Equal(there, (await store.ReadAsync(0, Patience, default)).Head);
    }

    /// <summary>Appends as fast as it goes, hurts a member amid, and asserts the longest time between two commits.</summary>
    private async Task LongestGapAsync(bool hurtLeader, bool localIsHurt, Action<EtcdCluster, MemberName> hurt, double most)
    {
        await using var cluster = await EtcdCluster.StartAsync();
        var leader = await cluster.LeaderAsync();
        var victim = hurtLeader ? leader : EtcdCluster.Names.Remove(leader)[0];
        await using var members = new EtcdMembers(cluster.Options(localIsHurt ? victim : EtcdCluster.Names.Remove(victim).Remove(leader)[0]));
        await members.ConnectAsync(Patience, default);
        var store = new EtcdJournalStore(members, "test");
        var head = JournalHead.Empty;
        for (var i = 0; i < 20; i++) head = await JournalStoreContract.Committed(store, head, $"before {i}");

        var leadership = new EtcdLeadership(members);
        var term = (await leadership.LookAsync()).Term;
        var longest = TimeSpan.Zero;
        var began = Stopwatch.GetTimestamp();
        var last = began;
        hurt(cluster, victim);
        for (var i = 0; Stopwatch.GetElapsedTime(began).TotalSeconds < 2; i++)
        {
            head = await JournalStoreContract.Committed(store, head, $"after {i}");
            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, Stopwatch.GetElapsedTime(last).Ticks));
            last = Stopwatch.GetTimestamp();
        }

        var elections = (await leadership.LookAsync()).Term - term;
        output.WriteLine($"longest gap {longest.TotalMilliseconds:0} ms, {head.Index} entries, {elections} elections");
        Assert.InRange(longest.TotalSeconds, 0, most);
        Assert.Equal(head, (await store.ReadAsync(head.Index, Patience, default)).Head);
    }
}

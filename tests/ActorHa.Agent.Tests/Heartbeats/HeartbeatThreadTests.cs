using System.Net;
using ActorHa.Agent.Heartbeats;
using ActorHa.Agent.Os;
using ActorHa.Core;
using ActorHa.Core.Wire;
using ActorHa.TestKit;
using ActorHa.Testing;

namespace ActorHa.Agent.Tests.Heartbeats;

public class HeartbeatThreadTests
{
    [Fact]
    public async Task Members_hear_each_other_and_their_own_echo()
    {
        using Member a = new("applejack", incarnation: 3), b = new("rainbowdash");
        Member.Connect(a, b);
        await Eventually.True(() => b.Told(a, b) is { AgeMs: < 1000 }, "b's beats come back to b as an echo");
        var (beat, at) = b.LastOf(a)!.Value;
        Assert.Equal(new Incarnation(3), beat.Incarnation);
        Assert.Equal(WireIds.Of(a.Boot), beat.Boot);
        Assert.Equal((BeatHealth.HypervisorOk, 7u, 11L), (beat.Health, beat.MindAgeMs, beat.JournalPosition));
        Assert.True(at <= MonotonicClock.System.Now);
        var echo = b.Told(a, b)!.Value;
        Assert.Equal(WireIds.PrefixOf(WireIds.Of(b.Boot)), echo.BootPrefix);
        await Eventually.True(() => b.Told(a, b) is { } later && later.Sequence > echo.Sequence, "the echo goes on");
        Assert.Empty(a.Heart.Counters.Refused);
        Assert.True(a.Heart.Counters is { Sent: > 0, Heard: > 0, SendFailures: 0 });
    }

    [Fact]
    public void An_address_that_is_not_ours_is_named_with_its_key()
    {
        var e = Assert.Throws<IOException>(() => new Member("applejack", bind: new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0)));
        Assert.StartsWith("member.heartbeat.listen: found 192.0.2.1:0, expected an address of this machine and a free port", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ages_grow_on_all_sides_when_a_member_goes_silent()
    {
        using Member a = new("applejack"), b = new("rainbowdash"), c = new("pinkiepie");
        Member.Connect(a, b, c);
        await Eventually.True(() => c.Told(a, b) is not null && c.LastOf(b) is not null, "c hears of b from a, and b itself");
        b.Dispose();
        await Eventually.True(() => c.Told(a, b)!.Value.AgeMs > 300, "a tells a growing age");
        var last = c.LastOf(b)!.Value;
        Assert.True(c.Told(a, b)!.Value.Sequence >= last.Beat.Sequence - 1);
        Assert.True(MonotonicClock.System.Now - last.At > TimeSpan.FromMilliseconds(200));
        Assert.True(c.Told(a, c)!.Value.AgeMs < 10_000); // the others are still well
    }

    [Fact]
    public async Task Sequences_of_a_restarted_agent_go_on_above_the_old_ones()
    {
        using Member a = new("applejack"), b = new("rainbowdash");
        Member.Connect(a, b);
        await Eventually.True(() => b.LastOf(a) is { Beat.Sequence: > 0 }, "a is heard");
        var before = b.LastOf(a)!.Value.Beat.Sequence;
        var address = a.Heart.Local;
        a.Dispose();
        using var again = new Member("applejack", bind: address);
        again.Heart.Start([new HeartbeatPeer(b.Name, b.Heart.Local)]);
        await Eventually.True(() => b.LastOf(again)!.Value.Beat.Boot == WireIds.Of(again.Boot), "the next run is heard");
        Assert.True(b.LastOf(again)!.Value.Beat.Sequence > before);
    }

    [Fact]
    public async Task It_beats_as_often_as_the_configuration_says()
    {
        using var a = new Member("applejack");
        using var b = new Member("rainbowdash");
        a.Heart.Start([new HeartbeatPeer(b.Name, b.Heart.Local)]);
        b.Heart.Start([new HeartbeatPeer(a.Name, a.Heart.Local)]);
        a.Heart.Know(new Timers { Beat = TimeSpan.FromMilliseconds(20) }, _ => Incarnation.None);
        b.Heart.Know(new Timers { Beat = TimeSpan.FromMilliseconds(200) }, _ => Incarnation.None);
        await Eventually.True(() => b.Heart.Counters.Sent >= 3, "b beats");
        var (quick, slow) = (a.Heart.Counters.Sent, b.Heart.Counters.Sent);
        await Eventually.True(() => a.Heart.Counters.Sent >= quick + 20, "a beats twenty times");
        // Ten to one; on a machine that is held up both lose beats.
        Assert.InRange(b.Heart.Counters.Sent - slow, 0, 10);
    }

    [Fact]
    public async Task Nonsense_forgeries_and_replays_are_counted_and_have_no_effect()
    {
        using var a = new Member("applejack");
        using var stranger = new Stranger();
        var boot = Guid.NewGuid();
        a.Heart.Start([new HeartbeatPeer(new MemberName("rainbowdash"), stranger.Local)]);
        a.Heart.Know(new Timers(), _ => new Incarnation(5));
        var heard = 0;
        a.OnHeard = _ => Interlocked.Increment(ref heard);
        var good = Stranger.Beat("rainbowdash", 100, boot, incarnation: 5);
        var forged = good.ToArray();
        forged[75] ^= 1;

        Expect(BeatRefusal.TooShort, []);
        Expect(BeatRefusal.TooShort, good[..100]);
        Expect(BeatRefusal.TooLong, new byte[BeatCodec.MaxLength + 1]);
        Expect(BeatRefusal.TooLong, new byte[60_000]);
        Expect(BeatRefusal.BadMagic, new byte[200]);
        Expect(BeatRefusal.BadMac, forged);
        Expect(BeatRefusal.BadMac, Stranger.Beat("rainbowdash", 100, boot, key: new byte[32]));
        Expect(BeatRefusal.OtherCluster, Stranger.Beat("rainbowdash", 100, boot, cluster: "zebra"));
        Expect(BeatRefusal.UnknownSender, Stranger.Beat("nobody", 100, boot));
        Expect(BeatRefusal.OwnEcho, Stranger.Beat("applejack", 100, boot));
        Expect(BeatRefusal.OldIncarnation, Stranger.Beat("rainbowdash", 100, boot, incarnation: 4));
        Assert.Equal(0, heard);
        stranger.Send(good, a);
        await Eventually.True(() => Volatile.Read(ref heard) == 1, "the good one is heard");
        Expect(BeatRefusal.Replay, good);
        Assert.Equal(1, heard);
        Assert.Equal(2, a.Heart.Counters.Refused[BeatRefusal.TooLong]);
        Assert.Equal(1, a.Heart.Counters.Refused[BeatRefusal.Replay]);
        Assert.Equal(1, a.Heart.Counters.Heard);

        void Expect(BeatRefusal why, byte[] datagram)
        {
            stranger.Send(datagram, a);
            Assert.True(a.Refusals.TryTake(out var got, Eventually.Limit), $"{why} was expected, nothing came");
            Assert.Equal(why, got);
        }
    }

    [Fact]
    public async Task A_recording_of_another_boot_is_heard_but_told_to_nobody_in_place_of_the_running_one()
    {
        using var a = new Member("applejack");
        using var stranger = new Stranger();
        var (running, recorded) = (Guid.NewGuid(), Guid.NewGuid());
        var heard = 0;
        a.OnHeard = _ => Interlocked.Increment(ref heard);
        a.Heart.Start([new HeartbeatPeer(new MemberName("rainbowdash"), stranger.Local)]);
        Send(100, running, incarnation: 5);
        Send(900, recorded, incarnation: 0);
        Send(101, running, incarnation: 0); // its agent restarted and has not read the journal yet
        await Eventually.True(() => Volatile.Read(ref heard) == 3, "all three are heard");
        Sighting told = default;
        await Eventually.True(() => stranger.Receive().TryFind(WireName.Of(new MemberName("rainbowdash")), out told) && told.Sequence > 100, "the newest is told");
        Assert.Equal((101, WireIds.PrefixOf(running), new Incarnation(5)), (told.Sequence, told.BootPrefix, told.Incarnation));
        Send(1, recorded, incarnation: 6); // a boot that has joined takes its place
        await Eventually.True(() => a.Heart.Counters.Refused.ContainsKey(BeatRefusal.Replay), "an older sequence is a replay");
        Send(901, recorded, incarnation: 6);
        await Eventually.True(() => stranger.Receive().TryFind(WireName.Of(new MemberName("rainbowdash")), out told) && told.Sequence == 901, "the newer incarnation is told");
        Assert.Equal((WireIds.PrefixOf(recorded), new Incarnation(6)), (told.BootPrefix, told.Incarnation));

        void Send(long sequence, Guid boot, long incarnation) => stranger.Send(Stranger.Beat("rainbowdash", sequence, boot, incarnation), a);
    }

    [NeedsFact]
    public async Task A_beat_that_waited_in_the_socket_is_as_old_as_it_is()
    {
        using var a = new Member("applejack");
        using var stranger = new Stranger();
        using var release = new ManualResetEventSlim();
        var times = new List<Instant>();
        var boot = Guid.NewGuid();
        var sequence = 1L;
        a.OnHeard = at =>
        {
            lock (times) times.Add(at);
            release.Wait(Eventually.Limit);
        };
        a.Heart.Start([new HeartbeatPeer(new MemberName("rainbowdash"), stranger.Local)]);
        stranger.Send(Stranger.Beat("rainbowdash", sequence++, boot), a);
        await Eventually.True(() => Heard() == 1, "the first is heard, and its hearer stands still as if paused");
        stranger.Send(Stranger.Beat("rainbowdash", sequence, boot), a);
        var sent = MonotonicClock.System.Now;
        await Eventually.True(() => MonotonicClock.System.Now - sent > TimeSpan.FromMilliseconds(400), "some time goes by");
        release.Set();
        await Eventually.True(() => Heard() == 2, "the second is heard");
        Assert.True(times[1] - sent < TimeSpan.FromMilliseconds(200), $"it counts as received {(times[1] - sent).TotalMilliseconds} ms after it was sent");

        int Heard()
        {
            lock (times) return times.Count;
        }
    }

    [Fact]
    public async Task Neither_thread_allocates_per_beat()
    {
        using Member a = new("applejack"), b = new("rainbowdash");
        long hearBefore = 0;
        int heard = 0, hearAllocated = 0;
        using var quiet = new HeartbeatThread(
            new HeartbeatOptions(new MemberName("pinkiepie"), new BootId(Guid.NewGuid().ToString()), new AgentRun("r"), "pony", Member.Key, new IPEndPoint(IPAddress.Loopback, 0), TimeSpan.FromMilliseconds(10)),
            a, new CallbackSink(Hear), a.Log);
        b.Heart.Start([new HeartbeatPeer(new MemberName("pinkiepie"), quiet.Local)]);
        quiet.Start([new HeartbeatPeer(b.Name, b.Heart.Local)]);
        await Eventually.True(() => a.Fills > 250 && heard > 250, "both have beaten for a while");
        // Of 200 beats. The runtime itself may allocate once or twice on a thread while it compiles anew what runs often.
        Assert.InRange(a.FillsThatFollowedAllocations, 0, 3);
        Assert.InRange(hearAllocated, 0, 3);

        void Hear()
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            if (++heard > 50 && allocated != hearBefore) hearAllocated++;
            hearBefore = allocated;
        }
    }

    [Fact]
    public async Task It_says_which_priority_it_got()
    {
        using Member a = new("applejack"), b = new("rainbowdash");
        Member.Connect(a, b);
        var priority = await Eventually.Done(a.Heart.Priority);
        Assert.NotEmpty(priority.Detail);
        await Eventually.True(() => a.Log.Lines.Any(l => l.Contains($"priority: {priority.Detail}")), "it is logged");
    }

    [Fact]
    public async Task A_source_that_is_wrong_ends_the_heartbeat_where_the_agent_sees_it()
    {
        using Member a = new("applejack"), b = new("rainbowdash");
        Member.Connect(a, b);
        a.FailWith = new InvalidDataException("ours");
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => Eventually.Done(a.Heart.Completion));
        Assert.Equal("ours", failure.Message);
    }

    [NeedsFact]
    public async Task A_peer_that_cannot_be_reached_does_not_stop_the_beats_to_others()
    {
        using Member a = new("applejack"), b = new("rainbowdash");
        // Loopback may not send to an address outside of itself.
        a.Heart.Start([new HeartbeatPeer(new MemberName("pinkiepie"), new IPEndPoint(IPAddress.Parse("192.0.2.1"), 9)), new HeartbeatPeer(b.Name, b.Heart.Local)]);
        b.Heart.Start([new HeartbeatPeer(a.Name, a.Heart.Local)]);
        await Eventually.True(() => b.LastOf(a) is not null && a.Heart.Counters.Sent > 20, "b hears a");
        Assert.True(a.Heart.Counters.SendFailures > 0);
        Assert.Single(a.Log.Lines, l => l.Contains("beats to pinkiepie at 192.0.2.1:9 are not taken by the system"));
    }

    [Fact]
    public void A_heartbeat_that_cannot_work_is_refused_at_the_door()
    {
        using var a = new Member("applejack");
        Assert.Throws<ArgumentException>(() => a.Heart.Start([new HeartbeatPeer(a.Name, a.Heart.Local)]));
        var hasty = new HeartbeatOptions(a.Name, a.Boot, new AgentRun("r"), "pony", Member.Key, new IPEndPoint(IPAddress.Loopback, 0), TimeSpan.FromMilliseconds(1));
        Assert.Throws<ArgumentException>(() => new HeartbeatThread(hasty, a, a, a.Log));
        a.Heart.Start([]);
        Assert.Throws<InvalidOperationException>(() => a.Heart.Start([]));
    }

    private sealed class CallbackSink(Action heard) : IBeatSink
    {
        public void Heard(in Beat beat, Instant receivedAt) => heard();

        public void Refused(BeatRefusal why)
        {
        }
    }
}

using ActorHa.Agent.Actors;
using ActorHa.Agent.Fencing;
using ActorHa.Core;
using ActorHa.Ports;
using ActorHa.TestKit;

namespace ActorHa.Agent.Tests.Fencing;

/// <summary>When the Fencer's shell looks whether fencing would work.</summary>
public sealed class FencerActorTests
{
    private static readonly MemberName Host = new("applejack");
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static Walk Seen(Verdict verdict) => new(new TargetSeen(PeerView.Unheard with { Verdict = verdict }));

    private static async Task<bool> Ready(TestProbe<QuorumMessage> quorum) => (await quorum.ExpectAsync<ProtectionSaid>()).Protection.Ready;

    [Fact]
    public async Task A_host_that_is_heard_at_last_is_looked_at_at_once()
    {
        var time = new FakeTimeProvider();
        await using var system = new ActorSystem(new ListLogger(), time);
        await using var bench = new FenceBench((_, _, _) => new PowerOnly { Shown = Power.On });
        bench.Know(PowerOnly.Site(Host, "192.0.2.7"));
        var quorum = new TestProbe<QuorumMessage>("quorum", time);
        var fencer = system.Start("fencer", () => new FencerActor(Host, new FenceWalk(new Timers(), new Instant(0)), bench, quorum, new ListLogger()));
        await quorum.ExpectNoneFor(0.9 * Second, time, system);
        time.Advance(0.1 * Second);
        Assert.False(await Ready(quorum));
        fencer.Tell(Seen(Verdict.Alive));
        Assert.True(await Ready(quorum));
        // Heard again, and protected: the next look is in its turn.
        fencer.Tell(Seen(Verdict.Silent));
        fencer.Tell(Seen(Verdict.Alive));
        await quorum.ExpectNoneFor(90 * Second, time, system);
    }

    [Fact]
    public async Task Looks_out_of_turn_do_not_add_up()
    {
        var time = new FakeTimeProvider();
        await using var system = new ActorSystem(new ListLogger(), time);
        await using var bench = new FenceBench((_, _, _) => new PowerOnly { Shown = Power.Off });
        bench.Know(PowerOnly.Site(Host, "192.0.2.7"));
        var quorum = new TestProbe<QuorumMessage>("quorum", time);
        var fencer = system.Start("fencer", () => new FencerActor(Host, new FenceWalk(new Timers(), new Instant(0)), bench, quorum, new ListLogger()));
        for (var look = 0; look < 3; look++)
        {
            fencer.Tell(Seen(Verdict.Silent));
            fencer.Tell(Seen(Verdict.Alive));
            Assert.False(await Ready(quorum));
        }
        await Eventually.Settled(system);
        // retry-most, with its jitter: 24 to 36 s.
        time.Advance(36 * Second);
        Assert.False(await Ready(quorum));
        await quorum.ExpectNoneFor(20 * Second, time, system);
    }

    [Fact]
    public async Task A_device_that_owes_an_answer_is_not_asked_for_the_watcher_again()
    {
        var time = new FakeTimeProvider();
        await using var system = new ActorSystem(new ListLogger(), time);
        var asked = 0;
        var answer = new TaskCompletionSource<PowerReading>();
        await using var bench = new FenceBench((_, _, _) => new PowerOnly { Shown = Power.On, Reading = () => { Interlocked.Increment(ref asked); return answer.Task; } });
        bench.Know(PowerOnly.Site(Host, "192.0.2.7"));
        var quorum = new TestProbe<QuorumMessage>("quorum", time);
        var watcher = new TestProbe<WatchMessage>("watcher", time);
        var fencer = system.Start("fencer", () => new FencerActor(Host, new FenceWalk(new Timers(), new Instant(0)), bench, quorum, new ListLogger()));
        for (var i = 0; i < 3; i++) fencer.Tell(new PowerWanted(watcher));
        // What comes behind them has been done.
        fencer.Tell(new CheckProtection());
        await Ready(quorum);
        Assert.Equal(1, Volatile.Read(ref asked));
        answer.SetResult(new PowerReading(Power.Off, "device", "off"));
        Assert.Equal(Power.Off, (await watcher.ExpectAsync<PowerAnswered>()).Reading.Power);
        fencer.Tell(new PowerWanted(watcher));
        await watcher.ExpectAsync<PowerAnswered>();
        Assert.Equal(2, Volatile.Read(ref asked));
    }

    /// <summary>
    /// Its question was out, and is answered as it wakes: nothing tells how long that took. What its target said meanwhile is heard a
    /// moment later, so it listens first.
    /// </summary>
    [Fact]
    public async Task Who_slept_over_an_answer_listens_before_it_switches_again()
    {
        var time = new FakeTimeProvider();
        await using var system = new ActorSystem(new ListLogger(), time);
        var (offs, owed, held) = (0, false, (TaskCompletionSource<PowerReading>?)null);
        var on = new PowerReading(Power.On, "device", "on");
        await using var bench = new FenceBench((_, _, _) => new PowerOnly
        {
            Off = () => { Interlocked.Increment(ref offs); return new SwitchAnswer(SwitchResult.Answered, ""); },
            Reading = () =>
            {
                Volatile.Write(ref owed, Volatile.Read(ref held) is not null);
                return Volatile.Read(ref held)?.Task ?? Task.FromResult(on);
            },
        });
        bench.Know(PowerOnly.Site(Host, "192.0.2.7"));
        var timers = new Timers();
        var quorum = new TestProbe<QuorumMessage>("quorum", time);
        var fencer = system.Start("fencer", () => new FencerActor(Host, new FenceWalk(timers, new Instant(0)), bench, quorum, new ListLogger()));
        // What the device owes is not waited for.
        Task SettledAsync() => Eventually.True(() => system.Unfinished == (Volatile.Read(ref owed) ? 1 : 0), "nobody has anything to do");
        async Task LaterAsync(TimeSpan by, bool atOnce = false)
        {
            var step = atOnce ? by : TimeSpan.FromMilliseconds(10);
            for (var past = TimeSpan.Zero; past < by; past += step)
            {
                await SettledAsync();
                time.Advance(step);
            }
            await SettledAsync();
        }
        fencer.Tell(new Walk(new FenceTarget(new Incarnation(1), 1, timers, false)));
        fencer.Tell(new Walk(new FenceOrdered(new FenceOrder(7, new Epoch(5), new Incarnation(1), 0, SwitchOn: false, StandDown: true, Listen: false))));
        await LaterAsync(timers.Settle * 1.5);
        Assert.Equal(1, offs);
        Volatile.Write(ref held, new TaskCompletionSource<PowerReading>());
        await LaterAsync(timers.Settle);
        Assert.Equal(1, offs);
        await LaterAsync(TimeSpan.FromSeconds(4), atOnce: true);
        Assert.True(owed);
        var answered = held;
        (held, owed) = (null, false);
        answered.SetResult(on);
        await LaterAsync(timers.SuspectAfter / 2);
        Assert.Equal(1, offs);
        // Nothing is heard: it goes on.
        await LaterAsync(timers.SuspectAfter * 2);
        Assert.NotEqual(1, offs);
    }

    [Fact]
    public async Task What_the_watcher_has_seen_counts_before_its_letter_comes()
    {
        var time = new FakeTimeProvider();
        await using var system = new ActorSystem(new ListLogger(), time);
        var offs = 0;
        await using var bench = new FenceBench((_, _, _) => new PowerOnly { Off = () => { Interlocked.Increment(ref offs); return new SwitchAnswer(SwitchResult.Answered, ""); } });
        bench.Know(PowerOnly.Site(Host, "192.0.2.7"));
        var quorum = new TestProbe<QuorumMessage>("quorum", time);
        var fencer = system.Start("fencer", () => new FencerActor(Host, new FenceWalk(new Timers(), new Instant(0)), bench, quorum, new ListLogger(), () => PeerView.Unheard with { Verdict = Verdict.Alive }));
        fencer.Tell(new Walk(new FenceOrdered(new FenceOrder(7, new Epoch(5), new Incarnation(1), 0, SwitchOn: false, StandDown: true, Listen: false))));
        Assert.Equal(FencerOutcome.StoodDown, (await quorum.ExpectAsync<FencerSaid>()).Report.Outcome);
        Assert.Equal(0, offs);
    }
}

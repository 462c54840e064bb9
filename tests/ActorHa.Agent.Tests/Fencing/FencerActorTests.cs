using ActorHa.Agent.Actors;
using ActorHa.Agent.Fencing;
using ActorHa.Core;
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
}

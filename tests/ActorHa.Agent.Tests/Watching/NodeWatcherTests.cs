using ActorHa.Agent.Actors;
using ActorHa.Agent.Fencing;
using ActorHa.Agent.Os;
using ActorHa.Agent.Watching;
using ActorHa.Core;
using ActorHa.Ports;
using ActorHa.TestKit;

namespace ActorHa.Agent.Tests.Watching;

public sealed class NodeWatcherTests
{
    private static readonly TimeSpan LookAfter = new Timers().LookAfter;

    [Fact]
    public async Task It_looks_when_a_beat_may_be_missing_not_before_and_not_later()
    {
        await using var stage = new WatcherStage(asksPower: true);
        await stage.LaterAsync(LookAfter / 2);
        stage.Beat();
        // Time to look after nothing was heard since the start: but something was.
        Assert.Empty(await stage.LaterAsync<PowerWanted>(LookAfter / 2));
        Assert.Empty(await stage.LaterAsync<PowerWanted>((LookAfter / 2) - TimeSpan.FromMilliseconds(2)));
        Assert.Single(await stage.LaterAsync<PowerWanted>(TimeSpan.FromMilliseconds(2)));
        Assert.Equal(1, stage.Probed);
    }

    [Fact]
    public async Task One_that_does_not_ask_the_power_still_tells_the_fencer_every_sign_of_life()
    {
        await using var stage = new WatcherStage(asksPower: false);
        await stage.LaterAsync(TimeSpan.Zero);
        for (var i = 0; i < 3; i++)
        {
            var at = stage.Beat();
            var seen = Assert.Single(await stage.LaterAsync<Walk>(LookAfter / 4));
            Assert.Equal(at, Assert.IsType<TargetSeen>(seen.Message).View.HeardAt);
        }
        Assert.Empty(await stage.LaterAsync<PowerWanted>(LookAfter * 2));
        Assert.True(stage.Probed > 0);
    }

    /// <summary>A watcher of a host; its fencer and its mind are probes.</summary>
    private sealed class WatcherStage : IAsyncDisposable, IPeerProbe
    {
        private readonly FakeTimeProvider _time = new();
        private readonly MonotonicClock _clock;
        private readonly ActorSystem _system;
        private readonly TestProbe<FencerLetter> _fencer;
        private readonly ActorRef<WatchMessage> _watcher;
        private long _sequence;

        public WatcherStage(bool asksPower)
        {
            _clock = new MonotonicClock(_time);
            _system = new ActorSystem(new ListLogger(), _time);
            _fencer = new TestProbe<FencerLetter>("fencer", _time);
            var parts = new WatcherParts(new TestProbe<QuorumMessage>("quorum", _time), () => _fencer, _ => { }, asksPower, this);
            _watcher = _system.Start("watcher", () => new NodeWatcherActor(new PeerWatch(new MemberName("applejack"), true, new Timers(), _clock.Now), parts, new ListLogger()));
            _watcher.Tell(new LifeKnown(1, new Timers()));
        }

        public int Probed { get; private set; }

        public Instant Beat()
        {
            var at = _clock.Now;
            _watcher.Tell(new BeatHeard(1, ++_sequence, TimeSpan.Zero, true, 1, at, null));
            return at;
        }

        public Task LaterAsync(TimeSpan by) => LaterAsync<FencerLetter>(by);

        /// <summary>Moves time on, and takes what the fencer was told.</summary>
        public async Task<IReadOnlyList<T>> LaterAsync<T>(TimeSpan by)
        {
            await Eventually.Settled(_system);
            _time.Advance(by);
            await Eventually.Settled(_system);
            var told = new List<FencerLetter>();
            while (_fencer.Waiting > 0) told.Add(await _fencer.ExpectAsync());
            return [.. told.OfType<T>()];
        }

        public Task<bool> AnswersAsync(MemberName peer, TimeSpan patience, CancellationToken cancel)
        {
            Probed++;
            return Task.FromResult(false);
        }

        public async ValueTask DisposeAsync() => await _system.DisposeAsync();
    }
}

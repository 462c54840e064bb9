using ActorHa.Agent.Actors;
using ActorHa.Agent.Quorum;
using ActorHa.Core;
using ActorHa.Core.Wire;

namespace ActorHa.Agent.Heartbeats;

/// <summary>Between the beat's threads and the actors: what we say of ourselves, and to whom what is heard goes.</summary>
public sealed class BeatHub(MemberName self, Guid boot, Os.MonotonicClock clock, Ledger ledger) : IBeatSource, IBeatSink
{
    private readonly ulong _boot = WireIds.PrefixOf(boot);
    private volatile Route[] _routes = [];
    private uint _stuckMs = WireIds.Milliseconds(new Timers().MindTimeout);
    private long _turned;

    /// <summary>Quorum has turned.</summary>
    public void Turned(Instant at) => Volatile.Write(ref _turned, at.Ticks);

    /// <summary>Age of Quorum's last turn.</summary>
    public TimeSpan MindAge => Volatile.Read(ref _turned) is var at and not 0 ? clock.Now - new Instant(at) : TimeSpan.MaxValue;

    /// <summary>From when on a peer's mind is stuck. Any thread.</summary>
    public void Know(Timers timers) => Volatile.Write(ref _stuckMs, WireIds.Milliseconds(timers.MindTimeout));

    /// <summary>Whom to tell what is heard of a peer.</summary>
    public void Connect(IEnumerable<(MemberName Peer, ActorRef<WatchMessage> Watcher)> watchers) =>
        _routes = [.. watchers.Select(w => new Route(WireName.Of(w.Peer), w.Peer, w.Watcher))];

    /// <inheritdoc/>
    public void Fill(ref Beat beat)
    {
        beat.MindAgeMs = WireIds.Milliseconds(MindAge);
        beat.Health = BeatHealth.HypervisorOk | BeatHealth.StorageOk;
        if (ledger.Now is not { } now) return;
        if (!now.View.Well) beat.Health = BeatHealth.StorageOk;
        var host = now.State.Host(self);
        beat.Incarnation = host.Boot == now.View.Boot ? host.Joined : Incarnation.None;
        beat.ConfigNumber = now.State.ConfigNumber;
        beat.JournalPosition = now.Newest;
    }

    /// <inheritdoc/>
    public void Heard(in Beat beat, Instant receivedAt)
    {
        foreach (var route in _routes)
        {
            if (route.Name == beat.Sender)
            {
                if (beat.MindAgeMs <= Volatile.Read(ref _stuckMs)) (route.Boot, route.Sequence) = (WireIds.PrefixOf(beat.Boot), beat.Sequence);
                route.Watcher.Tell(Direct(beat, receivedAt));
            }
            // What was heard directly, or something newer, is no news from another: at rest that is every sighting.
            else if (beat.TryFind(route.Name, out var seen) && (seen.BootPrefix != route.Boot || seen.Sequence > route.Sequence)) route.Watcher.Tell(new PeerSighted(PeerOf(beat.Sender), seen.BootPrefix, seen.Sequence, receivedAt - TimeSpan.FromMilliseconds(seen.AgeMs)));
        }
    }

    /// <inheritdoc/>
    public void Refused(BeatRefusal why)
    {
        // Counted by the thread; the status page shows the counters.
    }

    private BeatHeard Direct(in Beat beat, Instant at)
    {
        Instant? us = beat.TryFind(WireName.Of(self), out var echo) && echo.BootPrefix == _boot ? at - TimeSpan.FromMilliseconds(echo.AgeMs) : null;
        var well = (beat.Health & (BeatHealth.HypervisorOk | BeatHealth.StorageOk)) == (BeatHealth.HypervisorOk | BeatHealth.StorageOk);
        return new BeatHeard(WireIds.PrefixOf(beat.Boot), beat.Sequence, TimeSpan.FromMilliseconds(beat.MindAgeMs), well, beat.ConfigNumber, at, us, beat.JournalPosition);
    }

    private MemberName PeerOf(WireName name) => _routes.FirstOrDefault(r => r.Name == name)?.Peer ?? new MemberName("?");

    /// <summary>A peer, and the newest beat heard of it directly with a living mind. Receiving thread only.</summary>
    private sealed class Route(WireName name, MemberName peer, ActorRef<WatchMessage> watcher)
    {
        public WireName Name => name;
        public MemberName Peer => peer;
        public ActorRef<WatchMessage> Watcher => watcher;
        public ulong Boot { get; set; }
        public long Sequence { get; set; }
    }
}

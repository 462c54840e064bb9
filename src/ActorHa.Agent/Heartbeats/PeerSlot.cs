using ActorHa.Core;
using ActorHa.Core.Wire;

namespace ActorHa.Agent.Heartbeats;

/// <summary>
/// What was heard last of one peer: written by the receiving thread, read by the sending one, without a lock that one
/// could hold while the other has to beat. A reader that meets a writer tries again a few times and then keeps its last
/// copy.
/// </summary>
internal sealed class PeerSlot(WireName name)
{
    // After this long without its incarnation another boot may take a peer's place in our sightings.
    private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(10);

    private int _version; // odd while being written
    private ulong _boot;
    private long _incarnation, _sequence, _at;
    private long _newest;
    private Sighting _copy;
    private Instant _copyAt;

    public WireName Name => name;

    /// <summary>The peer's newest incarnation by the journal.</summary>
    public Incarnation Newest
    {
        get => new(Volatile.Read(ref _newest));
        set => Volatile.Write(ref _newest, value.Number);
    }

    /// <summary>Takes in a beat that is news. Receiving thread only. Returns when it counts as received: never before the last one.</summary>
    public Instant Hear(in Beat beat, Instant at)
    {
        at = new Instant(Math.Max(at.Ticks, _at));
        var boot = WireIds.PrefixOf(beat.Boot);
        // A recording of an older boot must not take the place of the running one; a restarted agent does not know its
        // incarnation for a while, but its boot has one.
        var sameBoot = boot == _boot;
        if (!sameBoot && _sequence > 0 && beat.Incarnation.Number <= _incarnation && at - new Instant(_at) < Forgotten) return at;
        var incarnation = sameBoot && beat.Incarnation == Incarnation.None ? _incarnation : beat.Incarnation.Number;
        Volatile.Write(ref _version, _version + 1);
        Interlocked.MemoryBarrier();
        _boot = boot;
        _incarnation = incarnation;
        _sequence = beat.Sequence;
        _at = at.Ticks;
        Interlocked.MemoryBarrier();
        Volatile.Write(ref _version, _version + 1);
        return at;
    }

    /// <summary>The sighting as of now; false when the peer was never heard. Sending thread only.</summary>
    public bool TrySee(Instant now, out Sighting sighting)
    {
        for (var attempt = 0; attempt < 4; attempt++)
        {
            var version = Volatile.Read(ref _version);
            if ((version & 1) != 0) continue;
            Interlocked.MemoryBarrier();
            var copy = new Sighting(name, _boot, new Incarnation(_incarnation), _sequence, 0);
            var at = new Instant(_at);
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref _version) != version) continue;
            _copy = copy;
            _copyAt = at;
            break;
        }
        sighting = _copy with { AgeMs = WireIds.Milliseconds(now - _copyAt) };
        return _copy.Sequence > 0;
    }
}

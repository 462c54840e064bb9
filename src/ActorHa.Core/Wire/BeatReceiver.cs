namespace ActorHa.Core.Wire;

/// <summary>
/// Decides whether an authentic beat is news. Knows the peers and, per peer, the newest sequence of its last boots; no
/// clock. Not for several threads at once.
/// </summary>
/// <remarks>
/// A boot id has no order, so a beat of an unknown boot is always let through: it is a reason to look, never proof. The
/// track of an older boot is kept beside the new one, not replaced by it: otherwise somebody who recorded beats of an
/// earlier boot could make us refuse those of the running one, and silence it. What this memory cannot know after a
/// restart of our own (a recorded beat of a host that has died since) the echo tells: such a beat echoes no sequence of
/// our present run.
/// </remarks>
public sealed class BeatReceiver
{
    /// <summary>Boots remembered per peer.</summary>
    public const int BootsPerPeer = 4;

    private readonly WireName _self;
    private readonly WireName[] _peers;
    private readonly Track[] _tracks;
    private long _turn;

    /// <param name="self">Our own name.</param>
    /// <param name="peers">All other members.</param>
    public BeatReceiver(MemberName self, IReadOnlyList<MemberName> peers)
    {
        _self = WireName.Of(self);
        _peers = [.. peers.Select(WireName.Of)];
        _tracks = new Track[_peers.Length * BootsPerPeer];
    }

    /// <summary>Position of a peer in the list given at the start; -1 when unknown.</summary>
    public int IndexOf(WireName peer) => Array.IndexOf(_peers, peer);

    /// <summary>Judges a beat, and remembers it where it is accepted.</summary>
    /// <param name="beat">An authentic beat.</param>
    /// <param name="newest">The sender's newest incarnation by the journal. A beat of none (0) is let through: its agent
    /// has not joined yet, or has been restarted and has not read the journal yet.</param>
    /// <returns><see cref="BeatRefusal.None"/> when it is news.</returns>
    public BeatRefusal Accept(in Beat beat, Incarnation newest)
    {
        if (beat.Sender == _self) return BeatRefusal.OwnEcho;
        var peer = IndexOf(beat.Sender);
        if (peer < 0) return BeatRefusal.UnknownSender;
        if (beat.Incarnation != Incarnation.None && beat.Incarnation < newest) return BeatRefusal.OldIncarnation;
        var tracks = _tracks.AsSpan(peer * BootsPerPeer, BootsPerPeer);
        ref var track = ref TrackOf(tracks, beat.Boot);
        if (track.Boot == beat.Boot && beat.Sequence <= track.Sequence) return BeatRefusal.Replay;
        // Only rises: a restarted agent says 0 for a while, and its boot's track must not become the one to give up.
        var incarnation = track.Boot == beat.Boot ? Math.Max(track.Incarnation, beat.Incarnation.Number) : beat.Incarnation.Number;
        track = new Track(beat.Boot, beat.Sequence, incarnation, ++_turn);
        return BeatRefusal.None;
    }

    // The boot's own track, or the one to give up for it: lowest incarnation first, then the one unheard for longest, so
    // that no flood of old recordings makes us forget the running boot.
    private static ref Track TrackOf(Span<Track> tracks, Guid boot)
    {
        var giveUp = 0;
        for (var i = 0; i < tracks.Length; i++)
        {
            if (tracks[i].Boot == boot) return ref tracks[i];
            if ((tracks[i].Incarnation, tracks[i].Turn).CompareTo((tracks[giveUp].Incarnation, tracks[giveUp].Turn)) < 0) giveUp = i;
        }
        return ref tracks[giveUp];
    }

    private readonly record struct Track(Guid Boot, long Sequence, long Incarnation, long Turn);
}

namespace ActorHa.Core;

/// <summary>What a host promised about its timer in its newest life.</summary>
/// <param name="Incarnation">The life.</param>
/// <param name="Timeout">Time-out as the device read it back.</param>
/// <param name="FeedFor">It feeds for at most this after the start of a committed write; kept here, since a later configuration
/// may say otherwise while the host still goes by this.</param>
/// <param name="Index">Entry of the promise.</param>
public sealed record ArmedWatchdog(Incarnation Incarnation, TimeSpan Timeout, TimeSpan FeedFor, long Index);

/// <summary>
/// The host's timer runs and is fed only on the strength of committed writes from now on. Recorded before any VM may start
/// there: a life without it is never proven over by the watchdog.
/// </summary>
public sealed record WatchdogArmed(MemberName Host, Incarnation Incarnation, TimeSpan Timeout, TimeSpan FeedFor, string Detail) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Host(Host).Joined != Incarnation || Incarnation == Incarnation.None
        ? s
        : s.With(Host, h => h with { Watchdog = new ArmedWatchdog(Incarnation, Timeout, FeedFor, index) });
}

/// <summary>The host takes its promise back: it has no VM, its agent stops, or the device failed. From here it may feed as it likes.</summary>
public sealed record WatchdogDisarmed(MemberName Host, Incarnation Incarnation, string Reason) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Host(Host).Watchdog?.Incarnation != Incarnation
        ? s
        : s.With(Host, h => h with { Watchdog = null });
}

/// <summary>
/// Where two proofs are required: the device has proven the host off. Kept, since another member may hold the second proof,
/// and the executor may be gone by then. It frees nothing.
/// </summary>
public sealed record FenceHalfProven(Epoch Request, MemberName Host, Incarnation Incarnation, Proof Proof) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Host(Host).Request is not { } r || r.Number != Request || r.Incarnation != Incarnation
        ? s
        : s.With(Host, h => h with { Request = r with { Half = Proof, ProgressIndex = index } });
}

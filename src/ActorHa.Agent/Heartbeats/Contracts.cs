using System.Net;
using ActorHa.Core;
using ActorHa.Core.Wire;

namespace ActorHa.Agent.Heartbeats;

/// <summary>What this member says of itself.</summary>
public interface IBeatSource
{
    /// <summary>
    /// Fills in incarnation, health, mind age, configuration number and journal index. Called on the beat thread before each
    /// beat: a snapshot without locks, waits and allocations. All else is set by the thread.
    /// </summary>
    void Fill(ref Beat beat);
}

/// <summary>Who wants to know what came. Called on the receiving thread: hand on and return.</summary>
public interface IBeatSink
{
    /// <summary>A peer's beat that is news.</summary>
    /// <param name="beat">The beat; copy what shall be kept.</param>
    /// <param name="receivedAt">When the kernel received it, on this process's monotonic clock. Per peer it never goes back.</param>
    void Heard(in Beat beat, Instant receivedAt);

    /// <summary>A datagram was dropped; counted already.</summary>
    void Refused(BeatRefusal why);
}

/// <summary>Who sends, how often, and from where.</summary>
/// <param name="Self">Our name.</param>
/// <param name="Boot">Our kernel's boot id.</param>
/// <param name="Run">Our agent run.</param>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Key">The members' common secret.</param>
/// <param name="Bind">Where we listen and send from; port 0 = a free one.</param>
/// <param name="Interval">Time between two beats before the journal is read, at least 10 ms.</param>
/// <param name="RaisePriority">Whether to ask the system for real-time priority.</param>
public sealed record HeartbeatOptions(
    MemberName Self, BootId Boot, AgentRun Run, string Cluster, ReadOnlyMemory<byte> Key, IPEndPoint Bind, TimeSpan Interval, bool RaisePriority = true);

/// <summary>Where a peer listens.</summary>
public sealed record HeartbeatPeer(MemberName Name, IPEndPoint Address);

/// <summary>What the heartbeat has seen, for the status page.</summary>
/// <param name="Sent">Beats sent (each to all peers).</param>
/// <param name="Late">Beats sent more than an interval after their time: the thread was held up.</param>
/// <param name="SendFailures">Datagrams that the system did not take.</param>
/// <param name="Heard">Beats accepted.</param>
/// <param name="Refused">Datagrams refused, by reason; reasons that never occurred are absent.</param>
public sealed record HeartbeatCounters(long Sent, long Late, long SendFailures, long Heard, IReadOnlyDictionary<BeatRefusal, long> Refused);

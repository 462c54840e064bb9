using System.Collections.Immutable;

namespace ActorHa.Core;

/// <summary>What Quorum hears.</summary>
public abstract record QuorumMessage;

/// <summary>Time has passed.</summary>
public sealed record MindTick : QuorumMessage;

/// <summary>The journal may have grown: a wake-up call, nothing more.</summary>
public sealed record JournalWoken : QuorumMessage;

/// <summary>Head and entries after the index that was asked for.</summary>
public sealed record TailRead(JournalHead? Head, IReadOnlyList<RawEntry> Entries) : QuorumMessage;

/// <summary>Nobody answered.</summary>
public sealed record TailFailed(string Why) : QuorumMessage;

/// <summary>A stored entry.</summary>
public readonly record struct RawEntry(long Index, ReadOnlyMemory<byte> Bytes);

/// <summary>What became of an append.</summary>
public sealed record AppendSettled(AppendFate Fate, string Detail) : QuorumMessage;

/// <summary>Fates of an append.</summary>
public enum AppendFate
{
    /// <summary>Committed, and known to be.</summary>
    Committed,

    /// <summary>Head was another; it never will be.</summary>
    Conflict,

    /// <summary>An error is an unknown outcome.</summary>
    Unknown,
}

/// <summary>A pulse sent at that time was accepted, or not.</summary>
/// <param name="Sent">When it was first sent.</param>
/// <param name="Accepted">A majority took it.</param>
/// <param name="Detail">For people.</param>
/// <param name="Head">The journal's head as the pulse's own transaction saw it; null when that is not known.</param>
public sealed record PulseSettled(Instant Sent, bool Accepted, string Detail, JournalHead? Head = null) : QuorumMessage;

/// <summary>How the device of this host's watchdog stands.</summary>
public sealed record WatchdogSaid(WatchdogReport Report) : QuorumMessage;

/// <summary>A NodeWatcher's verdict.</summary>
public sealed record PeerSaid(MemberName Peer, PeerView View) : QuorumMessage;

/// <summary>A Fencer's report.</summary>
public sealed record FencerSaid(MemberName Host, FencerReport Report) : QuorumMessage;

/// <summary>A Fencer's check of itself.</summary>
public sealed record ProtectionSaid(MemberName Host, Protection Protection) : QuorumMessage;

/// <summary>A VmSupervisor's observation.</summary>
public sealed record VmSaid(VmName Vm, VmObservation Seen) : QuorumMessage;

/// <summary>Hypervisor and storage of this host are well, or not.</summary>
public sealed record WellSaid(bool Well, string Detail) : QuorumMessage;

/// <summary>An operator's command; the answer repeats the ticket.</summary>
public sealed record Commanded(long Ticket, Command Command) : QuorumMessage;

/// <summary>The agent is stopping: nothing new is taken or started.</summary>
public sealed record StopBegun : QuorumMessage;

/// <summary>What Quorum's shell is to do.</summary>
public abstract record QuorumEffect;

/// <summary>Read head and the tail after this index.</summary>
public sealed record ReadTail(long After) : QuorumEffect;

/// <summary>
/// Append. Before it is sent, the stamps of the named hosts' fence devices are taken: what bounds a SET must be older than
/// the commit from which everybody else counts <c>set-lifetime</c>.
/// </summary>
public sealed record SendAppend(JournalHead Expected, JournalHead Next, ReadOnlyMemory<byte> Bytes, ImmutableArray<MemberName> Stamps) : QuorumEffect;

/// <summary>Write the member's own small key; answer with <see cref="PulseSettled"/>.</summary>
public sealed record SendPulse(Instant Sent) : QuorumEffect;

/// <summary>
/// The order to the thread that holds the watchdog's device has changed. It stands before all other effects of its turn: a
/// promise binds before it is sent.
/// </summary>
public sealed record HoldWatchdog(WatchdogOrder Order) : QuorumEffect;

/// <summary>This process must end and be started again: what it permitted itself stands in a line of the journal that was lost.</summary>
public sealed record StartAgentAnew(string Why) : QuorumEffect;

/// <summary>Orders have changed.</summary>
public sealed record Obey(Orders Orders) : QuorumEffect;

/// <summary>The state has changed: peers' lives, timers, the number of the configuration.</summary>
public sealed record StateChanged(ClusterState State, JournalHead Head) : QuorumEffect;

/// <summary>An entry was folded in; <paramref name="Own"/> = this member wrote it.</summary>
public sealed record EntryLearned(JournalEntry Entry, bool Own) : QuorumEffect;

/// <summary>The refusals that stand have changed.</summary>
public sealed record RefusalsChanged(ImmutableArray<Refusal> Refusals) : QuorumEffect;

/// <summary>Answer to a command.</summary>
public sealed record AnswerCommand(long Ticket, bool Accepted, string Because, long Index) : QuorumEffect;

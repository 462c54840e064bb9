using ActorHa.Core;

namespace ActorHa.Ports;

/// <summary>
/// The journal as bytes: compare-and-append, read, wake-up. It knows no events. Implementations: etcd, memory.
/// </summary>
public interface IJournalStore : IAsyncDisposable
{
    /// <summary>
    /// One append: <i>if head is <paramref name="expected"/> and journal/&lt;next.Index&gt; does not exist, put both</i>.
    /// Repeats the identical attempt round the members until <paramref name="patience"/> is over.
    /// </summary>
    /// <param name="expected">The head decided on; <see cref="JournalHead.Empty"/> = the key must not exist.</param>
    /// <param name="next">The head afterwards; its index is <paramref name="expected"/>'s plus one.</param>
    /// <param name="entry">The entry's bytes; unique by the id inside, so equal bytes mean "ours".</param>
    /// <param name="patience">How long to try in all before the outcome is called unknown.</param>
    /// <param name="cancel">Ends the attempts; the outcome is then unknown.</param>
    /// <returns>Never throws for what the world does: every fault is an <see cref="AppendUnknown"/>.</returns>
    Task<AppendOutcome> AppendAsync(JournalHead expected, JournalHead next, ReadOnlyMemory<byte> entry, TimeSpan patience, CancellationToken cancel);

    /// <summary>Head and all entries after <paramref name="after"/> (in order), read in one transaction.</summary>
    /// <exception cref="JournalUnavailableException">No member answered in time.</exception>
    Task<JournalTail> ReadAsync(long after, TimeSpan patience, CancellationToken cancel);

    /// <summary>
    /// Writes the member's own small key outside the journal: shows that a majority still accepts writes, and on which head.
    /// </summary>
    Task<PulseOutcome> PulseAsync(MemberName member, ReadOnlyMemory<byte> payload, TimeSpan patience, CancellationToken cancel);

    /// <summary>
    /// Calls <paramref name="wake"/> whenever head changes. A hint only: it may be silent, repeat or miss, and it
    /// reconnects by itself, round the members, until cancelled.
    /// </summary>
    Task WatchAsync(Action wake, CancellationToken cancel);
}

/// <summary>What became of an append.</summary>
public abstract record AppendOutcome;

/// <summary>The entry is in the journal, known from a transaction that went through Raft.</summary>
public sealed record AppendCommitted : AppendOutcome;

/// <summary>Head was another: the entry is not in the journal and, by the comparison, never will be.</summary>
/// <param name="Head">Head as the failed transaction saw it; null = the key does not exist.</param>
public sealed record AppendConflict(JournalHead? Head) : AppendOutcome;

/// <summary>Nobody knows: it may be in the journal, or get there later, until head moves on.</summary>
public sealed record AppendUnknown(string Why) : AppendOutcome;

/// <summary>Head and the entries after a point.</summary>
public sealed record JournalTail(JournalHead? Head, IReadOnlyList<StoredEntry> Entries);

/// <summary>One stored entry.</summary>
public sealed record StoredEntry(long Index, ReadOnlyMemory<byte> Bytes);

/// <summary>Outcome of a pulse.</summary>
/// <param name="Accepted">A majority took the write.</param>
/// <param name="Detail">Member that answered, or the fault.</param>
/// <param name="Head">Head as the very transaction of the write saw it; null = unknown, or no entry yet.</param>
public sealed record PulseOutcome(bool Accepted, string Detail, JournalHead? Head = null);

/// <summary>No member of the journal answered in time.</summary>
public sealed class JournalUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

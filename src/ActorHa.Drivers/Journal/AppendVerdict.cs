using ActorHa.Core;
using ActorHa.Ports;

namespace ActorHa.Drivers.Journal;

/// <summary>
/// What a failed compare-and-append means, from head and the entry's place as the very same transaction saw them.
/// One rule for all stores.
/// </summary>
internal static class AppendVerdict
{
    /// <param name="expected">The head that was compared.</param>
    /// <param name="next">The head that would have been put.</param>
    /// <param name="entry">The bytes that would have been put.</param>
    /// <param name="head">Head as seen; null = absent.</param>
    /// <param name="stored">What is stored at <paramref name="next"/>'s index; null = nothing.</param>
    public static AppendOutcome OfFailure(
        JournalHead expected, JournalHead next, ReadOnlySpan<byte> entry, JournalHead? head, ReadOnlyMemory<byte>? stored)
    {
        var reached = head is not null && head.Index >= next.Index;
        var ours = stored is { } bytes && bytes.Span.SequenceEqual(entry);
        if ((head ?? JournalHead.Empty) == expected)
            return new AppendUnknown($"the journal is damaged: head is {expected}, yet entry {next.Index} exists");
        if (ours && !reached)
            return new AppendUnknown($"the journal is damaged: our entry {next.Index} exists, yet head is {head?.ToString() ?? "absent"}");
        // An earlier attempt of ours had won, and nobody told us.
        if (ours) return new AppendCommitted();
        // Entries are removed only when they fold into a snapshot: whether this one was ours cannot be read here any more.
        if (stored is null && reached)
            return new AppendUnknown($"entry {next.Index} is folded away, head is {head}: read the journal anew");
        return new AppendConflict(head);
    }

    /// <summary>The caller is wrong, not the world.</summary>
    /// <exception cref="ArgumentException"><paramref name="next"/> does not follow <paramref name="expected"/>.</exception>
    public static void CheckFollows(JournalHead expected, JournalHead next)
    {
        if (next.Index != expected.Index + 1 || next.Index < 1)
            throw new ArgumentException($"{next} does not follow {expected}", nameof(next));
    }
}

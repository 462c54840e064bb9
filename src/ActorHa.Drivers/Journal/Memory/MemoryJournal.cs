using ActorHa.Core;
using ActorHa.Ports;

namespace ActorHa.Drivers.Journal.Memory;

/// <summary>
/// A journal in this process's memory, for tests: what the majority of members would hold. Each member of a test has its
/// own <see cref="MemoryJournalStore"/> onto it, with its own faults.
/// </summary>
public sealed class MemoryJournal
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, byte[]> _entries = [];
    private readonly Dictionary<MemberName, byte[]> _pulses = [];
    private readonly List<Append> _late = [];
    private JournalHead? _head;

    /// <summary>Raised after head has changed, outside the lock.</summary>
    internal event Action? HeadChanged;

    /// <summary>Head; null before the first entry.</summary>
    public JournalHead? Head
    {
        get
        {
            lock (_lock) return _head;
        }
    }

    /// <summary>Appends that were called unknown and have not arrived yet.</summary>
    public int LateAppends
    {
        get
        {
            lock (_lock) return _late.Count;
        }
    }

    /// <summary>A member's newest pulse; null = none.</summary>
    public ReadOnlyMemory<byte>? PulseOf(MemberName member)
    {
        lock (_lock) return _pulses.TryGetValue(member, out var payload) ? payload : default(ReadOnlyMemory<byte>?);
    }

    /// <summary>
    /// The late appends arrive now, in their order; each is compared like any other, so it has an effect only where head
    /// has not moved on.
    /// </summary>
    /// <returns>How many were committed.</returns>
    public int LandLate()
    {
        var committed = 0;
        lock (_lock)
        {
            foreach (var append in _late)
            {
                if (Apply(append) is AppendCommitted) committed++;
            }

            _late.Clear();
        }

        if (committed > 0) HeadChanged?.Invoke();
        return committed;
    }

    /// <summary>Another line of the journal, as a restore makes it: the lineage rises, entries after <paramref name="index"/> are lost.</summary>
    public void Restore(long index, string hash)
    {
        lock (_lock)
        {
            foreach (var lost in _entries.Keys.Where(i => i > index).ToArray()) _entries.Remove(lost);
            _head = new JournalHead((_head ?? JournalHead.Empty).Lineage + 1, index, hash);
        }

        HeadChanged?.Invoke();
    }

    internal AppendOutcome Commit(Append append)
    {
        AppendOutcome outcome;
        bool changed;
        lock (_lock)
        {
            var before = _head;
            outcome = Apply(append);
            changed = _head != before;
        }

        if (changed) HeadChanged?.Invoke();
        return outcome;
    }

    internal void CommitLater(Append append)
    {
        lock (_lock) _late.Add(append);
    }

    internal JournalTail Read(long after, int most)
    {
        lock (_lock)
        {
            return new JournalTail(_head, [.. _entries.Where(e => e.Key > after).Take(most).Select(e => new StoredEntry(e.Key, e.Value))]);
        }
    }

    /// <summary>Returns head as it stands in the same moment.</summary>
    internal JournalHead? Pulse(MemberName member, ReadOnlyMemory<byte> payload)
    {
        lock (_lock)
        {
            _pulses[member] = payload.ToArray();
            return _head;
        }
    }

    private AppendOutcome Apply(Append append)
    {
        var (expected, next, entry) = append;
        var stored = _entries.TryGetValue(next.Index, out var bytes) ? bytes : default(ReadOnlyMemory<byte>?);
        // Empty means an absent key, not a key with this value.
        if (_head != (expected == JournalHead.Empty ? null : expected) || stored is not null)
            return AppendVerdict.OfFailure(expected, next, entry.Span, _head, stored);
        _entries[next.Index] = entry.ToArray();
        _head = next;
        return new AppendCommitted();
    }

    internal sealed record Append(JournalHead Expected, JournalHead Next, ReadOnlyMemory<byte> Entry);
}

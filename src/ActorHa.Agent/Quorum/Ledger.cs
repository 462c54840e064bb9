using ActorHa.Core;

namespace ActorHa.Agent.Quorum;

/// <summary>
/// What the mind knows, for those who only look: the local interface, the beat, the tests. One writer (Quorum), many readers.
/// </summary>
public sealed class Ledger
{
    /// <summary>Entries kept for the history; older ones are in the journal.</summary>
    public const int EntriesKept = 1000;

    private const int TimesKept = 20_000;
    private readonly Lock _door = new();
    private readonly Queue<LearnedEntry> _entries = new();
    private readonly Dictionary<long, DateTimeOffset> _when = [];
    private Snapshot? _now;

    /// <summary>Newest picture; null until the journal was read.</summary>
    public Snapshot? Now => Volatile.Read(ref _now);

    /// <summary>A new picture.</summary>
    public void Show(Snapshot snapshot) => Volatile.Write(ref _now, snapshot);

    /// <summary>Keeps an entry.</summary>
    public void Keep(JournalEntry entry, DateTimeOffset learned)
    {
        lock (_door)
        {
            _entries.Enqueue(new LearnedEntry(Light(entry), learned));
            _when[entry.Index] = entry.When;
            if (_entries.Count > EntriesKept) _entries.Dequeue();
            if (_when.Count > TimesKept) foreach (var old in _when.Keys.Where(i => i < entry.Index - (TimesKept / 2)).ToList()) _when.Remove(old);
        }
    }

    /// <summary>A thousand configurations of a megabyte each would not fit into the agent's heap; history tells their digests.</summary>
    private static JournalEntry Light(JournalEntry entry) => !entry.Events.Any(e => e is ConfigurationApplied) ? entry
        : entry with { Events = [.. entry.Events.Select(e => e is ConfigurationApplied c ? c with { Text = "", Config = ClusterConfig.None } : e)] };

    /// <summary>Entries behind an index, or the newest; rising.</summary>
    public IReadOnlyList<LearnedEntry> Entries(long? after, int limit)
    {
        lock (_door) return after is { } a ? [.. _entries.Where(e => e.Entry.Index > a).Take(limit)] : [.. _entries.TakeLast(limit)];
    }

    /// <summary>When an entry was written, by its writer's clock.</summary>
    public DateTimeOffset? When(long index)
    {
        lock (_door) return _when.TryGetValue(index, out var at) ? at : null;
    }
}

/// <summary>An entry, and when this member learned that it is committed (its own wall clock, for people).</summary>
public sealed record LearnedEntry(JournalEntry Entry, DateTimeOffset Learned);

/// <summary>A picture of the mind.</summary>
public sealed record Snapshot(ClusterState State, JournalHead Head, long Newest, View View, IReadOnlyList<Refusal> Refusals, string? ReadOnly);

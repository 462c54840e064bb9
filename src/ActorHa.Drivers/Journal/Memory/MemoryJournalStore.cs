using ActorHa.Core;
using ActorHa.Ports;

namespace ActorHa.Drivers.Journal.Memory;

/// <summary>A member's door to a <see cref="MemoryJournal"/>, with faults to order. Answers at once.</summary>
public sealed class MemoryJournalStore(MemoryJournal journal) : IJournalStore
{
    /// <summary>Most entries of one read, as with etcd.</summary>
    public const int MostEntries = 1024;

    private readonly Queue<AppendFault> _faults = new();
    private readonly Lock _lock = new();

    /// <summary>False: cut off from the majority. Appends are unknown (and not committed), reads throw, pulses and watches are silent.</summary>
    public bool Reachable { get; set; } = true;

    /// <summary>Orders what becomes of the next append (of the one after it, if called twice).</summary>
    public void NextAppend(AppendFault fault)
    {
        lock (_lock) _faults.Enqueue(fault);
    }

    /// <inheritdoc/>
    public Task<AppendOutcome> AppendAsync(
        JournalHead expected, JournalHead next, ReadOnlyMemory<byte> entry, TimeSpan patience, CancellationToken cancel)
    {
        AppendVerdict.CheckFollows(expected, next);
        return Task.FromResult(Append(new MemoryJournal.Append(expected, next, entry.ToArray()), cancel));
    }

    /// <inheritdoc/>
    public Task<JournalTail> ReadAsync(long after, TimeSpan patience, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return Reachable
            ? Task.FromResult(journal.Read(after, MostEntries))
            : Task.FromException<JournalTail>(new JournalUnavailableException("cut off from the journal"));
    }

    /// <inheritdoc/>
    public Task<PulseOutcome> PulseAsync(MemberName member, ReadOnlyMemory<byte> payload, TimeSpan patience, CancellationToken cancel)
    {
        if (!Reachable || cancel.IsCancellationRequested) return Task.FromResult(new PulseOutcome(false, "cut off from the journal"));
        return Task.FromResult(new PulseOutcome(true, "memory", journal.Pulse(member, payload)));
    }

    /// <inheritdoc/>
    public async Task WatchAsync(Action wake, CancellationToken cancel)
    {
        void Wake()
        {
            if (Reachable) wake();
        }

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var ending = cancel.Register(ended.SetResult);
        journal.HeadChanged += Wake;
        try
        {
            Wake();
            await ended.Task;
        }
        finally
        {
            journal.HeadChanged -= Wake;
        }
    }

    /// <summary>Nothing to free.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private AppendOutcome Append(MemoryJournal.Append append, CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested) return new AppendUnknown("cancelled");
        if (!Reachable) return new AppendUnknown("cut off from the journal");
        AppendFault fault;
        lock (_lock) fault = _faults.TryDequeue(out var ordered) ? ordered : AppendFault.None;
        switch (fault)
        {
            case AppendFault.UnknownButCommitted:
                journal.Commit(append);
                return new AppendUnknown("ordered: the answer is lost");
            case AppendFault.UnknownNotCommitted:
                return new AppendUnknown("ordered: the question is lost");
            case AppendFault.UnknownLandsLater:
                journal.CommitLater(append);
                return new AppendUnknown("ordered: the question is late");
            default:
                return journal.Commit(append);
        }
    }
}

/// <summary>What becomes of an append.</summary>
public enum AppendFault
{
    /// <summary>Nothing unusual.</summary>
    None,

    /// <summary>Committed, but the answer is lost.</summary>
    UnknownButCommitted,

    /// <summary>The question is lost.</summary>
    UnknownNotCommitted,

    /// <summary>The question is late: <see cref="MemoryJournal.LandLate"/> brings it, and it counts if head has not moved.</summary>
    UnknownLandsLater,
}

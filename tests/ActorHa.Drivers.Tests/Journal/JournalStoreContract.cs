using System.Security.Cryptography;
using System.Text;
using ActorHa.Core;
using ActorHa.Ports;

namespace ActorHa.Drivers.Tests.Journal;

/// <summary>What every journal store must keep. Each test has a journal of its own, and two stores onto it.</summary>
public abstract class JournalStoreContract : IAsyncLifetime
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private protected IJournalStore First { get; private set; } = null!;

    private protected IJournalStore Second { get; private set; } = null!;

    public async Task InitializeAsync() => (First, Second) = await OpenAsync();

    public async Task DisposeAsync()
    {
        await First.DisposeAsync();
        await Second.DisposeAsync();
        await CloseAsync();
    }

    protected abstract Task<(IJournalStore First, IJournalStore Second)> OpenAsync();

    protected virtual Task CloseAsync() => Task.CompletedTask;

    internal static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    internal static JournalHead After(JournalHead head, byte[] entry) =>
        new(head.Lineage, head.Index + 1, Convert.ToHexStringLower(SHA256.HashData(entry)));

    internal static Task<AppendOutcome> Append(IJournalStore store, JournalHead expected, string entry, double patience = 10) =>
        store.AppendAsync(expected, After(expected, Bytes(entry)), Bytes(entry), TimeSpan.FromSeconds(patience), default);

    internal static async Task<JournalHead> Committed(IJournalStore store, JournalHead expected, string entry)
    {
        var outcome = await Append(store, expected, entry);
        Assert.IsType<AppendCommitted>(outcome);
        return After(expected, Bytes(entry));
    }

    [ContractFact]
    public async Task An_empty_journal_has_no_head_and_no_entries()
    {
        var tail = await First.ReadAsync(0, Patience, default);
        Assert.Null(tail.Head);
        Assert.Empty(tail.Entries);
    }

    [ContractFact]
    public async Task What_one_appends_the_other_reads()
    {
        var one = await Committed(First, JournalHead.Empty, "one");
        var two = await Committed(First, one, "two");
        var tail = await Second.ReadAsync(0, Patience, default);
        Assert.Equal(two, tail.Head);
        Assert.Equal([1L, 2L], tail.Entries.Select(e => e.Index));
        Assert.Equal(["one", "two"], tail.Entries.Select(e => Encoding.UTF8.GetString(e.Bytes.Span)));
    }

    [ContractFact]
    public async Task Only_entries_after_the_given_one_are_read()
    {
        var one = await Committed(First, JournalHead.Empty, "one");
        var two = await Committed(First, one, "two");
        var tail = await Second.ReadAsync(1, Patience, default);
        Assert.Equal(2, Assert.Single(tail.Entries).Index);
        Assert.Empty((await Second.ReadAsync(2, Patience, default)).Entries);
        Assert.Equal(two, (await Second.ReadAsync(2, Patience, default)).Head);
    }

    [ContractFact]
    public async Task Of_two_who_decide_on_the_same_head_one_wins_and_the_other_is_told_the_new_head()
    {
        var outcomes = await Task.WhenAll(Append(First, JournalHead.Empty, "mine"), Append(Second, JournalHead.Empty, "yours"));
        Assert.Single(outcomes.OfType<AppendCommitted>());
        var tail = await First.ReadAsync(0, Patience, default);
        Assert.Equal(tail.Head, Assert.Single(outcomes.OfType<AppendConflict>()).Head);
        Assert.Single(tail.Entries);
    }

    [ContractFact]
    public async Task Repeating_a_committed_append_is_committed_and_changes_nothing()
    {
        var one = await Committed(First, JournalHead.Empty, "one");
        Assert.IsType<AppendCommitted>(await Append(First, JournalHead.Empty, "one"));
        var two = await Committed(Second, one, "two");
        Assert.IsType<AppendCommitted>(await Append(First, JournalHead.Empty, "one"));
        var tail = await First.ReadAsync(0, Patience, default);
        Assert.Equal(two, tail.Head);
        Assert.Equal(2, tail.Entries.Count);
    }

    [ContractFact]
    public async Task An_append_onto_a_head_that_never_was_is_a_conflict()
    {
        var foreign = new JournalHead(1, 7, "abc");
        Assert.Null(Assert.IsType<AppendConflict>(await Append(First, foreign, "eight")).Head);
        var one = await Committed(First, JournalHead.Empty, "one");
        Assert.Equal(one, Assert.IsType<AppendConflict>(await Append(First, foreign, "eight")).Head);
        Assert.Single((await First.ReadAsync(0, Patience, default)).Entries);
    }

    [ContractFact]
    public async Task The_same_index_in_another_lineage_is_a_conflict()
    {
        var one = await Committed(First, JournalHead.Empty, "one");
        Assert.Equal(one, Assert.IsType<AppendConflict>(await Append(First, one with { Lineage = 2 }, "two")).Head);
    }

    [ContractFact]
    public async Task A_head_that_does_not_follow_is_the_callers_mistake() =>
        await Assert.ThrowsAsync<ArgumentException>(
            () => First.AppendAsync(JournalHead.Empty, new JournalHead(1, 2, "x"), Bytes("x"), Patience, default));

    [ContractFact]
    public async Task A_cancelled_append_is_unknown()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var entry = Bytes("one");
        var outcome = await First.AppendAsync(JournalHead.Empty, After(JournalHead.Empty, entry), entry, Patience, cancelled.Token);
        Assert.IsType<AppendUnknown>(outcome);
    }

    [ContractFact]
    public async Task A_long_journal_is_read_in_parts_without_a_gap()
    {
        const int count = 1100;
        var head = JournalHead.Empty;
        for (var i = 1; i <= count; i++) head = await Committed(First, head, $"entry {i}");
        var tail = await Second.ReadAsync(0, Patience, default);
        Assert.Equal(head, tail.Head);
        Assert.InRange(tail.Entries.Count, 1000, count);
        var rest = await Second.ReadAsync(tail.Entries[^1].Index, Patience, default);
        Assert.Equal(Enumerable.Range(1, count).Select(i => (long)i), tail.Entries.Concat(rest.Entries).Select(e => e.Index));
    }

    [ContractFact]
    public async Task A_pulse_is_accepted_and_leaves_the_journal_alone()
    {
        var pulse = await First.PulseAsync(new MemberName("applejack"), Bytes("beat"), Patience, default);
        Assert.True(pulse.Accepted, pulse.Detail);
        var tail = await Second.ReadAsync(0, Patience, default);
        Assert.Null(tail.Head);
        Assert.Empty(tail.Entries);
    }

    [ContractFact]
    public async Task A_watch_wakes_after_an_append_and_ends_when_cancelled()
    {
        using var enough = new CancellationTokenSource();
        var woken = 0;
        var watch = Second.WatchAsync(() => Interlocked.Increment(ref woken), enough.Token);
        await Eventually.TrueAsync(() => Volatile.Read(ref woken) > 0, "wake-up at the beginning");
        var before = Volatile.Read(ref woken);
        await Committed(First, JournalHead.Empty, "one");
        await Eventually.TrueAsync(() => Volatile.Read(ref woken) > before, "wake-up after the append");
        await enough.CancelAsync();
        await watch.WaitAsync(Patience);
        Assert.True(watch.IsCompletedSuccessfully);
    }
}

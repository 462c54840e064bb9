using ActorHa.Core;
using ActorHa.Drivers.Journal.Memory;
using ActorHa.Ports;

namespace ActorHa.Drivers.Tests.Journal;

public sealed class MemoryJournalStoreTests : JournalStoreContract
{
    private readonly MemoryJournal _journal = new();

    private MemoryJournalStore Faulty => (MemoryJournalStore)First;

    protected override Task<(IJournalStore First, IJournalStore Second)> OpenAsync() =>
        Task.FromResult<(IJournalStore, IJournalStore)>((new MemoryJournalStore(_journal), new MemoryJournalStore(_journal)));

    [Fact]
    public async Task A_lost_answer_is_found_as_committed_by_repetition()
    {
        Faulty.NextAppend(AppendFault.UnknownButCommitted);
        Assert.IsType<AppendUnknown>(await Append(First, JournalHead.Empty, "one"));
        Assert.IsType<AppendCommitted>(await Append(First, JournalHead.Empty, "one"));
        Assert.Equal(1, _journal.Head?.Index);
    }

    [Fact]
    public async Task A_lost_question_is_committed_by_repetition()
    {
        Faulty.NextAppend(AppendFault.UnknownNotCommitted);
        Assert.IsType<AppendUnknown>(await Append(First, JournalHead.Empty, "one"));
        Assert.Null(_journal.Head);
        Assert.IsType<AppendCommitted>(await Append(First, JournalHead.Empty, "one"));
    }

    [Fact]
    public async Task A_late_append_lands_while_head_has_not_moved()
    {
        Faulty.NextAppend(AppendFault.UnknownLandsLater);
        Assert.IsType<AppendUnknown>(await Append(First, JournalHead.Empty, "late"));
        Assert.Empty((await Second.ReadAsync(0, Patience, default)).Entries);
        Assert.Equal(1, _journal.LandLate());
        Assert.IsType<AppendConflict>(await Append(Second, JournalHead.Empty, "other"));
        Assert.IsType<AppendCommitted>(await Append(First, JournalHead.Empty, "late"));
    }

    [Fact]
    public async Task A_late_append_has_no_effect_once_head_has_moved()
    {
        Faulty.NextAppend(AppendFault.UnknownLandsLater);
        Assert.IsType<AppendUnknown>(await Append(First, JournalHead.Empty, "late"));
        var other = await Committed(Second, JournalHead.Empty, "other");
        Assert.Equal(0, _journal.LandLate());
        Assert.Equal(other, Assert.IsType<AppendConflict>(await Append(First, JournalHead.Empty, "late")).Head);
    }

    [Fact]
    public async Task Who_is_cut_off_appends_reads_and_pulses_nothing()
    {
        Faulty.Reachable = false;
        Assert.IsType<AppendUnknown>(await Append(First, JournalHead.Empty, "one"));
        Assert.False((await First.PulseAsync(new MemberName("applejack"), Bytes("beat"), Patience, default)).Accepted);
        await Assert.ThrowsAsync<JournalUnavailableException>(() => First.ReadAsync(0, Patience, default));
        Assert.Null(_journal.Head);
        Assert.Null(_journal.PulseOf(new MemberName("applejack")));
    }

    [Fact]
    public async Task After_a_restore_an_append_of_the_old_line_is_a_conflict()
    {
        var one = await Committed(First, JournalHead.Empty, "one");
        var two = await Committed(First, one, "two");
        _journal.Restore(one.Index, one.Hash);
        Assert.Equal(2, Assert.IsType<AppendConflict>(await Append(First, two, "three")).Head?.Lineage);
        Assert.Equal(2, Assert.IsType<AppendConflict>(await Append(First, one, "two")).Head?.Lineage);
    }
}

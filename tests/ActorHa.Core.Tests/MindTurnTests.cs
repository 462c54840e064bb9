using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>What one turn of the mind asks of its shell and tells: each thing once, and nothing again while its answer is awaited.</summary>
public sealed class MindTurnTests
{
    private static Commanded Wants(long ticket, bool running, VmName? vm = null) => new(ticket, new WantVm(vm ?? Mail, running, "operator"));

    private static int Count<T>(MindBench bench) where T : QuorumEffect => bench.Effects.OfType<T>().Count();

    [Fact]
    public void A_wake_up_call_reads_and_those_during_a_reading_read_once_more_after_it()
    {
        var bench = MindBench.AtRest();
        Assert.Equal(1, Count<ReadTail>(bench.Hear(new JournalWoken())));
        Assert.Equal(0, Count<ReadTail>(bench.Hear(new JournalWoken()).Hear(new JournalWoken())));
        Assert.Equal(1, Count<ReadTail>(bench.Reads()));
        Assert.Equal(0, Count<ReadTail>(bench.Reads()));
    }

    [Fact]
    public void No_pulse_follows_before_its_time_or_before_the_last_one_is_settled()
    {
        var bench = new MindBench(new JournalLine().Add(B, Configures()), listens: false).Quorate().Reads();
        Assert.Equal(0, Count<SendPulse>(bench.Hear(new MindTick(), 3)));
        Assert.Equal(1, Count<SendPulse>(bench.Quorate()));
        Assert.Equal(0, Count<SendPulse>(bench.Quorate()));
    }

    [Fact]
    public void An_append_is_not_sent_again_while_nothing_is_known_of_its_fate()
    {
        var bench = MindBench.AtRest().Hear(Wants(1, false));
        Assert.NotNull(bench.Sent);
        Assert.Null(bench.Reads().Sent);
        Assert.NotNull(bench.Unknown().Reads().Sent);
        Assert.Null(bench.Reads().Sent);
        Assert.Null(bench.Hear(new MindTick(), 4).Reads().Sent);
    }

    /// <summary>An append of unknown outcome is found by it: another run of the agent must have others.</summary>
    [Fact]
    public void The_name_of_an_entry_holds_member_run_and_a_number_of_its_own()
    {
        var bench = MindBench.Loaded();
        Assert.Equal("witness/witness/run1/1", MindBench.Entry(bench.Sent!).Id);
        Assert.Equal("witness/witness/run1/2", MindBench.Entry(bench.Commits().Hear(Wants(1, false)).Sent!).Id);
    }

    [Fact]
    public void An_entry_is_told_with_whether_it_is_this_member_s_own()
    {
        var bench = MindBench.AtRest().Hear(Wants(1, false)).Commits();
        Assert.True(Assert.Single(bench.Effects.OfType<EntryLearned>()).Own);
        bench.Journal.Add(B, Joins(B));
        Assert.False(Assert.Single(bench.Reads().Effects.OfType<EntryLearned>()).Own);
    }

    [Fact]
    public void Refusals_are_told_when_they_change()
    {
        var bench = new MindBench(new JournalLine().Add(B, Configures()), listens: false);
        var unread = Assert.Single(Assert.Single(bench.Hear(new MindTick()).Effects.OfType<RefusalsChanged>()).Refusals);
        Assert.Equal((false, "the journal is not read yet"), (unread.Alarm, unread.Because));
        Assert.Equal(0, Count<RefusalsChanged>(bench.Hear(new MindTick(), 0.1)));
    }

    [Fact]
    public void A_command_that_is_decided_anew_comes_before_those_that_waited_behind_it()
    {
        var bench = MindBench.AtRest().Hear(Wants(1, false)).Hear(Wants(2, false, Lists)).Hear(Wants(3, false, Tickets));
        bench.Journal.Add(B, Joins(B));
        bench.Unknown().Reads();
        var answered = new List<(long, bool)>();
        while (bench.Sent is not null) answered.AddRange(bench.Commits().Effects.OfType<AnswerCommand>().Select(a => (a.Ticket, a.Accepted)));
        Assert.Equal([(1, true), (2, true), (3, true)], answered);
    }

    [Fact]
    public void The_older_half_of_very_many_own_entries_is_forgotten_and_no_newer_one()
    {
        Assert.Equal([2L, 3L], MindBench.AtRest().Hear(Wants(1, false)).Commits().Mind.View.OwnEntries);
        var own = new MindBench(new JournalLine().Add(B, Configures()), own: Enumerable.Range(-2047, 2048).Select(i => (long)i)).Quorate().Reads().Commits().Mind.View.OwnEntries;
        Assert.Equal((1025, -1023L, 2L), (own.Count, own.Min, own.Max));
    }

    [Fact]
    public void The_last_check_of_a_fence_device_that_found_all_well_is_remembered()
    {
        var bench = MindBench.AtRest().Hear(new ProtectionSaid(A, new Protection(true, false, "mac", "", At(50)))).Hear(new ProtectionSaid(B, new Protection(false, false, "", "no answer", At(51))));
        bench.Hear(new ProtectionSaid(A, new Protection(false, false, "", "no answer", At(60))));
        Assert.Equal((At(60), At(50)), (bench.Mind.View.Protections[A].At, bench.Mind.View.Protections[A].ReadyAt));
        Assert.Null(bench.Mind.View.Protections[B].ReadyAt);
    }

    [Fact]
    public void An_agent_that_begins_to_stop_sees_itself_stopping() => Assert.True(MindBench.AtRest().Hear(new StopBegun()).Mind.View.Stopping);
}

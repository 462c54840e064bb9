using System.Text;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>The only door to the journal: what it sends, what it believes, and when it stops.</summary>
public sealed class QuorumMindTests
{
    private static Commanded Wants(long ticket, bool running, VmName? vm = null) => new(ticket, new WantVm(vm ?? Mail, running, "operator"));

    private static AnswerCommand? Answer(MindBench bench) => bench.Effects.OfType<AnswerCommand>().SingleOrDefault();

    [Fact]
    public void An_acknowledged_append_is_folded_and_its_own()
    {
        var bench = MindBench.AtRest();
        Assert.Equal(2, bench.Mind.State.Index);
        Assert.Equal(bench.Journal.Head, bench.Mind.Head);
        Assert.Equal([2L], bench.Mind.View.OwnEntries);
        Assert.Equal(RunOf(W), bench.Mind.State.Agents[W]);
        Assert.Null(bench.Sent);
    }

    [Fact]
    public void An_unknown_append_is_found_by_its_id_and_gives_no_permission()
    {
        var bench = MindBench.AtRest().Hear(Wants(1, false));
        bench.Journal.Add(bench.Sent!.Bytes);
        bench.Unknown();
        Assert.Contains(bench.Effects, e => e is ReadTail { After: 2 });
        bench.Reads();
        Assert.Equal((true, 3L), (Answer(bench)!.Accepted, Answer(bench)!.Index));
        Assert.DoesNotContain(3, bench.Mind.View.OwnEntries);
        Assert.Null(bench.Sent);
    }

    [Fact]
    public void An_unknown_append_is_void_when_head_has_moved_on_and_its_command_is_decided_anew()
    {
        var bench = MindBench.AtRest().Hear(Wants(1, false));
        var first = MindBench.Entry(bench.Sent!);
        bench.Journal.Add(B, Joins(B));
        bench.Unknown().Reads();
        Assert.Null(Answer(bench));
        var again = MindBench.Entry(bench.Sent!);
        Assert.NotEqual(first.Id, again.Id);
        Assert.Equal(4, again.Index);
        Assert.True(Answer(bench.Commits())!.Accepted);
    }

    [Fact]
    public void An_unknown_append_is_sent_again_identically_while_head_has_not_moved()
    {
        var bench = MindBench.AtRest().Hear(Wants(1, false));
        var first = bench.Sent!;
        bench.Unknown().Reads();
        Assert.Equal(first.Bytes.ToArray(), bench.Sent!.Bytes.ToArray());
        Assert.Equal((first.Expected, first.Next), (bench.Sent.Expected, bench.Sent.Next));
        Assert.True(Answer(bench.Commits())!.Accepted);
        Assert.Contains(3, bench.Mind.View.OwnEntries);
    }

    [Fact]
    public void Nothing_else_is_decided_before_an_unknown_outcome_is_settled()
    {
        var bench = MindBench.AtRest().Hear(Wants(1, false)).Unknown();
        Assert.Null(bench.Hear(Wants(2, false, Lists)).Sent);
        Assert.Null(bench.Hear(new MindTick(), 0.1).Sent);
        bench.Hear(new TailFailed("no answer"));
        Assert.Null(bench.Sent);
        Assert.Contains(bench.Effects, e => e is ReadTail);
    }

    [Fact]
    public void One_append_at_a_time()
    {
        var bench = MindBench.AtRest().Hear(Wants(1, false));
        Assert.Null(bench.Hear(Wants(2, false, Lists)).Sent);
        Assert.Null(bench.Hear(new MindTick(), 0.1).Sent);
        Assert.True(Answer(bench.Hear(new TailFailed("no answer")).Reads()) is null);
    }

    [Fact]
    public void A_command_that_lost_the_race_is_decided_on_what_the_winner_left()
    {
        var bench = MindBench.AtRest().Hear(Wants(1, false));
        bench.Journal.Add(B, new VmWanted(Mail, false, "another"));
        bench.Conflicts();
        Assert.Null(Answer(bench));
        bench.Reads();
        Assert.False(Answer(bench)!.Accepted);
        Assert.Contains("stopped by an operator already", Answer(bench)!.Because, StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_that_wait_are_bounded()
    {
        var bench = MindBench.AtRest().Hear(Wants(0, false));
        for (var i = 1; i <= 64; i++) Assert.Null(Answer(bench.Hear(Wants(i, false))));
        Assert.Contains("too many commands", Answer(bench.Hear(Wants(65, false)))!.Because, StringComparison.Ordinal);
        Assert.False(Answer(bench)!.Accepted);
    }

    [Fact]
    public void Entries_in_a_second_are_bounded_and_the_excess_is_said_loudly()
    {
        var bench = MindBench.AtRest();
        var sent = 0;
        for (var i = 0; i < 100; i++)
        {
            bench.Hear(Wants(i, i % 2 == 1), 0.001);
            if (bench.Sent is null) break;
            sent++;
            bench.Commits();
        }
        Assert.Equal(39, sent);
        Assert.Contains(bench.Mind.Refusals, r => r.Alarm && r.Because.Contains("40 entries in a second", StringComparison.Ordinal));
        Assert.NotNull(bench.Hear(new MindTick(), 1.5).Sent);
    }

    /// <summary>etcd would refuse it, whoever asks, and the mind would send it again for ever.</summary>
    [Fact]
    public void What_the_journal_cannot_take_is_refused_and_keeps_nothing_else_waiting()
    {
        var bench = MindBench.AtRest();
        ApplyConfig Apply(int size) => new(new string('x', size), "sha", bench.Mind.State.Config, null, "operator");
        Assert.Null(bench.Hear(new Commanded(1, Apply(1 << 20))).Sent);
        Assert.Matches(@"^this makes an entry of \d+ bytes: the journal takes 1048576 at most$", Answer(bench)!.Because);
        Assert.False(Answer(bench)!.Accepted);
        Assert.NotNull(bench.Hear(Wants(2, false)).Commits());
        Assert.NotNull(bench.Hear(new Commanded(3, Apply(900_000))).Sent);
    }

    [Fact]
    public void Not_quorate_after_quorum_timeout_counted_from_when_the_write_was_sent()
    {
        var bench = MindBench.AtRest();
        var sent = bench.Now;
        bench.Hear(new MindTick(), 5).Hear(new PulseSettled(sent, true, ""));
        Assert.True(bench.Mind.View.Quorate);
        bench.Hear(new MindTick(), 1.1);
        Assert.False(bench.Mind.View.Quorate);
        Assert.Contains(bench.Refusals, r => r.StartsWith("not quorate", StringComparison.Ordinal));
        Assert.False(Answer(bench.Hear(Wants(1, false)))!.Accepted);
        Assert.True(bench.Quorate().Mind.View.Quorate);
    }

    /// <summary>Seed 22022365: an executor that woke carried out an order of a line that was lost: its write was taken before it could read.</summary>
    [Fact]
    public void A_write_that_stands_behind_what_is_not_read_yet_makes_quorate_when_it_is_read()
    {
        var bench = MindBench.AtRest().Reads().Quorate().Passes(7);
        Assert.False(bench.Mind.View.Quorate);
        bench.Reads().Reads().Journal.Add(W, new AgentStarted(W, RunOf(W, 2), "1"));
        var sent = bench.Now;
        bench.Hear(new PulseSettled(sent, true, "", bench.Journal.Head), 0.1);
        Assert.Contains(bench.Effects, e => e is ReadTail);
        Assert.Equal((false, null), (bench.Mind.View.Quorate, bench.Mind.View.NotQuorateSince));
        Assert.Contains(bench.Refusals, r => r.Contains("a majority takes its writes, but what it reads of the journal is older", StringComparison.Ordinal));
        Assert.True(bench.Reads().Mind.View.Quorate);
        Assert.True(bench.Passes(5.8).Mind.View.Quorate);
        Assert.False(bench.Passes(0.2).Mind.View.Quorate);
        // A new line is further on, whatever its index; what is behind us keeps nobody waiting.
        Assert.False(bench.Hear(new PulseSettled(bench.Now, true, "", new JournalHead(2, 1, ""))).Mind.View.Quorate);
        Assert.True(bench.Hear(new PulseSettled(bench.Now, true, "", bench.Mind.Head with { Index = 1 })).Mind.View.Quorate);
    }

    [Fact]
    public void An_append_makes_quorate_from_when_it_was_sent()
    {
        var bench = MindBench.AtRest().Hear(new MindTick(), 3).Hear(Wants(1, false));
        var append = bench.Sent;
        bench.Hear(new MindTick(), 5.5).Commits(append);
        Assert.True(bench.Mind.View.Quorate);
        Assert.False(bench.Hear(new MindTick(), 0.6).Mind.View.Quorate);
    }

    /// <summary>The pulse was sent after the append, and its answer, which stands behind that entry, comes first.</summary>
    [Fact]
    public void An_answer_to_an_earlier_append_sets_nothing_back()
    {
        var bench = MindBench.AtRest().Reads().Quorate().Hear(Wants(1, false));
        var append = bench.Sent!;
        bench.Journal.Add(append.Bytes);
        bench.Hear(new PulseSettled(bench.Now + Sec(0.8), true, "", bench.Journal.Head), 0.9).Hear(new AppendSettled(AppendFate.Committed, ""));
        Assert.Equal((true, null), (bench.Passes(5.8).Mind.View.Quorate, bench.Mind.View.NotQuorateSince));
        bench.Passes(0.2);
        Assert.Equal((false, bench.Now), (bench.Mind.View.Quorate, bench.Mind.View.NotQuorateSince));
    }

    [Fact]
    public void A_refused_pulse_makes_nobody_quorate() => Assert.False(
        new MindBench(new JournalLine().Add(B, Configures())).Reads().Hear(new PulseSettled(At(100), false, "")).Mind.View.Quorate);

    [Fact]
    public void The_tail_is_read_again_every_few_seconds_though_the_watch_is_silent()
    {
        var bench = MindBench.AtRest().Reads();
        Assert.Contains(bench.Hear(new MindTick(), 3.1).Effects, e => e is ReadTail);
    }

    // Read-only: what is read is not what it should be.

    private static void IsReadOnly(MindBench bench, string because)
    {
        Assert.Contains(because, bench.Mind.ReadOnly, StringComparison.Ordinal);
        Assert.Null(bench.Sent);
        Assert.Contains("read-only", Answer(bench.Hear(Wants(9, false)))!.Because, StringComparison.Ordinal);
        Assert.Null(bench.Hear(new MindTick(), 1).Sent);
        Assert.Contains(bench.Mind.Refusals, r => r.Alarm && r.Because.StartsWith("read-only", StringComparison.Ordinal));
    }

    private static MindBench ReadsInstead(Func<JournalEntry, JournalEntry> change)
    {
        var bench = MindBench.AtRest();
        var bytes = JournalCodec.Encode(change(bench.Journal.Entry(B, Joins(B))));
        return bench.Hear(new TailRead(new JournalHead(1, 3, JournalCodec.Hash(bytes)), [new RawEntry(3, bytes)]));
    }

    [Fact]
    public void An_event_of_an_unknown_type_makes_it_read_only()
    {
        var bench = MindBench.AtRest();
        var text = Encoding.UTF8.GetString(JournalCodec.Encode(bench.Journal.Entry(B, Joins(B)))).Replace("HostJoined", "HostSurprised", StringComparison.Ordinal);
        IsReadOnly(bench.Hear(new TailRead(new JournalHead(1, 3, "x"), [new RawEntry(3, Encoding.UTF8.GetBytes(text))])), "cannot read");
    }

    [Fact]
    public void A_field_that_is_not_known_makes_it_read_only()
    {
        var bench = MindBench.AtRest();
        var text = Encoding.UTF8.GetString(JournalCodec.Encode(bench.Journal.Entry(B, Joins(B)))).Replace("\"canSleep\"", "\"dreams\":1,\"canSleep\"", StringComparison.Ordinal);
        IsReadOnly(bench.Hear(new TailRead(new JournalHead(1, 3, "x"), [new RawEntry(3, Encoding.UTF8.GetBytes(text))])), "cannot read");
    }

    [Fact]
    public void A_gap_makes_it_read_only()
    {
        var bench = MindBench.AtRest();
        bench.Journal.Add(B, Joins(B)).Add(B, Admits(B));
        IsReadOnly(bench.Hear(new TailRead(bench.Journal.Head, [bench.Journal.Raws[3]])), "entry 3 is missing before 4");
    }

    [Fact]
    public void A_broken_chain_makes_it_read_only() => IsReadOnly(ReadsInstead(e => e with { Previous = new string('0', 64) }), "entry 3 does not follow entry 2");

    [Fact]
    public void Another_state_than_its_author_had_makes_it_read_only() => IsReadOnly(ReadsInstead(e => e with { StateAfter = new string('0', 64) }), "another version of the rules");

    [Fact]
    public void What_is_not_believed_is_not_taken_in()
    {
        Assert.Equal(2, ReadsInstead(e => e with { Previous = new string('0', 64) }).Mind.State.Index);
        Assert.Equal(2, ReadsInstead(e => e with { StateAfter = new string('0', 64) }).Mind.State.Index);
        var bench = MindBench.AtRest();
        var events = new Event[] { Joins(B) };
        var bytes = JournalCodec.Encode(bench.Journal.Entry(B, events) with { Index = 4, StateAfter = JournalCodec.Hash(bench.Journal.State.Evolve(events, 4)) });
        Assert.Equal(2, bench.Hear(new TailRead(new JournalHead(1, 4, JournalCodec.Hash(bytes)), [new RawEntry(4, bytes)])).Mind.State.Index);
    }

    [Fact]
    public void Who_is_read_only_takes_nothing_more_in()
    {
        var bench = MindBench.AtRest();
        bench.Hear(new TailRead(bench.Journal.Head with { Hash = new string('0', 64) }, []));
        bench.Journal.Add(B, Joins(B));
        Assert.Equal(2, bench.Reads().Mind.State.Index);
    }

    [Fact]
    public void An_entry_that_breaks_an_invariant_makes_it_read_only()
    {
        var bench = MindBench.AtRest();
        bench.Journal.Add(B, new VmAssigned(Mail, B, I(1), E(1)));
        IsReadOnly(bench.Reads(), "breaks an invariant: I2");
    }

    [Fact]
    public void A_journal_that_ends_before_what_was_seen_makes_it_read_only()
    {
        var line = new JournalLine().Add(B, Configures());
        IsReadOnly(new MindBench(line, seen: new JournalHead(1, 2, "abc")).Quorate().Reads(), "this member has seen entry 2, the journal ends at 1");
    }

    [Fact]
    public void A_first_read_that_was_only_stale_is_got_over()
    {
        var line = new JournalLine().Add(B, Configures());
        var longer = new JournalLine().Add(B, Configures()).Add(B, Joins(B));
        var bench = new MindBench(line, seen: longer.Head).Quorate().Reads();
        IsReadOnly(bench, "this member has seen entry 2, the journal ends at 1");
        bench.Journal.Add(longer.Raws[1].Bytes);
        bench.Reads();
        Assert.Null(bench.Mind.ReadOnly);
        Assert.NotNull(bench.Sent);
    }

    [Fact]
    public void A_conflict_with_its_own_entry_is_an_acceptance()
    {
        var bench = MindBench.AtRest().Hear(Wants(1, false));
        bench.Journal.Add(bench.Sent!.Bytes);
        bench.Conflicts();
        Assert.Null(Answer(bench));
        bench.Reads();
        Assert.Equal((true, 3L), (Answer(bench)!.Accepted, Answer(bench)!.Index));
        // Learned by reading, it gives no permission.
        Assert.DoesNotContain(3, bench.Mind.View.OwnEntries);
    }

    [Fact]
    public void Who_lost_the_race_decides_only_on_what_won_it()
    {
        var bench = MindBench.AtRest().Hear(Wants(1, false)).Conflicts();
        Assert.Contains(bench.Effects, e => e is ReadTail);
        Assert.Null(bench.Sent);
        Assert.Null(bench.Hear(new MindTick()).Sent);
        bench.Journal.Add(B, Joins(B));
        Assert.NotNull(bench.Reads().Sent);
    }

    [Fact]
    public void A_journal_with_another_entry_than_the_one_seen_makes_it_read_only()
    {
        var line = new JournalLine().Add(B, Configures()).Add(B, Joins(B));
        IsReadOnly(new MindBench(line, seen: new JournalHead(1, 1, "abc")).Quorate().Reads(), "entry 1 is another than the one this member has seen");
    }

    [Fact]
    public void A_journal_that_extends_what_was_seen_is_believed()
    {
        var line = new JournalLine().Add(B, Configures());
        var seen = line.Head;
        line.Add(B, Joins(B));
        Assert.NotNull(new MindBench(line, seen: seen).Quorate().Reads().Sent);
    }

    [Fact]
    public void Another_journal_of_equal_length_put_back_under_a_running_mind_makes_it_read_only()
    {
        var bench = MindBench.AtRest();
        IsReadOnly(bench.Hear(new TailRead(bench.Journal.Head with { Hash = new string('0', 64) }, [])), "head at entry 2 is another");
    }

    [Fact]
    public void A_stale_read_is_harmless()
    {
        var bench = MindBench.AtRest();
        bench.Hear(new TailRead(new JournalHead(1, 1, "older"), [bench.Journal.Raws[0]]));
        Assert.Null(bench.Mind.ReadOnly);
        Assert.Equal(2, bench.Mind.State.Index);
    }

    [Fact]
    public void A_read_that_is_older_than_what_was_seen_is_harmless_once_that_is_taken_in()
    {
        var line = new JournalLine().Add(B, Configures()).Add(B, Joins(B));
        var bench = new MindBench(line, seen: line.Head).Quorate().Reads();
        bench.Hear(new TailRead(new JournalHead(1, 1, "older"), [line.Raws[0]]));
        Assert.Null(bench.Mind.ReadOnly);
    }

    [Fact]
    public void A_tail_that_came_in_part_does_not_end_before_what_was_seen()
    {
        var line = new JournalLine().Add(B, Configures()).Add(B, Joins(B));
        var bench = new MindBench(line, seen: line.Head).Quorate().Hear(new TailRead(line.Head, [line.Raws[0]]));
        Assert.Null(bench.Mind.ReadOnly);
    }

    [Fact]
    public void Nothing_is_decided_before_the_whole_journal_is_read()
    {
        var line = new JournalLine().Add(B, Configures()).Add(B, Joins(B));
        var bench = new MindBench(line).Quorate();
        Assert.Null(bench.Sent);
        Assert.Null(bench.Hear(new TailRead(line.Head, [line.Raws[0]])).Sent);
        Assert.NotNull(bench.Reads().Sent);
    }

    [Fact]
    public void The_stamps_of_a_switching_are_taken_with_its_append()
    {
        var c = Case.TheSite();
        var bench = MindBench.Loaded();
        Assert.Empty(bench.Sent!.Stamps);
        bench = MindBench.Loaded(W, Joins(A), Admits(A), Joins(B), Admits(B), new FencingArmed(A, c.State.Host(A).Armed, "")).Commits();
        bench.Hear(new Commanded(1, new PowerHost(A, On: false, Force: false, "operator")));
        Assert.Equal(A, Assert.Single(bench.Sent!.Stamps));
        bench.Commits();
        Assert.True(bench.Effects.OfType<Obey>().Last().Orders.Fences.ContainsKey(A));
    }
}

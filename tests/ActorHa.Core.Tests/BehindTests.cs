using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>
/// A journal that was put back to an older state agrees with all that a member has seen which was away since: what others
/// say that they have seen is what keeps it from deciding on it (tests/ActorHa.Simulation/FOUND.md, 30).
/// </summary>
public sealed class BehindTests
{
    private static readonly WantVm Order = new(Mail, false, "operator");

    private static PeerSaid Says(MemberName peer, Verdict verdict, long index) => new(peer, Hears(verdict, At(100)) with { JournalPosition = index });

    [Fact]
    public void What_another_has_seen_beyond_the_journals_end_is_waited_for()
    {
        var bench = MindBench.AtRest();
        var end = bench.Mind.State.Index;
        Assert.Contains(bench.Hear(Says(B, Verdict.Alive, end + 1)).Effects, e => e is ReadTail);
        Assert.Null(bench.Hear(new Commanded(1, Order)).Sent);
        // It was only older: the tail brings what was missing.
        bench.Journal.Add(B, new MaintenanceEnded("operator"));
        Assert.NotNull(bench.Reads().Sent);
    }

    [Theory]
    [InlineData(Verdict.Silent)]
    [InlineData(Verdict.PoweredOff)]
    [InlineData(Verdict.AgentSilent)]
    public void Who_is_no_longer_heard_holds_nothing_up(Verdict verdict)
    {
        var bench = MindBench.AtRest();
        bench.Hear(Says(B, verdict, bench.Mind.State.Index + 1));
        Assert.NotNull(bench.Hear(new Commanded(1, Order)).Sent);
    }

    [Fact]
    public void It_is_said_when_it_lasts_and_commands_are_answered()
    {
        var bench = MindBench.AtRest();
        var end = bench.Mind.State.Index;
        bench.Hear(Says(B, Verdict.Alive, end + 3)).Hear(new Commanded(7, Order), 0.1).Quorate();
        for (var i = 0; i < 9; i++) bench.Hear(new MindTick(), 0.2).Quorate();
        Assert.DoesNotContain(bench.Refusals, r => r.Contains("has seen entry", StringComparison.Ordinal));
        bench.Hear(new MindTick(), 0.2);
        Assert.Contains(bench.Refusals, r => r == $"read-only: rainbowdash has seen entry {end + 3}, the journal as witness reads it ends at {end}: nothing is decided on it");
        Assert.True(Assert.Single(bench.Mind.Refusals).Alarm);
        var answer = Assert.Single(bench.Effects.OfType<AnswerCommand>());
        Assert.Equal((7, false), (answer.Ticket, answer.Accepted));
        // Said once, and taken back when the member itself says less: its agent was started anew on the old journal.
        bench.Hear(Says(B, Verdict.Alive, end));
        Assert.DoesNotContain(bench.Refusals, r => r.Contains("has seen entry", StringComparison.Ordinal));
    }

    private static readonly JournalHead Later = new(2, 1, "later");

    /// <summary>Seed 120060953: an executor that could only read the past sent a SET by an entry of a line that was lost.</summary>
    [Fact]
    public void By_what_was_taken_before_a_later_line_began_nobody_is_quorate()
    {
        var bench = MindBench.AtRest().Reads().Quorate();
        var before = bench.Now;
        Assert.False(bench.Hear(new PulseSettled(before + Sec(0.1), true, "", Later), 0.2).Mind.View.Quorate);
        Assert.Contains(bench.Refusals, r => r.Contains("a majority takes its writes, but what it reads of the journal is older", StringComparison.Ordinal));
        // An answer that was late is of before, too. It was put back once more: the majority holds our line.
        Assert.False(bench.Hear(new PulseSettled(before, true, "", bench.Mind.Head)).Mind.View.Quorate);
        Assert.True(bench.Hear(new PulseSettled(bench.Now, true, "", bench.Mind.Head)).Mind.View.Quorate);
    }

    /// <summary>Line 2 was lost as well: line 1 was put back, and a member that has seen line 2 goes on saying so.</summary>
    [Fact]
    public void A_line_that_is_lost_itself_holds_nobody_up_for_long()
    {
        var bench = MindBench.AtRest().Reads().Quorate().Hear(Says(B, Verdict.Alive, Later.Position), 0.1);
        Assert.True(bench.Hear(new PulseSettled(bench.Now + Sec(0.1), true, "", bench.Mind.Head), 0.2).Mind.View.Quorate);
        Assert.True(bench.Hear(Says(B, Verdict.Alive, Later.Position), 0.1).Mind.View.Quorate);
        Assert.False(bench.Hear(Says(B, Verdict.Alive, (Later with { Lineage = 3 }).Position), 0.1).Mind.View.Quorate);
    }

    [Theory]
    [InlineData(Verdict.Alive, false)]
    [InlineData(Verdict.Degraded, false)]
    [InlineData(Verdict.Silent, true)]
    public void Whoever_is_heard_says_that_a_later_line_has_begun(Verdict verdict, bool quorate)
    {
        var bench = MindBench.AtRest().Reads().Quorate().Hear(Says(B, verdict, Later.Position), 0.1);
        Assert.Equal(quorate, bench.Mind.View.Quorate);
        // What is further on in our own line is only to be read.
        Assert.True(MindBench.AtRest().Reads().Quorate().Hear(Says(B, verdict, 99), 0.1).Mind.View.Quorate);
    }

    [Fact]
    public void Who_has_just_started_reads_the_line_that_there_is()
    {
        var bench = new MindBench(new JournalLine().Add(B, Configures()));
        bench.Journal.Add(bench.Journal.Entry(W, new JournalRestored("operator")) with { Lineage = 2 });
        var sent = bench.Now;
        bench.Hear(Says(B, Verdict.Alive, bench.Journal.Head.Position), 0.1).Hear(new PulseSettled(sent, true, "", bench.Journal.Head), 0.1);
        Assert.True(bench.Reads().Mind.View.Quorate);
    }

    /// <summary>The store gives 1,024 entries at once. An agent that starts refutes, starts and feeds nothing before it has read them all.</summary>
    [Fact]
    public void A_tail_that_comes_in_pieces_is_read_to_its_end_at_once()
    {
        var line = new JournalLine().Add(B, Configures());
        for (var i = 0; i < 5; i++) line.Add(B, new MaintenanceEnded("operator"));
        var bench = new MindBench(line, listens: false).Hear(new MindTick());
        bench.Hear(new TailRead(line.Head, [.. line.Raws.Take(3)]));
        Assert.Equal(3, Assert.Single(bench.Effects.OfType<ReadTail>()).After);
        // What brings nothing is a reading from the past: not again at once.
        Assert.DoesNotContain(bench.Hear(new TailRead(line.Head, [])).Effects, e => e is ReadTail);
        Assert.DoesNotContain(bench.Reads().Effects, e => e is ReadTail);
    }

    [Fact]
    public void Without_quorum_nothing_can_be_appended_anyway_and_the_refusals_of_that_stand()
    {
        var bench = MindBench.AtRest();
        bench.Hear(Says(B, Verdict.Alive, bench.Mind.State.Index + 1), 30);
        Assert.Contains(bench.Refusals, r => r.StartsWith("not quorate", StringComparison.Ordinal));
    }

    [Fact]
    public void An_agent_that_has_just_started_listens_first()
    {
        var line = new JournalLine().Add(B, Configures());
        var bench = new MindBench(line, listens: false).Quorate().Reads();
        Assert.Null(bench.Hear(new Commanded(1, Order)).Sent);
        // All are heard: nobody has seen more.
        bench.Hear(Says(A, Verdict.Alive, 1));
        Assert.NotNull(bench.Hear(Says(B, Verdict.Alive, 1)).Sent);
    }

    [Fact]
    public void It_listens_for_the_witness_too()
    {
        var bench = new MindBench(new JournalLine().Add(A, Configures()), B, listens: false).Quorate().Reads().Hear(Says(A, Verdict.Alive, 1));
        Assert.Null(bench.Sent);
        Assert.NotNull(bench.Hear(Says(W, Verdict.Alive, 1)).Sent);
    }

    [Fact]
    public void It_listens_for_three_beats_and_no_longer()
    {
        var bench = new MindBench(new JournalLine().Add(B, Configures()), listens: false).Quorate().Reads();
        Assert.Null(bench.Hear(new Commanded(1, Order), 0.29).Sent);
        Assert.NotNull(bench.Hear(new MindTick(), 0.01).Sent);
    }

    /// <summary>`--seed 10062372`: three seconds without a leader after its start, and it decided on what it read before it could hear anybody.</summary>
    [Fact]
    public void It_listens_since_it_knows_whom_to_listen_to()
    {
        var bench = new MindBench(new JournalLine().Add(B, Configures()), listens: false);
        for (var i = 0; i < 30; i++) bench.Hear(new MindTick(), 0.1);
        Assert.Null(bench.Quorate().Reads().Hear(new Commanded(1, Order), 0.29).Sent);
        Assert.NotNull(bench.Hear(new MindTick(), 0.01).Sent);
    }

    /// <summary>The graces of a host that was never heard begin then, too: one that boots last is not asked for because the journal could not be read before.</summary>
    [Fact]
    public void What_was_never_heard_has_its_grace_since_then_and_no_entry_begins_it_anew()
    {
        var bench = new MindBench(new JournalLine().Add(B, Configures()), listens: false);
        var known = bench.Hear(new MindTick(), 0.9).Quorate().Reads().Now;
        Assert.Equal(known, bench.Mind.View.Started);
        bench.Journal.Add(B, new MaintenanceEnded("operator"));
        Assert.Equal(known, bench.Hear(new MindTick(), 0.1).Reads().Mind.View.Started);
    }

    /// <summary>
    /// Pair "isolated", the journal put back as a start was recorded: the append met a head that had gone back, was refused, and
    /// was waited for for ever when that head was there again.
    /// </summary>
    [Fact]
    public void A_lost_append_is_sent_again_where_the_head_stays_what_it_was()
    {
        var bench = MindBench.AtRest();
        var sent = bench.Hear(new Commanded(1, Order)).Sent!;
        bench.Conflicts();
        Assert.Null(bench.Reads().Sent);
        Assert.Null(bench.Hear(new MindTick(), 2.9).Reads().Sent);
        var again = bench.Hear(new MindTick(), 0.1).Reads().Sent!;
        Assert.Equal((sent.Expected, sent.Next), (again.Expected, again.Next));
        Assert.Empty(again.Stamps);
        Assert.True(Assert.Single(bench.Commits(again).Effects.OfType<AnswerCommand>()).Accepted);
    }

    [Fact]
    public void A_beat_says_what_was_ever_seen()
    {
        var line = new JournalLine().Add(B, Configures());
        Assert.Equal(1, new MindBench(line).Reads().Mind.Newest);
        Assert.Equal(9, new MindBench(line, seen: new JournalHead(1, 9, "hash")).Reads().Mind.Newest);
    }

    [Fact]
    public void A_watcher_tells_what_the_newest_beat_says()
    {
        var bench = new WatchBench();
        bench.Hear(new BeatHeard(1, 1, TimeSpan.Zero, true, 1, bench.Now, null, JournalPosition: 7));
        Assert.Equal(7, bench.View.JournalPosition);
        Assert.Equal(5, bench.Later(0.1).Hear(new BeatHeard(1, 2, TimeSpan.Zero, true, 1, bench.Now, null, JournalPosition: 5)).News?.JournalPosition);
    }
}

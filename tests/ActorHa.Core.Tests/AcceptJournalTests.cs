using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>A person's word that the journal was put back on purpose begins a new line of it, and all others follow.</summary>
public sealed class AcceptJournalTests
{
    private static readonly string Name = MindBench.Loaded().Mind.State.Config.Name;

    private static Commanded Accepts(string? typed = null) => new(7, new AcceptJournal(typed ?? Name, "operator"));

    private static JournalLine Line(params Event[] more)
    {
        var line = new JournalLine().Add(B, Configures());
        foreach (var e in more) line.Add(B, e);
        return line;
    }

    private static AnswerCommand Answer(MindBench bench) => Assert.Single(bench.Effects.OfType<AnswerCommand>());

    [Fact]
    public void Who_has_seen_more_accepts_it_and_goes_on()
    {
        var bench = new MindBench(Line(), seen: new JournalHead(1, 9, "lost")).Quorate().Reads();
        Assert.NotNull(bench.Mind.ReadOnly);
        var sent = bench.Hear(Accepts()).Sent!;
        Assert.Equal((1, 2, 2L), (sent.Expected.Lineage, sent.Next.Lineage, sent.Next.Index));
        Assert.True(Answer(bench.Commits(sent)).Accepted);
        bench.Reads();
        Assert.Null(bench.Mind.ReadOnly);
        Assert.Equal((2, 2), (bench.Mind.State.Restored, bench.Mind.Head.Lineage));
        // What comes after it is of the new line.
        Assert.Equal(2, bench.Sent!.Next.Lineage);
    }

    /// <summary>Seed 5012050: put back twice, the second time to before the first; the new line had the number of the one that was lost.</summary>
    [Fact]
    public void A_new_line_comes_after_every_line_that_is_known_of()
    {
        var seen = new MindBench(Line(), seen: new JournalHead(3, 9, "lost")).Quorate().Reads();
        Assert.Equal(4, seen.Hear(Accepts()).Sent!.Next.Lineage);
        var heard = new MindBench(Line()).Quorate().Reads().Commits();
        heard.Hear(new PeerSaid(B, Hears(Verdict.Silent, At(1)) with { JournalPosition = new JournalHead(5, 2, "").Position }));
        Assert.Equal(6, heard.Hear(Accepts()).Sent!.Next.Lineage);
        // Who reads it takes a number that was left out as it is, and no earlier one.
        var bench = MindBench.AtRest();
        bench.Journal.Add(bench.Journal.Entry(W, new JournalRestored("operator")) with { Lineage = 7 });
        Assert.Null(bench.Reads().Mind.ReadOnly);
        bench.Journal.Add(bench.Journal.Entry(W, new JournalRestored("operator")) with { Lineage = 7 });
        Assert.NotNull(bench.Reads().Mind.ReadOnly);
    }

    [Fact]
    public void It_wants_the_clusters_name_a_majority_and_the_whole_journal()
    {
        Assert.Equal((false, $"the name typed is \"other\", the cluster is {Name}: nothing is accepted"), Refused(MindBench.AtRest().Hear(Accepts("other"))));
        Assert.Equal((false, "not quorate: nothing can be recorded"), Refused(MindBench.AtRest().Hear(Accepts(), 30)));
        Assert.Equal((false, "the journal is not read to its end yet"), Refused(new MindBench(Line()).Quorate().Hear(Accepts())));
        var wrong = new MindBench(Line(), seen: new JournalHead(1, 1, "another")).Quorate().Reads();
        Assert.Equal((false, wrong.Mind.ReadOnly), Refused(wrong.Hear(Accepts())));

        static (bool, string?) Refused(MindBench bench) => (Answer(bench).Accepted, Answer(bench).Because);
    }

    [Fact]
    public void Whose_newest_entries_are_not_in_the_new_line_starts_anew()
    {
        var bench = new MindBench(Line(new MaintenanceEnded("x"), new MaintenanceEnded("y"))).Quorate().Reads();
        bench.Hear(new TailRead(new JournalHead(2, 2, "new"), []));
        Assert.Contains("its line 2 begun: this agent starts anew", Assert.Single(bench.Effects.OfType<StartAgentAnew>()).Why, StringComparison.Ordinal);
        Assert.Empty(bench.Hear(new TailRead(new JournalHead(2, 2, "new"), [])).Effects.OfType<StartAgentAnew>());
        // As long as what was lost.
        var same = new MindBench(Line(new MaintenanceEnded("x"))).Quorate().Reads();
        Assert.Single(same.Hear(new TailRead(new JournalHead(2, 2, "new"), [])).Effects.OfType<StartAgentAnew>());
    }

    [Fact]
    public void Who_loses_the_race_accepts_what_won_it_and_is_answered_once()
    {
        var bench = MindBench.AtRest();
        Assert.NotNull(bench.Hear(Accepts()).Sent);
        // Ordered again meanwhile: the first who asked is told.
        Assert.Empty(bench.Hear(Accepts() with { Ticket = 8 }).Effects);
        Assert.Equal((8L, false), (Answer(bench.Hear(Accepts() with { Ticket = 9 })).Ticket, Answer(bench).Accepted));
        bench.Conflicts().Journal.Add(B, new MaintenanceEnded("x"));
        var again = bench.Reads().Sent!;
        Assert.Equal((9L, false), (Answer(bench).Ticket, Answer(bench).Accepted));
        Assert.Equal((2L, bench.Mind.State.Index + 1), (again.Next.Lineage, again.Next.Index));
        Assert.Equal((7L, true), (Answer(bench.Commits(again)).Ticket, Answer(bench).Accepted));
        for (var i = 0; i < 9; i++) Assert.False(bench.Hear(new MindTick(), 0.1).Quorate().Sent is { } sent && MindBench.Entry(sent).Events.Any(e => e is JournalRestored));
    }

    [Fact]
    public void Also_where_the_new_line_has_grown_beyond_them()
    {
        var line = Line();
        var restored = line.Entry(W, new JournalRestored("operator")) with { Lineage = 2 };
        var other = Line();
        other.Add(restored);
        other.Add(other.Entry(W, new MaintenanceEnded("x")));
        var bench = new MindBench(Line(new MaintenanceEnded("lost"))).Quorate().Reads();
        bench.Hear(new TailRead(other.Head, [.. other.Raws.Where(r => r.Index > 2)]));
        Assert.Single(bench.Effects.OfType<StartAgentAnew>());
    }

    [Fact]
    public void Who_had_not_seen_more_follows_without_a_new_start()
    {
        var bench = MindBench.AtRest();
        bench.Journal.Add(bench.Journal.Entry(W, new JournalRestored("operator")) with { Lineage = 2 });
        bench.Reads();
        Assert.Null(bench.Mind.ReadOnly);
        Assert.Equal((2L, bench.Mind.State.Index), (bench.Mind.Head.Lineage, bench.Mind.State.Restored));
    }

    [Fact]
    public void A_line_begins_with_its_own_entry_and_with_nothing_else()
    {
        var bench = MindBench.AtRest();
        bench.Journal.Add(bench.Journal.Entry(W, new MaintenanceEnded("x")) with { Lineage = 2 });
        Assert.Contains("is of line 2, where it should be of line 1", bench.Reads().Mind.ReadOnly, StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_of_a_later_line_is_newer_whatever_its_index()
    {
        Assert.True(new JournalHead(2, 1, "").Position > new JournalHead(1, 1_000_000, "").Position);
        Assert.Equal(("25", "2:7"), (JournalHead.Name(25), JournalHead.Name(new JournalHead(2, 7, "").Position)));
        // A journal that is put back into the line before is shorter than what was seen.
        Assert.NotNull(new MindBench(Line(new MaintenanceEnded("x")), seen: new JournalHead(2, 1, "seen")).Quorate().Reads().Mind.ReadOnly);
    }

    [Fact]
    public void An_append_that_was_committed_in_a_lost_line_is_no_permission_in_this_one()
    {
        var bench = MindBench.AtRest();
        var sent = bench.Hear(new Commanded(1, new WantVm(Mail, false, "operator"))).Sent!;
        bench.Journal.Add(bench.Journal.Entry(W, new JournalRestored("operator")) with { Lineage = 2 });
        bench.Reads().Hear(new AppendSettled(AppendFate.Committed, ""));
        Assert.DoesNotContain(sent.Next.Index, bench.Mind.View.OwnEntries);
    }

    [Fact]
    public void Who_has_read_more_than_the_journal_holds_says_so_and_accepts_nothing()
    {
        var bench = MindBench.AtRest();
        var end = bench.Mind.State.Index;
        var shorter = new TailRead(new JournalHead(1, end - 1, "before"), []);
        bench.Hear(shorter).Quorate();
        Assert.Contains("witness has read more than the journal holds: restart its agent first", Answer(bench.Hear(Accepts())).Because, StringComparison.Ordinal);
        for (var i = 0; i < 60; i++) bench.Hear(i % 10 == 0 ? shorter : new MindTick(), 0.1).Quorate();
        Assert.DoesNotContain(bench.Refusals, r => r.Contains("was put back", StringComparison.Ordinal));
        bench.Hear(new MindTick(), 0.1);
        Assert.Contains(bench.Mind.Refusals, r => r.Alarm && r.Because.StartsWith($"the journal as witness reads it ends before entry {end}, which it has seen", StringComparison.Ordinal));
        bench.Reads();
        Assert.DoesNotContain(bench.Refusals, r => r.Contains("was put back", StringComparison.Ordinal));
    }
}

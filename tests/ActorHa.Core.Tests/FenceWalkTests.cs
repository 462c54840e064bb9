using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>Two readings off, or no proof: a time-out is failure, and unknown is never off.</summary>
public sealed class FenceWalkTests
{
    private static WalkBench Ordered(bool standDown = true, int levels = 1) => new WalkBench(levels).Hear(new FenceOrdered(WalkBench.Order(standDown: standDown)));

    private static FencerOutcome? Outcome(WalkBench walk) => walk.Said.Count == 0 ? null : Assert.Single(walk.Said).Outcome;

    [Fact]
    public void Two_offs_settle_apart_prove_it()
    {
        var walk = Ordered().Later(0.1).Answered();
        Assert.Equal([new ReadPower(0)], walk.Effects);
        walk.Later(0.01).Off();
        Assert.Equal([new WakeFencer(new Timers().Settle)], walk.Effects);
        walk.Later(0.2).Hear(new FenceTick());
        Assert.Equal([new ReadPower(0)], walk.Effects);
        walk.Off();
        var report = Assert.Single(walk.Said);
        Assert.Equal((FencerOutcome.Proven, 20L, 1, true), (report.Outcome, report.Switch, report.Sent, report.AllAnswered));
        Assert.Equal(3, report.Proof!.Says.Length);
    }

    [Fact]
    public void Woken_too_early_it_asks_to_be_woken_again()
    {
        var walk = Ordered().Answered().Off().Later(0.199).Hear(new FenceTick());
        Assert.Equal([new WakeFencer(Sec(0.001))], walk.Effects);
        Assert.Equal([new ReadPower(0)], walk.Later(0.001).Hear(new FenceTick()).Effects);
    }

    [Fact]
    public void One_reading_proves_nothing() => Assert.Null(Outcome(Ordered().Answered().Later(5).Off()));

    [Fact]
    public void Two_offs_closer_than_settle_prove_nothing()
    {
        var walk = Ordered().Answered().Off().Later(0.19).Off();
        Assert.Null(Outcome(walk));
        Assert.Equal(FencerOutcome.Proven, Outcome(walk.Later(0.01).Off()));
    }

    [Fact]
    public void Settle_counts_to_when_the_second_was_asked_not_answered()
    {
        var walk = Ordered().Answered().Off();
        var asked = walk.Now + Sec(0.1);
        Assert.Null(Outcome(walk.Later(1).Off(asked)));
    }

    [Fact]
    public void The_second_is_asked_after_the_set_ended()
    {
        var walk = new WalkBench().Off().Later(0.5).Hear(new FenceOrdered(WalkBench.Order()));
        var asked = walk.Now;
        walk.Later(0.05).Answered().Later(0.01).Off(asked);
        Assert.Null(Outcome(walk));
        Assert.Equal(FencerOutcome.Proven, Outcome(walk.Later(0.3).Off()));
    }

    [Fact]
    public void An_answer_while_the_set_is_out_proves_nothing() => Assert.Null(Outcome(Ordered().Off().Later(1).Off().Later(1).Off()));

    [Fact]
    public void The_watchers_reading_in_the_gap_may_be_the_first()
    {
        var walk = new WalkBench().Off().Later(0.3).Hear(new FenceOrdered(WalkBench.Order())).Answered();
        Assert.Contains(walk.Effects, e => e is ReadPower);
        Assert.Equal(FencerOutcome.Proven, Outcome(walk.Off()));
    }

    [Fact]
    public void Readings_of_differing_sources_prove_nothing_together()
    {
        var walk = Ordered().Answered().Off(source: "chassis 1").Later(0.3).Off(source: "chassis 2");
        Assert.Null(Outcome(walk));
        Assert.Equal(FencerOutcome.Proven, Outcome(walk.Later(0.3).Off(source: "chassis 2")));
    }

    [Fact]
    public void A_late_answer_to_a_question_asked_before_the_join_proves_nothing()
    {
        var walk = new WalkBench();
        var before = walk.Now;
        walk.Later(1).Hear(new FenceTarget(I(2), 1, new Timers(), AgentLost: false)).Hear(new FenceOrdered(WalkBench.Order() with { Incarnation = I(2) })).Answered();
        walk.Later(0.1).Off(before).Later(0.3).Off();
        Assert.Null(Outcome(walk));
        Assert.Equal(FencerOutcome.Proven, Outcome(walk.Later(0.3).Off()));
    }

    [Fact]
    public void A_join_discards_what_was_read_before()
    {
        var walk = new WalkBench().Off().Later(0.3).Hear(new FenceTarget(I(2), 1, new Timers(), AgentLost: false)).Hear(new FenceOrdered(WalkBench.Order())).Answered().Off();
        Assert.Null(Outcome(walk));
    }

    [Fact]
    public void A_sign_of_life_after_a_reading_discards_it_not_the_request()
    {
        var walk = Ordered().Answered().Off().Later(0.1);
        walk.Sees(Verdict.Looking, walk.Now).Later(0.2).Off();
        Assert.Null(Outcome(walk));
        Assert.Equal(FencerOutcome.Proven, Outcome(walk.Later(0.3).Off()));
    }

    [Fact]
    public void A_question_asked_before_a_sign_of_life_is_void_when_it_is_answered()
    {
        var walk = Ordered().Answered();
        var asked = walk.Now;
        walk.Later(0.1).Sees(Verdict.Looking, walk.Now).Later(0.1).Off(asked).Later(0.3).Off();
        Assert.Null(Outcome(walk));
    }

    [Fact]
    public void An_echo_of_what_was_sent_after_the_reading_shows_that_the_device_lies()
    {
        var walk = Ordered().Answered().Later(0.1).Off().Later(0.1);
        walk.Sees(Verdict.Looking, walk.Now, hearsUs: walk.Now);
        var report = Assert.Single(walk.Said);
        Assert.Equal(FencerOutcome.LevelFailed, report.Outcome);
        Assert.Contains("lies", report.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Power.Standby)]
    [InlineData(Power.Absent)]
    [InlineData(Power.Unknown)]
    [InlineData(Power.On)]
    public void Everything_else_is_never_off(Power power)
    {
        var walk = Ordered().Answered().Off();
        for (var i = 0; i < 8; i++)
        {
            walk.Later(0.3).Reads(power);
            if (walk.Effects.Any(e => e is SendOff)) walk.Answered();
        }
        Assert.Null(Outcome(walk));
        // It also takes back what was read before.
        Assert.Null(Outcome(walk.Later(0.3).Off()));
        Assert.Equal(FencerOutcome.Proven, Outcome(walk.Later(0.3).Off()));
    }

    [Fact]
    public void After_three_rounds_that_are_not_off_it_is_set_again_then_after_twice_as_many()
    {
        var walk = Ordered().Answered();
        for (var i = 0; i < 3; i++) walk.Later(0.3).Reads(Power.On);
        Assert.Equal(2, walk.Sets);
        walk.Answered();
        for (var i = 0; i < 5; i++) walk.Later(0.3).Reads(Power.On);
        Assert.Equal(2, walk.Sets);
        walk.Later(0.3).Reads(Power.On);
        Assert.Equal(3, walk.Sets);
    }

    [Fact]
    public void In_the_first_second_after_a_set_it_reads_again_soon_then_once_per_settle()
    {
        var walk = Ordered().Later(0.1).Answered().Reads(Power.On);
        Assert.Equal([new WakeFencer(Sec(0.05))], walk.Effects);
        walk.Later(0.05).Hear(new FenceTick());
        Assert.Equal([new ReadPower(0)], walk.Effects);
        Assert.Equal([new WakeFencer(Sec(0.05))], walk.Reads(Power.On).Effects);
        // The proof's own distance stays what it was.
        Assert.Equal([new WakeFencer(new Timers().Settle)], walk.Later(0.05).Off().Effects);
        Assert.Equal(FencerOutcome.Proven, Outcome(walk.Later(0.2).Off()));

        var late = Ordered().Answered().Later(1).Reads(Power.On);
        Assert.Equal([new WakeFencer(new Timers().Settle)], late.Effects);
        var on = new WalkBench().Hear(new FenceOrdered(WalkBench.Order(on: true, standDown: false))).Answered().Reads(Power.Off);
        Assert.Equal([new WakeFencer(new Timers().Settle)], on.Effects);
    }

    [Fact]
    public void Readings_closer_than_settle_are_one_round_and_bring_no_set_nearer()
    {
        var walk = Ordered().Answered();
        // 8 readings in 0.35 s: two rounds.
        for (var i = 0; i < 8; i++) walk.Reads(Power.On).Later(0.05);
        Assert.Equal(1, walk.Sets);
        Assert.Equal(2, walk.Reads(Power.On).Sets);
        walk.Answered();
        // Twice as many rounds: the sixth begins 1 s after the first.
        for (var i = 0; i < 20; i++) walk.Reads(Power.On).Later(0.05);
        Assert.Equal(2, walk.Sets);
        Assert.Equal(3, walk.Reads(Power.On).Sets);
    }

    [Fact]
    public void A_level_fails_after_its_patience_and_the_next_one_is_set()
    {
        var walk = Ordered(levels: 2).Answered().Later(21).Reads(Power.Unknown);
        Assert.Equal(FencerOutcome.LevelFailed, Outcome(walk));
        walk.Hear(new FenceOrdered(WalkBench.Order(level: 1)));
        Assert.Equal([new SendOff(1, 20)], walk.Effects);
    }

    [Fact]
    public void Unanswered_then_alive_stands_down_and_says_that_a_set_may_still_take_effect()
    {
        var walk = Ordered().Later(2).Unanswered().Later(0.5);
        walk.Sees(Verdict.Alive, walk.Now);
        var report = Assert.Single(walk.Said);
        Assert.Equal((FencerOutcome.StoodDown, false), (report.Outcome, report.AllAnswered));
        walk.Later(1).Off().Later(1).Off();
        Assert.Single(walk.Said);
    }

    [Fact]
    public void Alive_before_the_first_set_stands_down_without_sending()
    {
        var walk = new WalkBench();
        walk.Sees(Verdict.Alive, walk.Now).Hear(new FenceOrdered(WalkBench.Order()));
        Assert.Equal(0, walk.Sets);
        Assert.Equal((FencerOutcome.StoodDown, true), (walk.Said[0].Outcome, walk.Said[0].AllAnswered));
    }

    [Fact]
    public void An_operators_order_is_not_stopped_by_a_sign_of_life()
    {
        var walk = new WalkBench();
        walk.Sees(Verdict.Alive, walk.Now).Hear(new FenceOrdered(WalkBench.Order(standDown: false))).Later(2).Unanswered().Later(1);
        walk.Sees(Verdict.Alive, walk.Now);
        Assert.Equal(1, walk.Sets);
        Assert.Empty(walk.Said);
    }

    [Fact]
    public void A_refused_set_stands_down_for_a_new_entry_with_a_new_stamp()
    {
        var walk = Ordered().Hear(new SetDone(true, true, "outside the time window"));
        Assert.Equal((FencerOutcome.StoodDown, true), (walk.Said[0].Outcome, walk.Said[0].AllAnswered));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_order_cancelled_while_the_set_is_out_ends_when_the_set_ends(bool answered)
    {
        var walk = Ordered().Hear(new FenceOrdered(null));
        Assert.Empty(walk.Said);
        if (answered) walk.Answered();
        else walk.Unanswered();
        Assert.Equal((FencerOutcome.StoodDown, answered), (walk.Said[0].Outcome, walk.Said[0].AllAnswered));
        walk.Later(1).Off().Later(1).Off();
        Assert.Single(walk.Said);
    }

    [Fact]
    public void An_order_cancelled_between_readings_ends_at_once_and_remembers_unanswered_sets()
    {
        var walk = Ordered().Later(2).Unanswered().Hear(new FenceOrdered(null));
        Assert.Equal((FencerOutcome.StoodDown, false, 20L), (walk.Said[0].Outcome, walk.Said[0].AllAnswered, walk.Said[0].Switch));
    }

    [Fact]
    public void A_proof_after_an_unanswered_set_does_not_say_that_all_were_answered()
    {
        var walk = Ordered().Later(2).Unanswered().Off().Later(0.3).Off();
        Assert.Equal((FencerOutcome.Proven, false), (walk.Said[0].Outcome, walk.Said[0].AllAnswered));
    }

    [Fact]
    public void A_new_switching_starts_from_nothing()
    {
        var walk = Ordered().Later(2).Unanswered().Hear(new FenceOrdered(WalkBench.Order(switching: 30)));
        Assert.Contains(new SendOff(0, 30), walk.Effects);
        Assert.Equal(20, walk.Said[0].Switch);
        walk.Answered().Off().Later(0.3).Off();
        Assert.Equal((30L, true), (walk.Said[1].Switch, walk.Said[1].AllAnswered));
    }

    [Fact]
    public void The_same_order_again_sends_nothing_again()
    {
        var walk = Ordered().Answered().Hear(new FenceOrdered(WalkBench.Order()));
        Assert.Equal(1, walk.Sets);
    }

    [Fact]
    public void Switching_on_is_done_when_it_reads_on()
    {
        var walk = new WalkBench().Hear(new FenceOrdered(WalkBench.Order(on: true, standDown: false)));
        Assert.Equal([new SendOn(0)], walk.Effects);
        walk.Answered().Reads(Power.Off).Later(0.3).Reads(Power.On);
        Assert.Equal(FencerOutcome.Proven, Outcome(walk));
    }
}

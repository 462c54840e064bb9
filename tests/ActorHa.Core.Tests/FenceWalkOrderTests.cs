using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>The order in which a fencer sets, reads and listens: one question and one SET at a time, whatever comes in between.</summary>
public sealed class FenceWalkOrderTests
{
    private static WalkBench Ordered(int levels = 1) => new WalkBench(levels).Hear(new FenceOrdered(WalkBench.Order()));

    private static WalkBench OrderedLate(FenceOrder order) => new WalkBench().Hear(new FenceOrdered(order), waited: 1.5);

    private static Instant Now(double seconds) => At(100 + seconds);

    private static WalkBench Tick(WalkBench walk) => walk.Hear(new FenceTick());

    [Fact]
    public void A_second_unanswered_set_does_not_make_up_for_the_first()
    {
        var walk = Ordered().Unanswered();
        for (var i = 0; i < 3; i++) walk.Later(0.3).Reads(Power.On);
        Assert.Equal(2, walk.Sets);
        walk.Unanswered().Later(0.1);
        walk.Sees(Verdict.Alive, walk.Now);
        Assert.Equal((FencerOutcome.StoodDown, false), (walk.Said[0].Outcome, walk.Said[0].AllAnswered));
    }

    [Fact]
    public void An_order_that_waited_for_a_set_comes_once()
    {
        var walk = Ordered().Hear(new FenceOrdered(WalkBench.Order(switching: 30))).Answered();
        Assert.Contains(new SendOff(0, 30), walk.Effects);
        walk.Answered().Hear(new FenceOrdered(WalkBench.Order(switching: 40))).Answered().Off().Later(0.3).Off();
        Assert.Equal([20L, 30L, 40L], walk.Said.Select(s => s.Switch));
        Assert.Equal(FencerOutcome.Proven, walk.Said[2].Outcome);
    }

    [Fact]
    public void The_refusal_of_an_earlier_set_does_not_end_the_order_that_waited_for_it()
    {
        var walk = Ordered().Hear(new FenceOrdered(WalkBench.Order(switching: 30))).Hear(new SetDone(true, true, "outside the time window"));
        Assert.Equal(20L, Assert.Single(walk.Said).Switch);
        Assert.Contains(new SendOff(0, 30), walk.Effects);
    }

    [Fact]
    public void The_same_order_said_again_during_its_set_is_read_after_it() =>
        Assert.Equal([new ReadPower(0)], Ordered().Hear(new FenceOrdered(WalkBench.Order())).Answered().Effects);

    [Fact]
    public void Without_an_order_and_after_the_end_of_one_nothing_is_asked_or_said()
    {
        Assert.Empty(Tick(new WalkBench()).Effects);
        var walk = Ordered().Answered().Off().Later(0.3).Off();
        Assert.Equal(FencerOutcome.Proven, Assert.Single(walk.Said).Outcome);
        Assert.Empty(Tick(walk.Later(1)).Effects);
        Assert.Empty(walk.Off().Effects);
    }

    [Fact]
    public void One_question_is_asked_at_a_time()
    {
        var walk = Ordered().Answered();
        Assert.Empty(Tick(walk.Later(1)).Effects);
        // Asked before the new order's SET: its answer is waited for.
        walk.Hear(new FenceOrdered(WalkBench.Order(switching: 30)));
        Assert.DoesNotContain(walk.Answered().Effects, e => e is ReadPower);
    }

    [Fact]
    public void Heard_in_the_very_moment_of_the_question_it_was_not_off()
    {
        var before = Ordered().Answered().Later(0.1);
        before.Sees(Verdict.Looking, before.Now).Off().Later(0.3).Off();
        Assert.Empty(before.Said);
        var after = Ordered().Answered().Later(0.1).Off();
        after.Sees(Verdict.Looking, after.Now).Later(0.3).Off();
        Assert.Empty(after.Said);
    }

    [Theory]
    [InlineData(Power.On)]
    [InlineData(Power.Unknown)]
    [InlineData(Power.Standby)]
    public void What_the_watcher_read_in_the_gap_and_was_not_off_is_no_first_reading(Power power)
    {
        var walk = new WalkBench().Reads(power).Later(0.3).Hear(new FenceOrdered(WalkBench.Order())).Answered().Off();
        Assert.Empty(walk.Said);
    }

    [Fact]
    public void How_soon_the_device_showed_it_off_is_measured_at_the_first_reading()
    {
        var walk = Ordered().Answered().Later(0.13).Off(source: "chassis 1").Later(0.3).Off(source: "chassis 2").Later(0.3).Off(source: "chassis 2");
        Assert.Equal(Sec(0.13), walk.Said[0].Proof!.Visible);
    }

    [Fact]
    public void An_order_that_comes_late_is_first_listened_for_and_read()
    {
        var walk = OrderedLate(WalkBench.Order());
        Assert.Equal([new WakeFencer(new Timers().Settle)], walk.Effects);
        for (var i = 0; i < 9; i++)
        {
            Assert.Equal([new ReadPower(0)], Tick(walk.Later(0.2)).Effects);
            Assert.Equal([new WakeFencer(new Timers().Settle)], walk.Reads(Power.On).Effects);
        }
        Tick(walk.Later(0.2)).Reads(Power.On);
        Assert.Equal(1, walk.Sets);
    }

    [Fact]
    public void What_reads_off_while_it_is_listened_for_is_not_proven_before_a_set() =>
        Assert.Empty(Tick(OrderedLate(WalkBench.Order()).Later(0.2)).Off().Later(0.3).Off().Later(0.3).Off().Said);

    [Fact]
    public void What_is_heard_while_it_is_listened_for_is_not_set()
    {
        var walk = OrderedLate(WalkBench.Order()).Later(0.5);
        walk.Sees(Verdict.Alive, walk.Now);
        Assert.Equal((FencerOutcome.StoodDown, 0), (walk.Said[0].Outcome, walk.Sets));
    }

    /// <summary>Seed 90156126: decided on a false "off" before the executor slept, and committed as it woke.</summary>
    [Fact]
    public void What_answers_while_it_is_listened_for_is_not_set()
    {
        var walk = OrderedLate(WalkBench.Order()).Later(0.5).Sees(Verdict.AgentSilent, Now(-3));
        Assert.Equal((FencerOutcome.StoodDown, 0, true), (walk.Said[0].Outcome, walk.Sets, walk.Said[0].AllAnswered));
        walk = new WalkBench().Sees(Verdict.AgentSilent, Now(-3)).Hear(new FenceOrdered(WalkBench.Order()));
        Assert.Equal((FencerOutcome.StoodDown, 0), (walk.Said[0].Outcome, walk.Sets));
        // What a person orders off is switched whatever answers; so is what has had its SET.
        Assert.Equal([new SendOff(0, 20)], new WalkBench().Sees(Verdict.AgentSilent, Now(-3)).Hear(new FenceOrdered(WalkBench.Order(standDown: false))).Effects);
        Assert.Empty(Ordered().Unanswered().Later(0.5).Sees(Verdict.AgentSilent, Now(-3)).Said);
    }

    /// <summary>Seed 130273244: its own mind had heard the target; what the fencer was told of it lay behind the order.</summary>
    [Fact]
    public void A_sign_of_life_that_lies_behind_the_order_is_heard_before_it()
    {
        var walk = new WalkBench();
        var alive = Hears(Verdict.Alive, walk.Now);
        walk.Hear(new FenceOrdered(WalkBench.Order()), newest: alive);
        Assert.Equal((FencerOutcome.StoodDown, 0), (Assert.Single(walk.Said).Outcome, walk.Sets));
        // Before a later first SET, too.
        walk = OrderedLate(WalkBench.Order()).Later(2.1);
        walk.Hear(new FenceTick(), newest: Hears(Verdict.Alive, walk.Now));
        Assert.Equal((FencerOutcome.StoodDown, 0), (Assert.Single(walk.Said).Outcome, walk.Sets));
        // A letter that is older than what was seen sets nothing back, and nothing new is no news.
        walk = new WalkBench().Hear(new TargetSeen(Hears(Verdict.Silent, Now(-5))), newest: alive).Hear(new FenceOrdered(WalkBench.Order()));
        Assert.Equal(0, walk.Sets);
        var silent = Hears(Verdict.Silent, Now(-5));
        Assert.Equal(1, new WalkBench().Hear(new TargetSeen(silent), newest: silent).Hear(new FenceOrdered(WalkBench.Order()), newest: silent).Sets);
    }

    [Theory]
    [InlineData(-14.9, false)]
    [InlineData(-15.1, true)]
    public void Where_lost_agents_are_fenced_what_answers_has_the_grace_of_its_agent(double heard, bool switched)
    {
        var walk = new WalkBench(agentLost: true).Sees(Verdict.AgentSilent, Now(heard)).Hear(new FenceOrdered(WalkBench.Order()));
        Assert.Equal(switched ? 1 : 0, walk.Sets);
        // Never heard, it is its life's age that counts.
        walk = new WalkBench(agentLost: true).Later(-heard).Sees(Verdict.AgentSilent, null).Hear(new FenceOrdered(WalkBench.Order()));
        Assert.Equal(switched ? 1 : 0, walk.Sets);
    }

    [Fact]
    public void Only_what_a_sign_of_life_may_stop_is_listened_for()
    {
        Assert.Equal([new SendOff(0, 20)], OrderedLate(WalkBench.Order(standDown: false)).Effects);
        Assert.Equal([new SendOn(0)], OrderedLate(WalkBench.Order(on: true)).Effects);
    }

    [Fact]
    public void A_later_level_has_more_patience_and_a_failed_one_does_no_more()
    {
        var walk = Ordered(levels: 2).Answered().Later(21).Reads(Power.Unknown);
        Assert.Equal(FencerOutcome.LevelFailed, Assert.IsType<SayFence>(Assert.Single(walk.Effects)).Report.Outcome);
        walk.Hear(new FenceOrdered(WalkBench.Order(level: 1))).Answered().Later(21).Reads(Power.Unknown);
        Assert.Single(walk.Said);
        for (var i = 0; walk.Said.Count < 2 && i < 5; i++) walk.Answered().Later(10).Reads(Power.Unknown);
        Assert.Equal((FencerOutcome.LevelFailed, 1), (walk.Said[1].Outcome, walk.Said[1].Level));
    }

    [Fact]
    public void What_is_heard_soon_after_an_answered_set_does_not_stop_the_next()
    {
        var walk = Ordered().Answered().Later(0.5);
        walk.Sees(Verdict.Alive, walk.Now);
        Assert.Empty(walk.Said);
        for (var i = 0; i < 3; i++) walk.Later(0.3).Reads(Power.On);
        Assert.Equal([new SendOff(0, 20)], walk.Effects);
        Assert.Empty(walk.Said);
    }

    [Fact]
    public void Woken_before_its_time_it_reads_no_sooner()
    {
        var walk = Ordered().Answered().Reads(Power.On);
        Assert.Equal([new WakeFencer(Sec(0.02))], Tick(walk.Later(0.03)).Effects);
    }

    [Fact]
    public void A_sign_that_is_not_life_yet_stops_nothing_after_an_unanswered_set()
    {
        var walk = Ordered().Later(2).Unanswered().Later(0.5);
        walk.Sees(Verdict.Looking, walk.Now);
        Assert.Empty(walk.Said);
    }

    /// <summary>Seed 6007778: quorum was lost and came back between a SET without an answer and the target's first sign of life.</summary>
    [Fact]
    public void An_order_that_is_taken_back_and_comes_again_has_not_forgotten_its_unanswered_sets()
    {
        var walk = new WalkBench().Hear(new FenceOrdered(WalkBench.Order())).Later(1).Hear(new SetDone(Answered: false, Refused: false, "no answer"));
        walk.Hear(new FenceOrdered(null)).Later(1).Sees(Verdict.Alive, walk.Now).Hear(new FenceOrdered(WalkBench.Order()));
        Assert.Equal((FencerOutcome.StoodDown, false), (walk.Said[^1].Outcome, walk.Said[^1].AllAnswered));
        // Another switching begins anew.
        walk.Hear(new FenceOrdered(WalkBench.Order(switching: 30)));
        Assert.True(walk.Said[^1].AllAnswered);
    }
}

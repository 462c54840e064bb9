using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>The table of DESIGN 4, row by row, and what may not deceive it.</summary>
public sealed class PeerWatchTests
{
    private static WatchBench Missing(double seconds = 3) => new WatchBench().Beat().Later(seconds);

    [Theory]
    [InlineData(Power.On)]
    [InlineData(Power.Off)]
    [InlineData(Power.Unknown)]
    public void Beats_present_is_alive_whatever_the_power(Power power) => Assert.Equal(Verdict.Alive, new WatchBench().Beat().Later(0.1).Power(power).Probe(false).Verdict);

    [Fact]
    public void Time_alone_changes_nothing_before_a_beat_may_be_missing()
    {
        var watch = new WatchBench();
        Assert.Equal(new Timers().LookAfter, watch.UntilLook);
        Assert.Equal(new Timers().LookAfter - Sec(0.1), watch.Beat().Later(0.1).UntilLook);
        Assert.Equal(Sec(0.025), watch.Later(0.25).UntilLook);
    }

    [Fact]
    public void Beats_that_say_sick_are_degraded() => Assert.Equal(Verdict.Degraded, new WatchBench().Beat(well: false).Verdict);

    [Theory]
    [InlineData(false, Power.Off, Verdict.PoweredOff)]
    [InlineData(false, Power.On, Verdict.Silent)]
    [InlineData(false, Power.Unknown, Verdict.Silent)]
    [InlineData(false, Power.Standby, Verdict.Silent)]
    [InlineData(false, Power.Absent, Verdict.Silent)]
    [InlineData(true, Power.On, Verdict.AgentSilent)]
    [InlineData(true, Power.Unknown, Verdict.AgentSilent)]
    [InlineData(true, Power.Off, Verdict.Contradiction)]
    public void Beats_missing(bool answers, Power power, Verdict verdict)
    {
        var watch = Missing().Power(power).Probe(answers);
        Assert.Equal(verdict, watch.Verdict);
        Assert.Equal(power, watch.View.Power);
    }

    [Fact]
    public void Whom_a_configuration_makes_a_host_is_asked_for_its_power()
    {
        var watch = new WatchBench(isHost: false).Hear(new LifeKnown(1, new Timers(), IsHost: true));
        Assert.Equal(WatchAsk.Power | WatchAsk.Probe, watch.Beat(boot: 1).Hear(new LookNow()).Ask);
        Assert.Equal(1UL, watch.Hear(new LifeKnown(1, new Timers())).View.Life);
        Assert.Null(watch.Hear(new LifeKnown(1, new Timers(), IsHost: false)).Beat(boot: 1).View.Life);
    }

    [Fact]
    public void Power_loss_is_seen_long_before_suspicion() => Assert.Equal(Verdict.PoweredOff, Missing(0.4).Power(Power.Off).Probe(false).Verdict);

    [Fact]
    public void Silence_needs_its_time_and_an_unanswered_question()
    {
        Assert.Equal(Verdict.Looking, Missing(1.5).Power(Power.On).Probe(false).Verdict);
        Assert.Equal(Verdict.Silent, Missing(1.7).Power(Power.On).Probe(false).Verdict);
        Assert.Equal(Verdict.Looking, Missing(60).Power(Power.On).Verdict);
    }

    [Fact]
    public void Answers_to_questions_asked_before_the_gap_say_nothing()
    {
        Assert.Equal(Verdict.Looking, Missing().Power(Power.Off, askedAgo: 3.5).Probe(false, askedAgo: 3.5).Verdict);
        Assert.Equal(Verdict.Silent, Missing().Power(Power.Off, askedAgo: 3.5).Probe(false).Verdict);
    }

    [Fact]
    public void A_gap_asks_at_once_and_not_too_often()
    {
        var watch = new WatchBench().Beat().Later(0.2).Hear(new WatchTick());
        Assert.Equal(WatchAsk.None, watch.Ask);
        Assert.Equal(WatchAsk.Power | WatchAsk.Probe, watch.Later(0.2).Hear(new WatchTick()).Ask);
        Assert.Equal(WatchAsk.None, watch.Later(0.1).Hear(new WatchTick()).Ask);
        Assert.Equal(WatchAsk.Power | WatchAsk.Probe, watch.Later(0.4).Hear(new WatchTick()).Ask);
    }

    [Fact]
    public void Who_is_heard_by_others_alone_for_a_moment_has_just_booted_and_for_longer_has_a_broken_link()
    {
        var watch = new WatchBench().Sighted(1);
        Assert.True(watch.View.Direct);
        Assert.False(watch.Later(3).Sighted(2).View.Direct);
        Assert.True(watch.Beat().View.Direct);
    }

    /// <summary>Found while a story was written: an "off" that took its time was a verdict about the life that had joined meanwhile.</summary>
    [Fact]
    public void What_was_asked_before_a_life_was_known_says_nothing_about_it()
    {
        var watch = Missing();
        watch.Hear(new LifeKnown(2, new Timers())).Later(0.4).Power(Power.Off, askedAgo: 0.5).Probe(false, askedAgo: 0.5);
        Assert.Equal(Verdict.Looking, watch.Verdict);
        Assert.Equal(Verdict.PoweredOff, watch.Power(Power.Off).Probe(false).Verdict);
    }

    [Fact]
    public void A_sighting_is_a_sign_of_life() => Assert.Equal(Verdict.Alive, Missing().Sighted(50).Verdict);

    [Fact]
    public void A_sighting_counts_once()
    {
        var watch = Missing().Sighted(50, ago: 2.9);
        Assert.Equal(At(100.1), watch.View.HeardAt);
        watch.Later(1).Sighted(50);
        Assert.Equal(At(100.1), watch.View.HeardAt);
        watch.Beat(sequence: 50);
        Assert.Equal(At(100.1), watch.View.HeardAt);
        watch.Beat(sequence: 51);
        Assert.Equal(watch.Now, watch.View.HeardAt);
    }

    [Fact]
    public void An_old_sighting_of_a_higher_sequence_never_turns_time_back()
    {
        var watch = new WatchBench().Beat().Later(1).Beat();
        var heard = watch.View.HeardAt;
        Assert.Equal(heard, watch.Sighted(99, ago: 5).View.HeardAt);
    }

    [Fact]
    public void A_stuck_mind_counts_as_missing()
    {
        var watch = new WatchBench().Beat();
        for (var i = 0; i < 30; i++) watch.Later(0.1).Beat(mindAge: 2.5);
        Assert.Equal(At(100), watch.View.HeardAt);
        Assert.Equal(Verdict.AgentSilent, watch.Power(Power.On).Probe(true).Verdict);
        Assert.Equal(Verdict.Alive, watch.Beat(mindAge: 1.9).Verdict);
    }

    [Fact]
    public void What_a_stuck_mind_echoes_shows_that_the_host_has_power()
    {
        var watch = new WatchBench().Beat().Later(3).Beat(mindAge: 2.5, echo: true);
        Assert.Equal(watch.Now, watch.View.HearsUs);
    }

    [Fact]
    public void A_replayed_boot_is_no_life()
    {
        var watch = Missing();
        watch.Hear(new LifeKnown(2, new Timers())).Beat(boot: 2, sequence: 1).Later(3);
        var heard = watch.View.HeardAt;
        watch.Beat(boot: 1, sequence: 500).Sighted(501, boot: 1);
        Assert.Equal(heard, watch.View.HeardAt);
    }

    [Fact]
    public void A_new_life_is_heard_only_by_its_own_beats()
    {
        var watch = new WatchBench().Beat(echo: true).Hear(new LifeKnown(2, new Timers()));
        Assert.Equal((false, null, null), (watch.View.EverHeard, watch.View.HeardAt, watch.View.HearsUs));
        Assert.True(watch.Beat(boot: 2, sequence: 1).View.EverHeard);
    }

    [Fact]
    public void Timers_run_from_the_last_sign_whatever_else_happens()
    {
        var watch = new WatchBench().Beat();
        for (var i = 0; i < 16; i++) watch.Later(0.1).Probe(i % 2 == 0).Power(i % 2 == 0 ? Power.On : Power.Unknown).Hear(new LifeKnown(1, new Timers()));
        Assert.Equal(At(100), watch.View.HeardAt);
        Assert.Equal(Verdict.Silent, watch.Later(1.3).Power(Power.On).Probe(false).Verdict);
    }

    [Fact]
    public void Who_was_never_heard_is_unheard_then_judged_from_our_own_start()
    {
        var watch = new WatchBench();
        Assert.Equal(Verdict.Unheard, watch.Verdict);
        Assert.Equal(Verdict.Silent, watch.Later(3).Power(Power.On).Probe(false).Verdict);
        Assert.False(watch.View.EverHeard);
    }

    [Fact]
    public void Any_boot_of_the_witness_is_its_life()
    {
        var watch = new WatchBench(isHost: false).Beat(boot: 7, sequence: 10).Later(3).Beat(boot: 8, sequence: 1);
        Assert.Equal(Verdict.Alive, watch.Verdict);
        Assert.Equal(WatchAsk.Probe, watch.Later(1).Hear(new WatchTick()).Ask);
    }

    [Fact]
    public void A_trap_asks_at_once_and_has_the_power_loss_known_when_the_gap_has_lasted()
    {
        var watch = new WatchBench().Beat().Later(0.05).Hear(new LookNow());
        Assert.Equal((WatchAsk.Power | WatchAsk.Probe, Verdict.Alive), (watch.Ask, watch.View.Verdict));
        // Off, and nobody answers: the verdict still waits for the gap, and is there without another round of questions.
        Assert.Equal(Verdict.Alive, watch.Later(0.2).Power(Power.Off, askedAgo: 0.2).Probe(false, askedAgo: 0.2).Verdict);
        Assert.Equal(Verdict.PoweredOff, watch.Later(0.1).Verdict);

        var without = new WatchBench().Beat().Later(0.35);
        Assert.Equal(Verdict.Looking, without.Verdict);
    }

    [Fact]
    public void Forged_traps_change_no_verdict_and_cost_a_bounded_number_of_questions()
    {
        var watch = new WatchBench().Beat();
        var asked = 0;
        for (var i = 0; i < 1000; i++)
        {
            if (i % 10 == 0) watch.Beat();
            watch.Later(0.01).Hear(new LookNow());
            if (watch.Ask != WatchAsk.None) asked++;
            Assert.Equal(Verdict.Alive, watch.View.Verdict);
        }
        Assert.InRange(asked, 9, 10);
    }

    [Fact]
    public void A_forged_trap_does_not_postpone_what_silence_asks()
    {
        var watch = new WatchBench().Beat().Later(0.3).Hear(new LookNow());
        watch.Power(Power.On).Probe(false);
        Assert.Equal(WatchAsk.Power | WatchAsk.Probe, watch.Later(0.1).Hear(new WatchTick()).Ask);
    }

    [Fact]
    public void What_a_trap_had_read_before_a_beat_says_nothing_after_it()
    {
        var watch = new WatchBench().Beat().Later(0.05).Hear(new LookNow()).Power(Power.Off).Probe(false).Later(0.05).Beat();
        Assert.Equal(Verdict.Looking, watch.Later(0.36).Verdict);
    }

    [Fact]
    public void Of_a_member_without_power_of_its_own_a_trap_asks_only_its_processes() =>
        Assert.Equal(WatchAsk.Probe, new WatchBench(isHost: false).Beat(boot: 7).Hear(new LookNow()).Ask);

    [Fact]
    public void Who_is_known_by_anothers_word_alone_is_not_taken_for_sick() => Assert.Equal(Verdict.Alive, new WatchBench().Sighted(1).Verdict);

    [Fact]
    public void An_old_beat_or_one_of_another_boot_says_nothing_about_how_it_is()
    {
        Assert.Equal(Verdict.Alive, new WatchBench().Beat().Beat(boot: 2, well: false).Verdict);
        Assert.Equal(Verdict.Alive, new WatchBench().Beat(sequence: 5).Beat(sequence: 5, well: false).Verdict);
    }

    [Fact]
    public void An_echo_never_goes_back_and_a_newer_one_counts()
    {
        var watch = new WatchBench().Beat(echo: true);
        var first = watch.Now;
        Assert.Equal(first, watch.View.HearsUs);
        Assert.Equal(first + Sec(0.5), watch.Later(0.5).Beat(echo: true).View.HearsUs);
        watch.Hear(new BeatHeard(1, 99, TimeSpan.Zero, true, 1, watch.Now, first));
        Assert.Equal(first + Sec(0.5), watch.View.HearsUs);
    }

    [Fact]
    public void A_witness_joins_nothing_so_that_the_echo_of_its_first_beat_counts()
    {
        var witness = new WatchBench(isHost: false).Beat(boot: 5, echo: true).Later(1);
        Assert.Equal(witness.Now, witness.Beat(boot: 6, sequence: 1, echo: true).View.HearsUs);
    }

    [Fact]
    public void The_fencer_is_told_of_each_change_and_of_nothing_else()
    {
        var watch = new WatchBench();
        Assert.NotNull(watch.Beat().Seen);
        Assert.NotNull(watch.Later(0.01).Beat().Seen);
        Assert.Null(watch.Later(0.01).Hear(new WatchTick()).Seen);
    }
}

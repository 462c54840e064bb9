using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>From silence to the switching entry: who may ask, who may execute, and when.</summary>
public sealed class FenceRequestTests
{
    [Fact]
    public void Silence_is_a_challenge_not_yet_a_switching() =>
        TheSite().Sees(A, Verdict.Silent).Decides().ThenBecause("applejack is silent and we are quorate: fence requested (e5)").ThenRecordsNo<FenceSwitching>();

    [Fact]
    public void Where_it_reads_off_both_entries_are_one() =>
        TheSite().Sees(A, Verdict.PoweredOff).Decides().ThenBecause("silent and reads off").ThenRecords<FenceRequested>().ThenRecords<FenceSwitching>(f => f.Executor == B);

    [Fact]
    public void The_challenge_has_its_time()
    {
        var c = TheSite().AndMine(Asks(A, B)).Sees(A, Verdict.Silent);
        c.Later(0.39).Decides().ThenNothing("applejack is challenged (request e5): not switched yet");
        c.Later(0.02).Decides().ThenBecause("applejack did not answer request e5").ThenRecords<FenceSwitching>(f => f.Run == RunOf(B));
    }

    [Fact]
    public void The_witness_executes_only_after_a_stall()
    {
        var c = TheSite().And(Asks(A, B)).As(W).Sees(A, Verdict.Silent);
        c.Later(5).Decides().ThenNothing("not switched yet");
        c.Later(0.5).Decides().ThenRecords<FenceSwitching>(f => f.Executor == W);
    }

    [Fact]
    public void A_stalled_executor_is_taken_over_ever_more_slowly()
    {
        var c = TheSite().And(Asks(A, B)).And(Switches(A, B)).As(W).Sees(A, Verdict.Silent);
        c.Later(4.9).Decides().ThenNothing("applejack is being fenced by rainbowdash");
        c.Later(0.2).Decides().ThenBecause("still not proven off: witness takes over");
        c.And(Switches(A, W)).As(B).Sees(A, Verdict.Silent).Later(9.9).Decides().ThenNothing("being fenced by witness");
        c.Later(0.2).Decides().ThenBecause("rainbowdash takes over");
    }

    [Theory]
    [InlineData(Verdict.Alive)]
    [InlineData(Verdict.Degraded)]
    [InlineData(Verdict.Looking)]
    [InlineData(Verdict.AgentSilent)]
    [InlineData(Verdict.Contradiction)]
    public void What_is_not_gone_is_neither_asked_for_nor_switched(Verdict verdict)
    {
        TheSite().Sees(A, verdict, 100).Decides().ThenRecordsNo<FenceRequested>();
        TheSite().And(Asks(A, B)).And(Switches(A, W)).Sees(A, verdict, 100).Later(60).Decides().ThenRecordsNo<FenceSwitching>();
    }

    [Fact]
    public void A_lost_agent_is_fenced_only_where_the_policy_says_so()
    {
        TheSite().Sees(A, Verdict.AgentSilent, 16).Decides().ThenNothing("its VMs are unwatched");
        TheSite(b => b.Policies = b.Policies with { FenceWhenAgentLost = true }).Sees(A, Verdict.AgentSilent, 16).Decides().ThenBecause("without its agent");
    }

    [Fact]
    public void Maintenance_stops_requests_and_switching()
    {
        TheSite().And(new MaintenanceBegan("operator", null)).Sees(A, Verdict.PoweredOff).Decides().ThenNothing("it would be fenced, but for maintenance");
        var c = TheSite().AndMine(Asks(A, B)).AndMine(Switches(A, B)).And(new MaintenanceBegan("operator", null)).Sees(A, Verdict.Silent);
        Assert.Empty(c.Orders().Fences);
        c.As(W).Sees(A, Verdict.Silent).Later(60).Decides().ThenNothing("not switched off: maintenance", alarm: true);
    }

    [Fact]
    public void An_announced_stop_is_waited_for_unless_the_power_is_lost()
    {
        TheSite().And(new AgentStopAnnounced(A, Sec(30))).Sees(A, Verdict.Silent).Later(29).Decides().ThenNothing("announced that its agent stops for 30 s");
        TheSite().And(new AgentStopAnnounced(A, Sec(30))).Sees(A, Verdict.Silent).Later(31).Decides().ThenRecords<FenceRequested>();
        TheSite().And(new AgentStopAnnounced(A, Sec(30))).Sees(A, Verdict.PoweredOff).Decides().ThenRecords<FenceRequested>();
    }

    [Fact]
    public void Who_hears_nobody_waits_but_the_devices_off_needs_no_ears()
    {
        TheSite().Sees(A, Verdict.Silent, 2).Sees(W, Verdict.Silent).Decides().ThenNothing("hears no member at all: it may be deaf");
        TheSite().Sees(A, Verdict.Silent, 16).Sees(W, Verdict.Silent).Decides().ThenRecords<FenceRequested>();
        TheSite().Sees(A, Verdict.PoweredOff, 2).Sees(W, Verdict.Silent).Decides().ThenRecords<FenceRequested>();
    }

    [Fact]
    public void A_refuted_asker_asks_no_more_before_it_hears_its_target_again()
    {
        var c = TheSite().And(Asks(A, B)).And(new FenceWithdrawn(E(5), A, A)).Later(100);
        c.Sees(A, Verdict.Silent, 200).Decides().ThenNothing("applejack lives, as was said when rainbowdash asked, which is deaf to it");
        c.Sees(A, Verdict.PoweredOff, 200).Decides().ThenRecords<FenceRequested>();
        c.Sees(A, Verdict.Silent, 50).Decides().ThenRecords<FenceRequested>();
        // A new agent has not been deaf yet (found by the simulation: nobody asked for a host that had died since).
        c.And(new AgentStarted(W, RunOf(W), "")).Sees(A, Verdict.Silent, 200).Decides().ThenNothing("applejack lives, as was said when rainbowdash asked");
        c.And(new AgentStarted(B, RunOf(B), "")).Sees(A, Verdict.Silent, 200).Decides().ThenRecords<FenceRequested>();
        c.And(new AgentStarted(B, RunOf(B), "")).Sees(v => v with { Started = v.Now - Sec(59) }).Sees(A, Verdict.Silent, ever: false).Decides().ThenNothing("it may not fence what it has not seen alive", alarm: false);
    }

    [Fact]
    public void What_was_never_seen_alive_is_not_fenced_in_the_startup_grace()
    {
        var c = TheSite().Sees(v => v with { Started = v.Now - Sec(59) }).Sees(A, Verdict.Silent, ever: false);
        c.Decides().ThenNothing("it may not fence what it has not seen alive");
        c.Later(2).Decides().ThenRecords<FenceRequested>();
    }

    [Fact]
    public void What_is_not_armed_is_asked_for_but_never_switched()
    {
        var unarmed = TheSite().And(new FencingDisarmed(A, "another's slot")).Sees(A, Verdict.PoweredOff);
        unarmed.Decides().ThenRecords<FenceRequested>().ThenRecordsNo<FenceSwitching>();
        TheSite().And(new FencingDisarmed(A, "another's slot")).And(new FenceRequested(E(50), A, I(1), B, null)).Sees(A, Verdict.PoweredOff)
            .Decides().ThenNothing("applejack is not protected");
        var sleeper = TheSite().And(Joins(A, 2, canSleep: "suspend is not masked"), Admits(A, 2)).Runs(Mail, A, 6, 2).Runs(Lists, A, 7, 2).Runs(Tickets, A, 8, 2).Runs(MonitorVm, A, 9, 2).Sees(A, Verdict.PoweredOff);
        sleeper.Decides().ThenRecordsNo<FenceSwitching>();
    }

    [Fact]
    public void What_owns_nothing_that_may_move_is_left_alone() =>
        Case.TheSite().And(new VmReleased(Mail, E(1), false), new VmReleased(Lists, E(2), false), new VmReleased(Tickets, E(3), false))
            .Sees(v => v with { Vms = v.Vms.Clear(), Well = false }).Sees(A, Verdict.PoweredOff).Decides().ThenNothing("it owns nothing that may move");

    [Fact]
    public void Not_quorate_asks_nothing() => TheSite().Sees(v => v with { Quorate = false }).Sees(A, Verdict.PoweredOff).Decides().ThenNothing("not quorate");

    [Fact]
    public void The_executor_that_stood_down_says_so_once()
    {
        var c = TheSite().And(Asks(A, B)).AndMine(Switches(A, B));
        var report = Reports(c.Index, FencerOutcome.StoodDown, allAnswered: false);
        c.Sees(A, report).Decides().ThenRecords<FenceEnded>(e => !e.AllAnswered);
        c.AndMine(new FenceEnded(E(5), A, report.Switch, false, "alive")).Decides().ThenRecordsNo<FenceEnded>();
        Assert.Contains(report.Switch, c.State.Host(A).OpenSwitches);
    }

    [Fact]
    public void A_level_that_fails_is_followed_by_the_next()
    {
        var c = TheSite().And(Asks(A, B)).AndMine(Switches(A, B)).Sees(A, Verdict.Silent);
        c.Sees(A, Reports(c.Index, FencerOutcome.LevelFailed)).Decides().ThenRecords<FenceLevelFailed>(f => f.Level == 0);
        var switching = c.Index;
        c.AndMine(new FenceLevelFailed(E(5), A, 0, "no answer"));
        Assert.Equal((1, switching), (c.Orders().Fences[A].Level, c.Orders().Fences[A].Switch));
        c.Decides().ThenRecordsNo<FenceLevelFailed>();
    }

    [Fact]
    public void A_host_whose_life_was_declared_over_kills_all_its_vms()
    {
        var c = TheSite().And(Asks(A, B)).And(Switches(A, B)).And(Fenced(A)).As(A);
        Assert.True(c.Orders().KillAll);
        Assert.Empty(c.Orders().Vms);
        c.Decides().ThenNothing("was declared over");
    }

    [Fact]
    public void A_fenced_host_is_admitted_until_the_bound_then_released_by_a_person()
    {
        var c = TheSite();
        for (var life = 1; life <= 3; life++)
        {
            c.And(Asks(A, B, 10 + life, life)).And(Switches(A, B, 10 + life)).And(new FenceEnded(E(10 + life), A, c.Index, true, "")).And(Fenced(A, 10 + life, life)).And(Joins(A, life + 1));
            c.And(new AgentStarted(A, RunOf(A), "1"));
            if (life < 3) c.Later(2.1).As(A, life: life + 1).Decides().ThenRecords<HostAdmitted>();
            if (life < 3) c.And(Admits(A, life + 1));
        }
        c.Later(2.1).As(A, life: 4).Decides().ThenNothing("was fenced 3 times: not admitted until released");
        c.And(new HostReleased(A, "operator")).Decides().ThenRecords<HostAdmitted>();
    }
}

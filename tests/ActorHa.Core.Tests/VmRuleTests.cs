using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>Who takes a VM, when it starts, restarts, stops, and when it is given up.</summary>
public sealed class VmRuleTests
{
    /// <summary>Mail was assigned to rainbowdash and waits for its start.</summary>
    private static Case Assigned() => TheSite().And(new VmReleased(Mail, E(1), false)).AndMine(new VmAssigned(Mail, B, I(1), E(5)));

    [Fact]
    public void An_owned_vm_is_started_by_an_entry_of_its_own() => Assigned().Decides().ThenBecause("mail is started on rainbowdash (e5)").ThenRecords<VmStarting>();

    [Fact]
    public void Maintenance_starts_nothing()
    {
        var c = Assigned().And(new MaintenanceBegan("operator", null));
        c.Decides().ThenNothing("mail is not started yet: maintenance");
        Assert.Equal(VmMode.Watch, c.AndMine(new VmStarting(Mail, E(5), I(1), RunOf(B))).Orders().Vms[Mail].Mode);
    }

    [Fact]
    public void Maintenance_ends_when_its_time_has_passed()
    {
        var c = TheSite().And(new MaintenanceBegan("operator", Sec(60)));
        c.Later(59).Decides().ThenNothing("maintenance, set by operator");
        c.Later(2).Decides().ThenRecords<MaintenanceEnded>();
    }

    [Fact]
    public void A_closed_host_starts_nothing()
    {
        Assigned().And(Asks(B, A, person: "operator")).Decides().ThenNothing("mail is not started yet: rainbowdash is closed");
        var c = Assigned().AndMine(new VmStarting(Mail, E(5), I(1), RunOf(B))).And(Asks(B, A));
        Assert.Equal(VmMode.Watch, c.Orders().Vms[Mail].Mode);
    }

    [Fact]
    public void A_stopping_agent_starts_nothing() => Assigned().Sees(v => v with { Stopping = true }).Decides().ThenNothing("the agent is stopping");

    [Fact]
    public void Starts_are_throttled()
    {
        var c = TheSite(b => b.Policies = b.Policies with { StartsAtOnce = 1 }).And(new VmReleased(Mail, E(1), false), new VmReleased(Lists, E(2), false));
        c.AndMine(new VmAssigned(Mail, B, I(1), E(5)), new VmStarting(Mail, E(5), I(1), RunOf(B))).Sees(Mail, VmCondition.Starting, 5, c.Index);
        c.AndMine(new VmAssigned(Lists, B, I(1), E(6)));
        c.Decides().ThenNothing("lists is not started yet: 1 starts are under way");
        c.And(new VmActive(Mail, E(5), 1)).Sees(Mail, VmCondition.Running, 5).Decides().ThenRecords<VmStarting>(s => s.Vm == Lists);
    }

    [Fact]
    public void A_process_of_an_older_ownership_confirms_nothing_also_where_it_is_left_alone() =>
        Assigned().And(new MaintenanceBegan("operator", null)).Sees(Mail, VmCondition.Running, 1).Decides().ThenNothing("mail runs on rainbowdash without permission: left alone, maintenance");

    [Fact]
    public void A_preemptible_vm_makes_room_and_then_waits_for_room_itself()
    {
        // applejack is lost; tickets fills rainbowdash so far that mail, which matters more, finds no room.
        var c = TheSite(b => b.Vms[Tickets] = b.Vms[Tickets] with { Preemptible = true, MemoryMb = 200 })
            .And(new VmReleased(Tickets, E(3), false)).Runs(Tickets, B, 5).And(Asks(A, B, 6), Switches(A, B, 6), Fenced(A, 6)).As(B);
        var all = c.Settle();
        Assert.Contains(all, e => e is VmWaiting { Reason: "waits for memory: tickets makes room on rainbowdash" } w && w.Vm == Mail);
        var stop = Assert.Single(all.OfType<VmStopping>());
        Assert.Equal((Tickets, "it makes room for mail"), (stop.Vm, stop.Reason));
        Assert.DoesNotContain(all, e => e is VmAssigned);
        c.Sees(Tickets, VmCondition.Absent, null, c.State.Vm(Tickets).Stop!.Index);
        all = c.Settle();
        Assert.Contains(all, e => e is VmReleased r && r.Vm == Tickets);
        Assert.Equal([Mail, Lists], all.OfType<VmAssigned>().Select(a => a.Vm));
        Assert.Contains(all, e => e is VmWaiting w && w.Vm == Tickets && w.Reason.StartsWith("waits for memory: needs 200 MiB", StringComparison.Ordinal));
    }

    [Fact]
    public void Restarts_wait_ever_longer_then_it_is_given_up_for_another_host()
    {
        var c = TheSite().As(A);
        for (var i = 0; i < 2; i++) c.And(new VmFailed(Mail, E(1), "killed"));
        c.Sees(Mail, VmCondition.Ended, 1, sinceAgo: 0.5).Decides().ThenNothing("it failed 2 times: next try after 1 s");
        c.Sees(Mail, VmCondition.Ended, 1, sinceAgo: 1.1).Decides().ThenRecords<VmStarting>();
        for (var i = 0; i < 2; i++) c.And(new VmFailed(Mail, E(1), "killed"));
        c.Decides().ThenBecause("it failed 4 times on applejack").ThenRecords<VmStopping>();
        c.AndMine(new VmStopping(Mail, E(1), RunOf(A), "")).Sees(Mail, VmCondition.Absent, null, c.Index).Decides().ThenRecords<VmReleased>(r => r.GaveUp);
    }

    [Fact]
    public void A_steady_vm_has_its_failures_forgotten()
    {
        var c = TheSite().As(A).And(new VmFailed(Mail, E(1), "killed"), new VmStarting(Mail, E(1), I(1), RunOf(A)), new VmActive(Mail, E(1), 2));
        c.Sees(Mail, VmCondition.Running, 1, sinceAgo: 601).Decides().ThenRecords<VmSteady>();
    }

    [Fact]
    public void A_start_that_was_never_confirmed_and_ended_is_a_failure_of_its_order()
    {
        var c = Assigned().AndMine(new VmStarting(Mail, E(5), I(1), RunOf(B)));
        c.Sees(Mail, VmCondition.Ended, 5, order: c.Index - 1).Decides().ThenRecordsNo<VmFailed>();
        c.Sees(Mail, VmCondition.StartFailed, 5, order: c.Index).Decides().ThenRecords<VmFailed>().ThenRecords<VmStarting>();
    }

    [Fact]
    public void A_process_of_an_older_epoch_confirms_nothing()
    {
        var c = Assigned().AndMine(new VmStarting(Mail, E(5), I(1), RunOf(B)));
        c.Sees(Mail, VmCondition.Running, 4).Decides().ThenRecordsNo<VmActive>().ThenRecords<VmStrayFound>();
        c.Sees(Mail, VmCondition.Running, 5).Decides().ThenRecords<VmActive>();
    }

    [Fact]
    public void What_runs_without_permission_is_recorded_stopped_and_said()
    {
        var c = TheSite().Sees(Mail, VmCondition.Running);
        c.Decides().ThenBecause("mail runs on rainbowdash without permission").ThenRecords<VmStrayFound>();
        c.AndMine(new VmStrayFound(Mail, B, I(1), RunOf(B), 7));
        Assert.Equal(VmMode.StopStray, c.Orders().Vms[Mail].Mode);
        c.Sees(Mail, VmCondition.Absent, null, c.Index).Decides().ThenRecords<VmStrayStopped>();
        TheSite().And(new MaintenanceBegan("operator", null)).Sees(Mail, VmCondition.Running).Decides().ThenNothing("left alone, maintenance");
    }

    [Fact]
    public void Nobody_starts_beside_a_stray()
    {
        var c = TheSite().As(A).And(new VmFailed(Mail, E(1), "killed")).And(new VmStrayFound(Mail, B, I(1), RunOf(B), 7)).Sees(Mail, VmCondition.Ended, 1);
        c.Decides().ThenNothing("a process without permission is still there");
    }

    [Fact]
    public void A_move_whose_target_is_gone_is_dropped() =>
        TheSite().And(new VmMoveOrdered(Mail, B, "operator")).And(Asks(B, A)).As(A).Decides().ThenRecords<VmMoveDropped>();

    [Fact]
    public void A_host_that_leaves_gives_up_and_takes_nothing()
    {
        TheSite().And(new HostLeaving(A, I(1))).As(A).Decides().ThenRecords<VmStopping>(s => s.Reason.Contains("shut down", StringComparison.Ordinal));
        TheSite().And(new VmReleased(Mail, E(1), false)).And(new HostLeaving(B, I(1))).Decides().ThenRecordsNo<VmAssigned>();
    }

    [Fact]
    public void An_unwell_host_takes_nothing() => TheSite().And(new VmReleased(Mail, E(1), false)).Sees(A, Verdict.Silent, 0).Sees(v => v with { Well = false, WhyUnwell = "no answer" }).Decides().ThenRecordsNo<VmAssigned>();

    [Fact]
    public void An_unwell_host_says_so_and_why() =>
        TheSite().Sees(v => v with { Well = false, WhyUnwell = "/proc: too many open files" }).Decides().ThenNothing("rainbowdash is not well: /proc: too many open files: it takes no VM", alarm: true);

    [Theory]
    [InlineData(39, "mail is being stopped on applejack", false)]
    [InlineData(41, "mail does not end on applejack, though it was killed: it starts nowhere before it has", true)]
    public void A_killed_process_that_stays_is_an_alarm_ten_seconds_after_its_grace(int seconds, string says, bool alarm)
    {
        var c = TheSite().As(A).And(new VmWanted(Mail, false, "operator")).AndMine(new VmStopping(Mail, E(1), RunOf(A), "operator"));
        c.Sees(Mail, VmCondition.Stopping, 1, c.Index).Later(seconds).Decides().ThenNothing(says, alarm);
    }

    [Fact]
    public void An_operators_stop_stays_a_stop_though_its_host_dies()
    {
        var c = TheSite().And(new VmWanted(Mail, false, "operator")).And(Asks(A, B)).AndMine(Switches(A, B));
        c.Sees(A, Verdict.PoweredOff).Sees(A, Reports(c.Index, FencerOutcome.Proven)).Decides().ThenRecords<VmAssigned>(a => a.Vm == Lists).ThenRecordsNoAssignment(Mail);
    }

    [Fact]
    public void What_finds_no_memory_waits_with_its_reason()
    {
        var c = TheSite().And(Asks(A, B)).AndMine(Switches(A, B));
        c.Sees(A, Verdict.PoweredOff).Sees(A, Reports(c.Index, FencerOutcome.Proven)).Decides()
            .ThenRecords<VmWaiting>(w => w.Vm == Tickets && w.Reason == "waits for memory: needs 128 MiB, rainbowdash has 64");
    }

    [Fact]
    public void A_vm_that_never_ran_waits_in_the_startup_grace_for_the_host_it_prefers()
    {
        var c = Given(Configures(), new AgentStarted(B, RunOf(B), "1"), Joins(B), Admits(B)).Sees(v => v with { Started = v.Now }).Sees(A, Verdict.Silent, ever: false);
        c.Decides().ThenRecordsNo<VmAssigned>();
        c.Later(61).Decides().ThenRecords<VmAssigned>(a => a.Vm == Mail && a.Host == B);
    }

    [Fact]
    public void Without_a_configuration_nothing_is_decided() => Given().Decides().ThenNothing("no configuration is applied yet", alarm: true);

    [Fact]
    public void Without_quorum_nothing_is_decided() => TheSite().Sees(v => v with { Quorate = false }).Decides().ThenNothing("not quorate: asks for nothing", alarm: true);

    [Fact]
    public void What_was_learned_is_dated_when_it_was_learned_and_what_is_not_known_counts_as_new()
    {
        var learned = LearnedAt.Nothing.Add(3, At(10)).Add(5, At(20)).Add(4, At(30));
        Assert.Equal((At(10), At(10), At(20), At(99)), (learned.Of(1, At(99)), learned.Of(3, At(99)), learned.Of(4, At(99)), learned.Of(6, At(99))));
    }
}

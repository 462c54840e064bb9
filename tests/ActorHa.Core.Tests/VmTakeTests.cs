using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>What a survivor takes and starts in one entry, what it leaves, and what it says of processes that it sees.</summary>
public sealed class VmTakeTests
{
    /// <summary>applejack is proven off; rainbowdash has room for mail and lists.</summary>
    private static Case Lost(Action<World.Site.Builder>? change = null) => TheSite(change).And(Asks(A, B), Switches(A, B), Fenced(A)).As(B).Sees(A, Verdict.PoweredOff);

    private static Case Free() => TheSite().And(new VmReleased(Mail, E(1), false));

    [Fact]
    public void It_takes_what_fits_under_epochs_that_rise_and_starts_it()
    {
        var taken = Lost().Decides().ThenBecause("mail → rainbowdash (e6), lists → rainbowdash (e7)").Findings.Next!.Events;
        Assert.Equal([(Mail, E(6)), (Lists, E(7))], taken.OfType<VmAssigned>().Select(a => (a.Vm, a.Epoch)));
        Assert.Equal([(Mail, E(6), RunOf(B)), (Lists, E(7), RunOf(B))], taken.OfType<VmStarting>().Select(a => (a.Vm, a.Epoch, a.Run)));
    }

    [Fact]
    public void It_takes_nothing_while_it_may_not_or_should_not()
    {
        Lost().Sees(v => v with { Stopping = true }).Decides().ThenRecordsNo<VmAssigned>();
        Lost().Sees(v => v with { Well = false }).Decides().ThenRecordsNo<VmAssigned>();
        Lost().And(new MaintenanceBegan("operator", null)).Decides().ThenRecordsNo<VmAssigned>();
        Lost().And(new HostLeaving(B, I(1))).Decides().ThenRecordsNo<VmAssigned>();
        Lost().And(Joins(B, 2)).And(new AgentStarted(B, RunOf(B), "1")).As(B, life: 2).Sees(v => v with { Peers = v.Peers.Clear() }).Decides().ThenRecordsNo<VmAssigned>();
        Lost().As(W).Decides().ThenRecordsNo<VmAssigned>();
    }

    [Theory]
    [InlineData(VmCondition.Unknown)]
    [InlineData(VmCondition.Running)]
    [InlineData(VmCondition.Starting)]
    [InlineData(VmCondition.Stopping)]
    public void What_may_still_be_there_is_not_started_in_the_same_entry(VmCondition condition) =>
        Assert.DoesNotContain(VmRules.Takes(Lost().State, Lost().Sees(Mail, condition).View, out _), e => e is VmStarting s && s.Vm == Mail);

    [Fact]
    public void What_was_not_looked_at_is_not_started_in_the_same_entry()
    {
        var told = Lost().Sees(v => v with { Vms = v.Vms.Clear() }).Decides().ThenRecords<VmAssigned>();
        told.ThenRecordsNo<VmStarting>();
    }

    [Fact]
    public void Starts_of_one_entry_are_throttled_too()
    {
        var told = Lost(b => b.Policies = b.Policies with { StartsAtOnce = 1 }).Decides().Findings.Next!.Events;
        Assert.Equal(2, told.OfType<VmAssigned>().Count());
        Assert.Equal(Mail, Assert.Single(told.OfType<VmStarting>()).Vm);
    }

    [Fact]
    public void Why_a_vm_waits_is_recorded_by_one_host_and_once()
    {
        Case Big() => TheSite(b => b.Vms[Mail] = b.Vms[Mail] with { MemoryMb = 1000 }).And(new VmReleased(Mail, E(1), false));
        Big().Decides().ThenRecordsNo<VmWaiting>();
        var c = Big().As(A);
        var waiting = c.Decides().ThenRecords<VmWaiting>(w => w.Vm == Mail).Findings.Next!;
        c.AndMine([.. waiting.Events]).Decides().ThenRecordsNo<VmWaiting>().ThenNothing("mail waits for memory", alarm: true);
    }

    [Fact]
    public void A_vm_that_never_ran_waits_for_no_host_that_is_over_leaves_or_is_full()
    {
        static View Young(View v) => v with { Started = v.Now };
        Case Site(Action<World.Site.Builder>? change = null) => Given(Configures(change), Joins(A), Admits(A), new AgentStarted(B, RunOf(B), "1"), Joins(B), Admits(B)).Sees(A, Verdict.Silent).Sees(Young).Sees(v => v with { Well = true });
        static bool Takes(Case c) => VmRules.Takes(c.State, c.View, out _).Any(e => e is VmAssigned a && a.Vm == Mail);
        Assert.False(Takes(Site()));
        Assert.False(Takes(Site().Later(59.9)));
        Assert.True(Takes(Site().Later(60)));
        Assert.True(Takes(Site().And(Asks(A, B), Fenced(A))));
        Assert.True(Takes(Site().And(new HostLeaving(A, I(1)))));
        Assert.True(Takes(Site(b => b.Hosts[A] = b.Hosts[A] with { MemoryMb = 95 })));
        Assert.False(Takes(Site(b => b.Hosts[A] = b.Hosts[A] with { MemoryMb = 96 })));
        Assert.True(Takes(Site().As(A)));
    }

    [Fact]
    public void A_stray_is_told_of_by_its_own_host_while_it_may_be_there_and_by_each_agent_anew()
    {
        TheSite().And(new VmStrayFound(Mail, A, I(1), RunOf(A), 7)).Decides().ThenRecordsNo<VmStrayStopped>();
        foreach (var there in new[] { VmCondition.Unknown, VmCondition.Starting, VmCondition.Running, VmCondition.Stopping })
            TheSite().AndMine(new VmStrayFound(Mail, B, I(1), RunOf(B), 7)).Sees(Mail, there).Decides().ThenRecordsNo<VmStrayStopped>();
        foreach (var gone in new[] { VmCondition.Absent, VmCondition.Ended, VmCondition.GuestShutdown, VmCondition.StartFailed })
            TheSite().AndMine(new VmStrayFound(Mail, B, I(1), RunOf(B), 7)).Sees(Mail, gone).Decides().ThenRecords<VmStrayStopped>();
        TheSite().AndMine(new VmStrayFound(Mail, B, I(1), RunOf(B), 7)).Sees(Mail, VmCondition.Running).Decides().ThenRecordsNo<VmStrayFound>().ThenSays("it is stopped", alarm: true);
        // An order of an earlier agent, and one that was only read, are no order of this process.
        TheSite().And(new VmStrayFound(Mail, B, I(1), RunOf(B, 0), 7)).Sees(Mail, VmCondition.Running).Decides().ThenRecords<VmStrayFound>(s => s.Run == RunOf(B));
        TheSite().And(new VmStrayFound(Mail, B, I(1), RunOf(B), 7)).Sees(Mail, VmCondition.Running).Decides().ThenRecords<VmStrayFound>();
        TheSite().And(new MaintenanceBegan("operator", null)).Sees(Mail, VmCondition.Running).Decides().ThenNothing("without permission: left alone", alarm: true);
    }

    [Fact]
    public void What_has_ended_under_maintenance_is_left_and_is_an_alarm() =>
        TheSite().And(new MaintenanceBegan("operator", null)).As(A).Sees(Mail, VmCondition.Ended, 1).Decides().ThenNothing("mail has ended (seen Ended): nothing is done, maintenance", alarm: true);

    [Fact]
    public void A_start_that_has_not_begun_is_no_failure_and_another_agent_s_is_not_ours_to_judge()
    {
        var c = Free().And(new VmAssigned(Mail, B, I(1), E(5))).AndMine(new VmStarting(Mail, E(5), I(1), RunOf(B)));
        c.Sees(Mail, VmCondition.Absent, null, order: c.Index).Decides().ThenRecordsNo<VmFailed>().ThenRecordsNo<VmStarting>();
        c.Sees(Mail, VmCondition.GuestShutdown, 5, order: c.Index).Decides().ThenRecords<VmFailed>();
        var other = Free().And(new VmAssigned(Mail, B, I(1), E(5))).AndMine(new VmStarting(Mail, E(5), I(1), RunOf(B, 0)));
        other.Sees(Mail, VmCondition.Ended, 5, order: other.Index).Decides().ThenRecordsNo<VmFailed>();
    }

    [Fact]
    public void What_failed_too_often_is_not_started_in_the_entry_of_its_last_failure()
    {
        var c = TheSite().As(A);
        for (var i = 0; i < 3; i++) c.And(new VmFailed(Mail, E(1), "killed"));
        c.And(new VmStarting(Mail, E(1), I(1), RunOf(A)), new VmActive(Mail, E(1), 2)).Sees(Mail, VmCondition.Ended, 1, sinceAgo: 100);
        c.Decides().ThenRecords<VmFailed>().ThenRecordsNo<VmStarting>();
    }

    [Fact]
    public void Steady_is_what_ran_longer_than_its_time()
    {
        var c = TheSite().As(A).And(new VmFailed(Mail, E(1), "killed"), new VmStarting(Mail, E(1), I(1), RunOf(A)), new VmActive(Mail, E(1), 2));
        c.Sees(Mail, VmCondition.Running, 1, sinceAgo: 600).Decides().ThenRecordsNo<VmSteady>();
        TheSite().As(A).Sees(Mail, VmCondition.Running, 1, sinceAgo: 601).Decides().ThenRecordsNo<VmSteady>();
    }

    [Fact]
    public void The_most_important_one_is_started_first()
    {
        var c = TheSite().And(new VmReleased(Mail, E(1), false), new VmReleased(Lists, E(2), false)).And(new VmAssigned(Lists, B, I(1), E(5)), new VmAssigned(Mail, B, I(1), E(6)));
        c.Decides().ThenRecords<VmStarting>(s => s.Vm == Mail);
    }

    [Fact]
    public void Only_what_failed_too_often_is_given_up_on_this_host()
    {
        var c = TheSite().As(A).And(new VmWanted(Mail, false, "operator")).AndMine(new VmStopping(Mail, E(1), RunOf(A), "operator"));
        c.Sees(Mail, VmCondition.Absent, null, c.Index).Decides().ThenRecords<VmReleased>(r => !r.GaveUp);
    }

    [Fact]
    public void After_as_many_failures_as_it_has_restarts_it_is_started_once_more_and_not_given_up()
    {
        var c = TheSite().As(A);
        for (var i = 0; i < 3; i++) c.And(new VmFailed(Mail, E(1), "killed"));
        c.Sees(Mail, VmCondition.Ended, 1, sinceAgo: 100).Decides().ThenRecords<VmStarting>();
        c.And(new VmWanted(Mail, false, "operator")).AndMine(new VmStopping(Mail, E(1), RunOf(A), "operator"));
        c.Sees(Mail, VmCondition.Absent, null, c.Index).Decides().ThenRecords<VmReleased>(r => !r.GaveUp);
    }

    [Fact]
    public void A_first_start_waits_for_nothing_however_short_the_pauses_are() =>
        TheSite(b => b.Timers = b.Timers with { RetryFirst = TimeSpan.FromTicks(1) }).And(new VmReleased(Mail, E(1), false)).AndMine(new VmAssigned(Mail, B, I(1), E(5)))
            .Decides().ThenRecords<VmStarting>();

    [Fact]
    public void What_is_being_stopped_is_not_started_though_its_process_is_gone()
    {
        var c = TheSite().And(new VmMoveOrdered(Mail, B, "operator")).As(A).AndMine(new VmStopping(Mail, E(1), RunOf(A), "it moves"));
        c.Sees(Mail, VmCondition.Ended, 1).Decides().ThenNothing("mail is being stopped on applejack: it moves to rainbowdash");
    }

    [Fact]
    public void What_may_still_be_there_is_not_started() =>
        Free().AndMine(new VmAssigned(Mail, B, I(1), E(5))).Sees(Mail, VmCondition.Unknown).Decides().ThenQuiet();

    [Fact]
    public void What_is_no_longer_configured_is_stopped_and_what_is_being_moved_goes_to_its_target()
    {
        var c = TheSite().And(Configures(b => b.Vms.Remove(Mail), 2)).As(A);
        c.Decides().ThenBecause("mail is stopped on applejack: it is no longer configured");
        TheSite().And(new VmMoveOrdered(Mail, B, "operator")).As(A).Decides().ThenBecause("mail is stopped on applejack: it moves to rainbowdash");
        TheSite().And(new VmMoveOrdered(Mail, A, "operator")).As(A).Decides().ThenRecordsNo<VmStopping>().ThenRecordsNo<VmMoveDropped>();
        TheSite().And(new VmMoveOrdered(Mail, B, "operator")).And(new MaintenanceBegan("operator", null)).As(A).Decides().ThenRecordsNo<VmStopping>().ThenSays("mail stays: maintenance (it moves to rainbowdash)");
    }

    [Fact]
    public void A_vm_that_may_not_move_is_tried_here_for_ever()
    {
        var c = TheSite().As(A);
        for (var i = 0; i < 5; i++) c.And(new VmFailed(MonitorVm, E(4), "killed"));
        c.Sees(MonitorVm, VmCondition.Ended, 4, sinceAgo: 7.9).Decides().ThenRecordsNo<VmStopping>().ThenSays("monitor is not started yet: it failed 5 times: next try after 8 s");
        c.Sees(MonitorVm, VmCondition.Ended, 4, sinceAgo: 8).Decides().ThenRecords<VmStarting>(s => s.Vm == MonitorVm);
    }
}

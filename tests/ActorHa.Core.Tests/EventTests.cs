using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>A fact that no longer fits changes nothing; one that fits changes what it says and no more.</summary>
public sealed class EventTests
{
    private static HostState HostA(Case c) => c.State.Host(A);

    private static VmState MailOf(Case c) => c.State.Vm(Mail);

    [Fact]
    public void A_life_joins_once_and_in_order_and_resolves_only_requests_against_older_ones()
    {
        Assert.Equal(BootOf(A, 1), HostA(TheSite().And(Joins(A, 1) with { Boot = BootOf(A, 3) })).Boot);
        Assert.Equal(I(2), HostA(TheSite().And(Joins(A, 2), Joins(A, 1))).Joined);
        Assert.False(HostA(TheSite().And(Asks(A, B), Joins(A, 2))).IsClosed);
        Assert.True(HostA(TheSite().And(Joins(A, 2), Asks(A, B, life: 2), Joins(A, 2))).IsClosed);
    }

    /// <summary>Rule 13 asks only about the request that is refuted; a SET of one before may still be on its way.</summary>
    [Fact]
    public void A_request_that_is_refuted_before_it_was_switched_closes_no_switching_of_another()
    {
        var open = TheSite().And(Asks(A, B), Switches(A, B), Joins(A, 2), Asks(A, B, request: 6, life: 2));
        Assert.NotEmpty(HostA(open).OpenSwitches);
        Assert.NotEmpty(HostA(open.And(new FenceWithdrawn(E(6), A, A))).OpenSwitches);
        Assert.Empty(HostA(TheSite().And(Asks(A, B), Switches(A, B), new FenceWithdrawn(E(5), A, A))).OpenSwitches);
    }

    [Fact]
    public void Only_the_newest_life_is_admitted_or_leaves()
    {
        Assert.Equal(I(1), HostA(TheSite().And(Joins(A, 2), Admits(A, 1))).Admitted);
        Assert.Equal(I(2), HostA(TheSite().And(Joins(A, 2), Admits(A, 2))).Admitted);
        Assert.Equal(I(2), HostA(TheSite().And(Joins(A, 2), Admits(A, 2), Admits(A, 1))).Admitted);
        Assert.False(HostA(TheSite().And(Joins(A, 2), new HostLeaving(A, I(1)))).Leaving);
    }

    [Fact]
    public void A_new_agent_ends_an_announced_stop_and_a_leave_and_makes_no_host_of_a_witness()
    {
        var c = TheSite().And(new AgentStopAnnounced(A, Sec(30)), new HostLeaving(A, I(1)));
        Assert.NotNull(HostA(c).Announced);
        c.And(new AgentStarted(A, RunOf(A, 2), "1"));
        Assert.Null(HostA(c).Announced);
        Assert.False(HostA(c).Leaving);
        Assert.False(TheSite().And(new AgentStarted(W, RunOf(W, 2), "1"), new AgentStopAnnounced(W, Sec(30))).State.Hosts.ContainsKey(W));
    }

    [Fact]
    public void A_configuration_follows_the_one_before_and_forgets_only_vms_that_are_nowhere()
    {
        Assert.Equal(1, TheSite().And(Configures(number: 3)).State.ConfigNumber);
        Case Without(params Event[] past) => TheSite().And(past).And(Configures(b => b.Vms.Remove(Mail), 2));
        Assert.Equal(2, Without().State.ConfigNumber);
        Assert.True(Without().State.Vms.ContainsKey(Mail));
        Assert.False(Without(new VmReleased(Mail, E(1), false)).State.Vms.ContainsKey(Mail));
        Assert.True(Without(new VmReleased(Mail, E(1), false), new VmStrayFound(Mail, B, I(1), RunOf(B), 7)).State.Vms.ContainsKey(Mail));
        Assert.NotNull(TheSite().And(new VmReleased(Lists, E(2), true)).And(Configures(number: 2)).State.Vm(Lists).LastHost);
    }

    [Fact]
    public void Epochs_only_rise() => Assert.Equal(E(9), TheSite().And(new VmReleased(Mail, E(1), false), new VmAssigned(Mail, B, I(1), E(9)), new VmAssigned(Mail, B, I(1), E(7))).State.LastEpoch);

    [Fact]
    public void A_steady_run_forgets_failures_of_its_own_epoch()
    {
        Assert.Equal(1, MailOf(TheSite().And(new VmFailed(Mail, E(1), "killed"), new VmSteady(Mail, E(9)))).Failures);
        Assert.Equal(0, MailOf(TheSite().And(new VmFailed(Mail, E(1), "killed"), new VmSteady(Mail, E(1)))).Failures);
    }

    [Fact]
    public void What_an_operator_wants_changes_what_it_must()
    {
        Case Failed() => TheSite().And(new VmFailed(Mail, E(1), "killed"), new VmMoveOrdered(Mail, B, "operator"), new VmWaiting(Mail, "waits"));
        var on = MailOf(Failed().And(new VmWanted(Mail, true, "operator")));
        Assert.Equal((true, 0, B, null, A), (on.Wanted, on.Failures, on.MoveTo!.Value, on.Waiting, on.LastHost!.Value));
        var off = MailOf(Failed().And(new VmWanted(Mail, false, "operator")));
        Assert.Equal((false, 1, "waits", A), (off.Wanted, off.Failures, off.Waiting, off.LastHost!.Value));
        Assert.Null(off.MoveTo);
        Assert.NotNull(MailOf(TheSite().And(new VmReleased(Mail, E(1), false), new VmWanted(Mail, false, "operator"))).LastHost);
        Assert.Null(MailOf(TheSite().And(new VmReleased(Mail, E(1), false), new VmWanted(Mail, true, "operator"))).LastHost);
    }

    [Fact]
    public void Only_who_wants_it_running_gives_it_another_try_where_it_failed_too_often()
    {
        Case GivenUp() => TheSite().And(new VmReleased(Mail, E(1), GaveUp: true));
        Assert.Equal([A], MailOf(GivenUp().And(new VmWanted(Mail, false, "operator"))).GaveUpOn);
        Assert.Empty(MailOf(GivenUp().And(new VmWanted(Mail, true, "operator"))).GaveUpOn);
    }

    [Fact]
    public void What_was_given_up_or_waits_is_not_active()
    {
        Assert.False(MailOf(TheSite().And(new VmReleased(Mail, E(1), false))).Active);
        Assert.False(MailOf(TheSite().And(Asks(A, B), Fenced(A), new VmWaiting(Mail, "waits"))).Active);
    }

    [Fact]
    public void What_nobody_decided_about_is_wanted() => Assert.True(new VmState().Wanted);

    [Fact]
    public void A_stray_ends_on_its_own_host() =>
        Assert.NotNull(MailOf(TheSite().And(new VmStrayFound(Mail, B, I(1), RunOf(B), 7), new VmStrayStopped(Mail, A))).Stray);
}

using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>What a member should be doing, from the committed state alone.</summary>
public sealed class OrdersTests
{
    private static VmOrder Of(Case c, VmName vm) => c.Orders().Vms[vm];

    [Fact]
    public void Only_a_host_whose_own_life_is_over_kills_all()
    {
        Assert.True(TheSite().And(Asks(A, B), Fenced(A)).As(A).Orders().KillAll);
        Assert.False(TheSite().As(A).Orders().KillAll);
        Assert.False(TheSite().And(Asks(A, B), Fenced(A)).As(B).Orders().KillAll);
        Assert.False(TheSite().And(Asks(A, B), Fenced(A)).As(A, life: 2).Orders().KillAll);
        Assert.False(Given(Configures()).As(A).Sees(v => v with { Boot = new BootId("") }).Orders().KillAll);
        Assert.False(TheSite().As(W).Orders().KillAll);
        Assert.Empty(TheSite().As(W).Orders().Vms);
    }

    [Fact]
    public void A_stray_is_killed_by_its_host_s_own_order_and_not_under_maintenance()
    {
        var c = TheSite().AndMine(new VmStrayFound(Mail, B, I(1), RunOf(B), 7));
        Assert.Equal((VmMode.StopStray, c.Index, TimeSpan.Zero), (Of(c, Mail).Mode, Of(c, Mail).Index, Of(c, Mail).Grace));
        Assert.Equal(VmMode.Watch, Of(TheSite().And(new VmStrayFound(Mail, B, I(1), RunOf(B), 7)), Mail).Mode);
        Assert.Equal(VmMode.Watch, Of(TheSite().AndMine(new VmStrayFound(Mail, B, I(1), RunOf(B, 0), 7)), Mail).Mode);
        Assert.Equal(VmMode.Watch, Of(TheSite().AndMine(new VmStrayFound(Mail, A, I(1), RunOf(B), 7)), Mail).Mode);
        Assert.Equal(VmMode.Watch, Of(c.And(new MaintenanceBegan("operator", null)), Mail).Mode);
    }

    [Fact]
    public void A_stop_has_its_grace_and_is_of_the_owner_alone()
    {
        Case Stops(Case c) => c.AndMine(new VmStopping(Mail, E(1), RunOf(A), "operator"));
        var c = Stops(TheSite().As(A));
        Assert.Equal((VmMode.Stop, E(1), c.Index, Sec(30)), (Of(c, Mail).Mode, Of(c, Mail).Epoch, Of(c, Mail).Index, Of(c, Mail).Grace));
        // Without its configuration nobody knows how long it may take.
        Assert.Equal((VmMode.Stop, TimeSpan.Zero), (Of(Stops(TheSite().And(Configures(b => b.Vms.Remove(Mail), 2)).As(A)), Mail).Mode, Of(Stops(TheSite().And(Configures(b => b.Vms.Remove(Mail), 2)).As(A)), Mail).Grace));
        Assert.Equal(VmMode.Watch, Of(Stops(TheSite().And(new MaintenanceBegan("operator", null)).As(A)), Mail).Mode);
        Assert.Equal(VmMode.Watch, Of(TheSite().AndMine(new VmStopping(Mail, E(1), RunOf(B), "operator")), Mail).Mode);
    }

    [Fact]
    public void A_start_is_of_what_is_owned_and_configured_on_an_open_host()
    {
        Case Starts(Case c) => c.AndMine(new VmStarting(Mail, E(1), I(1), RunOf(A)));
        var c = Starts(TheSite().As(A));
        Assert.Equal((VmMode.Start, E(1), c.Index, "[]", Sec(30)), (Of(c, Mail).Mode, Of(c, Mail).Epoch, Of(c, Mail).Index, Of(c, Mail).Definition, Of(c, Mail).Grace));
        Assert.Equal(VmMode.Watch, Of(Starts(TheSite().And(Configures(b => b.Vms.Remove(Mail), 2)).As(A)), Mail).Mode);
        Assert.Equal(VmMode.Watch, Of(Starts(TheSite().And(Asks(A, B)).As(A)), Mail).Mode);
        Assert.Equal(VmMode.Watch, Of(Starts(TheSite().And(new VmReleased(Mail, E(1), false)).As(A)), Mail).Mode);
    }

    [Fact]
    public void Who_switches_off_has_the_request_s_newest_own_entry()
    {
        var c = TheSite().And(Asks(A, B)).AndMine(Switches(A, B)).And(new FenceLevelFailed(E(5), A, 0, "no answer"));
        Assert.Equal(new FenceOrder(c.Index - 1, E(5), I(1), 1, SwitchOn: false, StandDown: true, Listen: false), c.Orders().Fences[A]);
        Assert.True(c.Sees(v => v with { DeafEntries = [c.Index - 1] }).Orders().Fences[A].Listen);
        Assert.False(TheSite().And(Asks(A, B, person: "operator")).AndMine(Switches(A, B)).Orders().Fences[A].StandDown);
        Assert.Empty(TheSite().And(Asks(A, B)).AndMine(Switches(A, B, run: 0)).Orders().Fences);
        Assert.Empty(TheSite().And(Asks(A, B)).And(Switches(A, B)).Orders().Fences);
    }

    /// <summary>An order that changes is carried out anew: a policy that changes may not have a host switched that was just stood down for.</summary>
    [Fact]
    public void A_changed_policy_changes_no_order()
    {
        var c = TheSite().And(Asks(A, B)).AndMine(Switches(A, B));
        var s = c.State with { Config = c.State.Config with { Policies = c.State.Config.Policies with { FenceWhenAgentLost = true } } };
        Assert.Equal(Orders.Of(c.State, c.View).Fences[A], Orders.Of(s, c.View).Fences[A]);
    }

    [Fact]
    public void Who_switches_on_has_an_own_order_about_a_host_that_is_not_being_fenced()
    {
        var c = TheSite().AndMine(new PowerOnOrdered(A, B, RunOf(B), "operator"));
        Assert.Equal(new FenceOrder(c.Index, E(0), I(1), 0, SwitchOn: true, StandDown: false, Listen: false), c.Orders().Fences[A]);
        Assert.Empty(TheSite().And(new PowerOnOrdered(A, B, RunOf(B), "operator")).Orders().Fences);
        Assert.Empty(TheSite().AndMine(new PowerOnOrdered(A, B, RunOf(B, 0), "operator")).Orders().Fences);
        Assert.Empty(TheSite().AndMine(new PowerOnOrdered(A, W, RunOf(B), "operator")).Orders().Fences);
        Assert.Empty(TheSite().AndMine(new PowerOnOrdered(A, B, RunOf(B), "operator")).And(Asks(A, B)).Orders().Fences);
    }

    [Fact]
    public void What_was_ordered_without_quorum_is_no_order_with_it()
    {
        var c = TheSite().And(Asks(A, B), new HostFenced(E(5), A, I(1), new Proof(Proof.Device, []))).Sees(A, Verdict.PoweredOff)
            .Sees(v => v with { OnWithoutQuorum = v.OnWithoutQuorum.Add(A, new UnrecordedOn("operator", -1)), NotQuorateSince = v.Now, Quorate = false }).Later(100);
        Assert.Equal(-1, c.Orders().Fences[A].Switch);
        Assert.Empty(c.Sees(v => v with { Quorate = true }).Orders().Fences);
    }
}

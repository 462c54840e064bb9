using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>A member about itself: who it is, when it is admitted, what it says of others and of maintenance, when its fences are forgotten.</summary>
public sealed class MemberRuleTests
{
    private static View Hears(View v, double ago, Verdict verdict = Verdict.Alive, bool direct = true) => v with
    {
        Peers = v.Peers.Clear().Add(B, Cast.Hears(verdict, v.Now, v.Now - Sec(ago), direct: direct)).Add(W, Cast.Hears(Verdict.Silent, v.Now - Sec(100), v.Now - Sec(100))),
    };

    private static Case Joined() => TheSite().And(Joins(A, 2)).And(new AgentStarted(A, RunOf(A), "1")).As(A, life: 2);

    [Fact]
    public void Who_is_in_no_configuration_says_so_and_who_is_starts_its_agent()
    {
        TheSite().As(new MemberName("nobody")).Decides().ThenNothing("nobody is not in configuration 1", alarm: true);
        TheSite().As(W, run: 2).Decides().ThenBecause("the agent of witness started").ThenRecords<AgentStarted>(a => a.Run == RunOf(W, 2)).ThenRecordsNo<HostJoined>();
        TheSite().As(W).Decides().ThenRecordsNo<AgentStarted>();
    }

    [Fact]
    public void It_is_admitted_while_somebody_has_heard_it_lately()
    {
        Joined().Sees(v => Hears(v, 1.9)).Decides().ThenRecords<HostAdmitted>(h => h.Host == A && h.Incarnation == I(2));
        Joined().Sees(v => Hears(v, 2)).Decides().ThenNothing("nobody says that it hears it: not admitted yet");
    }

    [Fact]
    public void What_keeps_a_life_from_being_admitted_is_an_alarm()
    {
        TheSite().And(Asks(A, B), Fenced(A)).As(A).Decides().ThenNothing("this life of applejack was declared over", alarm: true);
        TheSite().And(Asks(A, B), Switches(A, B), Joins(A, 2)).And(new AgentStarted(A, RunOf(A), "1")).As(A, life: 2).Decides().ThenNothing("a SET against it may still take effect: not admitted yet", alarm: true);
        Joined().And(new FenceRequested(E(9), A, I(2), B, "operator")).Decides().ThenNothing("applejack is closed by request e9");
        TheSite(b => b.Policies = b.Policies with { MaxFences = 1 }).And(Asks(A, B), Fenced(A), Joins(A, 2), new AgentStarted(A, RunOf(A), "1")).As(A, life: 2)
            .Decides().ThenNothing("applejack was fenced 1 times: not admitted until released", alarm: true);
    }

    [Fact]
    public void A_set_can_take_effect_for_its_whole_lifetime_and_an_answered_one_for_the_device_s_patience()
    {
        var c = TheSite().And(Asks(A, B), Switches(A, B));
        Assert.False(MemberRules.Quiet(c.State, c.Later(180).View, A));
        Assert.True(MemberRules.Quiet(c.State, c.Later(0.1).View, A));
        var answered = TheSite().And(Asks(A, B), Switches(A, B));
        answered.And(new FenceEnded(E(5), A, answered.Index, true, ""));
        Assert.False(MemberRules.Quiet(answered.State, answered.Later(2).View, A));
        Assert.True(MemberRules.Quiet(answered.State, answered.Later(0.1).View, A));
        // Two switchings: each for itself.
        var two = TheSite().And(Asks(A, B), Switches(A, B)).Later(181).And(Switches(A, W));
        Assert.False(MemberRules.Quiet(two.State, two.Later(100).View, A));
    }

    [Fact]
    public void Maintenance_is_an_alarm_while_it_lasts_and_ends_only_by_its_own_time()
    {
        TheSite().And(new MaintenanceBegan("twilight", null)).Later(100_000).Decides().ThenNothing("maintenance, set by twilight: nothing is started", alarm: true);
        TheSite().And(new MaintenanceBegan("twilight", Sec(60))).Later(60).Decides().ThenNothing("maintenance, set by twilight");
    }

    [Fact]
    public void A_silent_witness_leaves_no_tolerance()
    {
        TheSite().Sees(W, Verdict.Silent, 30).Decides().ThenNothing("witness is silent: no tolerance left", alarm: true);
        TheSite().Sees(W, Verdict.AgentSilent, 30).Decides().ThenNothing("the agent of witness is silent, its etcd member answers", alarm: true);
        TheSite().Sees(W, Verdict.AgentSilent, 14).Decides().ThenSaysNo("witness");
        TheSite().Decides().ThenQuiet();
        TheSite().As(W).Sees(v => v with { Peers = v.Peers.SetItem(W, Cast.Hears(Verdict.Silent, v.Now)) }).Decides().ThenSaysNo("no tolerance left");
    }

    [Fact]
    public void Fences_are_forgotten_after_a_whole_window_of_health_that_others_can_see()
    {
        Case Fenced1() => TheSite().And(Asks(A, B), Cast.Fenced(A), Joins(A, 2), Admits(A, 2)).And(new AgentStarted(A, RunOf(A), "1")).As(A, life: 2).Sees(v => v with { Started = v.Now - Sec(3601) });
        static bool Forgets(Case c) => c.Settle().Any(e => e is HostReleased { By: "time" } r && r.Host == A);
        Assert.True(Forgets(Fenced1().Sees(v => Hears(v, 1))));
        Assert.False(Forgets(Fenced1().Sees(v => Hears(v, 1) with { Started = v.Now - Sec(3600) })));
        Assert.False(Forgets(Fenced1().Sees(v => Hears(v, 2))));
        Assert.False(Forgets(Fenced1().Sees(v => Hears(v, 1, direct: false))));
        Assert.False(Forgets(Fenced1().Sees(v => Hears(v, 1, Verdict.Degraded))));
        Assert.False(Forgets(Fenced1().Sees(v => Hears(v, 1) with { Well = false })));
        Assert.False(Forgets(TheSite().As(A).Sees(v => Hears(v, 1) with { Started = v.Now - Sec(3601) })));
        Assert.False(Forgets(Fenced1().And(new FenceRequested(E(9), A, I(2), B, "operator")).Sees(v => Hears(v, 1))));
        Assert.False(Forgets(Fenced1().And(new FenceRequested(E(9), A, I(2), B, "operator"), new HostFenced(E(9), A, I(2), AProof)).Sees(v => Hears(v, 1))));
    }
}

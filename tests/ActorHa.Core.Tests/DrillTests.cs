using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>The drill: off, proven, on, joined, admitted; measured, graded, and refused where it would hurt.</summary>
public sealed class DrillTests
{
    private const string Op = "operator";

    private static readonly Proof Seen = new(Proof.Device, ["off", "off again"], TimeSpan.FromMilliseconds(130));

    /// <summary>rainbowdash owns nothing; the witness drills it.</summary>
    private static Case Site() => TheSite().As(W);

    private static Case Began(out FenceRequested asked)
    {
        var c = Site();
        var begun = c.Commands(new DrillHost(B, Op)).ThenRecords<DrillBegan>().ThenRecords<FenceSwitching>().Findings.Next!;
        asked = begun.Events.OfType<FenceRequested>().Single();
        return c.AndMine([.. begun.Events]);
    }

    [Fact]
    public void A_drill_walks_all_the_way_and_is_measured()
    {
        var c = Began(out var asked);
        Assert.Equal("operator (drill)", asked.Operator);
        Assert.False(c.Orders().Fences[B].StandDown);
        c.Decides().ThenNothing("rainbowdash is being drilled: not proven off yet");
        c.Later(0.5).AndMine(new HostFenced(asked.Request, B, I(1), Seen));
        c.Decides().ThenBecause("proven off in its drill: witness switches it on").ThenRecords<PowerOnOrdered>();
        c.AndMine(new PowerOnOrdered(B, W, RunOf(W), Op));
        Assert.True(c.Orders().Fences[B].SwitchOn);
        c.AndMine(new PowerOnEnded(B, true, "reads on")).Decides().ThenNothing("it is off, and is to boot");
        c.Later(30).And(Joins(B, 2)).Decides().ThenNothing("joined, not admitted yet");
        c.Later(1).And(Admits(B, 2));
        var told = c.Decides().ThenBecause("drill of rainbowdash: good: proven off after 0.50 s").ThenBecause("joined at 30.50 s, admitted at 31.50 s")
            .ThenBecause("settle = 200ms is too short, set it to 300ms").ThenRecords<DrillEnded>(e => e is { Grade: DrillGrade.Good, Settle: { } s } && s == Sec(0.3));
        c.AndMine([.. told.Findings.Next!.Events]).Decides().ThenQuiet();
        Assert.Equal(DrillGrade.Good, c.State.Host(B).Drilled!.Grade);
        // An order of a person is no fault of the host.
        Assert.Equal(0, c.State.Host(B).Fences);
    }

    [Fact]
    public void A_slow_proof_is_graded_so()
    {
        var c = Began(out var asked).Later(2.1).And(new HostFenced(asked.Request, B, I(1), Seen with { Visible = null }), new PowerOnOrdered(B, W, RunOf(W), Op), new PowerOnEnded(B, true, ""), Joins(B, 2), Admits(B, 2));
        c.Decides().ThenRecords<DrillEnded>(e => e is { Grade: DrillGrade.Slow, Settle: null });
    }

    [Fact]
    public void Each_step_that_does_not_happen_fails_the_drill()
    {
        Began(out var a).And(new FenceWithdrawn(a.Request, B, B)).Decides().ThenBecause("drill of rainbowdash: failed: its request ended without proof");
        var off = Began(out a).And(new HostFenced(a.Request, B, I(1), Seen));
        off.And(new PowerOnOrdered(B, W, RunOf(W), Op), new PowerOnEnded(B, false, "no answer")).Decides().ThenBecause("it could not be switched on: no answer");
        Began(out a).And(new HostFenced(a.Request, B, I(1), Seen), new PowerOnOrdered(B, W, RunOf(W), Op), new PowerOnEnded(B, true, ""))
            .Later(20.1 * 60).Decides().ThenBecause("it did not join within 20 min");
    }

    [Fact]
    public void An_agent_that_restarts_goes_on_and_others_end_what_it_left()
    {
        var c = Began(out var a).And(new HostFenced(a.Request, B, I(1), Seen)).And(new PowerOnOrdered(B, W, RunOf(W), Op));
        c.And(new AgentStarted(W, RunOf(W, 2), "1")).As(W, run: 2).Decides().ThenRecords<PowerOnOrdered>(o => o.Run == RunOf(W, 2));
        c.As(A).Sees(B, Verdict.PoweredOff).Later(20 * 60).Decides().ThenRecordsNo<DrillEnded>();
        c.Later(10).Decides().ThenRecords<DrillEnded>(e => e.Grade == DrillGrade.Failed);
    }

    [Fact]
    public void A_drill_is_refused_where_it_would_hurt()
    {
        Site().Commands(new DrillHost(A, Op)).ThenNothing("applejack owns lists, mail, monitor, tickets: a drill is for a host without VMs");
        Site().And(new VmStrayFound(Mail, B, I(1), RunOf(B), 7)).Commands(new DrillHost(B, Op)).ThenNothing("rainbowdash owns mail");
        Site().Sees(B, Verdict.Silent).Commands(new DrillHost(B, Op)).ThenNothing("rainbowdash is not alive and admitted");
        Site().And(new FencingDisarmed(B, "wrong slot")).Commands(new DrillHost(B, Op)).ThenNothing("rainbowdash is not protected");
        Site().And(new MaintenanceBegan(Op, null)).Commands(new DrillHost(B, Op)).ThenNothing("maintenance");
        Site().And(Joins(A, 2)).Commands(new DrillHost(B, Op)).ThenNothing("may not be fenced");
        Site().And(new DrillBegan(B, E(4), W, Op)).Commands(new DrillHost(B, Op)).ThenNothing("rainbowdash is being drilled already");
        TheSite().As(B).Commands(new DrillHost(B, Op)).ThenNothing("cannot switch itself off");
        Site().Commands(new DrillHost(W, Op)).ThenNothing("there is no host witness");
    }

    [Fact]
    public void Its_executor_ends_it_after_its_patience_and_another_member_only_later()
    {
        Case Off() => Began(out var a).And(new HostFenced(a.Request, B, I(1), Seen), new PowerOnOrdered(B, W, RunOf(W), Op), new PowerOnEnded(B, true, "")).Later(1201);
        Off().Decides().ThenBecause("drill of rainbowdash: failed: it did not join within 20 min");
        Off().As(A).Sees(B, Verdict.PoweredOff).Decides().ThenRecordsNo<DrillEnded>();
        Off().And(Joins(B, 2)).Decides().ThenBecause("drill of rainbowdash: failed: it joined and was not admitted");
    }

    [Fact]
    public void Only_its_executor_switches_on() =>
        Began(out var a).And(new HostFenced(a.Request, B, I(1), Seen)).As(A).Sees(B, Verdict.PoweredOff).Decides().ThenRecordsNo<PowerOnOrdered>();

    [Fact]
    public void A_fast_device_is_told_that_its_settle_is_enough() =>
        Began(out var a).And(new HostFenced(a.Request, B, I(1), Seen with { Visible = TimeSpan.FromMilliseconds(50) }), new PowerOnOrdered(B, W, RunOf(W), Op), new PowerOnEnded(B, true, ""), Joins(B, 2), Admits(B, 2))
            .Decides().ThenBecause("settle = 200ms is enough");
}

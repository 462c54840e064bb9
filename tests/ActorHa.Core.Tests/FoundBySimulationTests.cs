using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>What seeds of tests/ActorHa.Simulation found; its FOUND.md tells the stories.</summary>
public sealed class FoundBySimulationTests
{
    /// <summary>Seed 22: the refusal said "actorha vm start gives it to another", and it did not: the old life still stood as the owner.</summary>
    [Fact]
    public void An_operators_start_gives_a_frozen_vm_away_from_a_host_whose_old_life_still_stands_as_its_owner()
    {
        var site = TheSite(b => b.Policies = b.Policies with { Shutdown = ShutdownPolicy.Freeze })
            .And(Joins(A, 2)).Sees(A, Verdict.Silent, 100).As(B);
        site.Decides().ThenRecordsNoAssignment(Mail);
        site.And(new VmWanted(Mail, true, "operator"));
        Assert.Null(site.State.Vm(Mail).LastHost);
        site.Sees(Mail, VmCondition.Absent).Decides().ThenRecords<VmAssigned>(a => a.Vm == Mail && a.Host == B);
    }

    /// <summary>Pair 4961: the device answers before the power is gone; a host that rebooted in between was admitted, and then went dark.</summary>
    [Fact]
    public void An_answered_set_is_waited_for_before_a_host_is_admitted()
    {
        var site = TheSite().And(Asks(A, B)).And(Switches(A, B)).Later(10);
        var switching = site.Index;
        site.And(Joins(A, 2)).And(new FenceEnded(E(5), A, switching, true, "the request is over")).As(A, life: 2).Sees(B, Verdict.Alive, 0);
        site.Sees(v => v with { Peers = v.Peers.SetItem(B, Hears(Verdict.Alive, v.Now, hearsUs: v.Now)) });
        site.Decides().ThenRecordsNo<HostAdmitted>();
        site.Later(2.1).Sees(v => v with { Peers = v.Peers.SetItem(B, Hears(Verdict.Alive, v.Now, hearsUs: v.Now)) });
        site.Decides().ThenRecords<HostAdmitted>();
    }

    /// <summary>Seed 19010338: a host that had just joined, and held a copy by hand, was switched off unasked: "reads off" was said of its life before.</summary>
    [Fact]
    public void What_a_watcher_says_of_the_life_before_counts_for_nothing_once_the_join_is_read()
    {
        var bench = MindBench.Loaded(W, Joins(A));
        PeerSaid Of(int life) => new(A, Hears(Verdict.PoweredOff, bench.Now) with { Life = BootKeys.Of(BootOf(A, life)) });
        Assert.Equal(Verdict.PoweredOff, bench.Hear(Of(1)).Mind.View.Peer(A).Verdict);
        bench.Conflicts();
        bench.Journal.Add(A, Joins(A, 2));
        Assert.Equal(Verdict.Unheard, bench.Reads().Mind.View.Peer(A).Verdict);
        // Its letter was on its way.
        Assert.Equal(Verdict.Unheard, bench.Hear(Of(1)).Mind.View.Peer(A).Verdict);
        Assert.Equal(Verdict.PoweredOff, bench.Hear(Of(2)).Mind.View.Peer(A).Verdict);
    }

    [Fact]
    public void A_watcher_says_of_which_life_it_speaks()
    {
        var host = new PeerWatch(A, isHost: true, new Timers(), At(100));
        Assert.Equal(7UL, host.Receive(new LifeKnown(7, new Timers()), At(100)).News?.Life);
        Assert.Equal(8UL, host.Receive(new LifeKnown(8, new Timers()), At(101)).News?.Life);
        Assert.Null(new WatchBench(isHost: false).Beat(boot: 7).View.Life);
    }

    /// <summary>Pair 4811: a host that had joined went dark before it was admitted; it owned nothing, but a stray there held a VM for ever.</summary>
    [Fact]
    public void A_host_that_owns_nothing_is_asked_for_when_a_stray_there_holds_a_vm()
    {
        var site = TheSite().And(Joins(A, 2)).And(new VmStrayFound(Mail, A, I(2), RunOf(A), 3)).As(B).Sees(A, Verdict.PoweredOff);
        site.Decides().ThenRecords<FenceRequested>(r => r.Host == A && r.Incarnation == I(2));
        site.And(new VmStrayStopped(Mail, A)).Decides().ThenRecordsNo<FenceRequested>();
    }

    /// <summary>Seed 10145: a stop that its own process knew only by reading was carried out by nobody; wanted again, the VM ran unrecorded for ever.</summary>
    [Fact]
    public void A_vm_that_runs_on_after_a_stop_that_nobody_carries_out_is_active_again()
    {
        var site = TheSite().And(new VmWanted(Mail, false, "operator")).And(new VmStopping(Mail, E(1), RunOf(A), "an operator stopped it"))
            .And(new VmWanted(Mail, true, "operator")).As(A).Sees(Mail, VmCondition.Running, 1);
        site.Decides().ThenRecords<VmActive>(a => a.Vm == Mail);
        Assert.Null(site.And(new VmActive(Mail, E(1), 7)).State.Vm(Mail).Stop);
    }

    /// <summary>The same, but the stop is this process's own and under way: it comes to its end first.</summary>
    [Fact]
    public void A_stop_that_is_under_way_is_not_taken_back()
    {
        var site = TheSite().And(new VmWanted(Mail, false, "operator")).AndMine(new VmStopping(Mail, E(1), RunOf(A), "an operator stopped it"))
            .And(new VmWanted(Mail, true, "operator")).As(A).Sees(Mail, VmCondition.Running, 1);
        site.Decides().ThenRecordsNo<VmActive>();
    }

    /// <summary>Seed 18: of two members one had looked before the cables were put right, and each overruled the other, forty times a second.</summary>
    [Fact]
    public void A_look_that_is_older_than_the_newest_arming_overrules_nothing()
    {
        var site = TheSite().Later(10);
        var wrong = new Protection(false, true, Arming.Fingerprint(site.State, A), "the slot is another's", site.View.Now);
        site.Later(1).And(new FencingArmed(A, wrong.Fingerprint, "looked again")).Later(1);
        site.Sees(v => v with { Protections = v.Protections.SetItem(A, wrong) }).Decides().ThenRecordsNo<FencingDisarmed>();
        site.Sees(v => v with { Protections = v.Protections.SetItem(A, wrong with { At = v.Now }) }).Decides().ThenRecords<FencingDisarmed>(d => d.Host == A);
    }

    /// <summary>Pair 1512: its SETs were answered and ignored; eight seconds after it had woken it was switched off by one more.</summary>
    [Fact]
    public void A_target_that_is_alive_long_after_answered_sets_is_not_set_again()
    {
        var timers = new Timers();
        var walk = new WalkBench().Hear(new FenceOrdered(WalkBench.Order(standDown: true))).Answered().Later(timers.DevicePatience.TotalSeconds + 1);
        walk.Sees(Verdict.Alive, walk.Now);
        for (var i = 0; i < 20 && walk.Said.Count == 0; i++)
        {
            walk.Reads(Power.On);
            Assert.DoesNotContain(walk.Effects, e => e is SendOff);
            walk.Later(0.2).Hear(new FenceTick());
        }
        Assert.Equal(FencerOutcome.StoodDown, Assert.Single(walk.Said).Outcome);
    }
}

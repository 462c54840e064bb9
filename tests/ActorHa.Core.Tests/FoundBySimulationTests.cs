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

    /// <summary>Pair 4811: a host that had joined went dark before it was admitted; it owned nothing, but a stray there held a VM for ever.</summary>
    [Fact]
    public void A_host_that_owns_nothing_is_asked_for_when_a_stray_there_holds_a_vm()
    {
        var site = TheSite().And(Joins(A, 2)).And(new VmStrayFound(Mail, A, I(2), RunOf(A), 3)).As(B).Sees(A, Verdict.PoweredOff);
        site.Decides().ThenRecords<FenceRequested>(r => r.Host == A && r.Incarnation == I(2));
        site.And(new VmStrayStopped(Mail, A)).Decides().ThenRecordsNo<FenceRequested>();
    }
}

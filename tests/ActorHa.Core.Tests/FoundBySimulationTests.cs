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

    /// <summary>Seed 216: the first read of a restarted agent was stale, and it stayed read-only for good.</summary>
    [Fact]
    public void A_first_read_that_is_stale_holds_an_agent_back_only_until_it_has_read_what_it_had_seen()
    {
        var whole = new JournalLine().Add(B, Configures()).Add(B, Joins(B));
        var stale = new JournalLine().Add(whole.Raws[0].Bytes);
        var bench = new MindBench(stale, seen: whole.Head).Quorate().Reads();
        Assert.Contains("this member has seen entry 2, the journal ends at 1", bench.Mind.ReadOnly);
        Assert.Null(bench.Sent);
        stale.Add(whole.Raws[1].Bytes);
        bench.Reads();
        Assert.Null(bench.Mind.ReadOnly);
        Assert.NotNull(bench.Sent);
    }
}

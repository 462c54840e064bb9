using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>Hosts that lost their power together: who is up first does not switch off who still boots (decision 0035).</summary>
public sealed class BlackoutTests
{
    private const string Booting = "applejack was last heard before any host that could take its VMs came up: it may be booting, too, and has 60 s from then";

    /// <summary>rainbowdash has joined so many seconds ago.</summary>
    private static Case Up(double ago) => TheSite().Sees(v => v with { CameUp = v.Now - Sec(ago) });

    /// <summary>The same, as a witness saw it.</summary>
    private static Case SeenUp(double ago) => TheSite().As(W).Sees(v => v with { Peers = v.Peers.SetItem(B, Hears(Verdict.Alive, v.Now) with { LifeLearned = v.Now - Sec(ago) }) });

    [Fact]
    public void Who_came_up_after_it_was_last_heard_waits_for_the_startup_grace()
    {
        Up(30).Sees(A, Verdict.Silent, 40).Decides().ThenNothing(Booting, alarm: false);
        SeenUp(30).Sees(A, Verdict.Silent, 40).Decides().ThenNothing(Booting, alarm: false);
        Up(59.9).Sees(A, Verdict.Silent, 90).Decides().ThenNothing(Booting);
        Up(60.1).Sees(A, Verdict.Silent, 90).Decides().ThenRecords<FenceRequested>();
        SeenUp(60.1).Sees(A, Verdict.Silent, 90).Decides().ThenRecords<FenceRequested>();
    }

    [Fact]
    public void Who_has_heard_it_since_asks_at_once()
    {
        Up(30).Sees(A, Verdict.Silent, 20).Decides().ThenRecords<FenceRequested>();
        SeenUp(30).Sees(A, Verdict.Silent, 20).Decides().ThenRecords<FenceRequested>();
        // Its etcd member has answered since.
        Up(30).Sees(v => v with { Peers = v.Peers.SetItem(A, Hears(Verdict.Silent, v.Now - Sec(40)) with { AnsweredAt = v.Now - Sec(20) }) }).Decides().ThenRecords<FenceRequested>();
    }

    [Fact]
    public void Who_was_up_all_the_while_asks_at_once()
    {
        TheSite().Sees(A, Verdict.Silent, 40).Decides().ThenRecords<FenceRequested>();
        TheSite().As(W).Sees(A, Verdict.Silent, 40).Decides().ThenRecords<FenceRequested>();
    }

    [Fact]
    public void What_reads_off_boots_not() => Up(30).Sees(A, Verdict.PoweredOff, 40).Decides().ThenRecords<FenceRequested>();

    [Fact]
    public void A_host_that_may_take_nothing_says_nothing_about_the_others()
    {
        // The third one was there all the while, and is hardly heard now: it could not take them.
        var c = new MemberName("pinkiepie");
        Case Three(Verdict third) => TheSite(b => b.Hosts[c] = b.Hosts[B]).And(Joins(c), Admits(c)).As(B).Sees(v => v with { CameUp = v.Now - Sec(30) }).Sees(c, third).Sees(A, Verdict.Silent, 40);
        Three(Verdict.Alive).Decides().ThenRecords<FenceRequested>();
        Three(Verdict.Looking).Decides().ThenNothing(Booting);
    }

    [Fact]
    public void Nor_does_one_that_is_not_admitted()
    {
        var more = Enumerable.Range(3, 3).Select(n => new MemberName($"host{n}")).ToList();
        Case Five(bool admitted) => more.Aggregate(TheSite(b => { foreach (var m in more) b.Hosts[m] = b.Hosts[B]; }), (c, m) => m == more[2] && !admitted ? c.And(Joins(m)) : c.And(Joins(m), Admits(m)))
            .As(B).Sees(v => v with { CameUp = v.Now - Sec(30), Peers = v.Peers.SetItems(more[..2].Select(m => KeyValuePair.Create(m, Hears(Verdict.Alive, v.Now) with { LifeLearned = v.Now - Sec(30) }))) })
            .Sees(more[2], Verdict.Alive).Sees(A, Verdict.Silent, 40);
        Five(admitted: false).Decides().ThenNothing(Booting);
        Five(admitted: true).Decides().ThenRecords<FenceRequested>();
    }

    [Fact]
    public void The_mind_knows_when_its_host_came_up_only_where_it_has_recorded_that_itself()
    {
        Assert.Null(MindBench.Loaded(B).Mind.View.CameUp);
        var joined = MindBench.Loaded(B).Commits();
        Assert.Equal(joined.Now, joined.Mind.View.CameUp);
        // A later agent of the same boot, and another host's join.
        Assert.Null(MindBench.Loaded(B, Joins(B)).Mind.View.CameUp);
        var other = MindBench.Loaded(B, Joins(B)).Commits();
        other.Journal.Add(A, Joins(A));
        Assert.Null(other.Reads().Mind.View.CameUp);
    }
}

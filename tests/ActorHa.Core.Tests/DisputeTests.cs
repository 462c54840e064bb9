using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>
/// A host that woke under an unanswered SET may not refute (kernel rule 13). It says in the journal that it lives, so that
/// nobody switches it who does not hear it (tests/ActorHa.Simulation/FOUND.md, 41).
/// </summary>
public sealed class DisputeTests
{
    private static readonly FenceDisputed Lives = new(E(5), A);

    private static readonly FenceChallenged Again = new(E(5), A);

    private static Case Switched(string? person = null) => TheSite().And(Asks(A, B, person: person)).AndMine(Switches(A, B));

    [Fact]
    public void Who_may_not_refute_yet_says_that_it_lives_once_to_each_who_asks()
    {
        var woke = Switched().As(A);
        woke.Decides().ThenBecause("applejack lives: request e5 of rainbowdash stays open while a SET may still take effect; nobody sends another unasked").ThenRecords<FenceDisputed>(d => d.Host == A && d.Request == E(5));
        woke.And(Lives).Later(100).Decides().ThenNothing("a SET against it may still take effect: request e5 stays open");
        woke.And(Again).Decides().ThenRecords<FenceDisputed>();
        woke.And(Lives).Decides().ThenRecordsNo<FenceDisputed>();
        woke.And(Switches(A, W)).Decides().ThenRecords<FenceDisputed>();
        // When no SET can strike any more it refutes.
        woke.And(Lives).Later(181).Decides().ThenRecords<FenceWithdrawn>(f => f.ByAnswer == false);
    }

    [Fact]
    public void Who_is_not_well_or_is_switched_off_by_a_person_says_nothing()
    {
        Switched().As(A).Sees(v => v with { Well = false }).Decides().ThenNothing("applejack is challenged and not well");
        Switched("operator").As(A).Decides().ThenNothing("is being powered off by order of operator");
    }

    [Fact]
    public void The_order_to_switch_it_is_taken_back_and_comes_with_a_new_entry_only()
    {
        var c = Switched();
        Assert.True(c.Orders().Fences.ContainsKey(A));
        c.And(Lives);
        Assert.Empty(c.Orders().Fences);
        c.AndMine(Switches(A, B));
        Assert.Equal(c.Index, c.Orders().Fences[A].Switch);
        // A person's order is no question whether it lives.
        Assert.True(Switched("operator").And(Lives).Orders().Fences.ContainsKey(A));
    }

    [Fact]
    public void Who_has_said_that_it_lives_is_challenged_anew_before_it_is_switched_again()
    {
        // Heard since, and silent again: it is asked at once.
        var c = Switched().And(Lives).Later(5).Sees(A, Verdict.Silent, 2);
        c.Decides().ThenBecause("applejack said that it lives, and is silent again: challenged anew (request e5)").ThenRecords<FenceChallenged>(f => f.Host == A && f.Request == E(5)).ThenRecordsNo<FenceSwitching>();
        c.And(Again).Later(0.3).Sees(A, Verdict.Silent, 2.3).Decides().ThenNothing("applejack is challenged anew (request e5): not switched yet");
        c.Later(0.2).Decides().ThenBecause("applejack did not answer the new challenge of request e5: rainbowdash switches it off").ThenRecords<FenceSwitching>();
        // The next take-over asks no more, but after another answer.
        var taken = c.And(Switches(A, B, run: 2)).Later(60).Sees(A, Verdict.Silent, 62);
        taken.Decides().ThenRecords<FenceSwitching>();
        taken.And(Lives).Later(20).Sees(A, Verdict.Silent, 82).Decides().ThenRecords<FenceChallenged>();
    }

    [Fact]
    public void Who_has_not_heard_it_since_waits_before_it_asks_again()
    {
        var deaf = Switched().And(Lives).Later(14.9).Sees(A, Verdict.Silent, 60);
        deaf.Decides().ThenNothing("rainbowdash is deaf to applejack, which says that it lives: not asked again yet");
        deaf.Later(0.2).Decides().ThenRecords<FenceChallenged>();
        // Nobody is asked twice for one answer; the witness waits for its turn, and does the same.
        deaf.And(Again).Decides().ThenRecordsNo<FenceChallenged>();
        Switched().And(Lives).As(W).Later(14.9).Sees(A, Verdict.Silent, 60).Decides().ThenNothing("witness is deaf to applejack");
    }

    [Fact]
    public void What_the_device_reads_off_is_switched_and_proven_at_once()
    {
        Switched().And(Lives).Sees(A, Verdict.PoweredOff).Decides().ThenRecords<FenceSwitching>();
        Switched("operator").And(Lives).And(new FenceEnded(E(5), A, 0, true, "")).Sees(A, Verdict.Silent).Decides().ThenRecordsNo<FenceDisputed>();
    }

    [Fact]
    public void What_it_said_of_a_request_before_says_nothing_of_the_next()
    {
        var again = TheSite().And(Asks(A, B)).And(Switches(A, B)).And(Lives).And(new FenceWithdrawn(E(5), A, A, ByAnswer: false)).AndMine(Asks(A, B, 6)).Later(1).Sees(A, Verdict.Silent, 60);
        Assert.False(again.State.Host(A).Request!.IsDisputed(again.State.Host(A)));
        again.Decides().ThenRecords<FenceSwitching>();
        // Nor does what arrives too late.
        var index = again.State.Host(A).Spoke;
        Assert.Equal(index, again.And(Lives).State.Host(A).Spoke);
        Assert.Equal(0, again.And(Again).State.Host(A).Request!.Challenged);
    }

    [Fact]
    public void Nobody_is_sent_to_confirm_the_death_of_one_that_says_that_it_lives()
    {
        var c = Switched().And(Lives).Later(20).Sees(A, Verdict.Alive, 0);
        c.Decides().ThenSays("applejack says in the journal that it lives; it stays closed while a SET may still take effect", alarm: true).ThenSaysNo("fence confirm");
        c.And(Again).Later(1).Sees(A, Verdict.Silent, 60).Decides().ThenRecords<FenceSwitching>();
        c.AndMine(Switches(A, B)).Decides().ThenSays("applejack is still not proven off", alarm: true);
    }

    [Fact]
    public void A_person_does_not_confirm_what_the_host_itself_has_denied()
    {
        var c = Switched().And(Lives).Later(179).Sees(A, Verdict.Silent, 200);
        c.Commands(new ConfirmFence(A, "applejack", "operator")).ThenNothing("applejack said in the journal 179 s ago that it lives: refused within 180 s of that, until it is asked again and does not answer");
        // Dead since: a living one would have taken its request back.
        c.Later(2).Sees(A, Verdict.Silent, 200).Commands(new ConfirmFence(A, "applejack", "operator")).ThenRecords<HostFenced>();
        Switched().And(Lives).And(Again).Later(60).Sees(A, Verdict.Silent, 200).Commands(new ConfirmFence(A, "applejack", "operator")).ThenRecords<HostFenced>();
    }
}

using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>Who takes a request back, who switches, when again, and what stands in the proof's entry.</summary>
public sealed class FenceSwitchTests
{
    private static readonly MemberName C = new("pinkiepie");

    private static Case Answers(Case c, Verdict verdict, double heardAgo, double answeredAgo) => c.Sees(v => v with
    {
        Peers = v.Peers.SetItem(A, Hears(verdict, v.Now - Sec(heardAgo)) with { AnsweredAt = v.Now - Sec(answeredAgo) }),
    });

    [Fact]
    public void A_request_is_taken_back_where_another_process_of_the_host_answers()
    {
        Case Asked(bool fenced = false) => TheSite(b => b.Policies = b.Policies with { FenceWhenAgentLost = fenced }).And(Asks(A, B)).As(W).Later(1);
        Answers(Asked(), Verdict.AgentSilent, 3, 0.5).Decides().ThenBecause("applejack answers witness, only its agent is away")
            .ThenRecords<FenceWithdrawn>(f => f.ByAnswer == true && f.By == W && f.Request == E(5));
        // Asked at the very moment at which the request was learned, as each watcher does, counts; asked before it is no news.
        Answers(Asked(), Verdict.AgentSilent, 3, 1).Decides().ThenRecords<FenceWithdrawn>();
        Answers(Asked(), Verdict.AgentSilent, 3, 2).Decides().ThenRecordsNo<FenceWithdrawn>();
        Answers(Asked(), Verdict.Silent, 3, 0.5).Decides().ThenRecordsNo<FenceWithdrawn>();
        // Where a lost agent is a reason to fence, it is one after its grace.
        Answers(Asked(fenced: true), Verdict.AgentSilent, 16, 0.5).Decides().ThenRecordsNo<FenceWithdrawn>();
        Answers(Asked(fenced: true), Verdict.AgentSilent, 14, 0.5).Decides().ThenRecords<FenceWithdrawn>();
    }

    [Fact]
    public void A_refutation_ends_all_sets_a_withdrawal_by_others_none()
    {
        HostState After(MemberName by, bool? byAnswer = null)
        {
            var c = TheSite().And(Asks(A, B), Switches(A, B));
            return c.And(new FenceWithdrawn(E(5), A, by, byAnswer)).State.Host(A);
        }
        Assert.Empty(After(A).OpenSwitches);
        Assert.True(After(A).Refuted.ContainsKey(B));
        Assert.Single(After(W).OpenSwitches);
        Assert.Empty(After(W).Refuted);
        Assert.Empty(After(W, false).Refuted);
        Assert.Single(After(W, true).OpenSwitches);
        Assert.True(After(W, true).Refuted.ContainsKey(B));
    }

    [Fact]
    public void What_ends_a_switching_with_unanswered_sets_leaves_them_open()
    {
        var c = TheSite().And(Asks(A, B), Switches(A, B));
        var switching = c.Index;
        c.And(new FenceEnded(E(5), A, switching, false, "stood down"));
        Assert.Equal(0, c.State.Host(A).SwitchEnded);
        c.And(new FenceEnded(E(5), A, switching, true, "stood down"));
        Assert.Equal(c.Index, c.State.Host(A).SwitchEnded);
    }

    [Fact]
    public void A_proven_host_leaves_no_more_and_a_device_s_proof_is_dated()
    {
        var c = TheSite().And(new HostLeaving(A, I(1))).And(Asks(A, B), new HostFenced(E(5), A, I(1), new Proof(Proof.Device, [])));
        Assert.False(c.State.Host(A).Leaving);
        Assert.Equal(c.Index, c.State.Host(A).LastFenced);
    }

    [Fact]
    public void The_proof_s_entry_ends_the_switching_only_where_all_sets_were_answered()
    {
        var c = TheSite().Sees(A, Verdict.PoweredOff).And(Asks(A, B)).AndMine(Switches(A, B));
        c.Sees(A, Reports(c.Index, FencerOutcome.Proven)).Decides().ThenRecords<HostFenced>().ThenRecords<FenceEnded>(e => e.AllAnswered && e.Switch == c.Index && e.Request == E(5));
        c.Sees(A, Reports(c.Index, FencerOutcome.Proven, allAnswered: false)).Decides().ThenRecords<HostFenced>().ThenRecordsNo<FenceEnded>();
    }

    [Fact]
    public void Who_stands_down_names_the_request() =>
        Stalled(out var c).Sees(A, Reports(c.Index, FencerOutcome.StoodDown)).Decides().ThenRecords<FenceEnded>(e => e.Request == E(5));

    private static Case Stalled(out Case c) => c = TheSite().AndMine(Asks(A, B)).AndMine(Switches(A, B)).Sees(A, Verdict.Silent);

    [Fact]
    public void A_switching_that_brings_no_proof_is_an_alarm_after_a_while()
    {
        Stalled(out var c).Later(5).Decides().ThenSaysNo("still not proven off");
        c.Later(0.1).Decides().ThenNothing("applejack is still not proven off by its fence device (level 1; power Unknown): its VMs wait for that", alarm: true);
        TheSite().And(Asks(A, B)).As(W).Sees(A, Verdict.Silent).Later(5.2).Decides().ThenSaysNo("still not proven off");
        // Nobody switches what answers: its VMs wait for nothing but its agent.
        Stalled(out c).Later(5.1).Sees(A, Verdict.AgentSilent).Decides().ThenSaysNo("still not proven off").ThenSays("the agent of applejack is silent, the host answers: its VMs are unwatched", alarm: true);
        Stalled(out c).Later(5.1).Sees(A, Verdict.Alive).Decides().ThenSaysNo("the agent of applejack is silent");
        TheSite(b => b.Policies = b.Policies with { FenceWhenAgentLost = true }).AndMine(Asks(A, B)).AndMine(Switches(A, B)).Later(5.1).Sees(A, Verdict.AgentSilent, 20)
            .Decides().ThenSays("still not proven off", alarm: true).ThenSaysNo("the agent of applejack is silent");
    }

    [Fact]
    public void After_a_try_without_proof_the_next_follows_after_a_pause_that_doubles()
    {
        Case Tried(int switches)
        {
            var c = TheSite().And(Asks(A, B));
            for (var i = 0; i < switches; i++) c.And(Switches(A, B)).And(new FenceEnded(E(5), A, c.Index, true, "the device refused"));
            return c;
        }
        foreach (var (switches, pause) in new[] { (1, 1.0), (2, 2.0), (4, 8.0), (9, 30.0) })
        {
            Tried(switches).Later(pause - 0.01).Sees(A, Verdict.Silent).Decides().ThenNothing("applejack: the last try ended; the next one follows");
            Tried(switches).Later(pause).Sees(A, Verdict.Silent).Decides().ThenRecords<FenceSwitching>(f => f.Executor == B);
        }
    }

    [Fact]
    public void What_reads_off_or_is_ordered_by_a_person_is_not_challenged()
    {
        TheSite().AndMine(Asks(A, B)).Sees(A, Verdict.PoweredOff).Decides().ThenRecords<FenceSwitching>();
        TheSite().AndMine(Asks(A, B, person: "operator")).Sees(A, Verdict.Silent).Decides().ThenRecords<FenceSwitching>();
    }

    [Fact]
    public void The_witness_and_hosts_that_did_not_ask_come_in_only_on_a_stall()
    {
        TheSite().AndMine(Asks(A, W)).As(W).Sees(A, Verdict.Silent).Later(1).Decides().ThenNothing("not switched yet");
        Case Three() => TheSite(b => b.Hosts[C] = new HostConfig(64, [])).And(Joins(C), Admits(C)).And(Asks(A, C)).Sees(C, Verdict.Alive).Sees(A, Verdict.Silent);
        Three().Later(5.3).Decides().ThenNothing("not switched yet");
        Three().Later(5.5).Decides().ThenRecords<FenceSwitching>();
    }

    [Fact]
    public void Who_is_not_admitted_does_not_execute_and_says_so() =>
        TheSite().And(Asks(A, W), Joins(B, 2)).As(B, life: 2).Sees(A, Verdict.Silent, 100).Later(60).Decides().ThenNothing("rainbowdash does not execute: it is not admitted, or closed");

    [Fact]
    public void What_is_not_armed_waits_and_is_an_alarm() =>
        TheSite().And(new FencingDisarmed(A, "")).And(Asks(A, B)).Sees(A, Verdict.PoweredOff).Decides()
            .ThenNothing("its slot is not proven to be its own; its VMs wait for it, or for a person", alarm: true);

    [Fact]
    public void A_witness_switches_a_host_off_whose_agent_is_lost_only_for_another_host_or_a_person()
    {
        Case Asked(string? person) => TheSite(b => b.Policies = b.Policies with { FenceWhenAgentLost = true }).And(Asks(A, B, person: person)).As(W).Later(100).Sees(A, Verdict.AgentSilent, 100);
        Asked(null).Decides().ThenRecords<FenceSwitching>();
        Asked(null).Sees(B, Verdict.Silent, 100).Decides().ThenNothing("no other host is alive to take its VMs, or witness is deaf: not switched");
        Asked("operator").Sees(B, Verdict.Silent, 100).Decides().ThenRecords<FenceSwitching>();
        // Alive alone is not enough: it must be able to own VMs.
        Asked(null).And(Joins(B, 2)).Decides().ThenNothing("no other host is alive to take its VMs");
    }

    [Fact]
    public void Who_is_late_listens_before_it_switches_but_not_against_a_person_s_order()
    {
        Case Late(string? person) => TheSite().And(Asks(A, B, person: person)).Later(1).Sees(A, Verdict.Silent).Sees(v => v with { LateAt = v.Now - Sec(0.5) });
        Late(null).Decides().ThenNothing("rainbowdash slept, or is behind: it listens before it switches applejack off");
        Late("operator").Decides().ThenRecords<FenceSwitching>();
        TheSite().And(Asks(A, B)).Later(1).Sees(A, Verdict.AgentSilent).Decides().ThenNothing("applejack is asked for by rainbowdash, but here it is AgentSilent: not switched");
    }

    [Fact]
    public void Late_it_asks_for_nobody_either() =>
        TheSite().Sees(A, Verdict.Silent).Sees(v => v with { LateAt = v.Now }).Decides().ThenNothing("it listens before it asks for applejack", alarm: false);

    [Fact]
    public void What_is_odd_about_a_host_is_an_alarm()
    {
        TheSite().Sees(A, Verdict.Contradiction).Decides().ThenNothing("applejack answers while its power reads off: the device is not believed", alarm: true);
        TheSite().Sees(A, Verdict.AgentSilent, 16).Decides().ThenNothing("its VMs are unwatched", alarm: true);
        TheSite().Sees(A, Verdict.Degraded).Decides().ThenNothing("applejack says that it is not well", alarm: true);
        TheSite().Sees(v => v with { Peers = v.Peers.SetItem(A, Hears(Verdict.Alive, v.Now, direct: false)) }).Decides().ThenNothing("the link between them is broken", alarm: true);
        TheSite().And(Asks(A, B)).As(A).Sees(v => v with { Well = false }).Decides().ThenNothing("challenged and not well", alarm: true);
    }

    [Fact]
    public void What_is_only_waited_for_is_no_alarm()
    {
        TheSite().And(new AgentStopAnnounced(A, Sec(30))).Sees(A, Verdict.Silent).Later(29).Decides().ThenNothing("announced that its agent stops", alarm: false);
        TheSite().Sees(v => v with { Started = v.Now - Sec(59) }).Sees(A, Verdict.Silent, ever: false).Decides().ThenNothing("it may not fence what it has not seen alive", alarm: false);
    }

    [Fact]
    public void The_witness_asks_later_than_the_surviving_host()
    {
        TheSite().As(W).Sees(A, Verdict.Silent, 6.9).Decides().ThenNothing("applejack is silent: the surviving host comes first", alarm: false);
        TheSite().As(W).Sees(A, Verdict.Silent, 7.1).Decides().ThenRecords<FenceRequested>(f => f.Asker == W);
    }

    [Fact]
    public void The_startup_grace_is_only_for_what_was_never_heard_and_does_not_read_off()
    {
        static View Young(View v) => v with { Started = v.Now - Sec(10) };
        TheSite().Sees(Young).Sees(A, Verdict.Silent).Decides().ThenRecords<FenceRequested>();
        TheSite().Sees(Young).Sees(A, Verdict.PoweredOff, ever: false).Decides().ThenRecords<FenceRequested>();
    }

    [Fact]
    public void A_stray_elsewhere_is_no_reason_to_ask_for_a_host() =>
        TheSite().And(Joins(A, 2)).And(new VmStrayFound(Mail, B, I(1), RunOf(B), 3)).Sees(v => v with { Well = false }).Sees(A, Verdict.PoweredOff)
            .Decides().ThenRecordsNo<FenceRequested>().ThenSays("applejack is silent and reads off; it owns nothing that may move: left alone");

    [Fact]
    public void A_lost_agent_has_its_grace_from_its_last_beat() =>
        TheSite(b => b.Policies = b.Policies with { FenceWhenAgentLost = true }).Sees(A, Verdict.AgentSilent, 14).Decides().ThenRecordsNo<FenceRequested>();
}

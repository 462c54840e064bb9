using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>The eleven rules that mutants must not survive (DESIGN, end of section 5), and the four that bound two of them in time, each by its name.</summary>
public sealed partial class KernelRules
{
    // (1) compare head

    [Fact]
    public void Rule_1_compare_head_what_met_another_head_is_decided_anew_and_never_sent_again()
    {
        var bench = MindBench.Loaded();
        var first = bench.Sent!;
        Assert.Equal(bench.Journal.Head, first.Expected);

        bench.Journal.Add(B, Joins(B));
        bench.Conflicts();
        Assert.Contains(bench.Effects, e => e is ReadTail { After: 1 });
        Assert.NotEqual(first.Bytes.ToArray(), bench.Sent?.Bytes.ToArray());
        bench.Reads();
        Assert.Equal(2, bench.Sent!.Expected.Index);
        Assert.Equal(bench.Journal.Head, bench.Sent.Expected);
        Assert.NotEqual(MindBench.Entry(first).Id, MindBench.Entry(bench.Sent).Id);
        Assert.Empty(bench.Mind.View.OwnEntries);
    }

    [Fact]
    public void Rule_1_compare_head_a_conflict_gives_no_permission()
    {
        var bench = MindBench.Loaded();
        bench.Conflicts();
        Assert.Empty(bench.Mind.View.OwnEntries);
        Assert.Equal(1, bench.Mind.State.Index);
    }

    // (2) own append before each start

    [Fact]
    public void Rule_2_own_append_before_each_start_an_own_permission_is_an_order()
    {
        var c = TheSite().And(new VmReleased(Mail, E(1), false)).And(new VmAssigned(Mail, B, I(1), E(5))).AndMine(new VmStarting(Mail, E(5), I(1), RunOf(B)));
        var order = c.Orders().Vms[Mail];
        Assert.Equal((VmMode.Start, E(5), c.Index), (order.Mode, order.Epoch, order.Index));
    }

    [Fact]
    public void Rule_2_own_append_before_each_start_a_permission_that_was_only_read_starts_nothing()
    {
        // Its outcome was unknown, and it was found by reading: for the same process it is no permission.
        var c = TheSite().And(new VmReleased(Mail, E(1), false)).And(new VmAssigned(Mail, B, I(1), E(5))).And(new VmStarting(Mail, E(5), I(1), RunOf(B)));
        Assert.Equal(VmMode.Watch, c.Orders().Vms[Mail].Mode);
        c.Decides().ThenRecords<VmStarting>(s => s.Run == RunOf(B) && s.Epoch == E(5));
    }

    [Fact]
    public void Rule_2_own_append_before_each_start_a_permission_of_an_earlier_agent_starts_nothing()
    {
        var c = TheSite().And(new VmReleased(Mail, E(1), false)).And(new VmAssigned(Mail, B, I(1), E(5))).AndMine(new VmStarting(Mail, E(5), I(1), RunOf(B, 0)));
        Assert.Equal(VmMode.Watch, c.Orders().Vms[Mail].Mode);
    }

    [Fact]
    public void Rule_2_own_append_before_each_start_an_assignment_alone_starts_nothing()
    {
        var c = TheSite().And(new VmReleased(Mail, E(1), false)).AndMine(new VmAssigned(Mail, B, I(1), E(5)));
        Assert.Equal(VmMode.Watch, c.Orders().Vms[Mail].Mode);
    }

    [Fact]
    public void Rule_2_own_append_before_each_start_a_restart_has_an_entry_of_its_own()
    {
        var c = TheSite().As(A).Sees(Mail, VmCondition.Ended, 1);
        c.Decides().ThenBecause("mail has ended").ThenRecords<VmFailed>().ThenRecords<VmStarting>(s => s.Run == RunOf(A));
        // The permission of the first start is used up by the failure, not kept.
        Assert.Null(c.And(new VmFailed(Mail, E(1), "killed")).State.Vm(Mail).Start);
    }

    [Fact]
    public void Rule_2_own_append_a_stop_that_was_only_read_stops_nothing()
    {
        var c = TheSite().As(A).And(new VmWanted(Mail, false, "operator")).And(new VmStopping(Mail, E(1), RunOf(A), "operator"));
        Assert.Equal(VmMode.Watch, c.Orders().Vms[Mail].Mode);
        Assert.Equal(VmMode.Stop, c.AndMine(new VmStopping(Mail, E(1), RunOf(A), "operator")).Orders().Vms[Mail].Mode);
    }

    // (3) release only when drained

    [Theory]
    [InlineData(VmCondition.Running)]
    [InlineData(VmCondition.Stopping)]
    [InlineData(VmCondition.Unknown)]
    [InlineData(VmCondition.Ended)]
    [InlineData(VmCondition.GuestShutdown)]
    [InlineData(VmCondition.StartFailed)]
    public void Rule_3_release_only_when_drained_not_while_it_is(VmCondition condition)
    {
        var c = TheSite().As(A).And(new VmWanted(Mail, false, "operator")).AndMine(new VmStopping(Mail, E(1), RunOf(A), "operator"));
        c.Sees(Mail, condition, 1, c.Index).Decides().ThenNothing("mail is being stopped on applejack");
    }

    [Fact]
    public void Rule_3_release_only_when_drained_absent_is_not_enough_it_must_be_the_end_of_this_stop()
    {
        var c = TheSite().As(A).And(new VmWanted(Mail, false, "operator")).AndMine(new VmStopping(Mail, E(1), RunOf(A), "operator"));
        c.Sees(Mail, VmCondition.Absent, null, order: 0).Decides().ThenNothing("is being stopped");
        c.Sees(Mail, VmCondition.Absent, null, order: c.Index - 3).Decides().ThenNothing("is being stopped");
        c.Sees(Mail, VmCondition.Absent, null, order: c.Index).Decides().ThenRecords<VmReleased>(r => r.Epoch == E(1));
    }

    [Fact]
    public void Rule_3_release_only_when_drained_the_stop_of_an_earlier_agent_releases_nothing()
    {
        var c = TheSite().As(A).And(new VmWanted(Mail, false, "operator")).AndMine(new VmStopping(Mail, E(1), RunOf(A, 0), "operator"));
        c.Sees(Mail, VmCondition.Absent, null, order: c.Index).Decides().ThenRecords<VmStopping>(s => s.Run == RunOf(A)).ThenRecordsNo<VmReleased>();
    }

    [Fact]
    public void Rule_3_release_only_when_drained_a_released_epoch_is_not_released_twice()
    {
        var c = TheSite().And(new VmReleased(Mail, E(1), false)).And(new VmAssigned(Mail, B, I(1), E(5))).And(new VmReleased(Mail, E(1), false));
        Assert.Equal(new Owner(B, I(1)), c.State.Vm(Mail).Owner);
    }

    // (4) proof

    [Theory]
    [InlineData(Verdict.Silent)]
    [InlineData(Verdict.PoweredOff)]
    public void Rule_4_proof_a_verdict_alone_assigns_nothing(Verdict verdict)
    {
        var events = TheSite().Sees(A, verdict, 30).Settle();
        Assert.DoesNotContain(events, e => e is VmAssigned or VmStarting or HostFenced);
    }

    [Fact]
    public void Rule_4_proof_is_stored_in_the_entry_that_assigns_the_vms()
    {
        var c = TheSite().Sees(A, Verdict.PoweredOff).And(Asks(A, B)).AndMine(Switches(A, B));
        c.Sees(A, Reports(c.Index, FencerOutcome.Proven)).Decides()
            .ThenBecause("applejack is proven off: mail → rainbowdash (e6)")
            .ThenRecords<HostFenced>(f => f.Proof.Says.Length == 2)
            .ThenRecords<VmAssigned>(a => a.Host == B && a.Epoch == E(6))
            .ThenRecords<VmStarting>(s => s.Vm == Mail);
    }

    [Theory]
    [InlineData(FencerOutcome.Working)]
    [InlineData(FencerOutcome.LevelFailed)]
    [InlineData(FencerOutcome.StoodDown)]
    public void Rule_4_proof_every_other_report_proves_nothing(FencerOutcome outcome)
    {
        var c = TheSite().Sees(A, Verdict.PoweredOff).And(Asks(A, B)).AndMine(Switches(A, B));
        c.Sees(A, Reports(c.Index, outcome)).Decides().ThenRecordsNo<HostFenced>().ThenRecordsNo<VmAssigned>();
    }

    [Fact]
    public void Rule_4_proof_a_late_answer_of_an_older_switching_starts_nothing()
    {
        var c = TheSite().Sees(A, Verdict.PoweredOff).And(Asks(A, B)).AndMine(Switches(A, B));
        var old = c.Index;
        c.AndMine(Switches(A, B)).Sees(A, Reports(old, FencerOutcome.Proven)).Decides().ThenNothing($"stale proof about applejack from entry {old}");
    }

    [Fact]
    public void Rule_4_proof_an_entry_that_assigns_an_owned_vm_is_a_breach()
    {
        var c = TheSite();
        var entry = new JournalLine().Entry(B, new VmAssigned(Mail, B, I(1), E(9)));
        Assert.StartsWith("I2: mail is assigned", Invariants.Breach(c.State, entry, c.State.Evolve(entry)), StringComparison.Ordinal);
    }

    // (5) proof per incarnation

    [Fact]
    public void Rule_5_proof_per_incarnation_an_old_proof_does_not_end_a_new_life()
    {
        var c = TheSite().And(Asks(A, B)).And(Switches(A, B)).And(Fenced(A)).And(Joins(A, 2), Admits(A, 2)).Runs(Mail, A, 6, life: 2);
        Assert.True(c.State.IsOver(A, I(1)));
        Assert.False(c.State.IsOver(A, I(2)));
        Assert.True(c.State.IsOwned(Mail));
        Assert.False(c.State.IsOwned(Lists));
    }

    [Fact]
    public void Rule_5_proof_per_incarnation_a_proof_about_another_life_than_the_requests_is_void()
    {
        var c = TheSite().And(Joins(A, 2), Admits(A, 2)).And(Asks(A, B, life: 2)).And(Switches(A, B)).And(Fenced(A, life: 1));
        Assert.True(c.State.Host(A).IsClosed);
        Assert.Equal(I(0), c.State.Host(A).Over);
    }

    [Fact]
    public void Rule_5_proof_per_incarnation_a_request_about_an_older_life_closes_nobody()
    {
        var c = TheSite().And(Joins(A, 2), Admits(A, 2)).And(Asks(A, B, life: 1));
        Assert.False(c.State.Host(A).IsClosed);
    }

    [Fact]
    public void Rule_5_proof_per_incarnation_what_a_former_life_owned_is_free_and_gives_no_permission_to_the_new_one()
    {
        var c = TheSite().And(Joins(A, 2), Admits(A, 2)).As(A, life: 2);
        Assert.False(c.State.IsOwned(Mail));
        Assert.False(c.State.Owns(A, Mail));
        Assert.True(new ClusterState().IsOver(A, I(0)));
    }

    // (6) readings younger than the join: see also FenceWalkTests

    [Fact]
    public void Rule_6_readings_younger_than_the_join_an_off_asked_before_it_counts_for_nothing()
    {
        var walk = new WalkBench();
        walk.Hear(new FenceOrdered(WalkBench.Order())).Answered();
        var asked = walk.Now;
        walk.Later(0.5).Hear(new FenceTarget(I(2), 1, new Timers(), AgentLost: false));
        walk.Off(asked).Later(0.3);
        walk.Off();
        Assert.Empty(walk.Said);
    }

    // (7) reboot only by own join entry

    [Fact]
    public void Rule_7_reboot_only_by_own_join_entry_beats_of_another_boot_are_no_life_and_prove_nothing()
    {
        var watch = new WatchBench();
        watch.Beat().Later(3);
        for (var i = 0; i < 10; i++) watch.Later(0.1).Beat(boot: 2, echo: true);
        Assert.NotEqual(Verdict.Alive, watch.View.Verdict);
        Assert.Equal(At(100), watch.View.HeardAt);
        Assert.Null(watch.View.HearsUs);
        // Whatever is heard of it, nobody but the host itself says that it joined.
        TheSite().Sees(A, Verdict.Silent, 30).Sees(v => v with { Boot = BootOf(B) }).Decides().ThenRecordsNo<HostJoined>();
    }

    [Fact]
    public void Rule_7_reboot_only_by_own_join_entry_the_join_ends_the_old_life_and_resolves_the_request()
    {
        var c = TheSite().And(Asks(A, B)).And(Switches(A, B)).And(Joins(A, 2));
        Assert.True(c.State.IsOver(A, I(1)));
        Assert.False(c.State.Host(A).IsClosed);
        Assert.Empty(c.Orders().Fences);
    }

    [Fact]
    public void Rule_7_reboot_only_by_own_join_entry_a_host_joins_under_its_own_boot_and_the_next_number()
    {
        TheSite().As(A, run: 2, life: 2).Decides().ThenBecause("applejack joined as i2")
            .ThenRecords<HostJoined>(j => j.Host == A && j.Incarnation == I(2) && j.Boot == BootOf(A, 2)).ThenRecords<AgentStarted>();
        TheSite().As(A, run: 2).Decides().ThenBecause("the agent of applejack started").ThenRecordsNo<HostJoined>();
    }

    // (8) one closed host

    [Fact]
    public void Rule_8_one_closed_host_a_closed_host_asks_nothing()
    {
        TheSite().And(Asks(B, A)).Sees(A, Verdict.PoweredOff).Sees(v => v with { Well = false }).Decides().ThenRecordsNo<FenceRequested>();
    }

    [Fact]
    public void Rule_8_one_closed_host_of_five_a_closed_one_asks_nothing_though_the_brake_would_let_it()
    {
        MemberName[] more = [new("pinkiepie"), new("rarity"), new("fluttershy")];
        var c = TheSite(b => { foreach (var h in more) b.Hosts[h] = new HostConfig(64, []); });
        foreach (var h in more) c.And(Joins(h), Admits(h));
        c.And(Asks(B, more[0])).As(B).Sees(A, Verdict.PoweredOff).Sees(v => v with { Well = false });
        Assert.Null(FenceRules.Brake(c.State, A));
        c.Decides().ThenNothing("rainbowdash is not admitted, or closed: it asks nothing");
    }

    [Fact]
    public void Rule_8_one_closed_host_nobody_asks_for_the_second_one()
    {
        var c = TheSite().And(Asks(B, A)).And(Switches(B, A)).As(W).Sees(A, Verdict.PoweredOff, 30).Sees(B, Verdict.Silent);
        c.Decides().ThenNothing("applejack may not be fenced: only 0 other host(s) admitted and open, 1 needed");
    }

    [Fact]
    public void Rule_8_one_closed_host_a_host_whose_life_is_over_is_no_survivor()
    {
        var c = TheSite().And(Asks(B, A)).And(Switches(B, A)).And(Fenced(B)).As(W).Sees(A, Verdict.PoweredOff, 30);
        c.Decides().ThenNothing("applejack may not be fenced");
    }

    [Fact]
    public void Rule_8_one_closed_host_of_three_a_majority_stays()
    {
        var c = new MemberName("pinkiepie");
        var three = TheSite(b => b.Hosts[c] = new HostConfig(256, [])).And(Joins(c), Admits(c));
        Assert.Null(FenceRules.Brake(three.State, A));
        Assert.NotNull(FenceRules.Brake(three.And(Asks(c, B)).State, A));
    }

    [Fact]
    public void Rule_8_one_closed_host_an_entry_against_the_second_one_is_a_breach()
    {
        var c = TheSite().And(Asks(B, A));
        var entry = new JournalLine().Entry(W, Asks(A, W, 6));
        Assert.StartsWith("I4", Invariants.Breach(c.State, entry, c.State.Evolve(entry)), StringComparison.Ordinal);
    }

    // (9) switching entry before SET

    [Fact]
    public void Rule_9_switching_entry_before_set_a_request_alone_orders_no_set()
    {
        Assert.Empty(TheSite().AndMine(Asks(A, B)).Orders().Fences);
    }

    [Fact]
    public void Rule_9_switching_entry_before_set_an_entry_that_was_only_read_orders_no_set()
    {
        var c = TheSite().AndMine(Asks(A, B)).And(Switches(A, B));
        Assert.Empty(c.Orders().Fences);
        // A new entry is made, and that one orders it.
        c.Sees(A, Verdict.Silent).Later(1).Decides().ThenBecause("the last switching entry is not this agent's own").ThenRecords<FenceSwitching>();
        Assert.Single(c.AndMine(Switches(A, B)).Orders().Fences);
    }

    [Fact]
    public void Rule_9_switching_entry_before_set_the_executor_is_one_member_and_one_agent()
    {
        Assert.Empty(TheSite().AndMine(Asks(A, W)).AndMine(Switches(A, W)).Orders().Fences);
        Assert.Empty(TheSite().AndMine(Asks(A, B)).AndMine(Switches(A, B, run: 0)).Orders().Fences);
        var taken = TheSite().AndMine(Asks(A, B)).AndMine(Switches(A, B)).And(Switches(A, W));
        Assert.Empty(taken.Orders().Fences);
    }

    [Fact]
    public void Rule_9_switching_entry_before_set_the_fencer_sends_nothing_without_an_order()
    {
        var walk = new WalkBench();
        walk.Hear(new TargetSeen(Hears(Verdict.Silent, null))).Hear(new FenceTick());
        walk.Off();
        Assert.DoesNotContain(walk.All, e => e is SendOff or SendOn);
        walk.Hear(new FenceOrdered(WalkBench.Order(switching: 21)));
        Assert.Equal([new SendOff(0, 21)], walk.Effects);
    }

    // (10) joined is not admitted

    [Fact]
    public void Rule_10_joined_is_not_admitted_owns_nothing_asks_nothing_executes_nothing_and_is_no_survivor()
    {
        var c = TheSite().And(Joins(B, 2)).And(new AgentStarted(B, RunOf(B), "1")).As(B, life: 2);
        Assert.False(c.State.Host(B).IsFit);
        c.And(new VmReleased(Mail, E(1), false)).And(Asks(A, W)).Sees(A, Verdict.Silent, 60).Sees(W, Verdict.Silent);
        Assert.DoesNotContain(c.Later(60).Settle(), e => e is VmAssigned or FenceRequested or FenceSwitching or HostAdmitted);
        Assert.NotNull(FenceRules.Brake(c.State, A));
        var entry = new JournalLine().Entry(B, new VmAssigned(Mail, B, I(2), E(9)));
        Assert.StartsWith("I2", Invariants.Breach(c.State, entry, c.State.Evolve(entry)), StringComparison.Ordinal);
    }

    [Fact]
    public void Rule_10_joined_is_not_admitted_before_somebody_hears_it()
    {
        var c = TheSite().And(Joins(A, 2)).And(new AgentStarted(A, RunOf(A), "1")).As(A, life: 2);
        c.Sees(B, Verdict.Silent, 60).Sees(W, Verdict.Silent, 60).Decides().ThenNothing("nobody says that it hears it: not admitted yet");
        c.Sees(W, Verdict.Alive).Decides().ThenRecords<HostAdmitted>();
    }

    // (11) withdrawal only by the target after switching

    [Fact]
    public void Rule_11_withdrawal_before_switching_by_anybody_who_sees_it()
    {
        TheSite().And(Asks(A, B)).As(W).Later(0.1).Sees(A, Verdict.Alive).Decides().ThenRecords<FenceWithdrawn>(f => f.By == W);
        TheSite().And(Asks(A, B)).As(W).Later(0.1).Sees(A, Verdict.Silent).Decides().ThenRecordsNo<FenceWithdrawn>();
    }

    [Fact]
    public void Rule_11_withdrawal_only_by_the_target_after_switching()
    {
        var c = TheSite().And(Asks(A, B)).And(Switches(A, B)).Later(1000);
        foreach (var other in new[] { B, W }) c.As(other).Sees(A, Verdict.Alive).Decides().ThenRecordsNo<FenceWithdrawn>();
        c.As(A).Decides().ThenRecords<FenceWithdrawn>(f => f.By == A);
    }

    [Fact]
    public void Rule_11_withdrawal_not_when_the_host_is_unwell_nor_against_an_operator()
    {
        TheSite().And(Asks(A, B)).As(A).Sees(v => v with { Well = false }).Decides().ThenNothing("challenged and not well");
        TheSite().And(Asks(A, B, person: "operator")).As(A).Decides().ThenNothing("by order of operator");
        TheSite().And(Asks(A, B, person: "operator")).As(W).Later(0.1).Sees(A, Verdict.Alive).Decides().ThenRecordsNo<FenceWithdrawn>();
    }

    // (12) no admission under a set

    [Fact]
    public void Rule_12_no_admission_under_a_set_before_it_is_older_than_it_can_live()
    {
        var c = TheSite().And(Asks(A, B)).And(Switches(A, B)).And(Joins(A, 2)).And(new AgentStarted(A, RunOf(A), "1")).As(A, life: 2);
        c.Decides().ThenNothing("a SET against it may still take effect: not admitted yet");
        c.Later(179).Sees(B, Verdict.Alive).Decides().ThenNothing("not admitted yet");
        c.Later(2).Sees(B, Verdict.Alive).Decides().ThenRecords<HostAdmitted>(a => a.Incarnation == I(2));
    }

    // (13) no withdrawal under a set

    [Fact]
    public void Rule_13_no_withdrawal_under_a_set_after_switching()
    {
        var c = TheSite().And(Asks(A, B)).And(Switches(A, B)).As(A).Later(179);
        c.Decides().ThenRecords<FenceDisputed>();
        c.And(new FenceDisputed(E(5), A)).Decides().ThenNothing("a SET against it may still take effect: request e5 stays open");
        c.Later(2).Decides().ThenRecords<FenceWithdrawn>();
        var answered = TheSite().And(Asks(A, B)).And(Switches(A, B));
        answered.And(new FenceEnded(E(5), A, answered.Index, true, "stood down")).As(A).Later(2.1).Decides().ThenRecords<FenceWithdrawn>();
    }

    // (14) stamp before the append

    [Fact]
    public void Rule_14_stamp_before_the_append_a_switching_that_is_sent_again_keeps_its_first_stamps()
    {
        var c = Case.TheSite();
        var bench = MindBench.Loaded(W, Joins(A), Admits(A), Joins(B), Admits(B), new FencingArmed(A, c.State.Host(A).Armed, "")).Commits();
        bench.Hear(new Commanded(1, new PowerHost(A, On: false, Force: false, "operator")));
        Assert.Equal(A, Assert.Single(bench.Sent!.Stamps));
        // The first sending may be the one that was committed: a stamp taken now would be younger than that.
        bench.Unknown().Reads();
        Assert.Empty(bench.Sent!.Stamps);
    }

    // (15) ended only when answered

    [Fact]
    public void Rule_15_ended_only_when_answered_an_end_without_every_answer_admits_nobody()
    {
        var c = TheSite().And(Asks(A, B)).And(Switches(A, B));
        var switching = c.Index;
        c.And(Joins(A, 2)).And(new AgentStarted(A, RunOf(A), "1")).And(new FenceEnded(E(5), A, switching, AllAnswered: false, "no answer")).As(A, life: 2);
        c.Decides().ThenNothing("not admitted yet");
        c.And(new FenceEnded(E(5), A, switching, AllAnswered: true, "answered")).Decides().ThenNothing("not admitted yet");
        c.Later(2.1).Sees(B, Verdict.Alive).Decides().ThenRecords<HostAdmitted>();
    }
}

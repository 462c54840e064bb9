using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>Switching on: by policy after a recovery, without quorum, and what a quarantine keeps off.</summary>
public sealed class PowerRuleTests
{
    private static readonly Proof Off = new(Proof.Device, ["off", "off again"]);

    /// <summary>applejack was fenced; its VMs are recorded: running, or waiting with a reason.</summary>
    private static Case Recovered(PowerOnPolicy policy = PowerOnPolicy.On, string? person = null)
    {
        var c = TheSite(b => b.Policies = b.Policies with { PowerOnAfterFence = policy }).Sees(A, Verdict.PoweredOff)
            .And(Asks(A, B, person: person), Switches(A, B)).AndMine(new HostFenced(E(5), A, I(1), Off));
        foreach (var (vm, epoch) in new[] { (Mail, 6), (Lists, 7) }) c.Runs(vm, B, epoch).Sees(vm, VmCondition.Running, epoch);
        return c.And(new VmWaiting(Tickets, "waits for memory: needs 128 MiB, rainbowdash has 64"), new VmWaiting(MonitorVm, "waits for its host applejack: not marked for failover"));
    }

    private static Case Alone(Case c) => c.Sees(v => v with { Quorate = false, NotQuorateSince = v.Now });

    [Fact]
    public void By_policy_a_fenced_host_gets_its_power_back_when_its_recovery_is_recorded()
    {
        var c = Recovered();
        c.Decides().ThenBecause("its recovery is recorded: rainbowdash switches it on (policy)").ThenRecords<PowerOnOrdered>(o => o.Operator == "policy");
        c.AndMine(new PowerOnOrdered(A, B, RunOf(B), "policy"));
        Assert.True(c.Orders().Fences[A].SwitchOn);
        c.Decides().ThenRecordsNo<PowerOnOrdered>();
        c.And(new PowerOnEnded(A, true, "reads on")).Later(100).Decides().ThenRecordsNo<PowerOnOrdered>();
    }

    [Fact]
    public void Not_before_it_is_recorded_and_not_where_it_stays_off()
    {
        TheSite(b => b.Policies = b.Policies with { PowerOnAfterFence = PowerOnPolicy.On }).As(W).Sees(A, Verdict.PoweredOff)
            .And(Asks(A, B), Switches(A, B), new HostFenced(E(5), A, I(1), Off)).Later(60).Decides().ThenNothing("is not recorded yet");
        Recovered(PowerOnPolicy.StayOff).Later(100).Decides().ThenRecordsNo<PowerOnOrdered>();
        Recovered(person: "operator").Later(100).Decides().ThenRecordsNo<PowerOnOrdered>();
        Recovered().And(new MaintenanceBegan("operator", null)).Decides().ThenRecordsNo<PowerOnOrdered>();
    }

    [Fact]
    public void What_a_person_confirmed_is_not_switched_on() =>
        Assert.Null(TheSite().And(Asks(A, B), new HostFenced(E(5), A, I(1), new Proof(Proof.Person, []))).State.Host(A).SwitchedOff);

    [Fact]
    public void What_the_device_switched_off_is_switched_on_whatever_was_proven_beside_it()
    {
        HostState After(string method) => TheSite().And(Asks(A, B), new HostFenced(E(5), A, I(1), new Proof(method, []))).State.Host(A);
        Assert.NotNull(After($"{Proof.Device} and watchdog").SwitchedOff);
        // A watchdog resets: the host comes back by itself.
        Assert.Null(After("watchdog").SwitchedOff);
        Assert.Equal(0, After("watchdog").LastFenced);
    }

    [Fact]
    public void A_host_in_quarantine_stays_off()
    {
        var c = Recovered();
        for (var i = 0; i < 2; i++) c.And(Joins(A, 2 + i), Asks(A, B, 20 + i, 2 + i), new HostFenced(E(20 + i), A, I(2 + i), Off));
        c.Decides().ThenNothing("applejack was fenced 3 times: it stays off until released (actorha host release applejack)");
        c.And(new HostReleased(A, "operator")).Decides().ThenRecords<PowerOnOrdered>();
    }

    [Fact]
    public void A_try_that_failed_is_repeated_ever_more_slowly()
    {
        var c = Recovered();
        c.And(new PowerOnEnded(A, false, "no answer")).Later(0.5).Decides().ThenNothing("applejack is switched on by policy: waiting");
        c.Later(0.6).Decides().ThenRecords<PowerOnOrdered>();
        c.And(new PowerOnEnded(A, false, "no answer")).Later(1.9).Decides().ThenRecordsNo<PowerOnOrdered>();
        c.Later(0.2).Decides().ThenRecords<PowerOnOrdered>();
    }

    [Fact]
    public void It_is_switched_on_where_it_was_proven_off()
    {
        var c = TheSite().And(Asks(A, B), Switches(A, B), new FenceLevelFailed(E(5), A, 0, "no answer"), new HostFenced(E(5), A, I(1), Off)).AndMine(new PowerOnOrdered(A, B, RunOf(B), "operator"));
        Assert.Equal(1, c.Orders().Fences[A].Level);
    }

    [Fact]
    public void A_quarantine_ends_by_a_whole_window_of_health()
    {
        var c = TheSite(b => b.Policies = b.Policies with { MaxFences = 1 }).And(Asks(A, B), Fenced(A), Joins(A, 2)).As(A, life: 2).Sees(v => v with { Started = v.Now });
        c.Decides().ThenNothing("applejack was fenced 1 times: not admitted until released");
        c.Later(3601).As(A, life: 2).Sees(v => v with { Well = false }).Decides().ThenRecordsNo<HostReleased>();
        c.Sees(v => v with { Well = true, Peers = v.Peers.Clear() }).Decides().ThenRecordsNo<HostReleased>();
        c.As(A, life: 2).Decides().ThenRecords<HostReleased>(r => r.By == "time");
    }

    [Fact]
    public void Without_quorum_a_host_that_we_switched_off_is_named_as_the_way_out() =>
        Alone(Recovered(PowerOnPolicy.StayOff)).Decides().ThenNothing("not quorate: asks for nothing, starts nothing, leaves what runs; bring another voter back (actorha status, or actorha power on applejack)");

    [Fact]
    public void Without_quorum_nothing_is_ever_switched_off()
    {
        var c = Alone(Recovered()).Later(100).Sees(v => v with { OnWithoutQuorum = v.OnWithoutQuorum.Add(A, new UnrecordedOn("operator", -1)) });
        Assert.True(Assert.Single(c.Orders().Fences).Value.SwitchOn);
        Alone(TheSite()).Later(100).Commands(new PowerHost(A, false, true, "operator")).ThenNothing("not quorate");
    }

    [Fact]
    public void Without_quorum_it_takes_a_minute_and_a_host_that_we_switched_off()
    {
        var asked = new UnrecordedOn("operator", -1);
        Assert.Empty(Alone(Recovered()).Later(59).Sees(v => v with { OnWithoutQuorum = v.OnWithoutQuorum.Add(A, asked) }).Orders().Fences);
        Assert.Empty(Alone(TheSite()).Later(100).Sees(A, Verdict.Silent).Sees(v => v with { OnWithoutQuorum = v.OnWithoutQuorum.Add(A, asked) }).Orders().Fences);
    }

    /// <summary>A witness's mind whose last write is long ago, in a cluster that fenced applejack.</summary>
    private static MindBench Lonely(PowerOnPolicy policy = PowerOnPolicy.StayOff) => Asking(policy).Commits().Passes(10);

    /// <summary>The same; its first append is on its way.</summary>
    private static MindBench Asking(PowerOnPolicy policy = PowerOnPolicy.StayOff)
    {
        var line = new JournalLine().Add(B, Configures(b => b.Policies = b.Policies with { PowerOnAfterFence = policy }));
        foreach (var e in new Event[] { Joins(A), Admits(A), Joins(B), Admits(B), Asks(A, B), new HostFenced(E(5), A, I(1), Off) }) line.Add(B, e);
        return new MindBench(line).Quorate().Reads();
    }

    private static FenceOrder? Ordered(MindBench bench) => bench.Effects.OfType<Obey>().LastOrDefault()?.Orders.Fences.GetValueOrDefault(A);

    [Fact]
    public void Without_quorum_a_persons_command_is_carried_out_after_a_minute_and_recorded_later()
    {
        var bench = Lonely().Passes(30).Hear(new Commanded(1, new PowerHost(A, true, false, "operator")));
        Assert.Contains("may be switched on without a majority after 60 s", bench.Effects.OfType<AnswerCommand>().Single().Because, StringComparison.Ordinal);
        Assert.False(bench.Effects.OfType<AnswerCommand>().Single().Accepted);
        bench.Passes(40).Hear(new Commanded(2, new PowerHost(B, true, false, "operator")));
        Assert.Contains("was not switched off by us", bench.Effects.OfType<AnswerCommand>().Single().Because, StringComparison.Ordinal);
        bench.Hear(new Commanded(3, new PowerHost(A, true, false, "operator")));
        Assert.True(bench.Effects.OfType<AnswerCommand>().Single().Accepted);
        Assert.True(Ordered(bench) is { SwitchOn: true, Switch: -1 });
        bench.Hear(new FencerSaid(A, new FencerReport(-1, 0, FencerOutcome.Proven, 1, true, null, "reads on")));
        Assert.Null(bench.Sent);
        bench.Quorate();
        Assert.IsType<PowerOnEnded>(Assert.Single(MindBench.Entry(bench.Sent!).Events));
        bench.Commits();
        Assert.Empty(bench.Mind.View.OnWithoutQuorum);
        Assert.Null(bench.Mind.State.Host(A).SwitchedOff);
        Assert.Null(bench.Mind.View.NotQuorateSince);
    }

    /// <summary>Found by the simulation (seed 13019833): a starved agent reads the answers to its pulses when they are minutes old.</summary>
    [Fact]
    public void Without_quorum_a_minute_counts_from_the_newest_write_that_a_majority_took_however_late_that_is_heard()
    {
        var bench = Lonely();
        bench.Passes(80).Hear(new PulseSettled(bench.Now - Sec(45), true, ""));
        Assert.False(bench.Mind.View.Quorate);
        bench.Hear(new Commanded(1, new PowerHost(A, true, false, "operator")));
        // It counted for quorum-timeout.
        Assert.Contains("not quorate for 39 s: applejack may be switched on without a majority after 60 s", bench.Effects.OfType<AnswerCommand>().Single().Because, StringComparison.Ordinal);
        Assert.Null(Ordered(bench));
        // An older answer, or one that says no, changes nothing; the minute passes.
        bench.Passes(30).Hear(new PulseSettled(bench.Now, false, "")).Hear(new PulseSettled(bench.Now - Sec(80), true, ""));
        bench.Hear(new Commanded(2, new PowerHost(A, true, false, "operator")));
        Assert.True(bench.Effects.OfType<AnswerCommand>().Single().Accepted);
        Assert.Equal(-1, Ordered(bench)!.Switch);
    }

    /// <summary>The same: among the letters that it has not read yet may be the answer of a majority.</summary>
    [Fact]
    public void Without_quorum_who_slept_or_is_behind_switches_nothing_on()
    {
        var bench = Lonely(PowerOnPolicy.On).Hear(new MindTick(), 70);
        Assert.Null(Ordered(bench));
        bench.Hear(new Commanded(1, new PowerHost(A, true, false, "operator")));
        Assert.Contains("witness slept, or is behind: it listens", bench.Effects.OfType<AnswerCommand>().Single().Because, StringComparison.Ordinal);
        Assert.Equal(-1, Ordered(bench.Passes(3))!.Switch);
    }

    /// <summary>Found while a story was written: the append that is not answered was lost with the majority, and everything waited for it.</summary>
    [Fact]
    public void Without_quorum_an_append_that_nobody_answers_closes_no_way_out()
    {
        var bench = Asking(PowerOnPolicy.On).Passes(10);
        Assert.Contains(bench.Refusals, r => r.Contains("not quorate", StringComparison.Ordinal));
        bench.Hear(new Commanded(1, new WantVm(Mail, false, "operator")));
        Assert.Equal((false, "not quorate: nothing can be recorded"), bench.Effects.OfType<AnswerCommand>().Select(a => (a.Accepted, a.Because)).Single());
        bench.Passes(70);
        Assert.True(Ordered(bench) is { SwitchOn: true, Switch: -1 });
        Assert.Null(bench.Sent);
    }

    [Fact]
    public void Without_quorum_policy_does_it_by_itself_and_tries_again()
    {
        Assert.Null(Ordered(Lonely().Passes(70)));
        var bench = Lonely(PowerOnPolicy.On).Passes(70);
        Assert.Equal(-1, Ordered(bench)!.Switch);
        bench.Hear(new FencerSaid(A, new FencerReport(-1, 0, FencerOutcome.LevelFailed, 3, true, null, "no answer")));
        Assert.Null(Ordered(bench.Passes(30)));
        Assert.Equal(-2, Ordered(bench.Passes(30))!.Switch);
    }

    [Fact]
    public void What_was_done_without_quorum_is_recorded_when_there_is_one() =>
        Recovered(PowerOnPolicy.StayOff).Sees(v => v with { OnWithoutQuorum = v.OnWithoutQuorum.Add(A, new UnrecordedOn("operator", -1)) })
            .Sees(A, new FencerReport(-1, 0, FencerOutcome.Proven, 1, true, null, "reads on"))
            .Decides().ThenBecause("applejack was switched on without quorum by operator: reads on").ThenRecords<PowerOnEnded>();

    [Fact]
    public void An_order_ends_by_the_report_of_the_very_agent_that_has_it()
    {
        var c = Recovered().AndMine(new PowerOnOrdered(A, B, RunOf(B), "operator"));
        FencerReport On(long of, bool done = true) => new(of, 0, done ? FencerOutcome.Proven : FencerOutcome.LevelFailed, 1, true, null, "reads on");
        c.Sees(A, On(c.Index)).Decides().ThenRecords<PowerOnEnded>(e => e.Host == A && e.Done);
        c.Sees(A, On(c.Index, done: false)).Decides().ThenRecords<PowerOnEnded>(e => !e.Done);
        c.Sees(A, On(c.Index - 1)).Decides().ThenRecordsNo<PowerOnEnded>();
        c.And(new PowerOnOrdered(A, B, RunOf(B, 0), "operator"));
        c.Sees(A, On(c.Index)).Decides().ThenRecordsNo<PowerOnEnded>();
    }

    [Fact]
    public void An_order_of_an_earlier_agent_is_given_anew_at_once_and_another_member_s_after_a_while()
    {
        Recovered().And(new PowerOnOrdered(A, B, RunOf(B, 0), "policy")).Decides().ThenRecords<PowerOnOrdered>(o => o.Run == RunOf(B));
        var others = Recovered().And(new PowerOnOrdered(A, W, RunOf(W), "policy"));
        others.Later(19.9).Decides().ThenRecordsNo<PowerOnOrdered>();
        others.Later(0.1).Decides().ThenRecords<PowerOnOrdered>(o => o.Executor == B);
    }

    [Fact]
    public void Why_it_stays_off_is_said()
    {
        Recovered().And(new MaintenanceBegan("operator", null)).Decides().ThenNothing("applejack is not switched on: maintenance");
        var c = Recovered();
        for (var i = 0; i < 2; i++) c.And(Joins(A, 2 + i), Asks(A, B, 20 + i, 2 + i), new HostFenced(E(20 + i), A, I(2 + i), Off));
        c.Decides().ThenNothing("applejack was fenced 3 times: it stays off until released", alarm: true);
        // Who is not admitted does not switch: nobody hears it yet.
        Recovered().And(Joins(B, 2)).As(B, life: 2).Sees(v => v with { Peers = v.Peers.Clear() }).Later(60).Decides().ThenRecordsNo<PowerOnOrdered>();
    }

    [Fact]
    public void A_witness_switches_on_by_policy_only_where_the_surviving_host_did_not()
    {
        Recovered().Decides().ThenRecords<PowerOnOrdered>(o => o.Executor == B);
        var witness = Recovered().As(W).Sees(A, Verdict.PoweredOff);
        witness.Later(4.9).Decides().ThenNothing("applejack is switched on by policy: waiting");
        witness.Later(0.2).Decides().ThenRecords<PowerOnOrdered>(o => o.Executor == W);
    }

    [Fact]
    public void A_vm_that_nobody_ever_owned_holds_no_host_off() =>
        TheSite().And(new VmReleased(Mail, E(1), false), new VmReleased(Lists, E(2), false), new VmReleased(Tickets, E(3), false), new VmReleased(MonitorVm, E(4), false))
            .And(Asks(A, B), Fenced(A)).Sees(A, Verdict.PoweredOff).Commands(new PowerHost(A, true, false, "operator")).ThenRecords<PowerOnOrdered>();

    [Fact]
    public void Without_quorum_policy_leaves_off_what_a_person_switched_off_and_what_is_in_quarantine()
    {
        static bool On(Case c) => PowerRules.AgainWithoutQuorum(c.State, Alone(c).Later(100).View).Contains(A);
        Assert.True(On(Recovered()));
        Assert.False(On(Recovered(person: "operator")));
        var c = Recovered();
        for (var i = 0; i < 2; i++) c.And(Joins(A, 2 + i), Asks(A, B, 20 + i, 2 + i), new HostFenced(E(20 + i), A, I(2 + i), Off));
        Assert.False(On(c));
    }
}

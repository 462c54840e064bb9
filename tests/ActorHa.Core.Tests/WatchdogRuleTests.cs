using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>The promise of a host about its watchdog, and what its word is worth to another.</summary>
public sealed class WatchdogRuleTests
{
    private static readonly WatchdogConfig Dog = new("/dev/watchdog0", Sec(10), false, true);
    private static readonly WatchdogReport Live = new(WatchdogCondition.Live, Sec(10), "iTCO_wdt, 10 s");

    /// <summary>(6 s + 3 × 10 s) + 1 %.</summary>
    private const double Wait = 36.36;

    private static WatchdogArmed Arms(MemberName host, int life = 1) => new(host, I(life), Sec(10), Sec(6), "iTCO_wdt, 10 s");

    private static Case WithDogs(bool two = false) => TheSite(b =>
    {
        foreach (var host in b.Hosts.Keys.ToList()) b.Hosts[host] = b.Hosts[host] with { Watchdog = Dog };
        b.Policies = b.Policies with { RequireTwoProofs = two };
    });

    /// <summary>Applejack promised and is silent; rainbowdash promised too and is well.</summary>
    private static Case Silent(bool two = false, bool promised = true)
    {
        var c = WithDogs(two);
        if (promised) c.And(Arms(A));
        return c.AndMine(Arms(B)).Sees(v => v with { Watchdog = Live }).And(Asks(A, B)).AndMine(Switches(A, B)).Sees(A, Verdict.Silent, 100);
    }

    [Fact]
    public void An_append_that_is_sent_again_gives_the_right_to_feed_from_its_first_sending()
    {
        var line = new JournalLine().Add(B, Configures(b => b.Hosts[A] = b.Hosts[A] with { Watchdog = Dog }));
        foreach (var e in new Event[] { Joins(A), Admits(A), new AgentStarted(A, RunOf(A), "1"), Arms(A) }) line.Add(B, e);
        var bench = new MindBench(line, A).Quorate().Reads();
        if (bench.Sent is not null) bench.Commits();
        bench.Hear(new Commanded(1, new WantVm(Mail, false, "operator")), 3);
        var first = bench.Now;
        Assert.NotNull(bench.Sent);
        bench.Unknown().Hear(new TailRead(bench.Journal.Head, []), 2);
        Assert.NotNull(bench.Sent);
        bench.Commits();
        Assert.Equal(first + Sec(6), bench.Effects.OfType<HoldWatchdog>().Last().Order.Until);
    }

    private static Case ThatSeesAgain(Case c, Verdict verdict = Verdict.Silent) => c.Sees(A, verdict, 100);

    [Fact]
    public void A_host_that_is_to_get_vms_arms_before_it_takes_them()
    {
        var c = WithDogs().And(Asks(A, W)).And(Switches(A, W)).Sees(A, Verdict.Silent);
        c.Decides().ThenRecordsNo<WatchdogArmed>();
        c.Sees(v => v with { Watchdog = Live }).Decides().ThenBecause("the watchdog of rainbowdash is armed: iTCO_wdt").ThenRecords<WatchdogArmed>(a => a is { Timeout.TotalSeconds: 10, FeedFor.TotalSeconds: 6 } && a.Incarnation == I(1));
    }

    [Fact]
    public void Unarmed_it_takes_and_starts_nothing_and_says_why()
    {
        var free = WithDogs().And(new VmReleased(Mail, E(1), false)).And(Asks(A, W)).And(Fenced(A)).Sees(A, Verdict.PoweredOff);
        Assert.DoesNotContain(free.Settle(), e => e is VmAssigned or VmStarting);
        free.Decides().ThenNothing("rainbowdash takes and starts no VM yet: the watchdog of rainbowdash is not armed");
        free.Sees(v => v with { Watchdog = new(WatchdogCondition.Failed, default, "there is no /dev/watchdog0") })
            .Decides().ThenNothing("rainbowdash is not protected by its watchdog: there is no /dev/watchdog0; it takes and starts no VM");
        free.Sees(v => v with { Watchdog = Live }).AndMine(Arms(B)).Decides().ThenRecords<VmAssigned>().ThenRecords<VmStarting>();
        free.Sees(v => v with { Watchdog = WatchdogReport.Closed }).Decides().ThenNothing("the watchdog of rainbowdash is not fed");
    }

    [Fact]
    public void What_would_start_a_vm_on_an_unarmed_host_breaks_an_invariant()
    {
        var s = WithDogs().And(new VmReleased(Mail, E(1), false)).State;
        Assert.Contains("whose watchdog is not armed", Breach(s, new VmAssigned(Mail, B, I(1), E(9))), StringComparison.Ordinal);
        Assert.Contains("whose watchdog is not armed", Breach(WithDogs().State, new VmStarting(Mail, E(1), I(1), RunOf(A))), StringComparison.Ordinal);
        Assert.Null(Breach(WithDogs().And(Arms(A)).State, new VmStarting(Mail, E(1), I(1), RunOf(A))));
    }

    [Fact]
    public void Without_vms_the_promise_is_taken_back_and_with_them_only_when_the_device_fails_or_the_agent_stops()
    {
        WithDogs().And(Arms(B)).Sees(v => v with { Watchdog = Live }).Decides().ThenBecause("no VM is on rainbowdash").ThenRecords<WatchdogDisarmed>();
        var busy = WithDogs().And(Arms(A)).As(A).Sees(v => v with { Watchdog = Live });
        busy.Decides().ThenQuiet();
        busy.Sees(v => v with { Watchdog = new(WatchdogCondition.Failed, default, "takes no feeding") }).Decides().ThenBecause("no longer protects it: takes no feeding").ThenRecords<WatchdogDisarmed>();
        busy.Sees(v => v with { Watchdog = Live, Stopping = true }).Decides().ThenBecause("the agent of applejack stops: its watchdog is disarmed");
    }

    [Fact]
    public void What_was_not_looked_at_yet_may_be_a_vm() =>
        WithDogs().And(Arms(B)).Sees(v => v with { Watchdog = Live, Vms = v.Vms.Clear() }).Decides().ThenRecordsNo<WatchdogDisarmed>();

    [Fact]
    public void A_promise_is_of_one_life()
    {
        var c = WithDogs().And(Arms(A));
        Assert.NotNull(c.State.Host(A).Watchdog);
        Assert.Null(c.And(Joins(A, 2)).State.Host(A).Watchdog);
        Assert.Null(c.And(Arms(A, 1)).State.Host(A).Watchdog);
        Assert.NotNull(c.And(Arms(A, 2)).And(new WatchdogDisarmed(A, I(1), "late")).State.Host(A).Watchdog);
    }

    [Fact]
    public void After_the_wait_its_life_is_over_and_its_vms_are_taken_in_the_same_entry()
    {
        var c = Silent();
        ThatSeesAgain(c.Later(Wait - 0.01)).Decides().ThenNothing("applejack is reset by its watchdog within 36.4 s of request e5: waiting");
        ThatSeesAgain(c.Later(0.02)).Decides().ThenBecause("applejack has been reset by its watchdog: mail → rainbowdash")
            .ThenRecords<HostFenced>(f => f.Proof.Method == "watchdog" && f.Incarnation == I(1)).ThenRecords<VmStarting>(s => s.Vm == Mail);
    }

    [Fact]
    public void The_wait_counts_from_the_promise_too()
    {
        var c = Silent(promised: false).Later(30).And(Arms(A)).Later(30);
        ThatSeesAgain(c).Decides().ThenRecordsNo<HostFenced>();
        ThatSeesAgain(c.Later(7)).Decides().ThenRecords<HostFenced>();
    }

    [Fact]
    public void The_wait_goes_by_what_was_promised_and_not_by_the_newest_configuration()
    {
        var c = WithDogs().And(new WatchdogArmed(A, I(1), Sec(60), Sec(12), "slow")).AndMine(Arms(B)).Sees(v => v with { Watchdog = Live }).And(Asks(A, B)).AndMine(Switches(A, B));
        ThatSeesAgain(c.Later(193)).Decides().ThenRecordsNo<HostFenced>();
        ThatSeesAgain(c.Later(1.5)).Decides().ThenRecords<HostFenced>();
    }

    [Fact]
    public void A_life_that_never_promised_is_never_proven_over_by_time()
    {
        ThatSeesAgain(Silent(promised: false).Later(1000)).Decides().ThenRecordsNo<HostFenced>().ThenNothing("applejack is not protected by its watchdog: it was not armed in i1");
        Assert.Contains("that was not armed", Breach(Silent(promised: false).State, new HostFenced(E(5), A, I(1), new("watchdog", []))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_witness_proves_nothing_by_its_clock() =>
        Silent().Later(1000).As(W).Sees(A, Verdict.Silent, 100).Decides().ThenRecordsNo<HostFenced>();

    [Theory]
    [InlineData(Verdict.Alive)]
    [InlineData(Verdict.Degraded)]
    [InlineData(Verdict.AgentSilent)]
    [InlineData(Verdict.Contradiction)]
    public void A_host_that_still_gives_a_sign_is_no_proof_of_its_watchdog(Verdict verdict) =>
        ThatSeesAgain(Silent().Later(1000), verdict).Decides().ThenRecordsNo<HostFenced>().ThenNothing("its watchdog is not believed");

    [Fact]
    public void Under_maintenance_and_from_a_closed_host_it_proves_nothing()
    {
        ThatSeesAgain(Silent().And(new MaintenanceBegan("operator", null)).Later(1000)).Decides().ThenRecordsNo<HostFenced>().ThenNothing("maintenance");
        ThatSeesAgain(Silent().And(Joins(B, 2)).Sees(v => v with { Boot = BootOf(B, 2) }).Later(1000)).Decides().ThenRecordsNo<HostFenced>();
    }

    [Fact]
    public void Where_two_proofs_are_required_neither_alone_is_enough()
    {
        var clock = ThatSeesAgain(Silent(two: true).Later(1000));
        clock.Decides().ThenRecordsNo<HostFenced>().ThenNothing("two proofs are required, the device has not proven it off");

        var device = WithDogs(two: true).And(Arms(A)).AndMine(Arms(B)).Sees(v => v with { Watchdog = Live }).And(Asks(A, B)).AndMine(Switches(A, B)).Sees(A, Verdict.PoweredOff);
        device.Sees(A, Reports(device.Index, FencerOutcome.Proven)).Decides().ThenBecause("the first of two proofs").ThenRecordsNo<HostFenced>().ThenRecords<FenceHalfProven>();
        Assert.Contains("two are required", Breach(device.State, Fenced(A)), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_proofs_are_put_together_by_whoever_waits_also_when_another_held_the_first()
    {
        var c = Silent(two: true).And(new FenceHalfProven(E(5), A, I(1), AProof));
        Assert.True(c.State.IsOwned(Mail));
        ThatSeesAgain(c.Later(30)).Decides().ThenRecordsNo<FenceSwitching>().ThenNothing("waiting");
        ThatSeesAgain(c.Later(7)).Decides().ThenRecords<HostFenced>(f => f.Proof.Method == "modular-server and watchdog" && f.Proof.Says.Contains("power LED 0")).ThenRecords<VmAssigned>();
    }

    [Fact]
    public void A_host_that_owns_nothing_needs_no_second_proof()
    {
        var c = WithDogs(two: true).And(Arms(A)).And(Asks(B, W, person: "operator")).As(A).AndMine(Switches(B, A)).Sees(v => v with { Watchdog = Live }).Sees(B, Verdict.PoweredOff);
        c.Sees(B, Reports(c.Index, FencerOutcome.Proven)).Decides().ThenRecords<HostFenced>(f => f.Host == B);
    }

    [Fact]
    public void A_persons_word_stays_enough()
    {
        var c = Silent(two: true).Sees(A, Verdict.Silent, 100);
        c.Commands(new ConfirmFence(A, "applejack", "operator")).ThenRecords<HostFenced>(f => f.Proof.Method == "person");
        Assert.Null(Breach(c.State, new HostFenced(E(5), A, I(1), new("person", []))));
    }

    [Fact]
    public void A_promise_is_taken_back_by_the_life_that_made_it() =>
        Assert.Null(WithDogs().And(Arms(A), new WatchdogDisarmed(A, I(1), "no VM is here")).State.Host(A).Watchdog);

    [Fact]
    public void A_closed_host_and_a_life_that_is_over_promise_nothing_and_take_nothing_back()
    {
        static View Lost(View v) => v with { Watchdog = new(WatchdogCondition.Failed, default, "takes no feeding"), Well = false };
        WithDogs().And(Arms(A)).And(Asks(A, B)).As(A).Sees(Lost).Decides().ThenRecordsNo<WatchdogDisarmed>();
        WithDogs().And(Arms(A)).And(Asks(A, B), new HostFenced(E(5), A, I(1), AProof)).As(A).Sees(Lost).Decides().ThenRecordsNo<WatchdogDisarmed>();
        WithDogs().And(Asks(A, B), new HostFenced(E(5), A, I(1), AProof)).As(A).Sees(v => v with { Watchdog = Live }).Sees(Mail, VmCondition.Running, 1).Decides().ThenRecordsNo<WatchdogArmed>();
        WithDogs().And(Asks(A, B)).As(A).Sees(v => v with { Watchdog = Live, Well = false }).Decides().ThenRecordsNo<WatchdogArmed>();
    }

    [Fact]
    public void Without_need_or_while_the_agent_stops_nothing_is_promised()
    {
        WithDogs().Sees(v => v with { Watchdog = Live }).Decides().ThenRecordsNo<WatchdogArmed>();
        WithDogs().As(A).Sees(v => v with { Watchdog = Live, Stopping = true }).Decides().ThenRecordsNo<WatchdogArmed>();
        WithDogs().As(A).Sees(v => v with { Watchdog = new(WatchdogCondition.Failed, default, "there is none") }).Decides().ThenNothing("applejack is not protected by its watchdog", alarm: true);
    }

    [Fact]
    public void A_promise_stands_with_its_old_values_and_says_so()
    {
        var c = WithDogs().And(Arms(A)).As(A).Sees(v => v with { Watchdog = Live });
        c.Decides().ThenSaysNo("goes by what it was armed with");
        c.And(new ConfigurationApplied(2, "sha2", "", c.State.Config with { Timers = c.State.Config.Timers with { QuorumTimeout = Sec(7) } }, "operator"))
            .Decides().ThenSays("the watchdog of applejack goes by what it was armed with (10 s, quorum-timeout 6 s)");
    }

    [Fact]
    public void A_promise_binds_also_when_its_watchdog_is_no_longer_configured()
    {
        var c = Silent();
        ThatSeesAgain(c.And(Configures(number: 2)).Later(Wait + 0.1)).Decides().ThenRecords<HostFenced>(f => f.Proof.Method == "watchdog");
        TheSite().And(Asks(A, B)).Sees(A, Verdict.Silent, 100).Later(60).Decides().ThenSaysNo("watchdog");
    }

    [Fact]
    public void The_timer_is_needed_by_what_is_or_may_be_here_or_would_come()
    {
        Case Empty() => WithDogs().And(new VmReleased(Mail, E(1), false)).Sees(v => v with { Stopping = true });
        static bool Needed(Case c) => WatchdogRules.Needed(c.State, c.View);
        Assert.False(Needed(Empty()));
        Assert.True(Needed(Empty().And(new VmAssigned(Mail, B, I(1), E(9)))));
        Assert.True(Needed(Empty().And(new VmStrayFound(Mail, B, I(1), RunOf(B), 7))));
        Assert.False(Needed(Empty().And(new VmStrayFound(Mail, A, I(1), RunOf(A), 7))));
        Assert.False(Needed(Empty().And(new VmStrayFound(Mail, B, I(1), RunOf(B), 7)).And(Joins(B, 2))));
        // Another host is closed: its VMs may come, but neither to an agent that stops nor to a host that is not admitted.
        Assert.True(Needed(WithDogs().And(Asks(A, B))));
        Assert.False(Needed(WithDogs().And(Asks(A, B)).Sees(v => v with { Stopping = true })));
        Assert.False(Needed(WithDogs().And(Joins(B, 2)).And(Asks(A, W))));
    }

    [Fact]
    public void The_device_s_proof_is_kept_once_and_frees_nothing_by_being_repeated()
    {
        var c = WithDogs(two: true).And(Arms(A)).AndMine(Arms(B)).Sees(v => v with { Watchdog = Live }).And(Asks(A, B)).AndMine(Switches(A, B)).Sees(A, Verdict.PoweredOff);
        var report = Reports(c.Index, FencerOutcome.Proven);
        c.Sees(A, report).Decides().ThenRecords<FenceEnded>(e => e.AllAnswered && e.Switch == report.Switch);
        c.Sees(A, report with { AllAnswered = false }).Decides().ThenRecordsNo<FenceEnded>().ThenRecords<FenceHalfProven>();
        c.AndMine(new FenceHalfProven(E(5), A, I(1), AProof)).Sees(A, report).Decides().ThenRecordsNo<FenceHalfProven>().ThenRecordsNo<HostFenced>().ThenNothing("waiting");
    }

    [Fact]
    public void Two_proofs_are_needed_as_soon_as_one_vm_would_be_freed() =>
        Assert.True(WatchdogRules.NeedsTwo(WithDogs(two: true).And(new VmReleased(Mail, E(1), false)).And(new VmAssigned(Mail, B, I(1), E(9))).State, A));

    [Fact]
    public void What_is_waited_for_is_no_alarm_and_what_is_missing_is_one()
    {
        var c = Silent();
        ThatSeesAgain(c.Later(1)).Decides().ThenSays("applejack is reset by its watchdog within 36.4 s of request e5: waiting", alarm: false);
        ThatSeesAgain(Silent(two: true).Later(1000)).Decides().ThenSays("the device has not proven it off", alarm: true);
        ThatSeesAgain(Silent().And(Joins(B, 2)).As(B, life: 2).Later(1000)).Decides().ThenSays("rainbowdash is not admitted, or closed: it proves nothing about applejack", alarm: false);
    }

    private static string? Breach(ClusterState s, Event e) =>
        Invariants.Breach(s, new JournalEntry(1, s.Index + 1, "x", B, DateTimeOffset.UnixEpoch, "", "", [], "", "", [e]), s.Evolve([e], s.Index + 1));
}

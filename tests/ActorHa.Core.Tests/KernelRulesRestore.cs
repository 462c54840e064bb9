using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>Rules 16 to 19: the journal was put back to an older state, and a person has accepted that (case 35).</summary>
public sealed partial class KernelRules
{
    private static readonly JournalRestored PutBack = new("operator");

    private static HostReported Tells(MemberName host, params ReportedVm[] running) => new(host, I(1), [.. running]);

    /// <summary>All VMs of the site are seen here, none of them running.</summary>
    private static Case Looked(Case c) => c.State.Vms.Keys.Aggregate(c, (k, vm) => k.Sees(vm, VmCondition.Absent));

    [Fact]
    public void Rule_16_nothing_starts_before_all_reported_also_not_what_the_journal_calls_its_own()
    {
        var c = Looked(TheSite().And(PutBack).As(A)).And(Tells(A)).Later(200).Sees(B, Verdict.Alive);
        c.Decides().ThenRecords<HostAdmitted>();
        c.And(Admits(A)).Decides().ThenNothing("nothing starts before rainbowdash has reported what it runs, or is proven off", alarm: true);
        // The journal says that mail is on applejack; rainbowdash runs it by an entry that was lost.
        var reported = c.And(Tells(B, new ReportedVm(Mail, E(9), 7)));
        Assert.True(reported.State.Owns(B, Mail));
        Assert.Equal((E(9), true), (reported.State.Vm(Mail).Epoch, reported.State.Vm(Mail).Active));
        reported.Decides().ThenRecordsNoAssignment(Mail).ThenRecords<VmAssigned>(a => a.Vm == Lists && a.Epoch.Number > 1_000_000);
    }

    [Fact]
    public void Rule_16_nothing_starts_before_all_reported_a_restart_neither()
    {
        var c = TheSite().And(PutBack).And(Tells(A, new ReportedVm(Mail, E(1), 7))).As(A).Sees(Mail, VmCondition.Ended, 1);
        c.Decides().ThenRecords<VmFailed>().ThenRecordsNo<VmStarting>();
    }

    [Fact]
    public void Rule_16_nothing_starts_before_all_reported_or_proven_off_and_who_owns_nothing_is_asked_for_as_well()
    {
        var c = TheSite().And(PutBack).And(Tells(B), Admits(B)).Sees(A, Verdict.Silent);
        Assert.Equal(A, RestoreRules.Awaited(c.State));
        c.And(new VmReleased(Mail, E(1), false), new VmReleased(Lists, E(2), false)).Decides().ThenRecords<FenceRequested>(r => r.Host == A);
        Assert.Null(RestoreRules.Awaited(c.And(Asks(A, B, request: 1_000_050), Fenced(A, request: 1_000_050)).State));
    }

    [Fact]
    public void Rule_16_nothing_starts_before_all_reported_is_an_invariant()
    {
        var c = TheSite().And(PutBack).And(Tells(A), Admits(A));
        string? Breach(Event e) => Invariants.Breach(c.State, new JournalLine().Entry(A, e), c.State);
        Assert.Contains("rainbowdash has not reported", Breach(new VmAssigned(Mail, A, I(1), E(2_000_000))));
        Assert.Contains("rainbowdash has not reported", Breach(new VmStarting(Mail, E(1), I(1), RunOf(A))));
        Assert.Contains("rainbowdash is admitted, and has not reported", Breach(Admits(B)));
    }

    /// <summary>Out of the configuration, out of mind: what it runs by the line that was lost would be started beside it.</summary>
    [Fact]
    public void Rule_16_nothing_starts_before_all_reported_so_who_is_waited_for_stays_configured()
    {
        var without = new ApplyConfig("text 2", "sha2", World.Site.Config(b => b.Hosts.Remove(A)), 1, "operator");
        var c = TheSite().And(PutBack).And(Tells(B));
        c.Commands(without).ThenNothing("applejack is missing in it, and has not reported what it runs since the journal was put back");
        c.And(Tells(A)).Commands(without).ThenRecords<ConfigurationApplied>();
    }

    /// <summary>It was configured, and started, after the state that was put back: no report has named it.</summary>
    [Fact]
    public void Rule_16_nothing_starts_before_all_reported_again_where_a_configuration_brings_it_back()
    {
        var wiki = new VmName("wiki");
        ConfigurationApplied added = Configures(b => b.Vms[wiki] = b.Vms[Lists] with { MemoryMb = 1 }, 2);
        var c = Looked(TheSite().And(PutBack).And(Tells(A), Tells(B), Admits(A), Admits(B)).And(added).As(A)).Sees(B, Verdict.Alive);
        c.Decides().ThenBecause("applejack reports what it runs");
        c.And(Tells(A)).Decides().ThenRecords<VmWaiting>(w => w.Vm == wiki && w.Reason.StartsWith("waits for rainbowdash to look for it", StringComparison.Ordinal)).ThenRecordsNoAssignment(wiki);
        Assert.Contains("rainbowdash has not looked for it", Invariants.Breach(c.State, new JournalLine().Entry(A, new VmAssigned(wiki, A, I(1), E(2_000_000))), c.State));
        // Who is proven off has nothing to look for.
        Assert.Null(RestoreRules.Unlooked(TheSite().And(PutBack).And(Tells(A)).And(added).And(Asks(B, A, request: 1_000_050), Fenced(B, request: 1_000_050)).And(Tells(A)).State, c.State.Vm(wiki)));
        c.And(Tells(B)).Decides().ThenRecords<VmAssigned>(a => a.Vm == wiki);
        // In a journal that was never put back nobody is waited for.
        Assert.Equal(0, TheSite().And(added).State.Vm(wiki).Added);
    }

    /// <summary>A start that its supervisor has not heard of yet looks like a VM that does not run.</summary>
    [Fact]
    public void Rule_18_a_later_report_takes_nothing_away()
    {
        var wiki = new VmName("wiki");
        var c = TheSite().And(PutBack).And(Tells(A, new ReportedVm(Mail, E(1), 7)), Tells(B), Admits(A), Admits(B)).And(new VmAssigned(Lists, A, I(1), E(2_000_000))).As(A)
            .AndMine(new VmStarting(Lists, E(2_000_000), I(1), RunOf(A))).And(Configures(b => b.Vms[wiki] = b.Vms[Lists] with { MemoryMb = 1 }, 2)).Sees(wiki, VmCondition.Absent).Sees(Lists, VmCondition.Absent);
        c.Decides().ThenBecause("applejack reports what it runs: nothing").ThenRecords<HostReported>(r => r.Running.IsEmpty);
        c.And(Tells(A));
        Assert.True(c.State.Owns(A, Mail) && c.State.Owns(A, Lists));
        Assert.Equal(VmMode.Start, c.Orders().Vms[Lists].Mode);
    }

    [Fact]
    public void Once_all_have_reported_a_VM_that_ends_is_started_again_on_its_host_before_it_is_admitted() =>
        TheSite().And(PutBack).And(Tells(A, new ReportedVm(Mail, E(1), 7)), Tells(B)).As(A).Sees(Mail, VmCondition.Ended, 1).Decides().ThenRecords<VmFailed>().ThenRecords<VmStarting>();

    [Fact]
    public void A_host_that_is_added_is_waited_for_only_while_others_are()
    {
        static Case Without() => TheSite(b => b.Hosts.Remove(B)).And(PutBack);
        Assert.Equal(B, RestoreRules.Awaited(Without().And(Configures(number: 2)).And(Tells(A)).State));
        Assert.Null(RestoreRules.Awaited(Without().And(Tells(A)).And(Configures(number: 2)).State));
    }

    [Fact]
    public void What_a_host_does_not_report_it_does_not_own_any_more()
    {
        var s = TheSite().And(new VmReleased(Lists, E(2), false), new VmAssigned(Lists, A, I(1), E(9))).And(PutBack).And(Tells(A, new ReportedVm(Mail, E(1), 7))).State;
        Assert.True(s.Owns(A, Mail));
        Assert.Null(s.Vm(Lists).Owner);
        Assert.Equal(s.Index, s.Vm(Lists).Since);
    }

    /// <summary>Found by the simulation (seed 14028688): where it had never joined nobody could say that it is off, and all waited for ever.</summary>
    [Fact]
    public void Rule_16_a_host_that_is_waited_for_and_never_joined_is_asked_for_and_a_person_may_confirm()
    {
        var c = Given(Configures(), Joins(B), Admits(B)).And(PutBack).And(Tells(B), Admits(B), new AgentStarted(B, RunOf(B), "1")).As(B).Later(200).Sees(A, Verdict.Silent, ever: false).Sees(W, Verdict.Alive);
        c.Decides().ThenRecords<FenceRequested>(r => r.Host == A && r.Incarnation == Incarnation.None);
        c.And(new FenceRequested(E(2_000_000), A, Incarnation.None, B, null));
        // No device may be switched whose plug was never proven to be its own.
        c.Later(30).Sees(A, Verdict.PoweredOff, ever: false).Decides().ThenSays("it never joined; its VMs wait for it, or for a person (actorha fence confirm applejack)", alarm: true).ThenRecordsNo<FenceSwitching>();
        c.Later(60).Commands(new ConfirmFence(A, "applejack", "operator")).ThenRecords<HostFenced>(f => f.Host == A && f.Proof.Method == Proof.Person);
        Assert.Null(RestoreRules.Awaited(c.And(new HostFenced(E(2_000_000), A, Incarnation.None, new Proof(Proof.Person, []))).State));
        // It comes up after all: what was asked is void.
        Assert.False(Given(Configures(), Joins(B), Admits(B)).And(PutBack).And(Tells(B), Admits(B)).And(new FenceRequested(E(2_000_000), A, Incarnation.None, B, null)).And(Joins(A)).State.Host(A).IsClosed);
        // Without a restore there is nothing to wait for.
        Given(Configures(), Joins(B), Admits(B), new AgentStarted(B, RunOf(B), "1")).As(B).Later(200).Sees(A, Verdict.Silent, ever: false).Sees(W, Verdict.Alive).Decides().ThenRecordsNo<FenceRequested>();
    }

    [Fact]
    public void Rule_17_a_join_is_no_report()
    {
        var c = TheSite().And(PutBack).And(Tells(A)).And(Joins(B, 2));
        Assert.Equal(B, RestoreRules.Awaited(c.State));
        Looked(c.As(B, life: 2)).And(new AgentStarted(B, RunOf(B), "1")).Decides().ThenBecause("rainbowdash reports what it runs: nothing").ThenRecords<HostReported>(r => r.Incarnation == I(2));
        // What a life says is not said of the next one.
        Assert.Equal(B, RestoreRules.Awaited(c.And(Tells(B)).State));
    }

    [Fact]
    public void Rule_18_permissions_end_with_their_lineage()
    {
        var c = TheSite().As(A).And(new VmReleased(Mail, E(1), false), new VmAssigned(Mail, A, I(1), E(7))).AndMine(new VmStarting(Mail, E(7), I(1), RunOf(A)));
        Assert.Equal(VmMode.Start, c.Orders().Vms[Mail].Mode);
        Assert.Equal(VmMode.Watch, c.And(PutBack).Orders().Vms[Mail].Mode);
        var fencing = TheSite().AndMine(Asks(A, B)).AndMine(Switches(A, B));
        Assert.NotEmpty(fencing.Orders().Fences);
        Assert.Empty(fencing.And(PutBack).Orders().Fences);
    }

    [Theory]
    [InlineData(VmCondition.Starting)]
    [InlineData(VmCondition.Stopping)]
    [InlineData(VmCondition.Unknown)]
    public void Rule_18_permissions_end_with_their_lineage_before_the_report(VmCondition condition)
    {
        var c = Looked(TheSite().And(PutBack).As(A));
        c.Sees(Mail, condition, 1).Decides().ThenSays("applejack does not know yet whether mail runs here", alarm: true).ThenRecordsNo<HostReported>();
        c.Sees(Mail, VmCondition.Running, 9).Decides().ThenRecords<HostReported>(r => r.Running.Single() is { Vm: var vm, Epoch: var e } && vm == Mail && e == E(9));
        // A copy by hand is known with the same entry, and is none that it owns.
        c.Sees(Mail, VmCondition.Running).Decides().ThenRecords<HostReported>(r => r.Running.IsEmpty).ThenRecords<VmStrayFound>(t => t.Vm == Mail);
    }

    /// <summary>Found by the simulation (seed 13035031): the later of two reports took a VM away from where it runs.</summary>
    [Fact]
    public void Rule_18_what_another_host_has_reported_is_taken_away_by_a_newer_ownership_only()
    {
        var c = TheSite().And(PutBack).And(Tells(A, new ReportedVm(Mail, E(7), 7))).As(B);
        foreach (var epoch in new[] { 6, 7 })
            Looked(c).Sees(Mail, VmCondition.Running, epoch).Decides().ThenRecords<HostReported>(r => r.Running.IsEmpty).ThenRecords<VmStrayFound>(t => t.Vm == Mail && t.Host == B);
        Looked(c).Sees(Mail, VmCondition.Running, 8).Decides().ThenRecords<HostReported>(r => r.Running.Single().Epoch == E(8)).ThenRecordsNo<VmStrayFound>();
        // Who has not reported yet, or whose life is over, stands in nobody's way.
        Looked(TheSite().And(PutBack).As(B)).Sees(Mail, VmCondition.Running, 1).Decides().ThenRecords<HostReported>(r => r.Running.Single().Vm == Mail);
        Looked(c.And(Joins(A, 2))).Sees(Mail, VmCondition.Running, 7).Decides().ThenRecords<HostReported>(r => r.Running.Single().Vm == Mail);
    }

    [Fact]
    public void Rule_18_before_its_report_a_host_kills_and_stops_nothing()
    {
        // Another VM has not been looked for: there is no report yet.
        TheSite().And(PutBack).As(B).Sees(Mail, VmCondition.Running, 9).Sees(Lists, VmCondition.Unknown).Decides().ThenNothing("rainbowdash does not know yet whether lists runs here");
        TheSite().As(B).Sees(Mail, VmCondition.Running, 9).Decides().ThenRecords<VmStrayFound>();
        TheSite().And(new VmWanted(Mail, false, "operator")).And(PutBack).As(A).Sees(Mail, VmCondition.Running, 1).Decides().ThenRecordsNo<VmStopping>();
    }

    [Fact]
    public void Once_it_has_reported_a_host_stops_what_it_should_as_before()
    {
        TheSite().And(PutBack).And(Tells(A, new ReportedVm(Mail, E(1), 7)), Tells(B)).As(B).Sees(Mail, VmCondition.Running, 9).Decides().ThenRecords<VmStrayFound>(f => f.Vm == Mail && f.Host == B);
        TheSite().And(new VmWanted(Mail, false, "operator")).And(PutBack).And(Tells(A, new ReportedVm(Mail, E(1), 7)), Tells(B)).As(A).Sees(Mail, VmCondition.Running, 1).Decides().ThenRecords<VmStopping>();
    }

    [Fact]
    public void Rule_19_no_admission_under_a_lost_set()
    {
        var c = TheSite().And(PutBack).And(Tells(A), Tells(B)).As(A);
        c.Later(179).Sees(B, Verdict.Alive).Decides().ThenNothing("a SET against it may still take effect: not admitted yet", alarm: true);
        c.Later(2).Sees(B, Verdict.Alive).Decides().ThenRecords<HostAdmitted>(h => h.Host == A);
    }

    [Fact]
    public void Who_was_over_may_live_in_what_was_lost_and_nothing_else_of_before_goes_on()
    {
        var s = TheSite().And(Asks(A, B), Switches(A, B), Fenced(A), new AgentStopAnnounced(B, Sec(30)), new HostLeaving(B, I(1)), new VmMoveOrdered(Lists, B, "operator"), new VmStrayFound(Mail, B, I(1), RunOf(B), 7)).And(PutBack).State;
        Assert.All([A, B], h => Assert.True(s.Host(h) is { IsLiving: true, IsClosed: false, IsFit: false, Announced: null, Leaving: false, SwitchedOff: null, Watchdog: null, PowerOn: null, Drill: null }));
        Assert.All(s.Vms.Values, v => Assert.True(v is { Start: null, Stop: null, Active: false, MoveTo: null, Stray: null }));
        Assert.Equal(E(1_000_005), s.LastEpoch);
    }
}

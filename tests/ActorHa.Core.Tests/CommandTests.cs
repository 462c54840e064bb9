using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>What an operator's command records, and every reason for which it is refused.</summary>
public sealed class CommandTests
{
    private const string Op = "operator";
    private static readonly VmName NoVm = new("nothing");
    private static readonly MemberName NoHost = new("nobody");

    private static Case Maintained() => TheSite().And(new MaintenanceBegan("twilight", null));

    private static Case Closed() => TheSite().And(Asks(A, B)).And(Switches(A, B)).Later(100).Sees(A, Verdict.Silent, 100);

    [Fact]
    public void Nothing_without_configuration_or_quorum()
    {
        Given().Commands(new WantVm(Mail, true, Op)).ThenNothing("no configuration is applied yet");
        TheSite().Sees(v => v with { Quorate = false }).Commands(new WantVm(Mail, true, Op)).ThenNothing("not quorate");
    }

    [Fact]
    public void Wanting_a_vm()
    {
        TheSite().Commands(new WantVm(NoVm, true, Op)).ThenNothing("there is no VM nothing");
        Maintained().Commands(new WantVm(Mail, false, Op)).ThenNothing("maintenance, set by twilight");
        TheSite().Commands(new WantVm(Mail, true, Op)).ThenNothing("mail is wanted running already");
        TheSite().And(new VmWanted(Mail, false, Op)).Commands(new WantVm(Mail, false, Op)).ThenNothing("mail is stopped by an operator already");
        TheSite().Commands(new WantVm(Mail, false, Op)).ThenRecords<VmWanted>(w => !w.Running);
        TheSite().And(new VmFailed(Mail, E(1), "killed")).Commands(new WantVm(Mail, true, Op)).ThenRecords<VmWanted>(w => w.Running);
    }

    [Fact]
    public void Moving_a_vm()
    {
        TheSite().Commands(new MoveVm(NoVm, B, Op)).ThenNothing("there is no VM nothing");
        Maintained().Commands(new MoveVm(Mail, B, Op)).ThenNothing("maintenance, set by twilight");
        TheSite().And(new VmReleased(Mail, E(1), false)).Commands(new MoveVm(Mail, B, Op)).ThenNothing("mail runs nowhere");
        TheSite().Commands(new MoveVm(MonitorVm, B, Op)).ThenNothing("monitor is not marked for failover");
        TheSite().Commands(new MoveVm(Mail, NoHost, Op)).ThenNothing("there is no host nobody");
        TheSite().Commands(new MoveVm(Mail, A, Op)).ThenNothing("mail is on applejack already");
        TheSite(b => b.Vms[Mail] = b.Vms[Mail] with { Hosts = [A] }).Commands(new MoveVm(Mail, B, Op)).ThenNothing("mail may not run on rainbowdash");
        TheSite().And(Asks(B, A)).Commands(new MoveVm(Mail, B, Op)).ThenNothing("rainbowdash may not take VMs now");
        TheSite(b => b.Vms[Mail] = b.Vms[Mail] with { MemoryMb = 300 }).Commands(new MoveVm(Mail, B, Op)).ThenNothing("mail needs 300 MiB, rainbowdash has 256");
        TheSite().And(Asks(B, A)).Commands(new MoveVm(Mail, null, Op)).ThenNothing("no other host can take mail now");
        TheSite().Commands(new MoveVm(Mail, null, Op)).ThenRecords<VmMoveOrdered>(m => m.Target == B);
    }

    [Fact]
    public void What_is_wanted_already_is_tried_again_where_it_runs_nowhere_or_was_given_up_on()
    {
        TheSite().And(new VmReleased(Mail, E(1), false)).Commands(new WantVm(Mail, true, Op)).ThenRecords<VmWanted>();
        TheSite().And(new VmReleased(Mail, E(1), GaveUp: true)).Runs(Mail, B, 5).Commands(new WantVm(Mail, true, Op)).ThenRecords<VmWanted>();
    }

    [Fact]
    public void An_entry_says_which_command_it_was()
    {
        Assert.Equal("vm stop", TheSite().Commands(new WantVm(Mail, false, Op)).Findings.Next?.Rule);
        Assert.Equal("vm start", TheSite().And(new VmReleased(Mail, E(1), false)).Commands(new WantVm(Mail, true, Op)).Findings.Next?.Rule);
    }

    [Fact]
    public void A_vm_is_moved_where_it_just_fits_beside_what_is_there()
    {
        // rainbowdash has 256 MiB, lists takes 96 of them.
        Case Beside(long size) => TheSite(b => b.Vms[Mail] = b.Vms[Mail] with { MemoryMb = size }).And(new VmReleased(Lists, E(2), false)).Runs(Lists, B, 5);
        Beside(160).Commands(new MoveVm(Mail, B, Op)).ThenRecords<VmMoveOrdered>();
        Beside(161).Commands(new MoveVm(Mail, B, Op)).ThenNothing("mail needs 161 MiB, rainbowdash has 160");
        Beside(161).Commands(new MoveVm(Mail, null, Op)).ThenNothing("no other host can take mail now");
    }

    [Fact]
    public void A_vm_without_a_list_of_hosts_may_be_moved_to_any_and_goes_to_the_one_that_is_named()
    {
        var c = new MemberName("pinkiepie");
        var site = TheSite(b =>
        {
            b.Hosts[c] = new HostConfig(512, []);
            b.Vms[Mail] = b.Vms[Mail] with { Hosts = [] };
        }).And(Joins(c), Admits(c));
        site.Commands(new MoveVm(Mail, c, Op)).ThenRecords<VmMoveOrdered>(m => m.Target == c);
        site.Commands(new MoveVm(Mail, B, Op)).ThenRecords<VmMoveOrdered>(m => m.Target == B);
        site.Runs(Mail, B, 5).Commands(new MoveVm(Mail, null, Op)).ThenRecords<VmMoveOrdered>(m => m.Target == A);
    }

    [Fact]
    public void Maintenance()
    {
        TheSite().Commands(new SetMaintenance(false, null, Op)).ThenNothing("there is no maintenance");
        Closed().Commands(new SetMaintenance(true, null, Op)).ThenNothing("applejack is being fenced: wait");
        TheSite().Commands(new SetMaintenance(true, Sec(60), Op)).ThenRecords<MaintenanceBegan>();
        Maintained().Commands(new SetMaintenance(false, null, Op)).ThenRecords<MaintenanceEnded>();
    }

    [Fact]
    public void Switching_a_host_off()
    {
        static PowerHost Off(MemberName host, bool force = true) => new(host, false, force, Op);
        TheSite().Commands(Off(NoHost)).ThenNothing("there is no host nobody");
        Maintained().Commands(Off(A)).ThenNothing("maintenance, set by twilight");
        TheSite().Commands(Off(B)).ThenNothing("rainbowdash cannot switch itself off");
        Closed().And(Fenced(A)).Commands(Off(A)).ThenNothing("applejack is off already, proven");
        Closed().Commands(Off(A)).ThenNothing("applejack is being fenced already");
        TheSite().And(Asks(B, A)).As(W).Commands(Off(A)).ThenNothing("applejack may not be fenced");
        TheSite().And(new FencingDisarmed(A, "")).Commands(Off(A)).ThenNothing("applejack is not protected");
        TheSite().Commands(Off(A, force: false)).ThenNothing("applejack owns lists, mail, monitor, tickets: move or stop them first");
        TheSite().Commands(Off(A)).ThenRecords<FenceRequested>(r => r.Operator == Op).ThenRecords<FenceSwitching>();
    }

    [Fact]
    public void A_member_that_is_not_admitted_switches_nobody_off()
    {
        var c = new MemberName("pinkiepie");
        TheSite(b => b.Hosts[c] = new HostConfig(64, [])).And(Joins(c), Admits(c), Joins(B, 2)).As(B, life: 2)
            .Commands(new PowerHost(A, false, true, Op)).ThenNothing("applejack may not be fenced");
    }

    [Fact]
    public void Switching_a_host_on()
    {
        static PowerHost On(MemberName host) => new(host, true, false, Op);
        TheSite().Commands(On(NoHost)).ThenNothing("there is no host nobody");
        Closed().Commands(On(A)).ThenNothing("it is not switched on before that is over");
        TheSite().Commands(On(A)).ThenNothing("applejack is alive");
        TheSite(b => b.Hosts[A] = new HostConfig(512, [])).Sees(A, Verdict.Silent).Commands(On(A)).ThenNothing("no fence device that could switch it on");
        Closed().And(Fenced(A)).Commands(On(A)).ThenNothing("the recovery of lists is not recorded yet");
        var recovered = Closed().And(Fenced(A)).And(new VmWaiting(Lists, ""), new VmWaiting(Mail, ""), new VmWaiting(Tickets, ""), new VmWaiting(MonitorVm, ""));
        recovered.Commands(On(A)).ThenRecords<PowerOnOrdered>(o => o.Run == RunOf(B));
        Assert.True(recovered.AndMine(new PowerOnOrdered(A, B, RunOf(B), Op)).Orders().Fences[A].SwitchOn);
        Assert.Empty(recovered.And(new PowerOnOrdered(A, B, RunOf(B), Op)).Orders().Fences);
    }

    [Fact]
    public void Confirming_a_fence()
    {
        static ConfirmFence Confirms(MemberName host, string typed = "applejack") => new(host, typed, Op);
        TheSite().Commands(Confirms(NoHost)).ThenNothing("there is no host nobody");
        TheSite().Commands(Confirms(A)).ThenNothing("there is no open fence request");
        Closed().Commands(Confirms(A, "rainbowdash")).ThenNothing("the name typed is \"rainbowdash\"");
        Closed().Sees(A, Verdict.Silent, 100, Power.On).Commands(Confirms(A)).ThenNothing("the device reads applejack on");
        Closed().Sees(A, Verdict.Silent, 59).Commands(Confirms(A)).ThenNothing("applejack was heard 59 s ago");
        foreach (var lives in new[] { Verdict.Alive, Verdict.Degraded, Verdict.AgentSilent, Verdict.Contradiction })
            Closed().Sees(A, lives, 100).Commands(Confirms(A)).ThenNothing($"applejack still answers ({lives})");
        Closed().Commands(Confirms(A)).ThenRecords<HostFenced>(f => f.Proof.Method == "person").ThenRecords<VmAssigned>(a => a.Vm == Mail && a.Host == B);
        // A witness reads no device: where a host lives that does, it knows what the witness cannot.
        Closed().As(W).Sees(A, Verdict.Silent, 100).Sees(B, Verdict.Alive, 0).Commands(Confirms(A)).ThenNothing("witness does not read the fence device, rainbowdash does: confirm it there");
        Closed().As(W).Sees(A, Verdict.Silent, 100).Sees(B, Verdict.Silent, 100).Commands(Confirms(A)).ThenRecords<HostFenced>();
        // A host reads it itself, whoever else lives.
        var c = new MemberName("pinkiepie");
        TheSite(b => b.Hosts[c] = new HostConfig(64, [])).And(Joins(c), Admits(c)).And(Asks(A, B)).And(Switches(A, B)).Later(100).Sees(A, Verdict.Silent, 100).Sees(c, Verdict.Alive, 0)
            .Commands(Confirms(A)).ThenRecords<HostFenced>();
    }

    /// <summary>Commands are decided before the rules: a boot whose join is not recorded yet would take VMs for the life before.</summary>
    [Fact]
    public void A_confirmation_gives_nothing_to_a_boot_that_has_not_joined() =>
        TheSite().And(Asks(A, W)).Later(120).As(B, life: 2).Sees(v => v with { Started = v.Now - Sec(100) }).Sees(A, Verdict.Silent, 100)
            .Commands(new ConfirmFence(A, "applejack", Op)).ThenRecords<HostFenced>().ThenRecordsNo<VmAssigned>();

    [Fact]
    public void A_host_is_not_confirmed_dead_at_itself_nor_by_one_who_has_just_begun_to_listen()
    {
        Closed().As(A).Commands(new ConfirmFence(A, "applejack", Op)).ThenNothing("applejack is this very host");
        Closed().Sees(v => v with { Started = v.Now - Sec(30) }).Sees(A, Verdict.Silent, ever: false).Commands(new ConfirmFence(A, "applejack", Op)).ThenNothing("has listened for 30 s only");
        Closed().Sees(v => v with { Started = v.Now - Sec(61) }).Sees(A, Verdict.Silent, ever: false).Commands(new ConfirmFence(A, "applejack", Op)).ThenRecords<HostFenced>();
    }

    /// <summary>Its new life was asked for by a member that has not heard it: its join is a sign of life all the same.</summary>
    [Fact]
    public void A_host_that_joined_a_moment_ago_is_not_confirmed_off()
    {
        static Case Joined(double ago) => Closed().Sees(v => v with { Started = v.Now - Sec(1000), Peers = v.Peers.SetItem(A, Hears(Verdict.Silent, null, ever: false) with { LifeLearned = v.Now - Sec(ago) }) });
        Joined(59).Commands(new ConfirmFence(A, "applejack", Op)).ThenNothing("applejack joined 59 s ago: refused within 60 s of a sign of life");
        Joined(61).Commands(new ConfirmFence(A, "applejack", Op)).ThenRecords<HostFenced>();
    }

    [Fact]
    public void Applying_a_configuration()
    {
        static ApplyConfig Applies(string sha = "sha2", long? expected = 1, Action<World.Site.Builder>? change = null) => new("text 2", sha, World.Site.Config(change), expected, Op);
        TheSite().Commands(Applies(expected: 0)).ThenNothing("configuration 0 was to be replaced, but 1 is applied now");
        TheSite().Commands(Applies("sha1")).ThenNothing("configuration 1 is the same already");
        TheSite().Commands(Applies() with { Config = World.Site.Config() with { Name = "other" } }).ThenNothing("this is cluster ppnrw, not other");
        TheSite().And(new VmReleased(Mail, E(1), false)).Commands(Applies(change: b => b.Hosts.Remove(A))).ThenNothing("applejack is missing in it and still owns VMs");
        Closed().Commands(Applies()).ThenNothing("applejack is being fenced: wait");
        TheSite().Commands(Applies()).ThenRecords<ConfigurationApplied>(c => c.Number == 2);
        Given().Commands(Applies(expected: 0)).ThenRecords<ConfigurationApplied>(c => c.Number == 1);
    }

    [Fact]
    public void Releasing_leaving_and_stopping()
    {
        TheSite().Commands(new ReleaseHost(NoHost, Op)).ThenNothing("there is no host nobody");
        TheSite().Commands(new ReleaseHost(A, Op)).ThenRecords<HostReleased>();
        TheSite().Commands(new AnnounceStop(Sec(30), Op)).ThenRecords<AgentStopAnnounced>(a => a.Within == Sec(30));
        TheSite().Commands(new LeaveHost(Op)).ThenRecords<HostLeaving>(l => l.Host == B);
        TheSite().As(W).Commands(new LeaveHost(Op)).ThenRecords<AgentStopAnnounced>(a => a.Within == TimeSpan.Zero);
    }
}

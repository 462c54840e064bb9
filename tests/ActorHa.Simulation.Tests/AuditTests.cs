using ActorHa.Core;
using ActorHa.World;

namespace ActorHa.Simulation.Tests;

/// <summary>The checks are checked: a breach that is planted must be found, and by the invariant that it breaks.</summary>
public sealed class AuditTests
{
    private static readonly VmName Vm = new("vm0");
    private static readonly MemberName A = new("applejack");
    private static readonly MemberName B = new("rainbowdash");

    private static WorldModel Booted()
    {
        var world = new WorldModel(1, Cadence.Agent);
        world.Boot(Variant.Plain.Config(), Run.Settle);
        Assert.Equal("applejack", Assert.Single(world.RunsOn(Vm.Value)));
        return world;
    }

    private static void Finds(string which, string part, WorldModel world)
    {
        var breach = Assert.Throws<BreachException>(world.Audit.Throw);
        Assert.StartsWith(which + " ", breach.Message, StringComparison.Ordinal);
        Assert.Contains(part, breach.Message, StringComparison.Ordinal);
    }

    /// <summary>An entry as a wrong member would write it, past every rule of the decider.</summary>
    private static void Plant(WorldModel world, MemberName who, string because, params Event[] events)
    {
        var state = world.Journal.State;
        world.Journal.Plant(world.Member(who), because, events);
        Assert.Equal(state.Index + 1, world.Journal.State.Index);
    }

    [Fact]
    public void A_quiet_world_has_no_finding()
    {
        var world = Booted();
        world.Run(10);
        world.Audit.CompareStates();
        world.Audit.Throw();
        Assert.Empty(world.Audit.Breaches);
        Assert.True(world.Audit.Checks > 20);
    }

    [Fact]
    public void I1_a_vm_that_runs_twice()
    {
        var world = Booted();
        world[B.Value].Machine.Spawn(Vm, new Epoch(99));
        Finds("I1", "vm0 runs on rainbowdash (e99) and on applejack", world);
    }

    [Fact]
    public void I1_a_start_beside_a_copy_that_was_found_and_lives_on()
    {
        var world = Booted();
        world[B.Value].Machine.Unkillable.Add(Vm);
        var copy = world[B.Value].Machine.Spawn(Vm, null);
        Plant(world, B, "because", new VmStrayFound(Vm, B, new Incarnation(1), new AgentRun("run1"), copy.Pid), new VmStrayStopped(Vm, B));
        Assert.Throws<BreachException>(() => { WorldModel.EndVm(world[A.Value], world[A.Value].Machine.Processes.Find(p => p.Vm == Vm)!, byGuest: false); world.Run(1); });
        Finds("I1", "applejack starts vm0, of which a copy was found on rainbowdash", world);
    }

    [Fact]
    public void A_copy_started_by_hand_is_not_our_act()
    {
        var world = Booted();
        world[B.Value].Machine.Spawn(Vm, null);
        world.Audit.Throw();
        Assert.Equal(2, world.RunsOn(Vm.Value).Length);
    }

    [Fact]
    public void I2_an_assignment_without_proof()
    {
        var world = Booted();
        Plant(world, B, "because", new VmAssigned(Vm, B, new Incarnation(1), new Epoch(99)));
        Finds("I2", "vm0 is assigned to rainbowdash while applejack owns it", world);
    }

    [Fact]
    public void I2_a_release_while_the_process_runs()
    {
        var world = Booted();
        Plant(world, A, "because", new VmReleased(Vm, world.Journal.State.Vm(Vm).Epoch, false));
        Finds("I2", "vm0 is given up by applejack, where its process still runs", world);
    }

    [Fact]
    public void I2_a_proof_about_a_host_that_has_power()
    {
        var world = Booted();
        Plant(world, B, "because", new FenceRequested(new Epoch(99), A, new Incarnation(1), B, null));
        Plant(world, B, "because",
            new FenceSwitching(new Epoch(99), A, B, new AgentRun("run1")), new HostFenced(new Epoch(99), A, new Incarnation(1), new Proof("fence device", [])));
        Finds("I2", "applejack is proven off while it has power", world);
    }

    [Fact]
    public void I2_a_start_of_what_an_operator_stopped()
    {
        var world = Booted();
        var vm = world.Journal.State.Vm(Vm);
        Plant(world, A, "because", new VmWanted(Vm, false, "operator"), new VmStarting(Vm, vm.Epoch, vm.Owner!.Incarnation, new AgentRun("run1")));
        Finds("I2", "vm0 is started though an operator stopped it", world);
    }

    [Fact]
    public void I2_more_than_the_memory_holds()
    {
        var world = Booted();
        var config = world.Journal.State.Config;
        Plant(world, A, "because",
            new ConfigurationApplied(2, "sha2", "text", config with { Hosts = config.Hosts.SetItem(A, config.Hosts[A] with { MemoryMb = 64 }) }, "operator"),
            new VmReleased(new("vm1"), world.Journal.State.Vm(new("vm1")).Epoch, false));
        world[B.Value].Machine.End(new("vm1"));
        Plant(world, A, "because", new VmAssigned(new("vm1"), A, new Incarnation(1), new Epoch(99)));
        Assert.Contains(world.Audit.Breaches, b => b.Contains("applejack is given more than its memory holds", StringComparison.Ordinal));
    }

    /// <summary>Whose mind is stuck does not learn that its line was lost: what it still switches is bounded by set-lifetime (seed 30204575).</summary>
    [Fact]
    public void I3_a_SET_of_a_line_that_was_lost_is_right_for_who_cannot_know_and_only_for_so_long()
    {
        var world = Booted();
        var executor = world[B.Value];
        world.Chassis.Silent = true;
        world[A.Value].Machine.PowerOff(fence: false);
        world.Run(4);
        var order = Assert.Single(world.Journal.Entries, e => e.Events.Any(x => x is FenceSwitching)).Index;
        executor.MindStuck = true;
        world.Journal.StandIn(4);
        world["witness"].CrashAgent(TimeSpan.FromSeconds(1));
        world.Run(5);
        world["witness"].Command(new AcceptJournal(world.Journal.State.Config.Name, "operator"));
        world.Run(5);
        Assert.False(world.Journal.IsPutBack);
        world.Audit.SetSent(executor, A, order);
        world.Run(170);
        world.Audit.SetSent(executor, A, order);
        Assert.Empty(world.Audit.Breaches);
        world.Run(20);
        world.Audit.SetSent(executor, A, order);
        Finds("I3", $"rainbowdash sends a SET against applejack, which entry {order} does not permit", world);
    }

    [Fact]
    public void I3_a_power_cut_without_a_request()
    {
        var world = Booted();
        world.Chassis.Cut(world[A.Value].Machine, world[B.Value]);
        Finds("I3", "applejack was switched off by rainbowdash without an open request", world);
    }

    [Fact]
    public void I3_a_switching_without_a_challenge_of_what_was_never_read_off()
    {
        var world = Booted();
        Plant(world, B, "because", new FenceRequested(new Epoch(99), A, new Incarnation(1), B, null), new FenceSwitching(new Epoch(99), A, B, new AgentRun("run1")));
        Finds("I3", "rainbowdash asks for applejack and switches it in one entry", world);
    }

    [Fact]
    public void I3_a_switching_on_without_an_entry()
    {
        var world = Booted();
        world.Run(2);
        world.Audit.OnSent(world[B.Value], A, new FenceOrder(-1, Epoch.None, new Incarnation(1), 0, SwitchOn: true, StandDown: false, Listen: false));
        Finds("I3", "rainbowdash switches applejack on without an entry, ", world);
        Assert.Contains(world.Audit.Breaches, b => b.Contains("we have not switched it off", StringComparison.Ordinal));
    }

    [Fact]
    public void I3_a_switching_on_by_an_entry_of_another()
    {
        var world = Booted();
        Plant(world, A, "because", new PowerOnOrdered(A, A, new AgentRun("run1"), "operator"));
        world.Audit.OnSent(world[B.Value], A, new FenceOrder(world.Journal.State.Index, Epoch.None, new Incarnation(1), 0, SwitchOn: true, StandDown: false, Listen: false));
        Finds("I3", "rainbowdash switches applejack on without an entry, ", world);
    }

    [Fact]
    public void I3_a_switching_on_before_it_is_recorded_what_became_of_its_VMs()
    {
        var world = Booted();
        world[A.Value].Machine.PowerOff(fence: false);
        Plant(world, B, "because", new FenceRequested(new Epoch(99), A, new Incarnation(1), B, "operator"), new HostFenced(new Epoch(99), A, new Incarnation(1), new Proof(Proof.Device, ["off"])), new PowerOnOrdered(A, B, new AgentRun("run1"), "operator"));
        Finds("I3", "applejack is to be switched on before it is recorded what became of vm0", world);
    }

    [Fact]
    public void I4_both_hosts_off_by_our_own_act()
    {
        var world = Booted();
        world.Chassis.Cut(world[A.Value].Machine, world[B.Value]);
        world.Chassis.Cut(world[B.Value].Machine, world[A.Value]);
        Assert.Contains(world.Audit.Breaches, b => b.StartsWith("I4 ", StringComparison.Ordinal));
    }

    [Fact]
    public void I4_two_hosts_closed_at_once()
    {
        var world = Booted();
        Plant(world, B, "because", new FenceRequested(new Epoch(98), A, new Incarnation(1), B, null), new FenceRequested(new Epoch(99), B, new Incarnation(1), A, null));
        Finds("I4", "rainbowdash may not be fenced", world);
    }

    [Fact]
    public void I5_fences_forgotten_too_early()
    {
        var world = Booted();
        Plant(world, A, "because", new HostReleased(A, "time"));
        Finds("I5", "the fences of applejack are forgotten", world);
    }

    [Fact]
    public void I7_an_entry_without_a_reason()
    {
        var world = Booted();
        Plant(world, A, "", new HostReleased(A, "operator"));
        Finds("I7", "has no reason", world);
    }

    [Fact]
    public void I6_a_vm_that_is_stopped_for_failures_that_never_were()
    {
        var world = Booted();
        var failed = new VmFailed(Vm, world.Journal.State.Vm(Vm).Epoch, "nothing happened");
        Plant(world, A, "because", failed, failed, failed, failed);
        Assert.Throws<BreachException>(() => world.Run(10));
        Finds("I6", "vm0 is stopped on applejack because it failed 4 times, and it never failed", world);
    }

    [Fact]
    public void I6_a_vm_that_is_given_up_for_failures_that_never_were()
    {
        var world = Booted();
        Plant(world, A, "because", new VmReleased(Vm, world.Journal.State.Vm(Vm).Epoch, GaveUp: true));
        Finds("I6", "vm0 is given up by applejack because it failed 0 times, and it failed 0 times", world);
    }

    [Fact]
    public void I6_a_core_that_does_not_recover()
    {
        var plan = new Plan(1, Variant.Plain, 20, 1, Fate.Off, []);
        // Nobody restarts the survivor's agent, whatever the caretaker does.
        var result = Run.Play(plan, w => w.Time.After(TimeSpan.FromSeconds(25), () => w[B.Value].Gate = _ => false));
        Assert.Equal("I6", result.Broken);
    }
}

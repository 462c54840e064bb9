using ActorHa.Core;

namespace ActorHa.World;

/// <summary>What is checked of VMs beside their permission.</summary>
public sealed partial class Audit
{
    private readonly List<(VmName Vm, MemberName Host, int Pid, long Entry)> _copies = [];
    private readonly Dictionary<VmName, int> _failed = [];

    /// <summary>
    /// I1: a copy by hand is not our act; to start another beside one that the journal has named before is, whatever the
    /// journal has said of it since.
    /// </summary>
    private void KnownCopy(SimMember by, VmName vm, long order)
    {
        foreach (var copy in _copies)
            if (copy.Vm == vm && copy.Entry < order && world.Member(copy.Host).Machine is { Powered: true } there && there.Processes.Exists(p => p.Vm == vm && p.Pid == copy.Pid))
                Breach("I1", $"{by.Name} starts {vm}, of which a copy was found on {copy.Host} (entry {copy.Entry}) and still runs");
    }

    /// <summary>A VM has failed in the world: its process ended, or could not be started.</summary>
    internal void Failed(VmName vm) => _failed[vm] = _failed.GetValueOrDefault(vm) + 1;

    /// <summary>I6: a host gives a VM up for failures that the world has seen.</summary>
    private void GivenUp(ClusterState s, VmName vm)
    {
        if (s.Config.Vms.GetValueOrDefault(vm) is { } config && _failed.GetValueOrDefault(vm) is var failures && failures <= config.MaxRestarts)
            Breach("I6", $"{vm} is given up by {s.Vm(vm).Owner?.Host} because it failed {s.Vm(vm).Failures} times, and it failed {failures} times");
    }

    /// <summary>I6: what runs well where it belongs is not stopped for failures that never were.</summary>
    internal void Stopped(SimMachine machine, VmName vm)
    {
        Checks++;
        var s = world.Journal.State;
        if (s.Vm(vm) is not { Wanted: true, MoveTo: null } v || !s.Owns(machine.Name, vm) || _failed.ContainsKey(vm)) return;
        if (s.Config.Vms.GetValueOrDefault(vm) is { } config && v.Failures > config.MaxRestarts && machine.Processes.Exists(p => p.Vm == vm && p.Epoch == v.Epoch))
            Breach("I6", $"{vm} is stopped on {machine.Name} because it failed {v.Failures} times, and it never failed");
    }
}

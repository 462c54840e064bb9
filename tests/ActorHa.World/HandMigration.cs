using ActorHa.Core;

namespace ActorHa.World;

/// <summary>What becomes of a migration.</summary>
public enum MigrationEnd
{
    /// <summary>The destination goes on, the source's process ends.</summary>
    Succeeds,

    /// <summary>The destination's process ends, the source goes on.</summary>
    Fails,

    /// <summary>The destination waits for what never comes; the source goes on.</summary>
    Hangs,

    /// <summary>The destination goes on, and the source's process, which runs no more, stays for a while.</summary>
    HalfSucceeds,
}

/// <summary>
/// Somebody migrates a running VM past ActorHa (<c>virsh migrate --live</c>, <c>qm migrate --online</c>, QMP's <c>migrate</c>): a
/// process of the destination appears and waits (QEMU's <c>-incoming</c>), what marks the VM's ownership goes along where the
/// hypervisor keeps it with the definition, and at the switch-over one of the two goes on. A destination that is killed
/// before costs nothing: QEMU's source resumes. As with each copy by hand, it is not our act; to start another beside it, once it is known, is.
/// </summary>
public static class HandMigration
{
    /// <summary>How long a source's process stays that has handed its VM over.</summary>
    private static readonly TimeSpan Lingers = TimeSpan.FromSeconds(5);

    /// <summary>Begins one, where the VM runs on the source and not on the destination.</summary>
    /// <param name="source">Where it runs.</param>
    /// <param name="destination">Where it shall go.</param>
    /// <param name="vm">Which.</param>
    /// <param name="takes">Until the switch-over.</param>
    /// <param name="end">What becomes of it.</param>
    /// <param name="marked">The mark of its ownership goes along.</param>
    public static void Begin(WorldModel world, SimMember source, SimMember destination, VmName vm, TimeSpan takes, MigrationEnd end, bool marked)
    {
        if (!destination.Machine.Runs || !source.Machine.Runs || source.Machine.Processes.Find(p => p.Vm == vm) is not { } from || destination.Machine.Processes.Exists(p => p.Vm == vm)) return;
        var to = destination.Machine.Spawn(vm, marked ? from.Epoch : null, byHand: true);
        if (end == MigrationEnd.Hangs) return;
        world.Time.After(takes, () => source.Machine.OnRunning(() => destination.Machine.OnRunning(() =>
        {
            // Killed meanwhile: the source goes on.
            if (!destination.Machine.Processes.Contains(to)) return;
            // Its source is gone, or it fails: what waits has nothing to go on with.
            if (end == MigrationEnd.Fails || !source.Machine.Processes.Contains(from)) { Vanish(world, destination, to); return; }
            world.Say("hand", $"{vm} has been migrated from {source.Name} to {destination.Name}");
            if (end == MigrationEnd.Succeeds) Leave(source, from);
            else world.Time.After(Lingers, () => source.Machine.OnRunning(() => Leave(source, from)));
        })));
    }

    /// <summary>An agent that has adopted it, as a restored journal was told that it runs there, notices.</summary>
    private static void Vanish(WorldModel world, SimMember host, SimProcess process)
    {
        if (world.Journal.State.Owns(host.Name, process.Vm) && world.Journal.State.Vm(process.Vm).Epoch == process.Epoch) WorldModel.EndVm(host, process, byGuest: false);
        else host.Machine.End(process.Vm);
    }

    private static void Leave(SimMember source, SimProcess process)
    {
        if (source.Machine.Processes.Contains(process)) WorldModel.EndVm(source, process, byGuest: false);
    }
}

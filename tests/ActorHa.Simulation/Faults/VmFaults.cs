using System.Collections.Immutable;
using ActorHa.Core;
using ActorHa.World;

namespace ActorHa.Simulation;

/// <summary>VMs, the hypervisor, shared storage.</summary>
internal static class VmFaults
{
    public static readonly ImmutableArray<FaultKind> All =
    [
        new("VM killed", "vm", 5, Whom.Host, (_, m, f) => { if (One(m, f) is { } p) WorldModel.EndVm(m, p, byGuest: f.Salt % 2 == 0); return null; }),
        new("starts fail", "vm", 3, Whom.Host, (w, m, f) => For(w, f, m.Machine.CannotStart)),
        new("starts hang", "vm", 3, Whom.Host, (w, m, f) => For(w, f, m.Machine.HangsAtStart)),
        new("processes cannot be killed", "vm", 3, Whom.Host, (w, m, f) => For(w, f, m.Machine.Unkillable)),
        new("started by hand", "vm", 3, Whom.Host, (w, m, f) =>
        {
            var vm = Vm(w, f);
            if (vm.Value is not null && m.Machine.Powered && !m.Machine.Processes.Exists(p => p.Vm == vm)) m.Machine.OnRunning(() => m.Machine.Spawn(vm, null));
            return null;
        }),
        // Drawn from dice of its own: other seeds stay what they were.
        new(ByHand, "vm", 0, Whom.Host, (w, m, f) =>
        {
            if (One(m, f) is { } p)
                HandMigration.Begin(w, m, w.Members[1 - m.Number], p.Vm, TimeSpan.FromSeconds(0.2 + (f.Salt % 97 / 97.0 * f.For)), (MigrationEnd)(f.Salt % 4), marked: f.Salt / 4 % 2 == 0);
            return null;
        }),
        new("storage stalls", "vm", 4, Whom.Host, (_, m, _) => { m.Machine.StorageStalls = true; return () => m.Machine.StorageStalls = false; }),
    ];

    private const string ByHand = "migrated by hand";

    /// <summary>A migration by hand in one of six plans.</summary>
    public static IEnumerable<Fault> Draw(Random own, double within)
    {
        if (own.Next(6) == 0) yield return new Fault(own.NextDouble() * within, ByHand, own.Next(2), own.NextDouble() * 12, own.Next(1 << 20));
    }

    /// <summary>The VM that a fault's salt chooses.</summary>
    public static VmName Vm(WorldModel w, Fault f) => w.Journal.State.Config.Vms.Keys.ElementAtOrDefault(f.Salt % Math.Max(1, w.Journal.State.Config.Vms.Count));

    private static SimProcess? One(SimMember m, Fault f) => m.Machine.Runs && m.Machine.Processes.Count > 0 ? m.Machine.Processes[f.Salt / 2 % m.Machine.Processes.Count] : null;

    /// <summary>Two of three VMs are struck, or one.</summary>
    private static Action For(WorldModel w, Fault f, HashSet<VmName> set)
    {
        foreach (var (i, vm) in w.Journal.State.Config.Vms.Keys.Index())
            if ((i + f.Salt) % 3 != 0) set.Add(vm);
        return set.Clear;
    }
}

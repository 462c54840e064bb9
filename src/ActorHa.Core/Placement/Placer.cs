using System.Collections.Immutable;

namespace ActorHa.Core;

/// <summary>
/// Where VMs without an owner go: pure and deterministic. Priority first, then name; memory that really fits; allowed hosts,
/// preferred first. What has an owner stays where it is: nothing moves back by itself.
/// </summary>
public static class Placer
{
    /// <summary>Places all VMs that are wanted and have no owner.</summary>
    /// <param name="s">Committed state.</param>
    /// <param name="usable">Hosts that may get VMs now (fit, heard, not leaving).</param>
    public static ImmutableArray<Placed> Place(ClusterState s, IReadOnlySet<MemberName> usable) => s.Derived.Plan(usable).Placed;

    /// <summary>Preemptible VMs that must make room, each with the VM that needs it more (case 42).</summary>
    /// <param name="s">Committed state.</param>
    /// <param name="usable">Hosts that may get VMs now.</param>
    public static ImmutableSortedDictionary<VmName, VmName> Displaced(ClusterState s, IReadOnlySet<MemberName> usable) => s.Derived.Plan(usable).Displaced;

    /// <summary>Works the plan out.</summary>
    internal static Plan Work(ClusterState s, IReadOnlySet<MemberName> usable)
    {
        var free = s.Config.Hosts.ToDictionary(h => h.Key, h => h.Value.MemoryMb - MemoryUsed(s, h.Key));
        var placed = ImmutableArray.CreateBuilder<Placed>();
        var displaced = ImmutableSortedDictionary.CreateBuilder<VmName, VmName>();
        foreach (var (name, vm) in s.Config.Vms.OrderByDescending(v => v.Value.Priority).ThenBy(v => v.Key))
        {
            var state = s.Vm(name);
            if (!state.Wanted || s.HasStray(name)) continue;
            if (s.IsOwned(name))
            {
                // On its way out of a host that is being shut down: its room is kept from those that matter less.
                if (s.Host(state.Owner!.Host).Leaving && vm.Failover && Choose(s, vm, state, usable, free, out _) is { } kept) free[kept] -= vm.MemoryMb;
                continue;
            }
            var to = Choose(s, vm, state, usable, free, out var reason);
            if (to is { } host) free[host] -= vm.MemoryMb;
            // Nothing is stopped for a VM that would not start in its room.
            else if (WhyWait(s, state) is null && MakeRoom(s, vm, state, usable, free, displaced) is { } made)
            {
                // What will be free is not free yet: nobody else gets it before it is, nor what is kept of the rest.
                free[made.Host] = Math.Min(free[made.Host], free[made.Host] + made.Stopped.Sum(v => s.Config.Vms[v].MemoryMb) - vm.MemoryMb);
                foreach (var stopped in made.Stopped) displaced[stopped] = name;
                reason = $"waits for memory: {string.Join(", ", made.Stopped)} make{(made.Stopped.Length == 1 ? "s" : "")} room on {made.Host}";
            }
            placed.Add(new Placed(name, to, reason));
        }
        return new(placed.ToImmutable(), displaced.ToImmutable());
    }

    /// <summary>The first host on which stopping preemptible VMs of lower priority makes room, and the least of them that do.</summary>
    private static (MemberName Host, ImmutableArray<VmName> Stopped)? MakeRoom(
        ClusterState s, VmConfig vm, VmState state, IReadOnlySet<MemberName> usable, Dictionary<MemberName, long> free, IReadOnlyDictionary<VmName, VmName> displaced)
    {
        foreach (var host in Allowed(s, vm, state).Where(h => usable.Contains(h) && !state.GaveUpOn.Contains(h) && free[h] < vm.MemoryMb))
        {
            var candidates = s.Config.Vms
                .Where(v => v.Value.Preemptible && v.Value.Priority < vm.Priority && s.Vm(v.Key).Owner?.Host == host && s.IsOwned(v.Key) && !displaced.ContainsKey(v.Key))
                .OrderBy(v => v.Value.Priority).ThenByDescending(v => v.Key).ToList();
            var (room, taken) = (free[host], new List<KeyValuePair<VmName, VmConfig>>());
            foreach (var candidate in candidates.TakeWhile(_ => room < vm.MemoryMb))
            {
                taken.Add(candidate);
                room += candidate.Value.MemoryMb;
            }
            if (room < vm.MemoryMb) continue;
            // A small one that was taken first may turn out not to be needed: the most important are spared first.
            foreach (var spared in Enumerable.Reverse(taken).ToList())
            {
                if (room - spared.Value.MemoryMb < vm.MemoryMb) continue;
                taken.Remove(spared);
                room -= spared.Value.MemoryMb;
            }
            return (host, [.. taken.Select(t => t.Key)]);
        }
        return null;
    }

    /// <summary>Memory that VMs with an owner on this host use, MiB.</summary>
    public static long MemoryUsed(ClusterState s, MemberName host) =>
        s.Config.Vms.Where(v => s.Vm(v.Key).Owner?.Host == host && s.IsOwned(v.Key)).Sum(v => v.Value.MemoryMb);

    /// <summary>Hosts a VM may run on, best first.</summary>
    public static IEnumerable<MemberName> Allowed(ClusterState s, VmConfig vm, VmState state)
    {
        var all = vm.Hosts.IsEmpty ? [.. s.Config.Hosts.Keys] : vm.Hosts;
        // Not marked for failover: it waits for its home, the first host of its list, or the host that owned it last.
        return vm.Failover ? all : [vm.Hosts.IsEmpty && state.LastHost is { } last ? last : all[0]];
    }

    /// <summary>An orderly shutdown under the policy "freeze": its VMs wait until it is admitted again, or is proven lost.</summary>
    private static bool IsFrozenFor(ClusterState s, MemberName host) =>
        s.Config.Policies.Shutdown == ShutdownPolicy.Freeze && s.Host(host) is { IsLiving: true } h && (h.Leaving || h.Admitted < h.Joined);

    /// <summary>What a VM waits for, whatever room there is; null = nothing.</summary>
    private static string? WhyWait(ClusterState s, VmState state) =>
        RestoreRules.Unlooked(s, state) is { } unlooked ? $"waits for {unlooked} to look for it: it may have been started there before the journal was put back"
        : state.LastHost is { } last && IsFrozenFor(s, last) && state.MoveTo is null ? $"waits for its host {last}, which is being shut down or comes back (policy freeze; actorha vm start gives it to another)"
        : null;

    private static MemberName? Choose(ClusterState s, VmConfig vm, VmState state, IReadOnlySet<MemberName> usable, Dictionary<MemberName, long> free, out string reason)
    {
        reason = WhyWait(s, state) ?? "";
        if (reason.Length > 0) return null;
        var allowed = Allowed(s, vm, state).Where(s.Config.Hosts.ContainsKey).ToList();
        if (state.MoveTo is { } target && allowed.Remove(target)) allowed.Insert(0, target);
        var here = allowed.Where(usable.Contains).ToList();
        if (here.Count == 0)
        {
            reason = vm.Failover ? "waits for a host that may run it"
                : allowed.Count > 0 ? $"waits for its host {allowed[0]}: not marked for failover"
                : $"waits for its host {state.LastHost}, which the configuration does not name any more: not marked for failover";
            return null;
        }
        var willing = here.Where(h => !state.GaveUpOn.Contains(h)).ToList();
        if (willing.Count == 0)
        {
            reason = $"failed too often on {string.Join(", ", here)}: waits for an operator (actorha vm start)";
            return null;
        }
        var fitting = willing.Where(h => free[h] >= vm.MemoryMb).ToList();
        if (fitting.Count == 0)
        {
            reason = $"waits for memory: needs {vm.MemoryMb} MiB, {string.Join(", ", willing.Select(h => $"{h} has {Math.Max(0, free[h])}"))}{(willing.Count == here.Count ? "" : $"; it failed too often on {string.Join(", ", here.Except(willing))} (actorha vm start tries again)")}";
            return null;
        }
        return fitting[0];
    }
}

/// <summary>A VM and its host, or the reason why there is none.</summary>
public sealed record Placed(VmName Vm, MemberName? Host, string Reason);

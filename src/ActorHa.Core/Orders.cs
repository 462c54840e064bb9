using System.Collections.Immutable;

namespace ActorHa.Core;

/// <summary>
/// What this member should be doing now: follows from the committed state, never from the memory of having decided.
/// An order with a permission appears only while that permission is an entry that this very process committed.
/// </summary>
public sealed record Orders(
    ImmutableSortedDictionary<VmName, VmOrder> Vms,
    ImmutableSortedDictionary<MemberName, FenceOrder> Fences,
    bool KillAll)
{
    /// <summary>Nothing is ordered.</summary>
    public static readonly Orders Nothing = new(ImmutableSortedDictionary<VmName, VmOrder>.Empty, ImmutableSortedDictionary<MemberName, FenceOrder>.Empty, false);

    /// <summary>The orders that follow from the state.</summary>
    public static Orders Of(ClusterState s, View v)
    {
        // A host that finds its own life declared over kills all its VMs at once: somebody else may be running them.
        if (v.IsHost && s.Host(v.Self).Boot == v.Boot && s.Host(v.Self) is { IsLiving: false, Joined.Number: > 0 })
            return Nothing with { KillAll = true };
        return new(VmOrders(s, v), FenceOrders(s, v), false);
    }

    private static ImmutableSortedDictionary<VmName, VmOrder> VmOrders(ClusterState s, View v)
    {
        var orders = ImmutableSortedDictionary.CreateBuilder<VmName, VmOrder>();
        if (!v.IsHost) return orders.ToImmutable();
        foreach (var (vm, state) in s.Vms)
        {
            var config = s.Config.Vms.GetValueOrDefault(vm);
            var order = VmOrder.Watch(state.Epoch);
            if (s.Maintenance is null && Mine(v, state.Stray?.Run, state.Stray?.Index) && state.Stray!.Host == v.Self)
                order = new VmOrder(VmMode.StopStray, state.Epoch, state.Stray.Index, "", TimeSpan.Zero);
            else if (s.Maintenance is null && s.Owns(v.Self, vm))
            {
                if (Mine(v, state.Stop?.Run, state.Stop?.Index)) order = new(VmMode.Stop, state.Epoch, state.Stop!.Index, "", config?.StopGrace ?? TimeSpan.Zero);
                // A closed host starts nothing.
                else if (config is not null && !s.Host(v.Self).IsClosed && Mine(v, state.Start?.Run, state.Start?.Index))
                    order = new(VmMode.Start, state.Epoch, state.Start!.Index, config.Definition, config.StopGrace);
            }
            orders[vm] = order;
        }
        return orders.ToImmutable();
    }

    private static ImmutableSortedDictionary<MemberName, FenceOrder> FenceOrders(ClusterState s, View v)
    {
        var orders = ImmutableSortedDictionary.CreateBuilder<MemberName, FenceOrder>();
        foreach (var (host, h) in s.EachHost())
        {
            // Off never without quorum, also not what was ordered with it: nobody could record the proof, and the target may be with the majority.
            if (h.Request is { } r && r.Executor == v.Self && Mine(v, r.ExecutorRun, r.SwitchIndex) && !r.IsDisputed(h) && s.Maintenance is null && v.Quorate)
                orders[host] = new FenceOrder(r.SwitchIndex, r.Number, r.Incarnation, r.Level, SwitchOn: false, StandDown: r.Operator is null, Listen: v.DeafEntries.Contains(r.SwitchIndex));
            else if (h.PowerOn is { } on && h.Request is null && on.Executor == v.Self && Mine(v, on.Run, on.Index))
                orders[host] = On(on.Index, h);
            else if (v.OnWithoutQuorum.TryGetValue(host, out var alone) && !v.Quorate && PowerRules.WhyNotWithoutQuorum(s, v, host) is null)
                orders[host] = On(alone.Number, h);
        }
        return orders.ToImmutable();
    }

    private static FenceOrder On(long index, HostState h) => new(index, Epoch.None, h.Joined, h.SwitchedOff?.Level ?? 0, SwitchOn: true, StandDown: false, Listen: false);

    private static bool Mine(View v, AgentRun? run, long? index) => run == v.Run && index is { } i && v.OwnEntries.Contains(i);
}

/// <summary>What the supervisor of a VM is to do.</summary>
/// <param name="Mode">What.</param>
/// <param name="Epoch">Number of the ownership; every answer repeats it.</param>
/// <param name="Index">Entry of the permission; an order is carried out once.</param>
/// <param name="Definition">The driver's own text.</param>
/// <param name="Grace">Time for the guest's own shutdown.</param>
public sealed record VmOrder(VmMode Mode, Epoch Epoch, long Index, string Definition, TimeSpan Grace)
{
    /// <summary>Look, report, touch nothing.</summary>
    public static VmOrder Watch(Epoch epoch) => new(VmMode.Watch, epoch, 0, "", TimeSpan.Zero);
}

/// <summary>What to do with a VM.</summary>
public enum VmMode
{
    /// <summary>Look and report; start and stop nothing.</summary>
    Watch,

    /// <summary>Start it once, then watch.</summary>
    Start,

    /// <summary>Stop it until it is drained.</summary>
    Stop,

    /// <summary>Kill a process that has no permission.</summary>
    StopStray,
}

/// <summary>What the fencer of a host is to do.</summary>
/// <param name="Switch">The entry that ordered it; every report repeats it.</param>
/// <param name="Request">The request's epoch.</param>
/// <param name="Incarnation">The life it is about.</param>
/// <param name="Level">The level to try (counts on over the last; the fencer takes it modulo).</param>
/// <param name="SwitchOn">Switch on instead of off.</param>
/// <param name="StandDown">Whether a sign of life stops it.</param>
/// <param name="Listen">Decided by a member that had heard nobody until just now: it listens for signs of life before it switches.</param>
public sealed record FenceOrder(long Switch, Epoch Request, Incarnation Incarnation, int Level, bool SwitchOn, bool StandDown, bool Listen);

namespace ActorHa.Core;

/// <summary>A VM has a new owner; the epoch rises.</summary>
public sealed record VmAssigned(VmName Vm, MemberName Host, Incarnation Incarnation, Epoch Epoch) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) =>
        (s with { LastEpoch = Max(s.LastEpoch, Epoch) }).With(Vm, v => v with
        {
            Owner = new Owner(Host, Incarnation),
            Epoch = Epoch,
            LastHost = Host,
            Start = null,
            Stop = null,
            Active = false,
            Failures = 0,
            Waiting = null,
            MoveTo = null,
            Since = index,
        });

    internal static Epoch Max(Epoch a, Epoch b) => a.Number > b.Number ? a : b;
}

/// <summary>The owner's agent process permits itself one start. Each start, the first and every restart, has its own.</summary>
public sealed record VmStarting(VmName Vm, Epoch Epoch, Incarnation Incarnation, AgentRun Run) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Vm(Vm).Epoch != Epoch
        ? s
        : s.With(Vm, v => v with { Start = new StartPermission(Run, index), Stop = null, Active = false, Since = index });
}

/// <summary>The owner's agent process permits itself to stop it: an operator's stop, a move, a shutdown, or it failed too often.</summary>
public sealed record VmStopping(VmName Vm, Epoch Epoch, AgentRun Run, string Reason) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Vm(Vm).Epoch != Epoch
        ? s
        : s.With(Vm, v => v with { Stop = new StartPermission(Run, index), Start = null, Active = false, Since = index });
}

/// <summary>Confirmed running under the epoch.</summary>
public sealed record VmActive(VmName Vm, Epoch Epoch, int Pid) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Vm(Vm).Epoch != Epoch
        ? s
        : s.With(Vm, v => v with { Active = true, Stop = null, Waiting = null, Since = index });
}

/// <summary>Its process ended, or could not be started, while it was wanted here.</summary>
public sealed record VmFailed(VmName Vm, Epoch Epoch, string Reason) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Vm(Vm).Epoch != Epoch
        ? s
        : s.With(Vm, v => v with { Active = false, Start = null, Failures = v.Failures + 1, Since = index });
}

/// <summary>It ran for its whole steady time: earlier failures are forgotten.</summary>
public sealed record VmSteady(VmName Vm, Epoch Epoch) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Vm(Vm).Epoch != Epoch
        ? s
        : s.With(Vm, v => v with { Failures = 0, GaveUpOn = [] });
}

/// <summary>The owner gave it up: process reaped, page cache flushed, no earlier start order can take effect (proof 1).</summary>
public sealed record VmReleased(VmName Vm, Epoch Epoch, bool GaveUp) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Vm(Vm).Epoch != Epoch || s.Vm(Vm).Owner is not { } owner
        ? s
        : s.With(Vm, v => v with
        {
            Owner = null,
            Start = null,
            Stop = null,
            Active = false,
            Failures = 0,
            GaveUpOn = GaveUp ? v.GaveUpOn.Add(owner.Host) : v.GaveUpOn,
            Since = index,
        });
}

/// <summary>It runs nowhere, and this is why. Recorded once per reason.</summary>
public sealed record VmWaiting(VmName Vm, string Reason) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.With(Vm, v => v with { Waiting = Reason, Active = false, Since = index });
}

/// <summary>An operator wants it running, or stopped.</summary>
public sealed record VmWanted(VmName Vm, bool Running, string Operator) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.With(Vm, v => v with
    {
        Wanted = Running,
        Failures = Running ? 0 : v.Failures,
        GaveUpOn = Running ? [] : v.GaveUpOn,
        MoveTo = Running ? v.MoveTo : null,
        LastHost = Running && !s.IsOwned(Vm) && s.Config.Vms.GetValueOrDefault(Vm)?.Failover != false ? null : v.LastHost,
        Waiting = Running ? null : v.Waiting,
        Since = index,
    });
}

/// <summary>An operator wants it on another host (by stop and start).</summary>
public sealed record VmMoveOrdered(VmName Vm, MemberName Target, string Operator) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.With(Vm, v => v with { MoveTo = Target, GaveUpOn = v.GaveUpOn.Remove(Target) });
}

/// <summary>A move ended without moving: the target is gone, or it may not be.</summary>
public sealed record VmMoveDropped(VmName Vm, string Reason) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.With(Vm, v => v with { MoveTo = null });
}

/// <summary>A process of the VM runs on a host without permission and will be stopped there.</summary>
public sealed record VmStrayFound(VmName Vm, MemberName Host, Incarnation Incarnation, AgentRun Run, int Pid) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.With(Vm, v => v with { Stray = new StrayOrder(Host, Incarnation, Run, index) });
}

/// <summary>The process without permission is gone.</summary>
public sealed record VmStrayStopped(VmName Vm, MemberName Host) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Vm(Vm).Stray?.Host != Host ? s : s.With(Vm, v => v with { Stray = null });
}

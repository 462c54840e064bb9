using System.Collections.Immutable;

namespace ActorHa.Core;

/// <summary>A challenge to a host that seems gone. It closes the host; a host that can append refutes it.</summary>
public sealed record FenceRequested(Epoch Request, MemberName Host, Incarnation Incarnation, MemberName Asker, string? Operator) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Host(Host).IsClosed || s.Host(Host).Joined != Incarnation
        ? s
        : (s with { LastEpoch = VmAssigned.Max(s.LastEpoch, Request) })
            .With(Host, h => h with { Request = new FenceRequest(Request, Incarnation, Asker, Operator, index, null, null, 0, index, 0, 0) });
}

/// <summary>Kernel rule 9: committed before the first SET by the one member that may send it; taking over is the same entry.</summary>
public sealed record FenceSwitching(Epoch Request, MemberName Host, MemberName Executor, AgentRun Run) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Host(Host).Request is not { } r || r.Number != Request
        ? s
        : s.With(Host, h => h with
        {
            Request = r with { Executor = Executor, ExecutorRun = Run, SwitchIndex = index, ProgressIndex = index, Switches = r.Switches + 1 },
            OpenSwitches = h.OpenSwitches.Add(index),
        });
}

/// <summary>The executor sends nothing more. With <paramref name="AllAnswered"/> none of its SETs can take effect later.</summary>
public sealed record FenceEnded(Epoch Request, MemberName Host, long Switch, bool AllAnswered, string Reason) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.With(Host, h => h with
    {
        OpenSwitches = AllAnswered ? h.OpenSwitches.Remove(Switch) : h.OpenSwitches,
        Request = h.Request is { } r && r.Number == Request && r.SwitchIndex == Switch
            ? r with { Executor = null, ExecutorRun = null, ProgressIndex = index }
            : h.Request,
    });
}

/// <summary>A level did not prove the host off; the next one is tried (after the last the first again, with back-off).</summary>
public sealed record FenceLevelFailed(Epoch Request, MemberName Host, int Level, string Reason) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Host(Host).Request is not { } r || r.Number != Request
        ? s
        : s.With(Host, h => h with { Request = r with { Level = Level + 1, ProgressIndex = index } });
}

/// <summary>The request is taken back: by the host itself (it lives and says so), or before switching by one that sees it.</summary>
public sealed record FenceWithdrawn(Epoch Request, MemberName Host, MemberName By) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Host(Host).Request is not { } r || r.Number != Request
        ? s
        : s.With(Host, h => h with
        {
            Request = null,
            OpenSwitches = By == Host ? [] : h.OpenSwitches,
            Refuted = By == Host ? h.Refuted.SetItem(r.Asker, index) : h.Refuted,
        });
}

/// <summary>Proof that the life is over: what was read, when, for which request. Stored before any start.</summary>
public sealed record HostFenced(Epoch Request, MemberName Host, Incarnation Incarnation, Proof Proof) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Host(Host).Request is not { } r || r.Number != Request || r.Incarnation != Incarnation
        ? s
        : s.With(Host, h => h with { Request = null, Over = Incarnation > h.Over ? Incarnation : h.Over, Fences = h.Fences + 1, Announced = null, Leaving = false });
}

/// <summary>What proves that a host is off.</summary>
/// <param name="Method">How: <c>modular-server</c>, <c>person</c>.</param>
/// <param name="Says">The readings or the person's statement, for people.</param>
public sealed record Proof(string Method, ImmutableArray<string> Says);

/// <summary>An operator wants a host switched on; one member does it.</summary>
public sealed record PowerOnOrdered(MemberName Host, MemberName Executor, AgentRun Run, string Operator) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.With(Host, h => h with { PowerOn = new PowerOnOrder(Executor, Run, Operator, index) });
}

/// <summary>The order to switch on was carried out, or could not be.</summary>
public sealed record PowerOnEnded(MemberName Host, bool Done, string Detail) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.With(Host, h => h with { PowerOn = null });
}

using System.Collections.Immutable;
using System.Text.Json.Serialization;

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
        SwitchEnded = AllAnswered ? index : h.SwitchEnded,
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
/// <param name="Request">Which.</param>
/// <param name="Host">About whom.</param>
/// <param name="By">Who takes it back.</param>
/// <param name="ByAnswer">false: its own agent says so; true: its agent is away, another process of it answers; who asked, and heard neither, asks no more before it does.</param>
public sealed record FenceWithdrawn(Epoch Request, MemberName Host, MemberName By, bool? ByAnswer = null) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Host(Host).Request is not { } r || r.Number != Request
        ? s
        : s.With(Host, h => h with
        {
            Request = null,
            // Refuted before it was switched says nothing of SETs of a request before.
            OpenSwitches = By == Host && r.EverSwitched ? [] : h.OpenSwitches,
            Refuted = By == Host || ByAnswer == true ? h.Refuted.SetItem(r.Asker, index) : h.Refuted,
            Spoke = By == Host && ByAnswer == false ? index : h.Spoke,
        });
}

/// <summary>
/// The host says in the journal that it lives, where it may not take the request back yet (rule 13): what was ordered
/// against it ends, and it is challenged anew before it is switched again, also by who is deaf to it.
/// </summary>
public sealed record FenceDisputed(Epoch Request, MemberName Host) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Host(Host).Request is not { } r || r.Number != Request
        ? s
        : s.With(Host, h => h with { Spoke = index });
}

/// <summary>A host that has disputed the request seems gone again: it is given the time of a challenge to say that it is not.</summary>
public sealed record FenceChallenged(Epoch Request, MemberName Host) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Host(Host).Request is not { } r || r.Number != Request
        ? s
        : s.With(Host, h => h with { Request = r with { Challenged = index } });
}

/// <summary>Proof that the life is over: what was read, when, for which request. Stored before any start.</summary>
public sealed record HostFenced(Epoch Request, MemberName Host, Incarnation Incarnation, Proof Proof) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Host(Host).Request is not { } r || r.Number != Request || r.Incarnation != Incarnation
        ? s
        : s.With(Host, h => h with
        {
            Request = null,
            Reported = s.Restored > 0 ? index : h.Reported,
            Over = Incarnation > h.Over ? Incarnation : h.Over,
            // A person's order is no fault of the host.
            Fences = h.Fences + (r.Operator is null ? 1 : 0),
            Announced = null,
            Leaving = false,
            SwitchedOff = Proof.ByDevice ? new SwitchedOff(r.Level, r.Operator is not null, 0, index) : h.SwitchedOff,
            LastFenced = Proof.ByDevice ? index : h.LastFenced,
            Drill = h.Drill is { } d && d.Request == Request ? d with { Off = index, Visible = Proof.Visible } : h.Drill,
        });
}

/// <summary>What proves that a host is off.</summary>
/// <param name="Method">How: <see cref="Device"/>, <see cref="Person"/>.</param>
/// <param name="Says">The readings or the person's statement, for people.</param>
/// <param name="Visible">From the end of the switching order to the question whose answer was the first "off"; null when nothing was switched.</param>
public sealed record Proof(string Method, ImmutableArray<string> Says, TimeSpan? Visible = null)
{
    /// <summary>Two readings of a fence device.</summary>
    public const string Device = "fence device";

    /// <summary>A person's statement.</summary>
    public const string Person = "person";

    /// <summary>The device switched it off, whatever else was proven beside that.</summary>
    [JsonIgnore]
    public bool ByDevice => Method == Device || Method.StartsWith($"{Device} and ", StringComparison.Ordinal);
}

/// <summary>An operator wants a host switched on; one member does it.</summary>
public sealed record PowerOnOrdered(MemberName Host, MemberName Executor, AgentRun Run, string Operator) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.With(Host, h => h with
    {
        PowerOn = new PowerOnOrder(Executor, Run, Operator, index),
        Drill = h.Drill is { On: 0 } d ? d with { On = index } : h.Drill,
    });
}

/// <summary>The order to switch on was carried out, or could not be.</summary>
public sealed record PowerOnEnded(MemberName Host, bool Done, string Detail) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.With(Host, h => h with
    {
        PowerOn = null,
        // On, as the device says: the host has only to boot. Not on: tried again later, where policy wants it.
        SwitchedOff = Done ? null : h.SwitchedOff is { } off ? off with { Tries = off.Tries + 1, TriedIndex = index } : null,
        Drill = h.Drill is { } d && !Done ? d with { Fault = $"it could not be switched on: {Detail}" } : h.Drill,
    });
}

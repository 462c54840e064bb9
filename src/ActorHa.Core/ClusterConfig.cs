using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ActorHa.Core;

/// <summary>
/// The one configuration that all members decide by. It lives in the journal (<c>ConfigurationApplied</c>); a member's own
/// file holds only what is its own. Parsed at the door: whatever stands here is already consistent.
/// </summary>
public sealed record ClusterConfig(
    string Name,
    ImmutableSortedDictionary<MemberName, HostConfig> Hosts,
    ImmutableSortedSet<MemberName> Witnesses,
    ImmutableSortedDictionary<VmName, VmConfig> Vms,
    ImmutableSortedDictionary<string, DeviceConfig> Devices,
    Timers Timers,
    Policies Policies)
{
    /// <summary>Before the first configuration is applied.</summary>
    public static readonly ClusterConfig None = new(
        "",
        ImmutableSortedDictionary<MemberName, HostConfig>.Empty,
        ImmutableSortedSet<MemberName>.Empty,
        ImmutableSortedDictionary<VmName, VmConfig>.Empty,
        ImmutableSortedDictionary<string, DeviceConfig>.Empty,
        new Timers(),
        new Policies());
}

/// <summary>A host: what of it VMs may use, and how it is fenced.</summary>
/// <param name="MemoryMb">Memory for VMs, MiB.</param>
/// <param name="Fencing">Levels in order; the first that proves the host off ends the walk.</param>
/// <param name="Watchdog">Its own timer, where that level is wanted.</param>
public sealed record HostConfig(long MemoryMb, ImmutableArray<FenceLevel> Fencing, WatchdogConfig? Watchdog = null);

/// <summary>One fencing level: one or more plugs that must all be proven off.</summary>
public sealed record FenceLevel(ImmutableArray<FencePlug> Plugs);

/// <summary>A plug of a device: chassis blade 1, outlet 7.</summary>
public sealed record FencePlug(string Device, string Plug);

/// <summary>A fence device. Secrets are not here: they are in each member's own files.</summary>
/// <param name="Driver"><c>modular-server</c>, <c>fence-agent</c>.</param>
/// <param name="Options">The driver's own options (address, port, user, auth, level).</param>
public sealed record DeviceConfig(string Driver, ImmutableSortedDictionary<string, string> Options)
{
    /// <summary>By value: a device that a new configuration leaves as it is stays open, with what it knows of the chassis' clock.</summary>
    public bool Equals(DeviceConfig? other) => other is not null && Driver == other.Driver && Options.SequenceEqual(other.Options);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Driver, Options.Count);
}

/// <summary>A virtual machine.</summary>
/// <param name="Priority">Higher is placed and started first.</param>
/// <param name="MemoryMb">Memory that it needs on a host, MiB.</param>
/// <param name="Failover">False: it never moves and waits for its home host, the first of <paramref name="Hosts"/>.</param>
/// <param name="Hosts">Hosts it may run on, preferred first; empty = all, in name order.</param>
/// <param name="MaxRestarts">Restarts on the same host before it is tried once elsewhere.</param>
/// <param name="SteadyAfter">Running this long without failing clears the count of restarts.</param>
/// <param name="StopGrace">Time for the guest's own shutdown before its process is killed.</param>
/// <param name="Driver"><c>qemu</c>.</param>
/// <param name="Definition">The driver's own text; QEMU: a JSON array of arguments with the place holders
/// <c>{vm}</c>, <c>{host}</c>, <c>{epoch}</c>.</param>
public sealed record VmConfig(
    int Priority,
    long MemoryMb,
    bool Failover,
    ImmutableArray<MemberName> Hosts,
    int MaxRestarts,
    TimeSpan SteadyAfter,
    TimeSpan StopGrace,
    string Driver,
    string Definition)
{
    /// <summary>It may be stopped to make room for a VM of higher priority that finds none.</summary>
    public bool Preemptible { get; init; }
}

/// <summary>All durations that decisions use. <c>hocon/reference.conf</c> explains what each trades.</summary>
public sealed record Timers
{
    /// <summary>Time between two beats.</summary>
    public TimeSpan Beat { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Silence after which a peer's power and status are asked: no verdict yet.</summary>
    public TimeSpan LookAfter { get; init; } = TimeSpan.FromMilliseconds(350);

    /// <summary>Silence after which a host is switched off; includes the challenge.</summary>
    public TimeSpan SuspectAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time a challenged host has to answer <c>FenceWithdrawn</c>.</summary>
    public TimeSpan Challenge { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>A beat whose mind is older than this counts as missing.</summary>
    public TimeSpan MindTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time an agent may be away, with its host alive, before the alarm; also how long a lone listener waits.</summary>
    public TimeSpan AgentGrace { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A member is quorate while a write sent less than this ago succeeded.</summary>
    public TimeSpan QuorumTimeout { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>Time between two pulses.</summary>
    public TimeSpan Pulse { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Standstill of a fence request after which another member takes it over.</summary>
    public TimeSpan TakeoverAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Least time between the two readings of a proof.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>After this no unanswered SET of a switching can take effect (SNMPv3 window 150 s, device's queue, clocks).</summary>
    public TimeSpan SetLifetime { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>Time since an agent could first read the journal (<see cref="View.Started"/>) in which a host that was never heard is not fenced.</summary>
    public TimeSpan StartupGrace { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A host that has been well for this long has its fences forgotten.</summary>
    public TimeSpan FenceWindow { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The journal's tail is read again this often, whatever the watch says.</summary>
    public TimeSpan Reread { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>First pause between tries that failed; doubles up to <see cref="RetryMost"/>.</summary>
    public TimeSpan RetryFirst { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause between tries that failed.</summary>
    public TimeSpan RetryMost { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Patience with one answer of a fence device.</summary>
    public TimeSpan DevicePatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time between two checks that fencing would work.</summary>
    public TimeSpan ProtectionCheck { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>Choices that are not durations.</summary>
public sealed record Policies
{
    /// <summary>Fences of one host (within <see cref="Timers.FenceWindow"/>) after which it is not admitted until released.</summary>
    public int MaxFences { get; init; } = 3;

    /// <summary>Whether a host whose agent alone is lost is fenced (true) or only reported.</summary>
    public bool FenceWhenAgentLost { get; init; }

    /// <summary>Whether a host counts as fenced only when the device has proven it off and its watchdog must have reset it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool RequireTwoProofs { get; init; }

    /// <summary>Starts of VMs under way at once on one host.</summary>
    public int StartsAtOnce { get; init; } = 4;

    /// <summary>Whether a host that was fenced gets its power back once its recovery is recorded.</summary>
    public PowerOnPolicy PowerOnAfterFence { get; init; } = PowerOnPolicy.StayOff;

    /// <summary>What becomes of a host's VMs when it is shut down in an orderly way.</summary>
    public ShutdownPolicy Shutdown { get; init; } = ShutdownPolicy.Release;
}

/// <summary>What becomes of a fenced host.</summary>
public enum PowerOnPolicy
{
    /// <summary>It stays off until a person switches it on.</summary>
    StayOff,

    /// <summary>It is switched on, as often as <see cref="Policies.MaxFences"/> allows.</summary>
    On,
}

/// <summary>What an orderly shutdown of a host does with its VMs.</summary>
public enum ShutdownPolicy
{
    /// <summary>They are stopped, given up and started elsewhere.</summary>
    Release,

    /// <summary>They are stopped and wait for the host.</summary>
    Freeze,
}

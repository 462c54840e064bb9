using System.Text.Json.Serialization;

namespace ActorHa.Ports.Api;

/// <summary>Puts a configuration in force.</summary>
/// <param name="Text">HOCON that stands for itself: no includes, nothing from the environment.</param>
/// <param name="ExpectedNumber">Number that the printed difference was against; refused when another is in force by now.</param>
/// <param name="Operator">Who.</param>
public sealed record ApplyConfigCommand(string Text, long ExpectedNumber, string Operator);

/// <summary>What to do with a VM.</summary>
/// <param name="Vm">Its name.</param>
/// <param name="Action">What.</param>
/// <param name="Target">Where to move it; null = where it fits best. Only with <see cref="VmAction.Move"/>.</param>
/// <param name="Operator">Who.</param>
public sealed record VmCommand(string Vm, VmAction Action, string? Target, string Operator);

/// <summary>What to do with a VM.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VmAction>))]
public enum VmAction
{
    /// <summary>It is wanted: started where it fits.</summary>
    [JsonStringEnumMemberName("start")]
    Start,

    /// <summary>It is not wanted: stopped, and it stays so.</summary>
    [JsonStringEnumMemberName("stop")]
    Stop,

    /// <summary>To another host.</summary>
    [JsonStringEnumMemberName("move")]
    Move,
}

/// <summary>Hands off, or on again.</summary>
/// <param name="On">Begin or end.</param>
/// <param name="ForSeconds">It ends by itself after this, s; null = by hand. Only with <paramref name="On"/>.</param>
/// <param name="Operator">Who.</param>
public sealed record MaintenanceCommand(bool On, long? ForSeconds, string Operator);

/// <summary>Switches a host by its fence device.</summary>
/// <param name="Host">Which.</param>
/// <param name="Action">Off or on.</param>
/// <param name="Operator">Who.</param>
/// <param name="Force">Also when it owns VMs, whose unwritten data is lost.</param>
public sealed record PowerCommand(string Host, PowerAction Action, string Operator, bool Force = false);

/// <summary>Forgets a host's fences: it may be admitted again.</summary>
/// <param name="Host">Which.</param>
/// <param name="Operator">Who.</param>
public sealed record HostReleaseCommand(string Host, string Operator);

/// <summary>Off or on.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PowerAction>))]
public enum PowerAction
{
    /// <summary>Forced off, without asking the host.</summary>
    [JsonStringEnumMemberName("off")]
    Off,

    /// <summary>On.</summary>
    [JsonStringEnumMemberName("on")]
    On,
}

/// <summary>Drills a host without VMs: off, proven, on, joined, admitted, measured.</summary>
/// <param name="Host">Which.</param>
/// <param name="Operator">Who.</param>
public sealed record FenceDrillCommand(string Host, string Operator);

/// <summary>States that a host's power is physically removed.</summary>
/// <param name="Host">Which.</param>
/// <param name="TypedName">The name as the person typed it; must be the same.</param>
/// <param name="Operator">Who.</param>
public sealed record FenceConfirmCommand(string Host, string TypedName, string Operator);

/// <summary>Accepts a journal that was put back to an older state.</summary>
/// <param name="TypedName">The cluster's name as the person typed it.</param>
/// <param name="Operator">Who.</param>
public sealed record JournalAcceptCommand(string TypedName, string Operator);

using System.Text.Json.Serialization;

namespace ActorHa.Ports.Api;

/// <summary>What one member knows of the cluster.</summary>
/// <param name="Cluster">Name of the cluster.</param>
/// <param name="Member">Name of the answering member.</param>
/// <param name="Role"><c>host</c> or <c>witness</c>.</param>
/// <param name="Quorate">A majority accepted a write of this member lately.</param>
/// <param name="QuorateDetail">Since when, or why not.</param>
/// <param name="Lineage">The journal's line.</param>
/// <param name="Index">Newest entry that this member has seen.</param>
/// <param name="ConfigNumber">Configuration in force; 0 = none was applied yet.</param>
/// <param name="Maintenance">Whether the cluster keeps its hands off.</param>
/// <param name="Alarms">What needs a person, worst first.</param>
/// <param name="Refusals">What is not done at the moment, and why.</param>
/// <param name="Members">All members, this one included, by name.</param>
/// <param name="Vms">All VMs by name.</param>
/// <param name="Beats">Heartbeats of this member since its agent's start.</param>
public sealed record StatusDto(
    string Cluster,
    string Member,
    string Role,
    bool Quorate,
    string QuorateDetail,
    long Lineage,
    long Index,
    long ConfigNumber,
    MaintenanceDto Maintenance,
    IReadOnlyList<AlarmDto> Alarms,
    IReadOnlyList<RefusalDto> Refusals,
    IReadOnlyList<MemberDto> Members,
    IReadOnlyList<VmDto> Vms,
    BeatsDto? Beats = null);

/// <summary>Heartbeats since the agent's start.</summary>
/// <param name="Sent">Beats sent, each to all peers.</param>
/// <param name="Late">Of these, more than an interval after their time.</param>
/// <param name="Heard">Beats of peers that were accepted.</param>
/// <param name="Refused">Datagrams that were dropped, by reason; reasons that never occurred are absent.</param>
public sealed record BeatsDto(long Sent, long Late, long Heard, IReadOnlyDictionary<string, long> Refused);

/// <summary>Maintenance: nothing is started, stopped or fenced.</summary>
/// <param name="On">It is on.</param>
/// <param name="Until">When it ends by itself; null = when somebody ends it.</param>
public sealed record MaintenanceDto(bool On, DateTimeOffset? Until = null);

/// <summary>Something that needs a person.</summary>
/// <param name="Name">Name of the runbook page.</param>
/// <param name="Because">What is wrong.</param>
/// <param name="Since">Since when.</param>
public sealed record AlarmDto(string Name, string Because, DateTimeOffset? Since = null);

/// <summary>Something that is not done.</summary>
/// <param name="Subject">The VM or host.</param>
/// <param name="Because">Why not.</param>
public sealed record RefusalDto(string Subject, string Because);

/// <summary>One member, as the answering member sees it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Role"><c>host</c> or <c>witness</c>.</param>
/// <param name="Verdict"><c>alive</c>, <c>degraded</c>, <c>silent</c>, <c>agent-silent</c>, <c>powered-off</c>, <c>contradiction</c>, <c>unknown</c>.</param>
/// <param name="Incarnation">Number of its boot; 0 = never joined.</param>
/// <param name="Admitted">It may own VMs.</param>
/// <param name="Closed">It has an open fence request.</param>
/// <param name="Leaving">It is being shut down: it hands its VMs over and takes none.</param>
/// <param name="Protection">Whether fencing it would work; null for a witness.</param>
/// <param name="ConfigNumber">The configuration that it says it has; null = not heard.</param>
/// <param name="BeatAgeMs">Age of its last valid beat, ms; null = itself, or never heard.</param>
/// <param name="MemoryUsedMb">Memory that its VMs take, MiB.</param>
/// <param name="MemoryTotalMb">Memory that VMs may take, MiB.</param>
/// <param name="Fences">Fences within the window.</param>
public sealed record MemberDto(
    string Name,
    string Role,
    string Verdict,
    long Incarnation,
    bool Admitted,
    bool Closed,
    bool Leaving,
    ProtectionDto? Protection,
    long? ConfigNumber,
    long? BeatAgeMs,
    long MemoryUsedMb,
    long MemoryTotalMb,
    int Fences);

/// <summary>Whether fencing would work, by the last check.</summary>
/// <param name="Ready">Armed and lately proven.</param>
/// <param name="Detail">Why, or why not.</param>
/// <param name="AgeMs">Age of the check, ms; null = never checked.</param>
/// <param name="ProvenAgeMs">Age of the newest check that found all well, ms; null = none in this agent's run.</param>
/// <param name="RoundTripMs">Duration of the device's answer to the power question, ms.</param>
/// <param name="Switched">When the device was last proven to have switched the host off; null = never, or not known here.</param>
/// <param name="Drill">The newest drill: its grade and its age; null = none.</param>
public sealed record ProtectionDto(
    bool Ready,
    string Detail,
    long? AgeMs,
    long? ProvenAgeMs = null,
    long? RoundTripMs = null,
    DateTimeOffset? Switched = null,
    string? Drill = null);

/// <summary>One VM.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Priority">Higher first.</param>
/// <param name="Wanted">False: an operator stopped it.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Host">Its owner; null = none.</param>
/// <param name="Epoch">Number of the ownership; 0 = never owned.</param>
/// <param name="Since">Since when it is in this state.</param>
/// <param name="Reason">Why it is so, in the decider's words.</param>
/// <param name="MemoryMb">What it takes, MiB.</param>
/// <param name="Failover">It is recovered elsewhere.</param>
public sealed record VmDto(
    string Name,
    int Priority,
    bool Wanted,
    VmState State,
    string? Host,
    long Epoch,
    DateTimeOffset? Since,
    string Reason,
    long MemoryMb,
    bool Failover);

/// <summary>Where a VM stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VmState>))]
public enum VmState
{
    /// <summary>Not running, and not wanted.</summary>
    [JsonStringEnumMemberName("stopped")]
    Stopped,

    /// <summary>Wanted, without an owner: for want of room, of a host, of proof.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>It has an owner that has not begun.</summary>
    [JsonStringEnumMemberName("assigned")]
    Assigned,

    /// <summary>Its start is ordered.</summary>
    [JsonStringEnumMemberName("starting")]
    Starting,

    /// <summary>Confirmed running.</summary>
    [JsonStringEnumMemberName("active")]
    Active,

    /// <summary>All tries failed; tried again with pauses.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

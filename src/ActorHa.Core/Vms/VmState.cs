using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ActorHa.Core;

/// <summary>What is known of a VM.</summary>
public sealed record VmState
{
    /// <summary>Nothing was decided about it yet: wanted, nowhere.</summary>
    public static readonly VmState New = new();

    /// <summary>What the operator wants; a stop stays a stop (case 46).</summary>
    public bool Wanted { get; init; } = true;

    /// <summary>Who may run it.</summary>
    public Owner? Owner { get; init; }

    /// <summary>Number of the ownership; every order carries it, every answer repeats it.</summary>
    public Epoch Epoch { get; init; }

    /// <summary>The newest permission to start it, given by the host's agent to itself.</summary>
    public StartPermission? Start { get; init; }

    /// <summary>The newest permission to stop it, given by the host's agent to itself: a wish that was only read stops nothing.</summary>
    public StartPermission? Stop { get; init; }

    /// <summary>Confirmed running.</summary>
    public bool Active { get; init; }

    /// <summary>Failures (ends, failed starts) on this host since it was last steady.</summary>
    public int Failures { get; init; }

    /// <summary>Hosts on which it failed too often; cleared when it is steady or started by an operator.</summary>
    public ImmutableSortedSet<MemberName> GaveUpOn { get; init; } = [];

    /// <summary>Its home when it may not move: the host that last owned it.</summary>
    public MemberName? LastHost { get; init; }

    /// <summary>Where an operator wants it next.</summary>
    public MemberName? MoveTo { get; init; }

    /// <summary>Why it runs nowhere, when that was recorded.</summary>
    public string? Waiting { get; init; }

    /// <summary>
    /// Entry of the configuration that brought it, where the journal had been put back before: it may have been configured, and
    /// run, in the line that was lost. 0 = it has always been there.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Added { get; init; }

    /// <summary>Entry that last changed its state: "since" in the status.</summary>
    public long Since { get; init; }

    /// <summary>A process that ran without permission and is to be stopped: host, and the entry that says so.</summary>
    public StrayOrder? Stray { get; init; }
}

/// <summary>The one host and life of it that may run a VM.</summary>
public sealed record Owner(MemberName Host, Incarnation Incarnation);

/// <summary>Kernel rule 2: the committed permission of one agent process to start (or stop) a VM once.</summary>
/// <param name="Run">The agent process.</param>
/// <param name="Index">Its entry: the number of the start order.</param>
public sealed record StartPermission(AgentRun Run, long Index);

/// <summary>A VM process without permission, to be stopped by the agent that found it.</summary>
public sealed record StrayOrder(MemberName Host, Incarnation Incarnation, AgentRun Run, long Index);

using System.Collections.Immutable;
using ActorHa.Core;

namespace ActorHa.Agent.Composition;

/// <summary>Who this agent process is.</summary>
/// <param name="Name">The member.</param>
/// <param name="Cluster">Its cluster.</param>
/// <param name="IsHost">False for a witness.</param>
/// <param name="Boot">This boot of this machine.</param>
/// <param name="Run">This process.</param>
/// <param name="Macs">Own network addresses.</param>
/// <param name="CanSleep">Why the host could come back from sleep; empty when it cannot.</param>
/// <param name="Version">The agent's version.</param>
public sealed record MemberIdentity(
    MemberName Name, string Cluster, bool IsHost, BootId Boot, AgentRun Run, ImmutableArray<string> Macs, string CanSleep, string Version);

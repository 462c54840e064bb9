using ActorHa.Ports;

namespace ActorHa.Drivers.Fencing.FenceAgent;

/// <summary>
/// Bounds the offs of one switching. The devices behind the agents take no time in their messages, so the bound is made
/// of what we hold ourselves: no process gets its options later than <see cref="LatestStart"/> after the stamp, none lives
/// longer than its patience, and what the kernel still sends for a dead process it sends for <see cref="Orphan"/>.
/// </summary>
/// <param name="TakenAt">When it was taken, on the unit's clock.</param>
public sealed record FenceAgentStamp(long TakenAt) : SwitchStamp
{
    /// <summary>Latest moment after the stamp at which an agent is told to switch off.</summary>
    public static readonly TimeSpan LatestStart = TimeSpan.FromSeconds(20);

    /// <summary>Longest life of an agent's process.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long Linux sends on what a dead process had written to a TCP connection: 8 retries from 0.2 s on, each twice as
    /// late (tcp_orphan_retries in the kernel's ip-sysctl).
    /// </summary>
    public static readonly TimeSpan Orphan = TimeSpan.FromSeconds(102);
}

using System.Collections.Immutable;

namespace ActorHa.Configuration;

/// <summary>
/// Agents of the fence-agents project that cut no power, or cannot read it: their "off" is about something else, and the
/// host runs on. By the descriptions and actions in their metadata (fence-agents 4.12.1).
/// </summary>
public static class PowerlessAgents
{
    private const string Storage = "it cuts the host from its storage; the host runs on";
    private const string NoStatus = "it cannot read the power, so it can prove nothing";

    private static readonly ImmutableSortedDictionary<string, string> Reasons = new Dictionary<string, string>
    {
        ["fence_scsi"] = Storage,
        ["fence_mpath"] = Storage,
        ["fence_brocade"] = Storage,
        ["fence_sanbox2"] = Storage,
        ["fence_cisco_mds"] = Storage,
        ["fence_ifmib"] = "it cuts a network port; the host runs on",
        ["fence_sbd"] = "it asks the host to end itself, and cannot see whether it did",
        ["fence_watchdog"] = "it is the host's own watchdog, which is a level of its own here",
        ["fence_kdump"] = "it hears that a crashed kernel writes its dump; the host keeps its power",
        ["fence_ack_manual"] = "it is a person's word, for which there is `actorha fence confirm HOST`",
        ["fence_crosslink"] = "its off is a ping without answer",
        ["fence_heuristics_ping"] = "it asks whether others answer a ping, and cuts nothing",
        ["fence_compute"] = "it is about a service of OpenStack, not about power",
        ["fence_evacuate"] = "it is about a service of OpenStack, not about power",
        ["fence_ovh"] = NoStatus,
        ["fence_rcd_serial"] = NoStatus,
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Why an agent cannot be a fence device here; null when nothing is known against it.</summary>
    public static string? WhyNot(string agent) => Reasons.GetValueOrDefault(agent);
}

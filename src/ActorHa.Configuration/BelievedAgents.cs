using System.Collections.Immutable;

namespace ActorHa.Configuration;

/// <summary>What is thought of an agent's "off".</summary>
/// <param name="Believed">Two such readings are proof.</param>
/// <param name="Why">How it decides, as the rest of a sentence that begins with "it".</param>
public sealed record AgentJudgement(bool Believed, string Why);

/// <summary>
/// Which agents' "off" can be believed: those that say off only where the device said off of this very plug, and fail
/// otherwise. An agent that says off for whatever is not on would start the VMs of a running host elsewhere.
/// </summary>
/// <remarks>
/// Source of each line: the function <c>get_power_status</c> of the agent itself in fence-agents 4.12.1 (Debian 12), read
/// for this table, unless another is named. What the common library does with the answer: <c>fence_action</c> in
/// fencing.py fails where the status is neither "on" nor "off". Tried with the programs: fence_ipmilan and
/// fence_intelmodular. An agent that nobody has read is not believed.
/// </remarks>
public static class BelievedAgents
{
    private const string AllButOn = "reads off also when it cannot read: whatever is not on";
    private const string KeepsMemory = "reads off also a suspended machine, which comes back with its memory";

    private static readonly ImmutableSortedDictionary<string, string> Believed = new Dictionary<string, string>
    {
        // ipmitool's "Chassis Power is off"; no such words: an error. The longer names are links to fence_ipmilan.
        ["fence_ipmilan"] = "takes ipmitool's word after \"Chassis Power is\"",
        ["fence_ipmilanplus"] = "is fence_ipmilan",
        ["fence_idrac"] = "is fence_ipmilan",
        ["fence_ilo3"] = "is fence_ipmilan",
        ["fence_ilo4"] = "is fence_ipmilan",
        ["fence_ilo5"] = "is fence_ipmilan",
        ["fence_imm"] = "is fence_ipmilan",
        ["fence_redfish"] = "reads off only where PowerState is Off; what is unclear is on",
        ["fence_ilo"] = "takes the word in HOST_POWER",
        ["fence_ilo2"] = "is fence_ilo",
        ["fence_ilo_moonshot"] = "takes the word in the node's own row",
        ["fence_drac5"] = "takes racadm's ON or OFF; powering off is on",
        ["fence_rsa"] = "takes the word after \"Power:\"",
        ["fence_rsb"] = "takes on or off after \"Power Status\"",
        // Both have an option missing_as_off, which the configuration refuses.
        ["fence_bladecenter"] = "takes the word of power -state in the blade's own context",
        ["fence_hpblade"] = "takes the word after \"Power:\"",
        ["fence_apc"] = "takes ON or OFF in the outlet's own row",
        ["fence_eaton_snmp"] = "knows a value for on and one for off; another is an error",
        ["fence_eps"] = "knows 0 and 1 of the outlet; another is an error",
        ["fence_lindypdu"] = "knows a value for on and one for off; another is an error",
        ["fence_netio"] = "knows 0 and 1 of the outlet; another is no power state",
        ["fence_raritan"] = "knows powerState 1 and 2; another is an error",
        // get_power_fn: Paused and Suspended are on.
        ["fence_xenapi"] = "reads off only where power_state is Halted",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    private static readonly ImmutableSortedDictionary<string, string> NotBelieved = new Dictionary<string, string>
    {
        ["fence_intelmodular"] = AllButOn + ", an absent slot too (the driver modular-server reads the same chassis)",
        ["fence_apc_snmp"] = AllButOn,
        ["fence_tripplite_snmp"] = AllButOn,
        ["fence_ibmblade"] = AllButOn,
        ["fence_ipdu"] = AllButOn,
        ["fence_emerson"] = AllButOn,
        ["fence_cyberpower_ssh"] = "knows outlets by one digit: of ten or more it takes the last of 10 to 19 for outlet 1",
        ["fence_cdu"] = "knows outlets by their names: of two with one name the last counts",
        ["fence_raritan_px3"] = "takes the state of an outlet with a blank in its name for that of the outlet before",
        ["fence_drac"] = "takes the first on or off of an answer about all modules",
        ["fence_amt"] = "reads off for every power state but S0, sleep too",
        ["fence_ilo_ssh"] = "reads off for every EnabledState that does not begin with enabled",
        ["fence_ilo3_ssh"] = "is fence_ilo_ssh, which reads off for every EnabledState that does not begin with enabled",
        ["fence_ilo4_ssh"] = "is fence_ilo_ssh, which reads off for every EnabledState that does not begin with enabled",
        ["fence_ilo5_ssh"] = "is fence_ilo_ssh, which reads off for every EnabledState that does not begin with enabled",
        ["fence_ilo_mp"] = "reads off for every EnabledState that does not begin with enabled",
        ["fence_cisco_ucs"] = "reads off also a blade that is missing, and whatever is not on",
        ["fence_virsh"] = "reads off for every state but five: crashed, in shutdown, suspended too",
        ["fence_vmware_rest"] = KeepsMemory,
        ["fence_vmware_soap"] = KeepsMemory + ", and whatever is not poweredOn",
        ["fence_vmware_vcloud"] = KeepsMemory,
        // The API's status of a guest suspended to disk is "stopped", as of any without a process (known, not tried).
        ["fence_pve"] = KeepsMemory + " (suspended to disk)",
        ["fence_rhevm"] = "reads off also where the answer names no state",
        ["fence_lpar"] = "reads off for every state that it does not know",
        ["fence_zvmip"] = "reads off also a guest that is not defined",
        ["fence_kubevirt"] = "reads off also where the running instance is not found",
        ["fence_azure_arm"] = "reads off also where only the network was cut",
        ["fence_skalar"] = "reads off also suspended and unreachable machines",
        ["fence_dummy"] = "is made for tests: a missing file reads off",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>What is thought of this agent.</summary>
    public static AgentJudgement Of(string agent) =>
        Believed.TryGetValue(agent, out var how) ? new(true, how)
        : NotBelieved.TryGetValue(agent, out var why) ? new(false, why)
        : new(false, "is not in the table of agents whose way to off was read");

    /// <summary>All agents of the table, for the test that compares it with what the programs do.</summary>
    public static IEnumerable<string> All => Believed.Keys.Concat(NotBelieved.Keys);
}

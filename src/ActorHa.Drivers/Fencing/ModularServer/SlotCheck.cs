using ActorHa.Core;
using ActorHa.Ports;
using ActorHa.Snmp;

namespace ActorHa.Drivers.Fencing.ModularServer;

/// <summary>
/// Proves that a slot is the host's, before fencing is armed: a wrong slot would kill the survivor. The chassis knows no
/// host names, but it knows the network addresses in each slot (bladeNicTable).
/// </summary>
internal sealed class SlotCheck(
    ModularServerChassis chassis, int slot, Func<TimeSpan, CancellationToken, Task<PowerReading>> readAsync)
{
    /// <summary>Rows of the NIC table that are read at most: six slots hold far fewer.</summary>
    private const int MostNics = 128;

    public async Task<ProtectionCheck> RunAsync(IReadOnlyList<string> hostMacs, TimeSpan patience, CancellationToken cancel)
    {
        var began = chassis.Time.GetTimestamp();
        var reading = await readAsync(patience, cancel);
        var roundTrip = chassis.Time.GetElapsedTime(began);
        ProtectionCheck Not(string why) => new(false, why, roundTrip);

        if (reading.Power == Power.Unknown) return Not($"the power of slot {slot} cannot be read: {reading.Detail}");
        if (reading.Power == Power.Absent) return Not($"slot {slot} is empty ({reading.Detail})");

        var (rows, fault) = await chassis.Manager.WalkAsync(ChassisObjects.Nics, MostNics, patience - roundTrip, cancel);
        if (fault is not null) return Not($"the network addresses cannot be read: {ChassisObjects.Why(fault)}");
        if (rows.FirstOrDefault(row => ChassisObjects.Nic(row) is null) is { } odd)
            return Not($"a network address cannot be read: {odd.Name}");
        var nics = rows.Select(row => ChassisObjects.Nic(row)!.Value).ToLookup(nic => nic.Slot, nic => nic.Mac);
        var verdict = Mapping(hostMacs, nics, slot);
        return verdict is null
            ? new ProtectionCheck(true, $"{reading.Detail}; slot {slot} has the host's network addresses", roundTrip)
            : Not(verdict) with { Wrong = nics.Contains(slot) && hostMacs.Count > 0 };
    }

    /// <summary>Why the slot is not proven to be the host's; null when it is.</summary>
    internal static string? Mapping(IReadOnlyList<string> hostMacs, ILookup<int, string> nics, int slot)
    {
        var own = hostMacs.ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (own.Count == 0) return "the host has named no network addresses";
        var others = nics.Where(at => at.Key != slot && at.Any(own.Contains)).Select(at => at.Key).Order().ToArray();
        if (others.Length > 0)
        {
            var here = nics[slot].Any(own.Contains) ? "not only" : "not";
            return $"wrong slot: the host's network addresses are in slot {string.Join(" and ", others)}, {here} in {slot}";
        }
        if (!nics.Contains(slot)) return $"the chassis shows no network addresses in slot {slot} (has the blade been on since it was inserted?)";
        return nics[slot].Any(own.Contains)
            ? null
            : $"slot {slot} has none of the host's network addresses: {string.Join(", ", nics[slot])}, the host has {string.Join(", ", own.Order())}";
    }
}

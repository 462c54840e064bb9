using ActorHa.Core;
using ActorHa.Ports;
using ActorHa.Snmp;
using ActorHa.Snmp.Security;

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

    private readonly WriteCheck write = new(chassis, slot);
    private EngineMoment? known;
    private int wentBack;

    public async Task<ProtectionCheck> RunAsync(IReadOnlyList<string> hostMacs, TimeSpan patience, CancellationToken cancel)
    {
        var began = chassis.Time.GetTimestamp();
        var reading = await readAsync(patience, cancel);
        var roundTrip = chassis.Time.GetElapsedTime(began);
        ProtectionCheck Not(string why) => new(false, why, roundTrip);
        TimeSpan Left() => patience - chassis.Time.GetElapsedTime(began);

        if (reading.Power == Power.Unknown) return Not($"the power of slot {slot} cannot be read: {reading.Detail}");
        // Looked at all the same: where the host is found elsewhere, the next blade that is put in here would read off for it.
        var empty = reading.Power == Power.Absent ? $"slot {slot} is empty ({reading.Detail})" : null;

        var (rows, fault) = await chassis.Manager.WalkAsync(ChassisObjects.Nics, MostNics, Left(), cancel);
        if (fault is not null) return Not(empty ?? $"the network addresses cannot be read: {ChassisObjects.Why(fault)}");
        if (rows.FirstOrDefault(row => ChassisObjects.Nic(row) is null) is { } odd)
            return Not(empty ?? $"a network address cannot be read: {odd.Name}");
        var nics = rows.Select(row => ChassisObjects.Nic(row)!.Value)
            .Where(nic => empty is null || nic.Slot != slot).ToLookup(nic => nic.Slot, nic => nic.Mac);
        if (Mapping(hostMacs, nics, slot) is { } mapping)
            return Not(empty is null ? mapping.Why : mapping.Wrong ? $"{empty}; {mapping.Why}" : empty) with { Wrong = mapping.Wrong };

        var (may, said) = await write.RunAsync(Left(), cancel);
        if (may == MayWrite.No) return Not(said);
        if (Changed() is { } changed) return Not(changed);
        string[] notes = [.. said.Length > 0 ? new[] { said } : [], .. Notes()];
        return new ProtectionCheck(true, string.Join("; ", [$"{reading.Detail}; slot {slot} has the host's network addresses", .. notes]), roundTrip);
    }

    /// <summary>
    /// What is another than at the check before: told once as not protected, so that somebody looks; the check after it
    /// has proven everything anew, and goes by that.
    /// </summary>
    private string? Changed()
    {
        var (before, now, backBefore) = (known, chassis.Manager.Now, wentBack);
        (known, wentBack) = (now, chassis.ClockWentBack);
        if (before is not null && now is not null && !before.Engine.Equals(now.Engine))
            return $"the chassis' engine id has changed from {before.Engine} to {now.Engine}: has its management module been replaced or reset?";
        return wentBack > backBefore
            ? $"the chassis' clock went back ({before?.ToString() ?? "not heard before"}, now {now}): it forgets its boots, so a recorded order may come true again"
            : null;
    }

    private IEnumerable<string> Notes()
    {
        if (wentBack > 0) yield return $"warning: the chassis' clock went back {wentBack} times, it forgets its boots";
        foreach (var weak in chassis.Options.Warnings) yield return $"warning: {weak}";
    }

    /// <summary>
    /// Why the slot is not proven to be the host's; null when it is. Wrong: it is shown not to be. That is so wherever the
    /// host is found in another slot, also when this one shows nothing: a blade that was never on reads off, and would be
    /// the proof for a host that runs elsewhere.
    /// </summary>
    private static (string Why, bool Wrong)? Mapping(IReadOnlyList<string> hostMacs, ILookup<int, string> nics, int slot)
    {
        var own = hostMacs.ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (own.Count == 0) return ("the host has named no network addresses", false);
        var others = nics.Where(at => at.Key != slot && at.Any(own.Contains)).Select(at => at.Key).Order().ToArray();
        if (others.Length > 0)
        {
            var here = nics[slot].Any(own.Contains) ? "not only" : "not";
            return ($"wrong slot: the host's network addresses are in slot {string.Join(" and ", others)}, {here} in {slot}", true);
        }
        if (!nics.Contains(slot)) return ($"the chassis shows no network addresses in slot {slot} (has the blade been on since it was inserted?)", false);
        return nics[slot].Any(own.Contains)
            ? null
            : ($"slot {slot} has none of the host's network addresses: {string.Join(", ", nics[slot])}, the host has {string.Join(", ", own.Order())}", true);
    }
}

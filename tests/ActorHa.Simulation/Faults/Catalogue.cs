using System.Collections.Immutable;

namespace ActorHa.Simulation;

/// <summary>All faults that a seed can draw, by their names.</summary>
public static class Catalogue
{
    /// <summary>In the order in which they are drawn.</summary>
    public static readonly ImmutableArray<FaultKind> All = [.. HostFaults.All, .. NetworkFaults.All, .. JournalFaults.All, .. ChassisFaults.All, .. VmFaults.All, .. OperatorFaults.All, .. WatchdogFaults.All];

    /// <summary>Those that the enumeration lets begin at steps: its sites have no watchdogs.</summary>
    public static readonly ImmutableArray<FaultKind> OfSteps = [.. All.Where(k => k.Class != "watchdog")];

    private static readonly ImmutableDictionary<string, FaultKind> ByName = All.ToImmutableDictionary(k => k.Name);

    /// <summary>The fault of that name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static FaultKind Of(string name) => ByName.TryGetValue(name, out var kind) ? kind : throw new ArgumentException($"there is no fault \"{name}\"; known: {string.Join(", ", ByName.Keys.Order())}");

    /// <summary>Draws one.</summary>
    public static Fault Draw(Random random, double within, Func<FaultKind, bool>? among = null)
    {
        var from = All.Where(k => k.Weight > 0 && among?.Invoke(k) != false).ToList();
        var ticket = random.Next(from.Sum(k => k.Weight));
        var kind = from[^1];
        foreach (var k in from)
        {
            if (ticket < k.Weight) { kind = k; break; }
            ticket -= k.Weight;
        }
        var member = random.Next(kind.Whom == Whom.Host ? 2 : 3);
        // Short ones meet one step, long ones outlast the timers; some are never mended before the end.
        var length = random.Next(4) switch { 0 => random.NextDouble() * 2, 1 => random.NextDouble() * 12, 2 => random.NextDouble() * 60, _ => random.NextDouble() * 240 };
        return new Fault(random.NextDouble() * within, kind.Name, member, length, random.Next(1 << 20));
    }
}

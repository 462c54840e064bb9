using System.Collections.Immutable;

namespace ActorHa.Simulation;

/// <summary>What befalls watchdogs. Drawn only for sites that have them, from dice of their own: other seeds stay what they were.</summary>
internal static class WatchdogFaults
{
    public static readonly ImmutableArray<FaultKind> All =
    [
        new("watchdog refuses", "watchdog", 0, Whom.Host, (_, m, _) => { m.Watchdog.Refuses = true; return () => m.Watchdog.Refuses = false; }),
        // A timer that lies defeats whoever believes it alone: only where the device must say so, too.
        new("watchdog lies", "watchdog", 0, Whom.Host, (w, m, _) => { m.Watchdog.Broken = w.Journal.State.Config.Policies.RequireTwoProofs; return () => m.Watchdog.Broken = false; }),
    ];

    /// <summary>Those of a plan; where the chassis stands beside, it is often away, so that the timer has to prove.</summary>
    public static IEnumerable<Fault> Draw(Random own, WatchdogLevel level, double within)
    {
        if (level == WatchdogLevel.None) yield break;
        if (own.Next(3) == 0) yield return new Fault(own.NextDouble() * within, All[own.Next(All.Length)].Name, own.Next(2), own.NextDouble() * 90, own.Next(1 << 20));
        if (own.Next(2) == 0) yield return new Fault(own.NextDouble() * within, "isolated", own.Next(2), 20 + (own.NextDouble() * 60), own.Next(1 << 20));
        if (level == WatchdogLevel.Beside && own.Next(2) == 0) yield return new Fault(own.NextDouble() * within, "chassis silent", 0, own.NextDouble() * 150, own.Next(1 << 20));
    }
}

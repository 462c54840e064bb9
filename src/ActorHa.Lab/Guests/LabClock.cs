using System.Diagnostics;

namespace ActorHa.Lab.Guests;

/// <summary>
/// The one clock of all evidence: CLOCK_MONOTONIC in milliseconds, the same for every process of this machine (the
/// framework's high-resolution counter is that clock on Linux, clock_gettime(2)).
/// </summary>
public static class LabClock
{
    /// <summary>Now, milliseconds since the machine's start.</summary>
    public static double Now => Stopwatch.GetTimestamp() * 1000.0 / Stopwatch.Frequency;
}

using System.Runtime.InteropServices;

namespace ActorHa.Drivers.Fencing;

/// <summary>
/// The kernel's CLOCK_BOOTTIME (clock_gettime(2)): monotonic, and it counts the time in which the machine was suspended,
/// which the framework's own clock (CLOCK_MONOTONIC) does not. An executor that slept must see that it did.
/// </summary>
internal sealed class BootClock : TimeProvider
{
    private const int Boottime = 7;

    /// <summary>The framework's own clock where there is no such kernel.</summary>
    public static TimeProvider Instance { get; } = OperatingSystem.IsLinux() ? new BootClock() : System;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => ClockGetTime(Boottime, out var at) == 0
        ? (at.Seconds * TimestampFrequency) + at.Nanoseconds
        : throw new InvalidOperationException("the kernel has no CLOCK_BOOTTIME");

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int ClockGetTime(int clock, out TimeSpec at);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}

using System.Runtime.InteropServices;

namespace ActorHa.Agent.Heartbeats;

/// <summary>The priority that a thread got.</summary>
public enum BeatScheduling
{
    /// <summary>The system's ordinary one: a busy processor can delay beats by a second.</summary>
    Plain,

    /// <summary>Ordinary scheduling, preferred (nice -15).</summary>
    Nice,

    /// <summary>Round robin in real time (SCHED_RR, priority 10): ahead of everything ordinary.</summary>
    RealTime,
}

/// <summary>What a thread got, and why not more.</summary>
public sealed record BeatPriority(BeatScheduling Kind, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => Detail;
}

/// <summary>
/// Raises the calling thread. The runtime's own thread priorities do nothing on Linux, hence the system calls. Needs root,
/// CAP_SYS_NICE or a unit's LimitRTPRIO/LimitNICE. It does not protect against a garbage collection, which stops every
/// managed thread.
/// </summary>
internal static partial class ThreadPriority
{
    private const int RoundRobin = 2, ResetOnFork = 0x40000000, Level = 10; // sched_setscheduler(2)
    private const int OfProcess = 0, Niceness = -15; // setpriority(2): on Linux "process 0" is the calling thread

    public static BeatPriority Raise()
    {
        if (!OperatingSystem.IsLinux()) return new BeatPriority(BeatScheduling.Plain, "plain: no better is known on this system");
        var level = Level;
        if (SetScheduler(0, RoundRobin | ResetOnFork, in level) == 0) return new BeatPriority(BeatScheduling.RealTime, $"real time (SCHED_RR, {Level})");
        var noRealTime = $"SCHED_RR: {Marshal.GetLastPInvokeErrorMessage()}";
        if (SetPriority(OfProcess, 0, Niceness) == 0) return new BeatPriority(BeatScheduling.Nice, $"nice {Niceness} ({noRealTime})");
        return new BeatPriority(BeatScheduling.Plain, $"plain ({noRealTime}; nice: {Marshal.GetLastPInvokeErrorMessage()})");
    }

    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SetScheduler(int thread, int policy, in int priority);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, uint who, int niceness);
}

namespace ActorHa.World;

/// <summary>
/// How often the shells look. Stories are told with steady ticks, so that a change of the shell's own rhythm does not rewrite
/// them; the simulation keeps the agent's.
/// </summary>
public sealed record Cadence(
    TimeSpan Beat, TimeSpan Watch, TimeSpan WatchInGap, TimeSpan Mind, TimeSpan MindBusy, TimeSpan Look, TimeSpan SearchTakes, TimeSpan ProtectionCheck, bool ChecksAtOnce)
{
    /// <summary>For stories.</summary>
    public static readonly Cadence Steady = new(Ms(100), Ms(50), Ms(50), Ms(100), Ms(100), Ms(3000), TimeSpan.Zero, Ms(20_000), false);

    /// <summary>The agent's own: NodeWatcherActor, QuorumActor, HostWatcherActor, FencerActor.</summary>
    public static readonly Cadence Agent = new(Ms(100), Ms(100), Ms(25), Ms(200), Ms(25), Ms(5000), Ms(40), Ms(30_000), true);

    private static TimeSpan Ms(int ms) => TimeSpan.FromMilliseconds(ms);
}

/// <summary>Steps of the protocol, before and after which faults are tried.</summary>
public enum StepKind
{
    /// <summary>An append.</summary>
    Append,

    /// <summary>A SET to the chassis.</summary>
    Set,

    /// <summary>A reading of the chassis.</summary>
    Reading,

    /// <summary>A start of a VM process.</summary>
    Start,

    /// <summary>A stop of a VM process: what a release rests on.</summary>
    Stop,
}

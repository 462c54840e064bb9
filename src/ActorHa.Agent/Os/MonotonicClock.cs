using ActorHa.Core;

namespace ActorHa.Agent.Os;

/// <summary>
/// This process's one monotonic clock: never set, never stepped back, the same for all actors and the heartbeat. On Linux
/// it is CLOCK_MONOTONIC, which stands still while a host is suspended; hosts that can be suspended are not protected.
/// </summary>
public sealed class MonotonicClock(TimeProvider time)
{
    private readonly Int128 _frequency = time.TimestampFrequency;

    /// <summary>The clock of the system.</summary>
    public static MonotonicClock System { get; } = new(TimeProvider.System);

    /// <summary>Now.</summary>
    public Instant Now => new((long)(time.GetTimestamp() * (Int128)TimeSpan.TicksPerSecond / _frequency));
}

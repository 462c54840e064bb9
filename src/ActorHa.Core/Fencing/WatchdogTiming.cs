namespace ActorHa.Core;

/// <summary>A host's watchdog timer: the level that needs no device outside of the host (DESIGN 5.4).</summary>
/// <param name="Device">Its device: <c>/dev/watchdog0</c>.</param>
/// <param name="Timeout">Time without a feeding after which it resets the host; whole seconds, as the kernel counts.</param>
/// <param name="ForceSoftdog">Whether the kernel's software timer is accepted: it dies with the kernel that it should reset.</param>
/// <param name="NeedsNowayout">Whether a timer that can be switched off by its user is refused.</param>
public sealed record WatchdogConfig(string Device, TimeSpan Timeout, bool ForceSoftdog, bool NeedsNowayout);

/// <summary>The arithmetic of the watchdog level.</summary>
public static class WatchdogTiming
{
    /// <summary>Clocks (two hosts', and a timer chip's) run alike within this part.</summary>
    public const double Drift = 0.01;

    /// <summary>Pause before the init system starts a new agent: RestartSec of ops/systemd/actorha-agent.service.</summary>
    public static readonly TimeSpan RestartPause = TimeSpan.FromMilliseconds(200);

    /// <summary>A new agent's way to its first feeding: runtime, journal read, one write accepted. An upper bound, also on a busy host.</summary>
    public static readonly TimeSpan AgentStart = TimeSpan.FromSeconds(5);

    /// <summary>A mind that stands still for this long ends its agent (<c>AgentHost.StuckAfter</c>).</summary>
    public static readonly TimeSpan StuckMind = TimeSpan.FromSeconds(10);

    /// <summary>Time from the end of an agent to the first feeding by the next one.</summary>
    public static TimeSpan AgentRestart => RestartPause + AgentStart;

    /// <summary>
    /// Time after which a host is taken for reset that was armed so and has an open request, counted from when the waiting
    /// member learned of it. <paramref name="feedFor"/> after the start of its last write it looks for the last time and may
    /// feed; it may be paused between looking and feeding, for one <paramref name="timeout"/> less a moment, or the timer
    /// runs out first; the kernel feeds once more when the process dies and its device is closed (watchdog_release in
    /// drivers/watchdog/watchdog_dev.c), up to one time-out later; then the timer runs for one.
    /// </summary>
    /// <param name="feedFor">How long after the start of a committed write the host feeds (its <c>quorum-timeout</c>).</param>
    /// <param name="timeout">Its timer's time-out, as read back.</param>
    public static TimeSpan Wait(TimeSpan feedFor, TimeSpan timeout) => (feedFor + (3 * timeout)) * (1 + Drift);
}

using System.Text.RegularExpressions;
using ActorHa.Core;
using ActorHa.Hocon;

namespace ActorHa.Configuration;

/// <summary>The watchdog of one host, and the inequalities that its time-out must keep.</summary>
internal static partial class WatchdogReader
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestTakeover = TimeSpan.FromHours(1);

    /// <param name="host">The host's object.</param>
    /// <param name="timers">The cluster's timers, read before.</param>
    public static WatchdogConfig? Read(Section host, Timers timers)
    {
        if (host.Optional("watchdog", Reference.Template("watchdog")) is not { } section) return null;
        // /dev/watchdog is another name of one of these; only by its number is the device found in /sys/class/watchdog.
        var device = section.Parsed("device", "/dev/watchdog and a number, as /dev/watchdog0", t => DevicePath().IsMatch(t) ? t : null);
        var timeout = section.Duration("timeout", Least, Most);
        var takeover = section.Duration("takeover-within", Least, LongestTakeover);
        var config = new WatchdogConfig(device ?? "", timeout, section.Boolean("force-softdog"), section.Boolean("nowayout"));
        if (section.IsBad("timeout")) return config;
        var found = $"timeout = {Units.Print(timeout)}";
        if (timeout.Ticks % TimeSpan.TicksPerSecond != 0)
            section.Violate("timeout", found, "whole seconds", "the kernel counts a watchdog's time-out in seconds");
        if (timeout <= WatchdogTiming.AgentRestart)
            section.Violate("timeout", found, $"more than {Units.Print(WatchdogTiming.AgentRestart)}", "a restarted agent must feed again before the watchdog resets its host");
        if (timers.QuorumTimeout + timeout <= WatchdogTiming.StuckMind + WatchdogTiming.AgentRestart)
            section.Violate("timeout", $"{found}, quorum-timeout = {Units.Print(timers.QuorumTimeout)}",
                $"quorum-timeout + timeout > {Units.Print(WatchdogTiming.StuckMind + WatchdogTiming.AgentRestart)}", "an agent whose mind is stuck ends itself and must be back before the watchdog resets its host");
        var wait = WatchdogTiming.Wait(timers.QuorumTimeout, timeout);
        if (!section.IsBad("takeover-within") && wait > takeover)
            section.Violate(section.Sets("takeover-within") ? "takeover-within" : "timeout",
                $"takeover-within = {Units.Print(takeover)}, {found}, quorum-timeout = {Units.Print(timers.QuorumTimeout)}",
                $"takeover-within >= (quorum-timeout + 3 × timeout) + 1 % = {Math.Ceiling(wait.TotalSeconds):0}s", "nobody may take this host's VMs over before its watchdog must have reset it");
        return config;
    }

    [GeneratedRegex("^/dev/watchdog[0-9]{1,3}$")]
    private static partial Regex DevicePath();
}

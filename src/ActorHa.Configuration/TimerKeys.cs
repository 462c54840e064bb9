using ActorHa.Core;
using ActorHa.Hocon;

namespace ActorHa.Configuration;

/// <summary>One duration of <see cref="Timers"/> and its key.</summary>
/// <param name="Key">As in the file: <c>suspect-after</c>.</param>
/// <param name="Get">Reads it.</param>
/// <param name="With">Sets it.</param>
public sealed record TimerKey(string Key, Func<Timers, TimeSpan> Get, Func<Timers, TimeSpan, Timers> With);

/// <summary>All timers with their keys, and the inequalities that must hold between them.</summary>
public static class TimerKeys
{
    /// <summary>One line per property of <see cref="Timers"/>; a test proves that none is missing.</summary>
    public static readonly IReadOnlyList<TimerKey> All =
    [
        new("beat", t => t.Beat, (t, d) => t with { Beat = d }),
        new("look-after", t => t.LookAfter, (t, d) => t with { LookAfter = d }),
        new("suspect-after", t => t.SuspectAfter, (t, d) => t with { SuspectAfter = d }),
        new("challenge", t => t.Challenge, (t, d) => t with { Challenge = d }),
        new("mind-timeout", t => t.MindTimeout, (t, d) => t with { MindTimeout = d }),
        new("agent-grace", t => t.AgentGrace, (t, d) => t with { AgentGrace = d }),
        new("quorum-timeout", t => t.QuorumTimeout, (t, d) => t with { QuorumTimeout = d }),
        new("pulse", t => t.Pulse, (t, d) => t with { Pulse = d }),
        new("takeover-after", t => t.TakeoverAfter, (t, d) => t with { TakeoverAfter = d }),
        new("settle", t => t.Settle, (t, d) => t with { Settle = d }),
        new("set-lifetime", t => t.SetLifetime, (t, d) => t with { SetLifetime = d }),
        new("startup-grace", t => t.StartupGrace, (t, d) => t with { StartupGrace = d }),
        new("fence-window", t => t.FenceWindow, (t, d) => t with { FenceWindow = d }),
        new("reread", t => t.Reread, (t, d) => t with { Reread = d }),
        new("retry-first", t => t.RetryFirst, (t, d) => t with { RetryFirst = d }),
        new("retry-most", t => t.RetryMost, (t, d) => t with { RetryMost = d }),
        new("device-patience", t => t.DevicePatience, (t, d) => t with { DevicePatience = d }),
        new("protection-check", t => t.ProtectionCheck, (t, d) => t with { ProtectionCheck = d }),
    ];

    private sealed record Law(string[] Keys, Func<Timers, bool> Holds, string Expected, string Why);

    private static readonly Law[] Laws =
    [
        new(["beat"], t => t.Beat >= TimeSpan.FromMilliseconds(20),
            "beat >= 20ms", "more often costs wake-ups on every member and sees a loss no sooner"),
        new(["beat", "look-after"], t => 3 * t.Beat <= t.LookAfter,
            "3 × beat <= look-after", "one or two lost packets must not question the chassis"),
        new(["look-after", "suspect-after"], t => t.LookAfter < t.SuspectAfter,
            "look-after < suspect-after", "the peer's power and status are asked before it is suspected"),
        new(["challenge", "suspect-after", "look-after"], t => t.LookAfter >= t.SuspectAfter || t.Challenge < t.SuspectAfter - t.LookAfter,
            "challenge < suspect-after - look-after", "the challenge is part of suspect-after and begins when the answers to the first look are in"),
        new(["mind-timeout", "suspect-after"], t => t.MindTimeout <= t.SuspectAfter,
            "mind-timeout <= suspect-after", "a beating thread must not hide a stuck agent for longer than silence would be borne"),
        new(["mind-timeout", "beat"], t => t.MindTimeout >= 5 * t.Beat,
            "mind-timeout >= 5 × beat", "a mind that is busy for a few beats is not stuck"),
        new(["pulse", "quorum-timeout"], t => 2 * t.Pulse <= t.QuorumTimeout,
            "2 × pulse <= quorum-timeout", "one write that is lost or late must not end the quorum"),
        new(["settle"], t => t.Settle >= TimeSpan.FromMilliseconds(50),
            "settle >= 50ms", "two readings closer together may both come from one refresh of the device"),
        new(["set-lifetime"], t => t.SetLifetime >= TimeSpan.FromSeconds(155),
            "set-lifetime >= 155s", "the chassis accepts a message for 150 s (RFC 3414, section 3.2), and clocks drift"),
        new(["takeover-after", "challenge", "device-patience"], t => t.TakeoverAfter > t.Challenge + t.DevicePatience,
            "takeover-after > challenge + device-patience", "an executor that only waits for its device is not to be taken over"),
        new(["agent-grace", "suspect-after"], t => t.AgentGrace >= t.SuspectAfter,
            "agent-grace >= suspect-after", "an agent's absence is known only when its beats have been missing that long"),
        new(["retry-first", "retry-most"], t => t.RetryFirst <= t.RetryMost,
            "retry-first <= retry-most", "pauses grow from the first to the longest"),
    ];

    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromDays(30);

    internal static Timers Read(Section section)
    {
        var timers = new Timers();
        foreach (var key in All) timers = key.With(timers, section.Duration(key.Key, Least, Most));
        foreach (var law in Laws)
            if (!law.Keys.Any(section.IsBad) && !law.Holds(timers))
            {
                // The default of another key may be half of the fault: blame a key that the file itself sets.
                var blamed = law.Keys.FirstOrDefault(section.Sets) ?? law.Keys[0];
                var found = string.Join(", ", law.Keys.Select(k => $"{k} = {Units.Print(All.Single(a => a.Key == k).Get(timers))}"));
                section.Violate(blamed, found, law.Expected, law.Why);
            }
        return timers;
    }
}

namespace ActorHa.Core;

/// <summary>What the thread that holds the timer's device is to do.</summary>
public enum WatchdogMode
{
    /// <summary>Touch nothing: what is open stays as it is, and is not fed.</summary>
    Leave,

    /// <summary>Open and feed without a condition: nobody relies on it yet.</summary>
    Hold,

    /// <summary>Open and feed while the clock has not reached <see cref="WatchdogOrder.Until"/>.</summary>
    Feed,

    /// <summary>Never feed again.</summary>
    Starve,

    /// <summary>Switch it off where the device lets us, else feed it without a condition.</summary>
    Release,
}

/// <summary>What the thread that holds the timer's device is to do now. It looks at this before each act that restarts the timer.</summary>
/// <param name="Mode">What.</param>
/// <param name="Config">The device; null where none is configured any more.</param>
/// <param name="Timeout">Time-out to set.</param>
/// <param name="Until">End of the right to feed, in mode <see cref="WatchdogMode.Feed"/>.</param>
/// <param name="Because">Why, for people.</param>
public sealed record WatchdogOrder(WatchdogMode Mode, WatchdogConfig? Config, TimeSpan Timeout, Instant Until, string Because)
{
    /// <summary>Nothing is known yet.</summary>
    public static readonly WatchdogOrder Nothing = new(WatchdogMode.Leave, null, TimeSpan.Zero, default, "the journal is not read yet");

    /// <summary>Whether the timer may be restarted at this moment: by opening the device, setting its time-out, or feeding it.</summary>
    public bool MayFeed(Instant now) => Mode switch
    {
        WatchdogMode.Hold => true,
        WatchdogMode.Feed => now < Until,
        _ => false,
    };
}

/// <summary>What the thread says of the device.</summary>
/// <param name="Condition">How it stands.</param>
/// <param name="Timeout">Time-out as read back, when open.</param>
/// <param name="Detail">For people: identity, or what is wrong.</param>
public sealed record WatchdogReport(WatchdogCondition Condition, TimeSpan Timeout, string Detail)
{
    /// <summary>Not opened.</summary>
    public static readonly WatchdogReport Closed = new(WatchdogCondition.Closed, TimeSpan.Zero, "not open");
}

/// <summary>Conditions of the timer's device.</summary>
public enum WatchdogCondition
{
    /// <summary>Not open.</summary>
    Closed,

    /// <summary>Open, checked, and its last feeding was taken.</summary>
    Live,

    /// <summary>Missing, refused, or it no longer takes feedings.</summary>
    Failed,
}

/// <summary>
/// When this host may feed its timer (DESIGN 5.4): while less than <c>quorum-timeout</c> has passed since the <b>start</b>
/// of its last committed write on a state without a request against it.
/// </summary>
/// <remarks>
/// A write counts when it was ordered in the journal no later than the entry up to which this member has folded: an own
/// append, or a pulse whose answer shows that very head. With no request open in the folded state, every request that is
/// still to come stands behind it, so the write began before that request was committed. A pulse on a newer head waits
/// until the fold has come to it: what lies between may be a request against us.
/// </remarks>
public sealed record WatchdogFeed
{
    /// <summary>No write yet.</summary>
    public static readonly WatchdogFeed Empty = new();

    /// <summary>Start of the last write that counts.</summary>
    public Instant? LastWrite { get; init; }

    private (Instant Sent, JournalHead Head)? Ahead { get; init; }

    /// <summary>An own append is committed. It counts from its <b>first</b> sending: that may be the one which committed, with a request behind it.</summary>
    public WatchdogFeed Appended(Instant firstSent) => Wrote(firstSent);

    /// <summary>A pulse sent at that time was accepted, on this head.</summary>
    public WatchdogFeed Pulsed(Instant sent, JournalHead? on, JournalHead folded) => on is null ? this
        : on == folded ? Wrote(sent)
        : on.Index > folded.Index ? this with { Ahead = (sent, on) } : this;

    /// <summary>The fold has come to this head.</summary>
    public WatchdogFeed Folded(JournalHead head) => Ahead is { } a && a.Head == head ? (this with { Ahead = null }).Wrote(a.Sent) : this;

    /// <summary>What the thread is to do.</summary>
    /// <param name="s">The folded state.</param>
    /// <param name="v">What is seen here.</param>
    /// <param name="arming">The promise in an append whose outcome is not known yet: it binds from its sending.</param>
    public WatchdogOrder Order(ClusterState s, View v, WatchdogArmed? arming)
    {
        var config = s.Config.Hosts.GetValueOrDefault(v.Self)?.Watchdog;
        var me = s.Host(v.Self);
        var promise = me.Boot == v.Boot ? me.Watchdog : null;
        if (promise is null && arming is null)
        {
            if (config is null) return new(WatchdogMode.Release, null, TimeSpan.Zero, default, "no watchdog is configured");
            // A promise of the agent before us may still be on its way to the journal, and would bind; behind our own entry it is void.
            if (s.Agents.GetValueOrDefault(v.Self) != v.Run) return new(WatchdogMode.Leave, config, config.Timeout, default, "the start of this agent is not recorded yet");
            return WatchdogRules.Needed(s, v)
                ? new(WatchdogMode.Hold, config, config.Timeout, default, "to be armed")
                : new(WatchdogMode.Release, config, config.Timeout, default, "no VM is here");
        }
        var timeout = promise?.Timeout ?? arming!.Timeout;
        if (!me.IsLiving) return new(WatchdogMode.Starve, config, timeout, default, "this life was declared over");
        if (me.Request is { } r) return new(WatchdogMode.Starve, config, timeout, default, $"request {r.Number} is open against this host");
        return LastWrite is { } at
            ? new(WatchdogMode.Feed, config, timeout, at + (promise?.FeedFor ?? arming!.FeedFor), "a committed write")
            : new(WatchdogMode.Feed, config, timeout, default, "no write of this agent is committed yet");
    }

    private WatchdogFeed Wrote(Instant start) => start <= LastWrite ? this : this with { LastWrite = start };
}

namespace ActorHa.Agent.Actors;

/// <summary>What follows when an actor fails. Closed: one of the three below.</summary>
public abstract record Supervision
{
    private Supervision()
    {
    }

    /// <summary>The actor is not started again; what it is told later is dropped and counted.</summary>
    public static Supervision Stop { get; } = new Stopping();

    /// <summary>The whole agent stops, with the reason: its peers do the rest.</summary>
    public static Supervision Escalate { get; } = new Escalating();

    /// <summary>A fresh instance after 0.1 s, 0.2 s, … 5 s; the sixth failure within a minute escalates.</summary>
    public static Supervision Restart { get; } =
        RestartWith(mostRestarts: 5, window: TimeSpan.FromMinutes(1), firstPause: TimeSpan.FromMilliseconds(100), longestPause: TimeSpan.FromSeconds(5));

    /// <summary>A fresh instance from the factory. The message it failed over is not given to it; those waiting are.</summary>
    /// <param name="mostRestarts">Restarts within <paramref name="window"/>; one failure more escalates.</param>
    /// <param name="window">Failures longer ago are forgotten.</param>
    /// <param name="firstPause">Pause before the first restart; doubles with each failure in the window.</param>
    /// <param name="longestPause">Bound of the doubling.</param>
    public static Supervision RestartWith(int mostRestarts, TimeSpan window, TimeSpan firstPause, TimeSpan longestPause) =>
        new Restarting(mostRestarts, window, firstPause, longestPause);

    internal sealed record Stopping : Supervision;

    internal sealed record Escalating : Supervision;

    internal sealed record Restarting(int MostRestarts, TimeSpan Window, TimeSpan FirstPause, TimeSpan LongestPause) : Supervision
    {
        // The shift is bounded: 2^20 times any sensible first pause is longer than any sensible longest one.
        public TimeSpan PauseAfter(int failures) =>
            TimeSpan.FromTicks(Math.Min(FirstPause.Ticks << Math.Min(failures - 1, 20), LongestPause.Ticks));
    }
}

/// <summary>How one actor is kept.</summary>
public sealed record ActorOptions
{
    /// <summary>Messages that may wait. Also the bound of the actor's own timers and effects under way.</summary>
    public int Capacity { get; init; } = 1024;

    /// <summary>What follows when it fails.</summary>
    public Supervision Supervision { get; init; } = Supervision.Restart;

    /// <summary>How long a stop waits for the message in hand and for PostStop before the actor is abandoned.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where it runs; null = on the pool.</summary>
    public ActorThread? Thread { get; init; }
}

/// <summary>Why the whole agent has to stop.</summary>
/// <param name="Actor">Who failed.</param>
/// <param name="Reason">For the operator.</param>
/// <param name="Cause">The exception behind it.</param>
public sealed record Escalation(string Actor, string Reason, Exception Cause);

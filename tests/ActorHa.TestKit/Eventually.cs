using ActorHa.Agent.Actors;

namespace ActorHa.TestKit;

/// <summary>Waits for conditions in real time, with a limit generous enough for a crowded machine.</summary>
public static class Eventually
{
    /// <summary>The limit: reached only when a test fails.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Waits until the condition holds.</summary>
    /// <exception cref="TimeoutException">It never did.</exception>
    public static async Task True(Func<bool> condition, string what)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Limit) throw new TimeoutException($"never came true: {what}");
            await Task.Delay(1);
        }
    }

    /// <summary>Waits for a task.</summary>
    /// <exception cref="TimeoutException">It never ended.</exception>
    public static Task<T> Done<T>(Task<T> task) => task.WaitAsync(Limit);

    /// <summary>Waits for a task.</summary>
    /// <exception cref="TimeoutException">It never ended.</exception>
    public static Task Done(Task task) => task.WaitAsync(Limit);

    /// <summary>Waits until no actor has anything to do before time moves on.</summary>
    public static Task Settled(ActorSystem system) => True(() => system.Unfinished == 0, "all actors have nothing to do");
}

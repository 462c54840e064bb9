using ActorHa.Core;

namespace ActorHa.World;

/// <summary>One thread, virtual time: what is scheduled runs in order of time, then of scheduling.</summary>
public sealed class VirtualTime
{
    private readonly PriorityQueue<Action, (long Ticks, long Order)> _queue = new();
    private long _order;

    /// <summary>Now.</summary>
    public Instant Now { get; private set; }

    /// <summary>Runs something later.</summary>
    public void After(TimeSpan delay, Action action) => _queue.Enqueue(action, ((Now + delay).Ticks, _order++));

    /// <summary>Runs all that is due within the time; calls <paramref name="after"/> after each step.</summary>
    public void Run(TimeSpan time, Action after)
    {
        var end = Now + time;
        while (_queue.TryPeek(out _, out var at) && at.Ticks <= end.Ticks)
        {
            var action = _queue.Dequeue();
            Now = new Instant(at.Ticks);
            action();
            after();
        }
        Now = end;
    }
}

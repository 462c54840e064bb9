using ActorHa.Core;

namespace ActorHa.Agent.Actors;

/// <summary>What one instance of an actor has at hand. Ends with the instance: its timers do not fire into the next one.</summary>
public sealed class ActorContext<TMessage>
{
    private static readonly TimeSpan Coarse = TimeSpan.FromMilliseconds(1);
    private readonly ActorCell<TMessage> _cell;
    private readonly HashSet<ActorTimer> _timers = [];
    private readonly CancellationTokenSource _ended;
    private bool _isOver;

    internal ActorContext(ActorCell<TMessage> cell, CancellationToken stop)
    {
        _cell = cell;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Ended = _ended.Token;
    }

    /// <summary>Itself, to be handed to others.</summary>
    public ActorRef<TMessage> Self => _cell;

    /// <summary>The monotonic clock, now.</summary>
    public Instant Now => _cell.Now;

    /// <summary>How long the message at hand has waited: since it was told, or since its timer was due.</summary>
    public TimeSpan Waited => Now - Since is { Ticks: > 0 } waited ? waited : TimeSpan.Zero;

    /// <summary>Since when the message at hand has waited.</summary>
    internal Instant Since { get; set; }

    /// <summary>Cancelled when this instance ends, or is asked to: for waits within a message and for effects that may be given up.</summary>
    public CancellationToken Ended { get; }

    /// <summary>
    /// Tells the actor itself a message after a time, never before it by <see cref="Now"/>. Dispose the result to cancel it: afterwards the message does not
    /// arrive, even if it waits in the mailbox already.
    /// </summary>
    /// <exception cref="InvalidOperationException">We are wrong: more timers and effects under way than the mailbox holds.</exception>
    public IDisposable After(TimeSpan delay, TMessage message)
    {
        _cell.Order();
        var timer = new ActorTimer(NeverFired);
        lock (_timers)
        {
            if (_isOver)
            {
                timer.Dispose();
                return timer;
            }
            _timers.Add(timer);
        }
        var due = Now + delay;
        timer.Hold(_cell.Time.CreateTimer(_ => Fire(timer, message, due), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        timer.Set(delay);
        return timer;
    }

    /// <summary>
    /// Runs an effect outside the mailbox, on a thread of the pool, and tells the actor its outcome. Failure (also
    /// cancellation) becomes a message through <paramref name="failed"/>; nothing is lost. The outcome arrives even when the
    /// actor was restarted meanwhile: outcomes carry the epoch or number of their order, by which a fresh instance
    /// sees that it is none of its own.
    /// </summary>
    /// <param name="effect">The effect; gets <see cref="Ended"/>, and may use it where an unknown outcome does no harm.</param>
    /// <param name="failed">Turns an exception into a message. If this throws, the actor fails.</param>
    /// <exception cref="InvalidOperationException">We are wrong: more timers and effects under way than the mailbox holds.</exception>
    public void Pipe(Func<CancellationToken, Task<TMessage>> effect, Func<Exception, TMessage> failed)
    {
        _cell.Order();
        _cell.RunEffect(effect, failed, Ended);
    }

    /// <summary>The same for an effect that is under way already.</summary>
    public void Pipe(Task<TMessage> effect, Func<Exception, TMessage> failed) => Pipe(_ => effect, failed);

    internal void End()
    {
        ActorTimer[] timers;
        lock (_timers)
        {
            _isOver = true;
            timers = [.. _timers];
            _timers.Clear();
        }
        foreach (var timer in timers) timer.Dispose();
        _ended.Cancel();
        _ended.Dispose();
    }

    internal void Forget(ActorTimer timer)
    {
        lock (_timers) _timers.Remove(timer);
    }

    private void NeverFired(ActorTimer timer)
    {
        _cell.OrderDone();
        Forget(timer);
    }

    private void Fire(ActorTimer timer, TMessage message, Instant due)
    {
        // The system's timers count whole milliseconds of a coarse clock and may be some early. Whoever then finds that it
        // is not time yet, and has asked for no other message, would wait for ever.
        if (due - Now is { Ticks: > 0 } rest) timer.Set(rest + Coarse);
        else if (timer.TryFire()) _cell.DeliverTimer(message, timer, due);
    }
}

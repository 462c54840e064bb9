using System.Threading.Channels;
using ActorHa.Core;

namespace ActorHa.Agent.Actors;

/// <summary>
/// One queue in order of arrival, with two doors. Told messages are counted at the door and refused beyond the capacity.
/// What an actor has ordered itself (timers, outcomes of effects) always gets in, for it must not be lost: it is bounded
/// where it is ordered (<see cref="TryOrder"/>). So the channel is an unbounded one, and still the queue has an end.
/// </summary>
internal sealed class Mailbox<TMessage>(int capacity)
{
    private readonly Channel<Letter> _letters = Channel.CreateUnbounded<Letter>(new UnboundedChannelOptions { SingleReader = true });
    private int _told;
    private int _ordered;
    private long _dropped;

    public int Capacity => capacity;

    /// <summary>Told messages that wait.</summary>
    public int Told => Volatile.Read(ref _told);

    public long Dropped => Interlocked.Read(ref _dropped);

    /// <param name="message">The message.</param>
    /// <param name="since">When it was told.</param>
    public bool TryTell(TMessage message, Instant since)
    {
        if (Interlocked.Increment(ref _told) > capacity)
        {
            Interlocked.Decrement(ref _told);
            return false;
        }
        if (_letters.Writer.TryWrite(new Letter(message, null, null, since, Told: true))) return true;
        Interlocked.Decrement(ref _told);
        return false;
    }

    public void CountDropped() => Interlocked.Increment(ref _dropped);

    /// <summary>Makes room for one letter to come of the actor's own; false beyond the capacity.</summary>
    public bool TryOrder()
    {
        if (Interlocked.Increment(ref _ordered) <= capacity) return true;
        Interlocked.Decrement(ref _ordered);
        return false;
    }

    /// <summary>What was ordered will not come any more, or has been read.</summary>
    public void OrderDone() => Interlocked.Decrement(ref _ordered);

    /// <summary>Puts in what was ordered. False when the mailbox is closed.</summary>
    public bool Deliver(TMessage message, ActorTimer? timer, Instant since) => _letters.Writer.TryWrite(new Letter(message, timer, null, since, Told: false));

    /// <summary>Puts in a failure from outside the actor's own methods.</summary>
    public bool Fail(Exception fault) => _letters.Writer.TryWrite(new Letter(default!, null, fault, default, Told: false));

    public ValueTask<bool> WaitAsync(CancellationToken cancel) => _letters.Reader.WaitToReadAsync(cancel);

    public bool TryTake(out Letter letter)
    {
        if (!_letters.Reader.TryRead(out letter)) return false;
        if (letter.Told) Interlocked.Decrement(ref _told);
        else if (letter.Fault is null) OrderDone();
        return true;
    }

    public void Close() => _letters.Writer.TryComplete();

    internal readonly record struct Letter(TMessage Message, ActorTimer? Timer, Exception? Fault, Instant Since, bool Told);
}

/// <summary>A timer of one instance: armed, fired (its message waits), or over.</summary>
internal sealed class ActorTimer : IDisposable
{
    private const int Armed = 0, Fired = 1, Over = 2;
    private int _state;
    private ITimer? _timer;
    private readonly Action<ActorTimer> _neverFired;

    public ActorTimer(Action<ActorTimer> neverFired) => _neverFired = neverFired;

    public bool TryFire() => Interlocked.CompareExchange(ref _state, Fired, Armed) == Armed;

    /// <summary>True when the message is still wanted: a cancelled timer's message does not arrive, even if it waits already.</summary>
    public bool TryDeliver() => Interlocked.CompareExchange(ref _state, Over, Fired) == Fired;

    public void Hold(ITimer timer)
    {
        _timer = timer;
        if (Volatile.Read(ref _state) != Armed) timer.Dispose();
    }

    public void Set(TimeSpan delay) => _timer?.Change(delay < TimeSpan.Zero ? TimeSpan.Zero : delay, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _state, Over) == Armed) _neverFired(this);
        _timer?.Dispose();
    }
}

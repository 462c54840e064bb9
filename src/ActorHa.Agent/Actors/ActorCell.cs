using ActorHa.Agent.Os;
using ActorHa.Core;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Actors;

/// <summary>An actor as its system sees it.</summary>
internal interface IActorCell
{
    string Name { get; }
    Task Ended { get; }
    TimeSpan StopPatience { get; }
    ActorStatus Status { get; }
    int Unfinished { get; }
    void RequestStop();
}

/// <summary>
/// The shell round one actor: owns its mailbox, gives it one message at a time, and after a failure does what its
/// supervision says. The cell lives on while instances come and go.
/// </summary>
#pragma warning disable CA1001 // The stop token has neither timer nor wait handle, and late tellers may still look at it.
internal sealed class ActorCell<TMessage>(string name, Func<Actor<TMessage>> factory, ActorOptions options, ActorSystem system, ILogger log)
    : ActorRef<TMessage>(name, system.Time), IActorCell
#pragma warning restore CA1001
{
    private readonly Mailbox<TMessage> _mailbox = new(options.Capacity);
    private readonly MonotonicClock _clock = new(system.Time);
    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<long> _failures = new();
    private volatile ActorState _state = ActorState.Starting;
    private Exception? _missed;
    private int _letters, _effects, _restarts, _deadLetters, _dropping;
    private long _droppedBefore;

    public TimeProvider Time => system.Time;

    /// <summary>The monotonic clock, now.</summary>
    public Instant Now => _clock.Now;

    public Task Ended { get; private set; } = Task.CompletedTask;

    public TimeSpan StopPatience => options.StopPatience;

    public ActorStatus Status => new(Name, _state, _mailbox.Told, _mailbox.Dropped, _restarts, Volatile.Read(ref _deadLetters));

    // A cell that pauses before its restart or has ended does nothing with the letters that wait.
    public int Unfinished => Volatile.Read(ref _effects) + _state switch
    {
        ActorState.Pausing or ActorState.Ended => 0,
        ActorState.Starting => 1,
        _ => Volatile.Read(ref _letters),
    };

    public void Begin() => Ended = Task.Factory.StartNew(RunAsync, CancellationToken.None, TaskCreationOptions.DenyChildAttach, options.Thread ?? TaskScheduler.Default).Unwrap();

    public void RequestStop() => _stop.Cancel();

    public override bool Tell(TMessage message)
    {
        if (_state == ActorState.Ended) return DeadLetter();
        Interlocked.Increment(ref _letters);
        if (_mailbox.TryTell(message, Now)) return true;
        Interlocked.Decrement(ref _letters);
        if (_state == ActorState.Ended) return DeadLetter();
        _mailbox.CountDropped();
        if (Interlocked.Exchange(ref _dropping, 1) == 0) ActorLog.MailboxFull(log, Name, options.Capacity);
        if (message is IMustArrive)
            Interlocked.CompareExchange(ref _missed, new MailboxFullException($"the mailbox of {Name} was full when {typeof(TMessage).Name} {message.GetType().Name} had to arrive"), null);
        return false;
    }

    public void Order()
    {
        if (!_mailbox.TryOrder()) throw new InvalidOperationException($"{Name} has more than {options.Capacity} timers and effects under way");
    }

    public void OrderDone() => _mailbox.OrderDone();

    public void DeliverTimer(TMessage message, ActorTimer timer, Instant due)
    {
        Interlocked.Increment(ref _letters);
        if (_mailbox.Deliver(message, timer, due)) return;
        Interlocked.Decrement(ref _letters);
        DeadLetter();
    }

    public void RunEffect(Func<CancellationToken, Task<TMessage>> effect, Func<Exception, TMessage> failed, CancellationToken ended)
    {
        Interlocked.Increment(ref _effects);
        _ = Task.Run(async () =>
        {
            try
            {
                await PerformAsync(effect, failed, ended);
            }
            finally
            {
                Interlocked.Decrement(ref _effects);
            }
        }, CancellationToken.None);
    }

    private async Task PerformAsync(Func<CancellationToken, Task<TMessage>> effect, Func<Exception, TMessage> failed, CancellationToken ended)
    {
        TMessage outcome;
        try
        {
            outcome = await effect(ended);
        }
        catch (Exception refusal) // the world refused: that is a message
        {
            try
            {
                outcome = failed(refusal);
            }
            catch (Exception ours) // we are wrong: the actor fails
            {
                _mailbox.OrderDone();
                Interlocked.Increment(ref _letters);
                _mailbox.Fail(ours);
                return;
            }
        }
        Interlocked.Increment(ref _letters);
        if (_mailbox.Deliver(outcome, timer: null, Now)) return;
        Interlocked.Decrement(ref _letters);
        DeadLetter();
    }

    private bool DeadLetter()
    {
        if (Interlocked.Increment(ref _deadLetters) == 1) ActorLog.DeadLetter(log, Name);
        return false;
    }

    private async Task RunAsync()
    {
        try
        {
            while (await LiveAsync() is { } failure && await MayLiveAgainAsync(failure)) { }
        }
        catch (Exception e) // a fault of this shell itself: nobody else would see it
        {
            system.Escalate(new Escalation(Name, $"the shell of {Name} failed: {e.Message}", e));
        }
        finally
        {
            _state = ActorState.Ended;
            _mailbox.Close();
            if (_mailbox.Told > 0) ActorLog.LeftUnread(log, Name, _mailbox.Told);
            system.Forget(this);
        }
    }

    /// <summary>One instance from its making to its end. Null: it was asked to stop; else what it failed over.</summary>
    private async Task<Exception?> LiveAsync()
    {
        var context = new ActorContext<TMessage>(this, _stop.Token);
        Actor<TMessage>? actor = null;
        Exception? failure = null;
        try
        {
            actor = factory();
            actor.Attach(context);
            await actor.PreStart();
            _state = ActorState.Running;
            await TakeLettersAsync(actor, context);
        }
        catch (Exception e)
        {
            failure = e;
        }
        _state = _stop.IsCancellationRequested ? ActorState.Stopping : ActorState.Starting;
        context.End();
        if (actor is not null) await CleanUpAsync(actor, failure);
        if (failure is null || !_stop.IsCancellationRequested) return failure;
        // What is thrown on the way out (a cancelled wait, mostly) is no reason to restart what shall end.
        if (failure is not OperationCanceledException) ActorLog.FailedWhileStopping(log, failure, Name);
        return null;
    }

    private async Task TakeLettersAsync(Actor<TMessage> actor, ActorContext<TMessage> context)
    {
        while (!_stop.IsCancellationRequested)
        {
            if (Interlocked.Exchange(ref _missed, null) is { } missed) throw missed;
            if (!_mailbox.TryTake(out var letter))
            {
                await _mailbox.WaitAsync(_stop.Token);
                continue;
            }
            EndBurst();
            try
            {
                if (letter.Fault is not null) throw letter.Fault;
                if (letter.Timer is { } timer)
                {
                    context.Forget(timer);
                    if (!timer.TryDeliver()) continue;
                }
                context.Since = letter.Since;
                await actor.ReceiveAsync(letter.Message);
            }
            catch
            {
                _state = ActorState.Starting; // before the letter counts as finished: see Unfinished
                throw;
            }
            finally
            {
                Interlocked.Decrement(ref _letters);
            }
        }
    }

    private void EndBurst()
    {
        if (Volatile.Read(ref _dropping) == 0 || _mailbox.Told > options.Capacity / 2 || Interlocked.Exchange(ref _dropping, 0) == 0) return;
        var dropped = _mailbox.Dropped;
        ActorLog.MailboxHasRoom(log, Name, dropped - _droppedBefore);
        _droppedBefore = dropped;
    }

    private async Task CleanUpAsync(Actor<TMessage> actor, Exception? failure)
    {
        try
        {
            var cleaned = Task.Run(() => actor.PostStop().AsTask());
            // On the way out the system's own patience bounds this.
            if (_stop.IsCancellationRequested) await cleaned;
            else await cleaned.WaitAsync(options.StopPatience, Time);
        }
        catch (TimeoutException e)
        {
            // Two instances at once, one of them stuck with who knows what in its hands, is worse than none.
            system.Escalate(new Escalation(Name, $"{Name} failed and did not clean up within {options.StopPatience.TotalSeconds:0.#} s", failure ?? e));
            await _stop.CancelAsync();
        }
        catch (Exception e)
        {
            ActorLog.CleanUpFailed(log, e, Name);
        }
    }

    private async Task<bool> MayLiveAgainAsync(Exception failure)
    {
        switch (options.Supervision)
        {
            case Supervision.Restarting rule:
                var now = Time.GetTimestamp();
                while (_failures.TryPeek(out var first) && Time.GetElapsedTime(first, now) > rule.Window) _failures.Dequeue();
                _failures.Enqueue(now);
                if (_failures.Count > rule.MostRestarts) return Escalate($"{Name} failed {_failures.Count} times within {rule.Window.TotalSeconds:0} s, last: {failure.Message}", failure);
                return await PauseAsync(rule.PauseAfter(_failures.Count), failure);
            case Supervision.Stopping:
                ActorLog.Stopped(log, failure, Name);
                return false;
            default:
                return Escalate($"{Name} failed: {failure.Message}", failure);
        }
    }

    private async Task<bool> PauseAsync(TimeSpan length, Exception failure)
    {
        ActorLog.Restarting(log, failure, Name, length.TotalSeconds);
        _restarts++;
        var pause = Task.Delay(length, Time, _stop.Token);
        _state = ActorState.Pausing;
        await pause.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (_stop.IsCancellationRequested) return false;
        _state = ActorState.Starting;
        return true;
    }

    private bool Escalate(string reason, Exception cause)
    {
        system.Escalate(new Escalation(Name, reason, cause));
        return false;
    }
}

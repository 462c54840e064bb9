using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Actors;

/// <summary>
/// All actors of one agent. Starts them, stops them in reverse order, and stops all of them when one escalates. A stop
/// lets the message in hand be finished and drops those that wait (their number is logged): effects follow from the
/// committed state, so nothing in a mailbox is worth a slow shutdown.
/// </summary>
public sealed class ActorSystem : IAsyncDisposable
{
    private readonly ILogger _log;
    private readonly Lock _door = new();
    private readonly List<IActorCell> _cells = [];
    private readonly TaskCompletionSource<Escalation> _escalated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<IReadOnlyList<string>>? _stopping;

    /// <param name="log">Where its messages go.</param>
    /// <param name="time">All time of all actors.</param>
    public ActorSystem(ILogger log, TimeProvider time)
    {
        _log = log;
        Time = time;
    }

    /// <summary>The clock of all actors.</summary>
    public TimeProvider Time { get; }

    /// <summary>
    /// Ends when an actor's failure is the whole agent's; by then the others are being stopped. Never ends otherwise.
    /// </summary>
    public Task<Escalation> Escalated => _escalated.Task;

    /// <summary>
    /// Letters waiting or in hand, effects under way and instances being started, over all actors. 0: nothing will happen
    /// before somebody tells something or time goes on. Armed timers and pauses before restarts do not count.
    /// </summary>
    public int Unfinished => Cells().Sum(c => c.Unfinished);

    /// <summary>Every actor that has not ended, for the status page.</summary>
    public IReadOnlyList<ActorStatus> Status => [.. Cells().Select(c => c.Status)];

    /// <summary>Starts an actor; messages may be told at once.</summary>
    /// <param name="name">Unique among those that have not ended.</param>
    /// <param name="factory">Makes the first instance and, after failures, fresh ones. Must not hand out the same twice.</param>
    /// <param name="options">How it is kept.</param>
    /// <exception cref="InvalidOperationException">The name is taken, or the system is stopping.</exception>
    public ActorRef<TMessage> Start<TMessage>(string name, Func<Actor<TMessage>> factory, ActorOptions? options = null)
    {
        var cell = new ActorCell<TMessage>(name, factory, options ?? new ActorOptions(), this, _log);
        lock (_door)
        {
            if (_stopping is not null) throw new InvalidOperationException($"{name} is not started: the actors are being stopped");
            if (_cells.Any(c => c.Name == name)) throw new InvalidOperationException($"there is an actor {name} already");
            _cells.Add(cell);
            cell.Begin();
        }
        return cell;
    }

    /// <summary>Stops one actor. False: it did not end within its patience and is abandoned. Not to be awaited by itself.</summary>
    public async Task<bool> StopAsync<TMessage>(ActorRef<TMessage> actor) =>
        actor is not IActorCell cell || await StopAsync(cell);

    /// <summary>Stops all, the youngest first, each within its patience. Returns the names of those abandoned.</summary>
    public Task<IReadOnlyList<string>> StopAsync()
    {
        lock (_door) return _stopping ??= Task.Run(StopAllAsync);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    internal void Escalate(Escalation escalation)
    {
        if (!_escalated.TrySetResult(escalation)) return;
        ActorLog.Escalated(_log, escalation.Cause, escalation.Reason);
        StopAsync();
    }

    internal void Forget(IActorCell cell)
    {
        lock (_door) _cells.Remove(cell);
    }

    private async Task<IReadOnlyList<string>> StopAllAsync()
    {
        var abandoned = new List<string>();
        foreach (var cell in Cells().Reverse())
            if (!await StopAsync(cell)) abandoned.Add(cell.Name);
        return abandoned;
    }

    private async Task<bool> StopAsync(IActorCell cell)
    {
        // Elsewhere: what hangs on the token runs in the thread that cancels.
        var asked = Task.Run(cell.RequestStop);
        try
        {
            await Task.WhenAll(asked, cell.Ended).WaitAsync(cell.StopPatience, Time);
            return true;
        }
        catch (TimeoutException)
        {
            ActorLog.Abandoned(_log, cell.Name, cell.StopPatience.TotalSeconds);
            return false;
        }
        catch (Exception e) // from what somebody hung on the token
        {
            ActorLog.CleanUpFailed(_log, e, cell.Name);
            return cell.Ended.IsCompleted;
        }
    }

    private IActorCell[] Cells()
    {
        lock (_door) return [.. _cells];
    }
}

/// <summary>An actor at a glance.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">What it does.</param>
/// <param name="Waiting">Told messages that wait.</param>
/// <param name="Dropped">Messages dropped because the mailbox was full.</param>
/// <param name="Restarts">Restarts so far.</param>
/// <param name="DeadLetters">Messages told after its end.</param>
public sealed record ActorStatus(string Name, ActorState State, int Waiting, long Dropped, int Restarts, int DeadLetters);

/// <summary>What an actor does.</summary>
public enum ActorState
{
    /// <summary>An instance is being made, or cleaned up after a failure.</summary>
    Starting,

    /// <summary>It takes messages.</summary>
    Running,

    /// <summary>It failed and waits for its restart.</summary>
    Pausing,

    /// <summary>It is asked to end.</summary>
    Stopping,

    /// <summary>It is over.</summary>
    Ended,
}

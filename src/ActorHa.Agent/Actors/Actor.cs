namespace ActorHa.Agent.Actors;

/// <summary>
/// A trade: takes one message after the other, never two at once. Its logic belongs into a pure state machine; here are
/// the hands. An exception out of any of these methods ends this instance; supervision says what follows.
/// </summary>
public abstract class Actor<TMessage>
{
    private ActorContext<TMessage>? _context;

    /// <summary>Itself, time, timers, effects. Not before <see cref="PreStart"/>.</summary>
    protected ActorContext<TMessage> Context => _context ?? throw new InvalidOperationException("an actor has no context in its constructor");

    /// <summary>Before the first message of this instance.</summary>
    protected internal virtual ValueTask PreStart() => ValueTask.CompletedTask;

    /// <summary>Takes one message.</summary>
    protected internal abstract ValueTask ReceiveAsync(TMessage message);

    /// <summary>After the last message of this instance, also when it failed; its timers are gone by then.</summary>
    protected internal virtual ValueTask PostStop() => ValueTask.CompletedTask;

    internal void Attach(ActorContext<TMessage> context) => _context = context;
}

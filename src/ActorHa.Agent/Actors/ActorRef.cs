namespace ActorHa.Agent.Actors;

/// <summary>Where an actor is told things. Survives the actor's restarts.</summary>
public abstract class ActorRef<TMessage>(string name, TimeProvider time)
{
    /// <summary>Unique in its system; for people.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// Tells and goes on: never blocks, never throws. False: the mailbox was full or the actor has ended, and the message
    /// is dropped and counted (see <see cref="IMustArrive"/> for those that may not be).
    /// </summary>
    public abstract bool Tell(TMessage message);

    /// <summary>Asks and waits for the answer.</summary>
    /// <param name="question">Makes the message from the address of the answer.</param>
    /// <param name="patience">How long to wait. An actor that fails over the question never answers.</param>
    /// <exception cref="TimeoutException">No answer in that time.</exception>
    /// <exception cref="ActorUnavailableException">The mailbox was full, or the actor has ended.</exception>
    public async Task<TReply> Ask<TReply>(Func<ReplyTo<TReply>, TMessage> question, TimeSpan patience)
    {
        var reply = new ReplyTo<TReply>();
        if (!Tell(question(reply))) throw new ActorUnavailableException($"{Name} takes no questions: its mailbox is full or it has ended");
        try
        {
            return await reply.Answer.WaitAsync(patience, time);
        }
        catch (TimeoutException) when (!reply.Answer.IsCompleted)
        {
            throw new TimeoutException($"{Name} did not answer within {patience.TotalSeconds:0.###} s");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>Where an answer goes. The first one counts; later ones, and those after the asker's patience, are dropped.</summary>
public sealed class ReplyTo<TReply>
{
    // Continuations run elsewhere: the asker's code must not run inside the answering actor.
    private readonly TaskCompletionSource<TReply> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task<TReply> Answer => _answer.Task;

    /// <summary>Answers. False when there was an answer already.</summary>
    public bool Tell(TReply reply) => _answer.TrySetResult(reply);
}

/// <summary>
/// A message that an actor cannot do without. Ordinary messages are told again by the world (the next beat, the next
/// reading), so a full mailbox drops them. Where one of these finds the mailbox full, the actor has missed something for
/// good: it fails, and its supervision gives it a fresh life that learns its state anew.
/// </summary>
#pragma warning disable CA1040 // A mark on message types, seen where only the message itself is at hand.
public interface IMustArrive;
#pragma warning restore CA1040

/// <summary>A question was not even taken.</summary>
public sealed class ActorUnavailableException(string message) : Exception(message);

/// <summary>A message that must arrive found the mailbox full.</summary>
public sealed class MailboxFullException(string message) : Exception(message);

using System.Collections.Concurrent;
using ActorHa.Agent.Actors;
using ActorHa.Core;
using ActorHa.Ports.Api;

namespace ActorHa.Agent.Quorum;

/// <summary>Hands operators' commands to Quorum and its answers back.</summary>
public sealed class CommandDesk
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly ConcurrentDictionary<long, TaskCompletionSource<CommandResult>> _open = new();
    private long _tickets;

    /// <summary>Where commands go; set once by the composition.</summary>
    public ActorRef<QuorumMessage>? Quorum { get; set; }

    /// <summary>Gives a command and waits for what becomes of it. Silence is said to be silence: the outcome is then unknown.</summary>
    public async Task<CommandResult> IssueAsync(Command command)
    {
        var ticket = Interlocked.Increment(ref _tickets);
        var answer = new TaskCompletionSource<CommandResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _open[ticket] = answer;
        try
        {
            Quorum?.Tell(new Commanded(ticket, command));
            return await answer.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            return new CommandResult(false, $"no outcome after {Patience.TotalSeconds:0} s: it may or may not be recorded, look at actorha history");
        }
        finally
        {
            _open.TryRemove(ticket, out _);
        }
    }

    /// <summary>Quorum's answer.</summary>
    public void Answer(AnswerCommand answer)
    {
        if (_open.TryGetValue(answer.Ticket, out var open))
            open.TrySetResult(new CommandResult(answer.Accepted, answer.Because, answer.Accepted ? answer.Index : null));
    }
}

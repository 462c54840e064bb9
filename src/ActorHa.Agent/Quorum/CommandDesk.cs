using System.Collections.Concurrent;
using ActorHa.Agent.Actors;
using ActorHa.Core;
using ActorHa.Ports.Api;

namespace ActorHa.Agent.Quorum;

/// <summary>Hands operators' commands to Quorum and its answers back.</summary>
public sealed class CommandDesk(TimeSpan? patience = null)
{
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromSeconds(15);
    private readonly ConcurrentDictionary<long, TaskCompletionSource<CommandResult>> _open = new();
    private long _tickets;

    /// <summary>Where commands go; set once by the composition.</summary>
    public ActorRef<QuorumMessage>? Quorum { get; set; }

    /// <summary>Gives a command and waits for what becomes of it.</summary>
    /// <exception cref="TimeoutException">Nothing became of it in time: it may still be recorded, which is no refusal.</exception>
    public async Task<CommandResult> IssueAsync(Command command)
    {
        var ticket = Interlocked.Increment(ref _tickets);
        var answer = new TaskCompletionSource<CommandResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _open[ticket] = answer;
        try
        {
            Quorum?.Tell(new Commanded(ticket, command));
            return await answer.Task.WaitAsync(_patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"no outcome after {_patience.TotalSeconds:0} s");
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

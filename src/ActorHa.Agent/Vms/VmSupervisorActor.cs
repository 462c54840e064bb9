using ActorHa.Agent.Actors;
using ActorHa.Core;
using ActorHa.Ports;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Vms;

/// <summary>The hands of <see cref="VmWatch"/> for one VM on this host.</summary>
public sealed class VmSupervisorActor(VmName vm, VmWatch watch, IHypervisor hypervisor, ActorRef<HostLetter> searcher, ActorRef<QuorumMessage> quorum, ILogger log) : Actor<VmMessage>
{
    /// <inheritdoc/>
    protected internal override ValueTask PreStart()
    {
        // By itself, in each of its lives: a search that began before this life tells it nothing (VmWatch), and the next
        // one by the clock comes seconds later. Enlisted by its maker, it may be born after the search that this asks for.
        searcher.Tell(new Enlist(vm, Context.Self));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected internal override ValueTask ReceiveAsync(VmMessage message)
    {
        foreach (var effect in watch.Receive(message, Context.Now))
        {
            switch (effect)
            {
                case SayVm s:
                    VmLog.Seen(log, vm, s.Seen.Condition, s.Seen.Detail);
                    quorum.Tell(new VmSaid(vm, s.Seen));
                    break;
                case WakeVm w:
                    Context.After(w.After, new VmTick());
                    break;
                // Not cancelled with the actor: a start or stop that has begun is carried through.
                case StartVm s:
                    Context.Pipe(_ => StartAsync(s), e => new VmStarted(s.Epoch, false, 0, e.Message));
                    break;
                case StopVm s:
                    Context.Pipe(_ => StopAsync(s), e => new VmStopped(false, e.Message));
                    break;
            }
        }
        return ValueTask.CompletedTask;
    }

    private async Task<VmMessage> StartAsync(StartVm s)
    {
        var answer = await hypervisor.StartAsync(new StartOrder(vm, s.Epoch, s.Definition), CancellationToken.None);
        return new VmStarted(answer.Epoch, answer.Started, answer.Pid, answer.Detail);
    }

    private async Task<VmMessage> StopAsync(StopVm s)
    {
        var answer = await hypervisor.StopAsync(vm, s.Grace, CancellationToken.None);
        return new VmStopped(answer.Drained, answer.Detail);
    }
}

internal static partial class VmLog
{
    [LoggerMessage(400, LogLevel.Information, "{Vm} is {Condition} {Detail}")]
    public static partial void Seen(ILogger log, VmName vm, VmCondition condition, string detail);

    [LoggerMessage(401, LogLevel.Warning, "{Vm}: {Kind} {Detail}")]
    public static partial void Notice(ILogger log, VmName vm, VmNoticeKind kind, string detail);

    [LoggerMessage(402, LogLevel.Error, "the hypervisor does not answer: {Why}")]
    public static partial void NotAnswering(ILogger log, string why);
}

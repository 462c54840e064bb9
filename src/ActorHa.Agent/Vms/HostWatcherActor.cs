using ActorHa.Agent.Actors;
using ActorHa.Core;
using ActorHa.Ports;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Vms;

/// <summary>What the watcher of this host's hypervisor hears.</summary>
public abstract record HostLetter;

/// <summary>Search now.</summary>
public sealed record LookNow : HostLetter;

/// <summary>Time to search.</summary>
public sealed record LookTick : HostLetter;

/// <summary>A supervisor wants to know what is found of its VM.</summary>
public sealed record Enlist(VmName Vm, ActorRef<VmMessage> Supervisor) : HostLetter;

/// <summary>The search has ended.</summary>
public sealed record Found(IReadOnlyList<FoundVm> Vms, Instant Asked) : HostLetter;

/// <summary>The search has failed.</summary>
public sealed record SearchFailed(string Why) : HostLetter;

/// <summary>Time in which that search should have ended.</summary>
public sealed record SearchDue : HostLetter;

/// <summary>The hypervisor did not answer, or did not do as it was told.</summary>
public sealed record NotFound(string Why) : HostLetter;

/// <summary>The hypervisor noticed something.</summary>
public sealed record Noticed(VmNotice Notice) : HostLetter;

/// <summary>This host's life was declared over: every VM process is killed at once.</summary>
public sealed record KillEverything : HostLetter;

/// <summary>Searches this host for VM processes, at the start and every few seconds, and hands out what the hypervisor notices.</summary>
public sealed class HostWatcherActor(IHypervisor hypervisor, ActorRef<QuorumMessage> quorum, ILogger log) : Actor<HostLetter>
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A search takes milliseconds. One that takes so long is held by something stuck, and might be for ever: nobody may
    /// take this host for well meanwhile. The simulated world says so after the same time.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<VmName, ActorRef<VmMessage>> _supervisors = [];
    private IDisposable? _due;
    private bool _looking;
    private bool _again;
    private bool _killAll;

    /// <inheritdoc/>
    protected internal override ValueTask PreStart()
    {
        Context.After(TimeSpan.Zero, new LookTick());
        Listen();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected internal override ValueTask ReceiveAsync(HostLetter letter)
    {
        switch (letter)
        {
            case LookTick:
                Context.After(Every, letter);
                Look();
                break;
            case LookNow:
                Look();
                break;
            case Enlist e:
                _supervisors[e.Vm] = e.Supervisor;
                Look();
                break;
            case Found f:
                Looked();
                quorum.Tell(new WellSaid(true, ""));
                // What could not be killed at first is tried again with each search, for ever.
                if (_killAll) Kill(f.Vms.Select(v => v.Vm).Where(_supervisors.ContainsKey));
                foreach (var (vm, supervisor) in _supervisors)
                {
                    var found = f.Vms.FirstOrDefault(v => v.Vm == vm);
                    supervisor.Tell(new VmLooked(found?.Pid, found?.Epoch, f.Asked));
                }
                break;
            case SearchFailed f:
                Looked();
                Unwell(f.Why);
                break;
            // No second search beside it: that would be stuck too. What it finds at last is old then, so another follows it.
            case SearchDue:
                _again = true;
                _due = Context.After(Every, letter);
                Unwell($"the hypervisor does not answer: a search has not ended within {Patience.TotalSeconds:0} s");
                break;
            case NotFound n:
                Unwell(n.Why);
                break;
            case Noticed n:
                Listen();
                VmLog.Notice(log, n.Notice.Vm, n.Notice.Kind, n.Notice.Detail);
                if (n.Notice.Kind is VmNoticeKind.Exited or VmNoticeKind.GuestShutdown && _supervisors.TryGetValue(n.Notice.Vm, out var to))
                    to.Tell(new VmEnded(n.Notice.Pid, n.Notice.Kind == VmNoticeKind.GuestShutdown, n.Notice.Detail));
                break;
            case KillEverything:
                _killAll = true;
                Kill(_supervisors.Keys);
                break;
        }
        return ValueTask.CompletedTask;
    }

    private void Kill(IEnumerable<VmName> vms)
    {
        foreach (var vm in vms) Context.Pipe(async _ => Killed(await hypervisor.StopAsync(vm, TimeSpan.Zero, CancellationToken.None)), e => new NotFound(e.Message));
    }

    private static HostLetter Killed(StopAnswer answer) => answer.Drained ? new LookNow() : new NotFound($"{answer.Vm} could not be killed: {answer.Detail}");

    private void Look()
    {
        if (_looking) { _again = true; return; }
        (_looking, _again) = (true, false);
        _due = Context.After(Patience, new SearchDue());
        var asked = Context.Now;
        Context.Pipe(async ct => new Found(await hypervisor.FindAsync(ct), asked), e => new SearchFailed(e.Message));
    }

    private void Unwell(string why)
    {
        VmLog.NotAnswering(log, why);
        quorum.Tell(new WellSaid(false, why));
        foreach (var supervisor in _supervisors.Values) supervisor.Tell(new VmNotSeen(why));
    }

    private void Looked()
    {
        _looking = false;
        _due?.Dispose();
        if (_again) Look();
    }

    private void Listen() => Context.Pipe(async ct => new Noticed(await hypervisor.Notices.ReadAsync(ct)), e => new NotFound($"no more notices: {e.Message}"));
}

namespace ActorHa.Core;

/// <summary>What the VmSupervisor of one VM hears.</summary>
public abstract record VmMessage;

/// <summary>The order that follows from the journal now.</summary>
public sealed record VmOrdered(VmOrder Order) : VmMessage;

/// <summary>The hypervisor was searched, beginning at that time: the process found, or none.</summary>
public sealed record VmLooked(int? Pid, Epoch? Epoch, Instant Asked) : VmMessage;

/// <summary>The hypervisor does not answer.</summary>
public sealed record VmNotSeen(string Why) : VmMessage;

/// <summary>A start has ended.</summary>
public sealed record VmStarted(Epoch Epoch, bool Started, int Pid, string Detail) : VmMessage;

/// <summary>A stop has ended; drained = process reaped, images flushed, no earlier start order can take effect.</summary>
public sealed record VmStopped(bool Drained, string Detail) : VmMessage;

/// <summary>The process has ended.</summary>
public sealed record VmEnded(int Pid, bool ByGuest, string Detail) : VmMessage;

/// <summary>Time has passed.</summary>
public sealed record VmTick : VmMessage;

/// <summary>What the supervisor's shell is to do.</summary>
public abstract record VmEffect;

/// <summary>Start the process.</summary>
public sealed record StartVm(Epoch Epoch, string Definition) : VmEffect;

/// <summary>Stop the process until drained.</summary>
public sealed record StopVm(TimeSpan Grace) : VmEffect;

/// <summary>Come back after this time.</summary>
public sealed record WakeVm(TimeSpan After) : VmEffect;

/// <summary>Tell Quorum what is seen.</summary>
public sealed record SayVm(VmObservation Seen) : VmEffect;

/// <summary>
/// The VmSupervisor's logic for one VM on this host. It carries out each order once (a stop again, where what was said
/// of it is lost), in the order of the journal, one at a time, and says what it sees. A finished job of an earlier order never ends the next one.
/// </summary>
public sealed class VmWatch(Instant started, TimeSpan retry)
{
    private VmOrder _order = VmOrder.Watch(Epoch.None);
    private VmObservation _seen = new(VmCondition.Unknown, null, 0, 0, "not looked yet", started);
    private bool _known;
    private long _started;
    private long _stopped;
    private long _busy;
    private Instant _retryAt = started;

    /// <summary>What is seen now.</summary>
    public VmObservation Seen => _seen;

    /// <summary>Takes a message in; returns what to do.</summary>
    public IReadOnlyList<VmEffect> Receive(VmMessage message, Instant now)
    {
        var todo = new List<VmEffect>();
        switch (message)
        {
            case VmOrdered o:
                _order = o.Order;
                break;
            // A search that began before what is known now, or with it, tells nothing: it may have passed by.
            case VmLooked l when _busy == 0 && (l.Asked > _seen.Since || !_known):
                Look(l, now, todo);
                break;
            case VmNotSeen n when _busy == 0:
                // What was started is not forgotten while the hypervisor is silent.
                See(new(VmCondition.Unknown, Started ? _seen.Epoch : null, Started ? _seen.Order : 0, 0, n.Why, now), todo);
                break;
            case VmStarted a:
                See(a.Started
                    ? new(VmCondition.Running, a.Epoch, _busy, a.Pid, a.Detail, now)
                    : new(VmCondition.StartFailed, a.Epoch, _busy, 0, a.Detail, now), todo);
                _busy = 0;
                break;
            case VmStopped s:
                if (s.Drained) _stopped = _busy;
                else _retryAt = now + retry;
                See(s.Drained
                    ? new(VmCondition.Absent, null, _busy, 0, s.Detail, now)
                    : new(VmCondition.Unknown, _seen.Epoch, _busy, _seen.Pid, $"could not be stopped: {s.Detail}", now), todo);
                _busy = 0;
                break;
            case VmEnded e when _seen.Condition == VmCondition.Running && e.Pid == _seen.Pid:
                See(new(e.ByGuest ? VmCondition.GuestShutdown : VmCondition.Ended, _seen.Epoch, _seen.Order, 0, e.Detail, now), todo);
                break;
        }
        Work(now, todo);
        return todo;
    }

    private void Work(Instant now, List<VmEffect> todo)
    {
        if (_busy != 0) return;
        switch (_order.Mode)
        {
            // Its end was overtaken by what was found instead, a copy without permission, and that is gone (found by the simulation).
            case VmMode.Start when _order.Index <= _started && _seen.Condition == VmCondition.Absent:
                See(new(VmCondition.StartFailed, _order.Epoch, _order.Index, 0, "nothing came of its start", now), todo);
                break;
            case VmMode.Start when _order.Index <= _started || _seen.Condition == VmCondition.Unknown:
                break;
            case VmMode.Start when _seen.Condition == VmCondition.Running:
                // Of this epoch: adopted, the order is fulfilled. Of another: it is a stray, and the start waits for its end.
                // Its end is then the end of this order, also when it was not yet confirmed active: else nobody would act on it.
                if (_seen.Epoch == _order.Epoch)
                {
                    _started = _order.Index;
                    See(_seen with { Order = _order.Index }, todo);
                }
                break;
            case VmMode.Start:
                (_busy, _started) = (_order.Index, _order.Index);
                See(new(VmCondition.Starting, _order.Epoch, _order.Index, 0, "being started", now), todo);
                todo.Add(new StartVm(_order.Epoch, _order.Definition));
                break;
            // Done. Where the hypervisor was silent since, it is gone and nothing says that it was drained (found by the
            // simulation): it is stopped once more, which is soon done.
            case VmMode.Stop or VmMode.StopStray when _order.Index <= _stopped && (_seen.Condition != VmCondition.Absent || _seen.Order == _order.Index):
                break;
            case VmMode.Stop or VmMode.StopStray when now >= _retryAt:
                _busy = _order.Index;
                See(new(VmCondition.Stopping, _seen.Epoch, _order.Index, _seen.Pid, "being stopped", now), todo);
                todo.Add(new StopVm(_order.Mode == VmMode.Stop ? _order.Grace : TimeSpan.Zero));
                break;
            case VmMode.Stop or VmMode.StopStray:
                todo.Add(new WakeVm(_retryAt - now));
                break;
        }
    }

    private void Look(VmLooked l, Instant now, List<VmEffect> todo)
    {
        var running = _seen.Condition == VmCondition.Running;
        if (l.Pid is { } pid)
        {
            if (!running || pid != _seen.Pid || l.Epoch != _seen.Epoch) See(new(VmCondition.Running, l.Epoch, running || Started ? _seen.Order : 0, pid, "found", now), todo);
        }
        else if (running) See(new(VmCondition.Ended, _seen.Epoch, _seen.Order, 0, "its process is gone", now), todo);
        else if (_seen.Condition == VmCondition.Unknown && Started) See(new(VmCondition.Ended, _seen.Epoch, _seen.Order, 0, "its process is gone", now), todo);
        else if (_seen.Condition == VmCondition.Unknown) See(new(VmCondition.Absent, null, 0, 0, "", now), todo);
    }

    /// <summary>What is seen reports on the newest start.</summary>
    private bool Started => _seen.Order != 0 && _seen.Order == _started;

    private void See(VmObservation seen, List<VmEffect> todo)
    {
        if (seen with { Since = _seen.Since } == _seen) return;
        (_seen, _known) = (seen, true);
        todo.Add(new SayVm(seen));
    }
}

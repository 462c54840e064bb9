using ActorHa.Core;

namespace ActorHa.World;

/// <summary>
/// The supervisors of a host's VMs, the search for processes, and the hypervisor's desk: orders for one VM one after the
/// other, a stop voids every start that was asked before it.
/// </summary>
internal sealed class SimSupervisors(WorldModel world, SimMember member)
{
    /// <summary>Patience with a process that does not answer, or does not die.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<VmName, VmBox> _boxes = [];
    private bool _killAll;

    /// <summary>The agent begins.</summary>
    public void Begin()
    {
        _killAll = false;
        if (member.IsHost) member.Every(() => world.Cadence.Look, Look);
    }

    /// <summary>The agent is gone.</summary>
    public void End() => _boxes.Clear();

    /// <summary>The state has changed.</summary>
    public void Know(ClusterState s)
    {
        if (!member.IsHost) return;
        foreach (var vm in s.Vms.Keys.Where(vm => !_boxes.ContainsKey(vm)))
        {
            _boxes[vm] = new VmBox(world, member, vm, new VmWatch(member.Machine.Now, s.Config.Timers.RetryFirst));
            Look();
        }
    }

    /// <summary>Orders have changed.</summary>
    public void Obey(Orders orders)
    {
        foreach (var (vm, order) in orders.Vms)
            if (_boxes.TryGetValue(vm, out var box)) member.Post(box, new VmOrdered(order));
    }

    /// <summary>This life was declared over: every VM process is killed, again with each search.</summary>
    public void KillAll()
    {
        if (!_killAll) world.Say(member.Name.Value, "its life was declared over: all its VMs are killed");
        _killAll = true;
        foreach (var box in _boxes.Values) box.Void();
        member.Machine.EndAll();
        Look();
    }

    /// <summary>A VM process has ended by itself or was killed: the pidfd says so.</summary>
    public void Ended(SimProcess process, bool byGuest)
    {
        world.Audit.Failed(process.Vm);
        if (_boxes.TryGetValue(process.Vm, out var box)) member.Post(box, new VmEnded(process.Pid, byGuest, byGuest ? "the guest shut itself down" : "killed by signal 9"));
    }

    private void Look()
    {
        var asked = member.Machine.Now;
        if (member.Machine.StorageStalls)
        {
            var life = member.Life;
            world.Time.After(TimeSpan.FromSeconds(2), () =>
            {
                if (life != member.Life) return;
                member.Tell(new WellSaid(false, "the hypervisor does not answer"));
                foreach (var box in _boxes.Values) member.Post(box, new VmNotSeen("the hypervisor does not answer"));
            });
            return;
        }
        if (member.Mind is { View.Well: false }) member.Tell(new WellSaid(true, ""));
        if (_killAll) member.Machine.EndAll();
        foreach (var (vm, box) in _boxes.ToArray())
        {
            var found = member.Machine.Processes.Find(p => p.Vm == vm);
            var looked = new VmLooked(found?.Pid, found?.Epoch, asked);
            if (world.Cadence.SearchTakes == TimeSpan.Zero) member.Post(box, looked);
            else member.PostLater(world.UpTo(world.Cadence.SearchTakes) + member.Machine.SearchLag, box, looked);
        }
    }
}

/// <summary>The hands of <see cref="VmWatch"/> for one VM on one host.</summary>
internal sealed class VmBox(WorldModel world, SimMember member, VmName vm, VmWatch watch) : ILetterBox
{
    private static readonly VmTick Tick = new();
    private readonly SimMachine _machine = member.Machine;
    private long _order;
    private long _asked;
    private long _voidUpTo;

    public void Take(object message)
    {
        if (message is VmOrdered o) _order = o.Order.Index;
        foreach (var effect in watch.Receive((VmMessage)message, _machine.Now))
        {
            switch (effect)
            {
                case SayVm s: member.Tell(new VmSaid(vm, s.Seen)); break;
                case WakeVm w: member.PostLater(w.After, this, Tick); break;
                case StartVm s: Start(s.Epoch); break;
                case StopVm s: Stop(s.Grace); break;
            }
        }
    }

    /// <summary>No start asked before this can take effect any more.</summary>
    public void Void() => _voidUpTo = _asked;

    private void Start(Epoch epoch)
    {
        var number = ++_asked;
        var life = member.Life;
        world.Audit.StartOrdered(member, vm, epoch, _order);
        world.Step(member, StepKind.Start, vm.Value, () => Start(epoch, number, life));
    }

    private void Start(Epoch epoch, long number, int life)
    {
        // The process comes up whatever becomes of the agent meanwhile: the order outlives it (case 52).
        Later(world.StartTakes(), () =>
        {
            var alive = life == member.Life;
            if (alive && number <= _voidUpTo) { Answer(life, new VmStarted(epoch, false, 0, "a stop was given after this start")); return; }
            if (_machine.Processes.Exists(p => p.Vm == vm) || _machine.CannotStart.Contains(vm) || _machine.HangsAtStart.Contains(vm) || _machine.StorageStalls) world.Audit.Failed(vm);
            if (_machine.Processes.Exists(p => p.Vm == vm)) { Answer(life, new VmStarted(epoch, false, 0, $"{vm} runs already")); return; }
            if (_machine.CannotStart.Contains(vm)) { Answer(life, new VmStarted(epoch, false, 0, "disk is missing")); return; }
            if (_machine.StorageStalls) { Later(SimSupervisors.Patience, () => Answer(life, new VmStarted(epoch, false, 0, "storage does not answer"))); return; }
            var process = _machine.Spawn(vm, epoch);
            if (!_machine.HangsAtStart.Contains(vm)) { Answer(life, new VmStarted(epoch, true, process.Pid, "started")); return; }
            Later(SimSupervisors.Patience, () =>
            {
                if (!_machine.Unkillable.Contains(vm)) _machine.End(vm);
                Answer(life, new VmStarted(epoch, false, 0, "no answer by QMP: killed"));
            });
        });
    }

    private void Stop(TimeSpan grace)
    {
        Void();
        var life = member.Life;
        world.Step(member, StepKind.Stop, vm.Value, () => Stop(grace, life));
    }

    private void Stop(TimeSpan grace, int life)
    {
        // A guest that hears the power button needs a second; a kill is quick.
        Later(grace > TimeSpan.Zero ? TimeSpan.FromSeconds(1) : TimeSpan.FromMilliseconds(20), () =>
        {
            if (_machine.Unkillable.Contains(vm) || _machine.StorageStalls)
            {
                Later(SimSupervisors.Patience, () => Answer(life, new VmStopped(false, "it was killed and does not end")));
                return;
            }
            if (life != member.Life) return;
            world.Audit.Stopped(_machine, vm);
            _machine.End(vm);
            Answer(life, new VmStopped(true, "stopped"));
        });
    }

    private void Later(TimeSpan delay, Action action)
    {
        var boot = _machine.Boot;
        world.Time.After(delay, () => _machine.OnRunning(() => { if (_machine.Boot == boot) action(); }));
    }

    private void Answer(int life, VmMessage answer)
    {
        if (life != member.Life) return;
        member.Post(this, answer);
        if (life == member.Life) world.Stepped(member, answer is VmStarted ? StepKind.Start : StepKind.Stop, vm.Value);
    }
}

using System.Collections.Immutable;
using ActorHa.Core;

namespace ActorHa.World;

/// <summary>
/// One member: the very state machines that ship, with a shell of virtual time around them instead of mailboxes, sockets
/// and drivers. What a frozen machine receives waits until it wakes.
/// </summary>
public sealed class SimMember(WorldModel world, SimMachine machine, bool isHost)
{
    private readonly List<Action> _backlog = [];
    private readonly Dictionary<MemberName, PeerWatch> _watches = [];
    private readonly Dictionary<MemberName, FenceWalk> _fencers = [];
    private readonly Dictionary<VmName, VmWatch> _vms = [];
    private readonly Dictionary<MemberName, Instant> _stamps = [];
    private readonly Dictionary<MemberName, (ulong Boot, long Sequence, Instant At)> _lastHeard = [];
    private int _runs;
    private int _life;
    private long _sequence;
    private long _tickets;

    /// <summary>Its name.</summary>
    public MemberName Name => machine.Name;

    /// <summary>Its machine.</summary>
    public SimMachine Machine => machine;

    /// <summary>Whether it runs VMs.</summary>
    public bool IsHost => isHost;

    /// <summary>Its etcd member answers (it is a process of its own).</summary>
    public bool EtcdUp { get; set; } = true;

    /// <summary>Its mind does not turn, its beats go on.</summary>
    public bool MindStuck { get; set; }

    /// <summary>Its watch on the journal says nothing.</summary>
    public bool WatchSilent { get; set; }

    /// <summary>It hears no datagram.</summary>
    public bool Deaf { get; set; }

    /// <summary>Its mind; null while the agent is down.</summary>
    public QuorumMind? Mind { get; private set; }

    /// <summary>Hooks of tests: called before an effect of the mind is carried out; false = the agent dies there.</summary>
    public Func<QuorumEffect, bool>? Gate { get; set; }

    /// <summary>Answers to commands, newest last.</summary>
    public List<AnswerCommand> Answers { get; } = [];

    /// <summary>The agent process starts.</summary>
    public void StartAgent()
    {
        if (Mind is not null) return;
        var now = world.Time.Now;
        _life++;
        Mind = new QuorumMind(new View
        {
            Self = Name,
            Run = new AgentRun($"run{++_runs}"),
            IsHost = isHost,
            Boot = machine.Boot,
            Macs = isHost ? [$"02:00:00:00:00:0{machine.Slot}"] : [],
            Started = now,
            Now = now,
        }, null);
        foreach (var peer in world.Members.Where(m => m != this))
            _watches[peer.Name] = new PeerWatch(peer.Name, peer.IsHost, new Timers(), now);
        foreach (var host in world.Members.Where(m => m.IsHost && m != this)) _fencers[host.Name] = new FenceWalk(new Timers(), now);
        Every(TimeSpan.FromMilliseconds(50), WatchTick);
        Every(TimeSpan.FromMilliseconds(100), () => Tell(new MindTick()));
        Every(TimeSpan.FromMilliseconds(100), SendBeat);
        if (isHost) Every(TimeSpan.FromSeconds(3), Look);
        Every(TimeSpan.FromSeconds(20), CheckFencing);
    }

    /// <summary>The agent process dies; VM processes stay.</summary>
    public void KillAgent()
    {
        Mind = null;
        _life++;
        _watches.Clear();
        _fencers.Clear();
        _vms.Clear();
        _lastHeard.Clear();
        _backlog.Clear();
    }

    /// <summary>systemd restarts it.</summary>
    public void CrashAgent(TimeSpan back)
    {
        KillAgent();
        world.Time.After(back, () => { if (machine.Runs) StartAgent(); });
    }

    /// <summary>The machine wakes: what waited happens.</summary>
    public void Wake()
    {
        var waiting = _backlog.ToArray();
        _backlog.Clear();
        foreach (var action in waiting) action();
    }

    /// <summary>An operator's command at this member.</summary>
    public void Command(Command command) => Tell(new Commanded(++_tickets, command));

    /// <summary>A message to the mind.</summary>
    public void Tell(QuorumMessage message) => Do(_life, () =>
    {
        if (Mind is null || MindStuck) return;
        foreach (var effect in Mind.Receive(message, world.Time.Now, world.Wall)) Perform(effect);
    });

    private void Perform(QuorumEffect effect)
    {
        if (Mind is null) return;
        if (Gate is { } gate && !gate(effect)) { world.Say(Name.Value, "its agent dies"); CrashAgent(TimeSpan.FromMilliseconds(500)); return; }
        var life = _life;
        switch (effect)
        {
            case ReadTail r: world.Journal.Read(this, r.After, m => Do(life, () => Tell(m))); break;
            case SendAppend a:
                foreach (var host in a.Stamps) _stamps[host] = world.Time.Now;
                world.Journal.Append(this, a, m => Do(life, () => Tell(m)));
                break;
            case SendPulse p: world.Journal.Pulse(this, p.Sent, m => Do(life, () => Tell(m))); break;
            case StateChanged c: Know(c.State); break;
            case Obey o: Obey(o.Orders); break;
            case RefusalsChanged r: world.Refused(Name, r.Refusals); break;
            case AnswerCommand a:
                Answers.Add(a);
                if (!a.Accepted) world.Say(Name.Value, $"refused: {a.Because}");
                break;
        }
    }

    private void Know(ClusterState s)
    {
        foreach (var (peer, watch) in _watches) Watched(peer, watch.Receive(new LifeKnown(BootKeys.Of(s.Host(peer).Boot), s.Config.Timers), world.Time.Now));
        foreach (var host in _fencers.Keys) Fence(host, new FenceTarget(s.Host(host).Joined, s.Config.Hosts.GetValueOrDefault(host)?.Fencing.Length ?? 0, s.Config.Timers));
        if (!isHost) return;
        foreach (var vm in s.Vms.Keys.Where(vm => !_vms.ContainsKey(vm)))
        {
            _vms[vm] = new VmWatch(world.Time.Now, s.Config.Timers.RetryFirst);
            Look();
        }
    }

    private void Obey(Orders orders)
    {
        if (orders.KillAll) { machine.Processes.Clear(); world.Say(Name.Value, "its life was declared over: all its VMs are killed"); Look(); return; }
        foreach (var (vm, order) in orders.Vms) Vm(vm, new VmOrdered(order));
        foreach (var host in _fencers.Keys) Fence(host, new FenceOrdered(orders.Fences.GetValueOrDefault(host)));
    }

    private void Vm(VmName vm, VmMessage message)
    {
        if (!_vms.TryGetValue(vm, out var watch)) return;
        var life = _life;
        foreach (var effect in watch.Receive(message, world.Time.Now))
        {
            switch (effect)
            {
                case SayVm s: Tell(new VmSaid(vm, s.Seen)); break;
                case WakeVm w: world.Time.After(w.After, () => Do(life, () => Vm(vm, new VmTick()))); break;
                case StartVm s:
                    // The process comes up whatever becomes of the agent meanwhile: the order outlives it (case 52).
                    world.Time.After(TimeSpan.FromMilliseconds(30), () => world.OnMachine(machine, () =>
                    {
                        if (machine.CannotStart.Contains(vm)) { Do(life, () => Vm(vm, new VmStarted(s.Epoch, false, 0, "disk is missing"))); return; }
                        var process = machine.Spawn(vm, s.Epoch);
                        world.Spawned(machine, process);
                        Do(life, () => Vm(vm, new VmStarted(s.Epoch, true, process.Pid, "started")));
                    }));
                    break;
                case StopVm s:
                    world.Time.After(s.Grace > TimeSpan.Zero ? TimeSpan.FromSeconds(1) : TimeSpan.FromMilliseconds(20), () => world.OnMachine(machine, () =>
                    {
                        machine.Processes.RemoveAll(p => p.Vm == vm);
                        Do(life, () => Vm(vm, new VmStopped(true, "stopped")));
                    }));
                    break;
            }
        }
    }

    /// <summary>A VM process has ended by itself or was killed: the pidfd says so.</summary>
    public void ProcessEnded(SimProcess process, bool byGuest) => Do(_life, () => Vm(process.Vm, new VmEnded(process.Pid, byGuest, byGuest ? "the guest shut itself down" : "killed by signal 9")));

    private void Look()
    {
        foreach (var vm in _vms.Keys.ToList())
        {
            var found = machine.Processes.Find(p => p.Vm == vm);
            Vm(vm, new VmLooked(found?.Pid, found?.Epoch, world.Time.Now));
        }
    }

    private void Fence(MemberName host, FenceMessage message)
    {
        if (!_fencers.TryGetValue(host, out var walk)) return;
        var life = _life;
        var target = world.Member(host).Machine;
        foreach (var effect in walk.Receive(message, world.Time.Now))
        {
            switch (effect)
            {
                case SayFence s: Tell(new FencerSaid(host, s.Report)); break;
                case WakeFencer w: world.Time.After(w.After, () => Do(life, () => Fence(host, new FenceTick()))); break;
                case ReadPower: AskPower(host); break;
                case SendOff:
                    if (world.ChassisLinked(Name)) world.Chassis.Set(target, Name, _stamps.TryGetValue(host, out var at) ? at : null, d => Do(life, () => Fence(host, d)));
                    else world.Time.After(TimeSpan.FromSeconds(2), () => Do(life, () => Fence(host, new SetDone(false, false, "no answer"))));
                    break;
                case SendOn: world.Chassis.On(target, d => Do(life, () => Fence(host, d))); break;
            }
        }
    }

    private void AskPower(MemberName host)
    {
        var life = _life;
        var asked = world.Time.Now;
        void Told(PowerReading r) => Do(life, () =>
        {
            Fence(host, new PowerRead(asked, r));
            if (_watches.TryGetValue(host, out var w)) Watched(host, w.Receive(new PowerAnswered(asked, r), world.Time.Now));
        });
        if (world.ChassisLinked(Name)) world.Chassis.Read(world.Member(host).Machine, Told);
        else world.Time.After(TimeSpan.FromSeconds(2), () => Told(PowerReading.Unknown("no answer")));
    }

    private void CheckFencing()
    {
        if (Mind is not { } mind || !world.ChassisLinked(Name) || world.Chassis.Silent) return;
        foreach (var host in mind.State.Config.Hosts.Keys)
            Tell(new ProtectionSaid(host, new Protection(true, false, Arming.Fingerprint(mind.State, host), "its own MAC is in its slot", world.Time.Now)));
    }

    private void WatchTick()
    {
        if (MindStuck) return;
        foreach (var (peer, watch) in _watches) Watched(peer, watch.Receive(new WatchTick(), world.Time.Now));
    }

    private void Watched(MemberName peer, WatchTurn turn)
    {
        var life = _life;
        if (turn.News is { } news)
        {
            Tell(new PeerSaid(peer, news));
        }
        if (turn.Seen is { } seen) Fence(peer, new TargetSeen(seen));
        if (turn.Ask.HasFlag(WatchAsk.Power) && isHost && _fencers.ContainsKey(peer)) AskPower(peer);
        if (turn.Ask.HasFlag(WatchAsk.Probe))
        {
            var asked = world.Time.Now;
            var other = world.Member(peer);
            var answers = world.Linked(Name, peer) && other.Machine.Runs && other.EtcdUp;
            world.Time.After(TimeSpan.FromMilliseconds(answers ? 3 : 200), () => Do(life, () =>
            {
                if (_watches.TryGetValue(peer, out var w)) Watched(peer, w.Receive(new ProbeAnswered(asked, answers), world.Time.Now));
            }));
        }
    }

    private void SendBeat()
    {
        if (Mind is not { } mind) return;
        _sequence++;
        var age = MindStuck ? TimeSpan.FromSeconds(30) : TimeSpan.Zero;
        var boot = BootKeys.Of(machine.Boot);
        var heard = _lastHeard.ToImmutableDictionary();
        var (sequence, config) = (_sequence, mind.State.ConfigNumber);
        foreach (var peer in world.Members.Where(m => m != this && world.LinkedTo(Name, m.Name)))
            world.Time.After(world.Latency(), () => peer.HearBeat(Name, boot, sequence, age, config, heard));
    }

    private void HearBeat(MemberName from, ulong boot, long sequence, TimeSpan mindAge, long config, ImmutableDictionary<MemberName, (ulong Boot, long Sequence, Instant At)> heard)
    {
        if (!machine.Powered || Deaf || !world.LinkedTo(from, Name)) return;
        var at = world.Time.Now;
        Do(_life, () =>
        {
            // A beat of a stuck mind counts as missing, also for those to whom we would relay it.
            if (mindAge <= TimeSpan.FromSeconds(2)) _lastHeard[from] = (boot, sequence, at);
            Instant? us = heard.TryGetValue(Name, out var own) && own.Boot == BootKeys.Of(machine.Boot) ? own.At : null;
            if (_watches.TryGetValue(from, out var watch)) Watched(from, watch.Receive(new BeatHeard(boot, sequence, mindAge, true, config, at, us), world.Time.Now));
            foreach (var (other, sight) in heard)
            {
                if (other != Name && _watches.TryGetValue(other, out var w)) Watched(other, w.Receive(new PeerSighted(from, sight.Boot, sight.Sequence, sight.At), world.Time.Now));
            }
        });
    }

    private void Every(TimeSpan period, Action action)
    {
        var life = _life;
        void Turn()
        {
            if (life != _life) return;
            Do(life, action);
            world.Time.After(period, Turn);
        }
        world.Time.After(world.Jitter(period), Turn);
    }

    /// <summary>Runs now, when the machine wakes, or never, when that agent is gone.</summary>
    private void Do(int life, Action action)
    {
        if (life != _life || !machine.Powered) return;
        if (machine.Frozen) _backlog.Add(() => Do(life, action));
        else action();
    }
}

using ActorHa.Core;

namespace ActorHa.World;

/// <summary>
/// One member: the very state machines that ship, with a shell of virtual time around them instead of mailboxes, sockets
/// and drivers. Letters among its actors are taken one after the other; a starved agent takes them late, a frozen machine's
/// wait until it wakes (see <see cref="Mail"/>), a dead agent's are gone.
/// </summary>
public sealed class SimMember : ILetterBox
{
    private readonly WorldModel _world;
    private readonly Mail _letters;
    private readonly MindTick _tick = new();
    private bool _draining;
    private Instant _busyUntil;
    private BootId? _firstOf;
    private int _runs;
    private long _tickets;
    private JournalHead? _seen;

    internal SimMember(WorldModel world, MemberName name, int slot, int number)
    {
        (_world, Number, IsHost, _letters) = (world, number, slot > 0, new Mail(world.Turns));
        Machine = new SimMachine(world, name, slot);
        Heart = new SimHeart(world, this);
        Fencers = new SimFencers(world, this);
        Supervisors = new SimSupervisors(world, this);
        Watchdog = new SimWatchdog(world, this);
    }

    /// <summary>Its name.</summary>
    public MemberName Name => Machine.Name;

    /// <summary>Its place among the members.</summary>
    public int Number { get; }

    /// <summary>Its machine.</summary>
    public SimMachine Machine { get; }

    /// <summary>Whether it runs VMs.</summary>
    public bool IsHost { get; }

    /// <summary>Its beats and what it hears of others.</summary>
    internal SimHeart Heart { get; }

    /// <summary>Its fencers.</summary>
    internal SimFencers Fencers { get; }

    /// <summary>Its supervisors of VMs.</summary>
    internal SimSupervisors Supervisors { get; }

    /// <summary>Its watchdog; it does nothing where none is configured.</summary>
    public SimWatchdog Watchdog { get; }

    /// <summary>Its etcd member answers (it is a process of its own).</summary>
    public bool EtcdUp { get; set; } = true;

    /// <summary>Its mind does not turn, its beats go on.</summary>
    public bool MindStuck { get; set; }

    /// <summary>Its watch on the journal says nothing.</summary>
    public bool WatchSilent { get; set; }

    /// <summary>Its watch of the journal misses news, tells others late, and some more than once.</summary>
    public bool WatchConfused { get; set; }

    /// <summary>It hears no datagram.</summary>
    public bool Deaf { get; set; }

    /// <summary>Its agent has announced that it stops, and is to be back by then.</summary>
    internal Instant StopsUntil { get; set; }

    /// <summary>Longest time that its agent needs for one letter: a starved processor.</summary>
    public TimeSpan Lag { get; set; }

    /// <summary>Longest lateness of its beats.</summary>
    public TimeSpan BeatLag { get; set; }

    /// <summary>Does not come up by itself when it dies (nobody restarts it).</summary>
    public bool AgentHeldDown { get; set; }

    /// <summary>Its mind; null while the agent is down.</summary>
    public QuorumMind? Mind { get; private set; }

    /// <summary>Number of this agent's life: whatever was meant for another is dropped.</summary>
    internal int Life { get; private set; }

    /// <summary>This agent process.</summary>
    internal AgentRun Run => new($"run{_runs}");

    /// <summary>When this agent began.</summary>
    internal Instant Began { get; private set; }

    /// <summary>Whether it is the first one of this boot.</summary>
    internal bool IsFirst { get; private set; }

    /// <summary>How long the letter at hand has waited.</summary>
    internal TimeSpan Waited { get; private set; }

    /// <summary>When the mind last turned, on its own clock.</summary>
    internal Instant? Turned { get; private set; }

    /// <summary>When it was last found unable to defend itself.</summary>
    internal Instant Unwell { get; private set; }

    /// <summary>Since when its agent is away, or its mind stuck.</summary>
    internal Instant? AwaySince { get; private set; }

    /// <summary>The newest entry of a line that it has on its own disk as seen; 0 = it has seen nothing of that line.</summary>
    public long SeenIn(long line) => _seen is { } head && head.Lineage == line ? head.Index : 0;

    /// <summary>Notes whether it could defend itself.</summary>
    internal void Note()
    {
        AwaySince = Mind is null || MindStuck ? AwaySince ?? _world.Time.Now : null;
        if (Wellness.Now(_world, this) is not null) Unwell = _world.Time.Now;
        Watchdog.Note();
    }

    /// <summary>Hooks of tests: called before an effect of the mind is carried out; false = the agent dies there.</summary>
    public Func<QuorumEffect, bool>? Gate { get; set; }

    /// <summary>Answers to commands, newest last.</summary>
    public List<AnswerCommand> Answers { get; } = [];

    /// <summary>The agent process starts.</summary>
    public void StartAgent()
    {
        if (Mind is not null || AgentHeldDown || !Machine.Runs || !Machine.Booted) return;
        var now = Machine.Now;
        Life++;
        _runs++;
        (Turned, Began, IsFirst, _firstOf) = (null, _world.Time.Now, _firstOf != Machine.Boot, Machine.Boot);
        Mind = new QuorumMind(new View
        {
            Self = Name,
            Run = Run,
            IsHost = IsHost,
            Boot = Machine.Boot,
            Macs = IsHost ? [_world.Chassis.Mac(Machine)] : [],
            CanSleep = _world.CanSleep.Contains(Name) ? "sleep targets are not masked" : "",
            Started = now,
            Now = now,
        }, _seen);
        var cadence = _world.Cadence;
        Heart.Begin();
        Every(() => Heart.InGap ? cadence.WatchInGap : cadence.Watch, Heart.Tick);
        Every(() => AnyClosed(Mind.State) ? cadence.MindBusy : cadence.Mind, due => Post(this, _tick, due));
        Every(() => cadence.Beat + _world.UpTo(BeatLag), Heart.Beat);
        Supervisors.Begin();
        Fencers.Begin();
    }

    /// <summary>The agent process dies; VM processes stay.</summary>
    public void KillAgent()
    {
        Mind = null;
        MindStuck = false;
        Life++;
        _letters.Clear();
        Heart.End();
        Fencers.End();
        Supervisors.End();
        Watchdog.Closed();
    }

    /// <summary>The agent dies and is started again.</summary>
    public void CrashAgent(TimeSpan back)
    {
        KillAgent();
        var boot = Machine.Boot;
        _world.Time.After(back, () => Machine.OnRunning(() => { if (Machine.Boot == boot) StartAgent(); }));
    }

    /// <summary>The machine wakes: what waited happens.</summary>
    internal void Wake()
    {
        Heart.Wake();
        Drain();
    }

    /// <summary>An operator's command at this member.</summary>
    public void Command(Command command)
    {
        _world.Audit.Ordered(this, command);
        Tell(new Commanded(++_tickets, command));
    }

    /// <summary>A message to the mind.</summary>
    public void Tell(QuorumMessage message) => Post(this, message);

    /// <summary>A letter; it is taken when those before it were.</summary>
    internal void Post(ILetterBox to, object message) => Post(to, message, Machine.Now);

    private void Post(ILetterBox to, object message, Instant since)
    {
        if (Mind is null) return;
        _letters.Add(new(to, message, since));
        if (Machine.Frozen) return;
        if (Lag == TimeSpan.Zero) { Drain(); return; }
        var at = (_busyUntil > _world.Time.Now ? _busyUntil : _world.Time.Now) + _world.UpTo(Lag);
        _busyUntil = at;
        var life = Life;
        _world.Time.After(at - _world.Time.Now, () => { if (life == Life) Drain(1); });
    }

    /// <summary>A letter that comes later, for this life of the agent only.</summary>
    internal void PostLater(TimeSpan delay, ILetterBox to, object message) => PostLater(Life, delay, to, message);

    /// <summary>The same for the life that has asked for it.</summary>
    internal void PostLater(int life, TimeSpan delay, ILetterBox to, object message)
    {
        _world.Time.After(delay, () => { if (life == Life) Post(to, message); });
    }

    /// <summary>The mind takes a letter.</summary>
    void ILetterBox.Take(object message)
    {
        if (Mind is null || MindStuck) return;
        var life = Life;
        if (message is AppendSettled { Fate: AppendFate.Committed }) _world.Audit.Acknowledged(this);
        if (message is PulseSettled { Accepted: true, Sent: var sent }) _world.Audit.Accepted(this, sent);
        IReadOnlyList<QuorumEffect> effects;
        try
        {
            effects = Mind.Receive((QuorumMessage)message, Machine.Now, _world.Wall + Machine.WallError, Waited);
        }
        catch (InvariantException e)
        {
            // The agent stops rather than write it; here it is the finding.
            _world.Audit.Breach("I2", e.Message);
            return;
        }
        Turned = Machine.Now;
        foreach (var effect in effects)
        {
            if (life != Life) return;
            Perform(effect);
        }
    }

    private static bool AnyClosed(ClusterState s)
    {
        foreach (var (_, h) in s.EachHost())
            if (h.IsClosed) return true;
        return false;
    }

    private void Perform(QuorumEffect effect)
    {
        if (Gate is { } gate && !gate(effect)) { _world.Say(Name.Value, "its agent dies"); CrashAgent(TimeSpan.FromMilliseconds(500)); return; }
        switch (effect)
        {
            case ReadTail r: _world.Journal.Read(this, r.After); break;
            case SendAppend a:
                foreach (var host in a.Stamps) Fencers.Stamp(host);
                _world.Step(this, StepKind.Append, _world.OnStep is null ? "" : JournalCodec.Decode(a.Bytes.Span).Command, () => _world.Journal.Append(this, a));
                break;
            case SendPulse p: _world.Journal.Pulse(this, p.Sent); break;
            case StateChanged c:
                // The highest, on its own disk.
                if (!(c.Head.Position < _seen?.Position)) _seen = c.Head;
                Heart.Know(c.State);
                Fencers.Know(c.State);
                Supervisors.Know(c.State);
                break;
            case Obey o:
                if (o.Orders.KillAll) { Supervisors.KillAll(); break; }
                Supervisors.Obey(o.Orders);
                Fencers.Obey(o.Orders);
                break;
            case StartAgentAnew a:
                _world.Say(Name.Value, a.Why);
                CrashAgent(TimeSpan.FromMilliseconds(300));
                break;
            case HoldWatchdog h: Watchdog.Obey(h.Order); break;
            case RefusalsChanged r: _world.Refused(Name, r.Refusals); break;
            case AnswerCommand a:
                Answers.Add(a);
                if (!a.Accepted) _world.Say(Name.Value, $"refused: {a.Because}");
                break;
        }
    }

    private void Drain(int most = int.MaxValue)
    {
        if (_draining) return;
        _draining = true;
        try
        {
            while (most-- > 0 && !Machine.Frozen && _letters.TryTake(Machine.Now, out var letter))
            {
                Waited = Machine.Now > letter.Since ? Machine.Now - letter.Since : TimeSpan.Zero;
                letter.To.Take(letter.Message);
            }
        }
        finally
        {
            _draining = false;
        }
    }

    /// <summary>A timer of this life; ticks that a frozen machine misses come once, late.</summary>
    internal void Every(Func<TimeSpan> period, Action action) => Every(period, _ => action());

    /// <summary>The same; the action hears when its time was, on the machine's clock.</summary>
    private void Every(Func<TimeSpan> period, Action<Instant> action)
    {
        var life = Life;
        void After(TimeSpan delay)
        {
            var at = Machine.Now + delay;
            _world.Time.After(Machine.ClockRate == 1 ? delay : delay / Machine.ClockRate, () => Machine.OnRunning(() =>
            {
                if (life != Life) return;
                action(at);
                if (life == Life) After(period());
            }));
        }
        After(_world.Jitter(period()));
    }
}

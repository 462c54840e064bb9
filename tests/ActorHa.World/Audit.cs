using System.Collections.Immutable;
using ActorHa.Core;

namespace ActorHa.World;

/// <summary>
/// The checks (I1–I5, I7 of the hard cases, and what every effect must trace to). They are made where something can break
/// them: at each process that appears, each SET that is sent or strikes, each entry, each start. What they compare with is
/// the world: power, boots, processes.
/// </summary>
public sealed partial class Audit(WorldModel world)
{
    private readonly List<string> _breaches = [];
    private readonly HashSet<(MemberName Host, BootId Boot)> _declaredOver = [];
    private readonly HashSet<(int Member, int Life, long Index)> _acknowledged = [];
    private readonly Dictionary<(int Member, int Life, VmName Vm), long> _used = [];
    private readonly Dictionary<(long Index, string Subject), (MemberName Who, Epoch Epoch)> _permissions = [];
    private Dictionary<(long Index, string Subject), (MemberName Who, Epoch Epoch)> _lost = [];
    private Instant _lostAt;
    private static readonly TimeSpan LateAfter = TimeSpan.FromSeconds(3);
    private readonly Dictionary<MemberName, int> _fences = [];
    private readonly long[] _sent = new long[world.Size];
    private readonly Instant[] _decidedAt = new Instant[world.Size];

    /// <summary>Breaches so far.</summary>
    public IReadOnlyList<string> Breaches => _breaches;

    /// <summary>Checks made.</summary>
    public long Checks { get; private set; }

    /// <summary>Entries by their rule.</summary>
    public Dictionary<string, int> Rules { get; } = [];

    /// <summary>Events by their kind.</summary>
    public Dictionary<string, int> Events { get; } = [];

    /// <summary>Orders of operators that were recorded.</summary>
    public int Orders { get; private set; }

    /// <summary>Entries that were decided long before they were committed: nobody had answered, and they were sent again as they were.</summary>
    public int Late { get; private set; }

    /// <summary>Powers cut of hosts that their own watchdog had not reset before.</summary>
    public int HitsWithoutReset { get; private set; }

    /// <summary>Confirmations by a person of a host that lived.</summary>
    public int FalseConfirmations => _declaredOver.Count;

    /// <summary>
    /// What is only a matter of records (I2, I7, replay) ends no run and is kept in <see cref="Noted"/>: a mutant must be seen
    /// by what it does to the world. For a whole process.
    /// </summary>
    public static bool RecordsAreNoted { get; set; }

    /// <summary>The first finding about records, where they end no run.</summary>
    public string? Noted { get; private set; }

    /// <summary>A finding.</summary>
    public void Breach(string which, string what)
    {
        var line = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{which} at {world.Time.Now.Seconds:0.00}: {what}");
        if (RecordsAreNoted && which is "I2" or "I7" or "replay") Noted ??= line;
        else _breaches.Add(line);
    }

    /// <summary>Ends the run when anything was found.</summary>
    /// <exception cref="BreachException">Something was.</exception>
    public void Throw()
    {
        if (_breaches.Count > 0) throw new BreachException(string.Join("\n", [.. _breaches, .. world.Story]));
    }

    /// <summary>Whether this life was declared over by a person while it lived: what it runs until it is killed is not our act.</summary>
    public bool IsDeclaredOver(SimMachine machine) => _declaredOver.Contains((machine.Name, machine.Boot));

    /// <summary>What one restored journal knows of the past is not compared with the past.</summary>
    public void Forget()
    {
        (_lost, _lostAt) = (new(_permissions), world.Time.Now);
        _permissions.Clear();
        _fences.Clear();
    }

    /// <summary>
    /// Whether an entry permits it: of the journal as it stands, or, for whose mind is stuck since before, of the line that was lost:
    /// it cannot know. (Who slept can, and must: decision 0034.) Against what such a one still does nobody is admitted for set-lifetime,
    /// and nothing starts before it has reported (rules 16 to 19).
    /// </summary>
    private bool IsPermitted(SimMember by, (long Index, string Subject) what, Epoch? epoch = null) =>
        (_permissions.TryGetValue(what, out var p)
            || (by.MindStuck && by.SeenIn(world.Journal.Line) == 0 && world.Time.Now - _lostAt < world.Journal.State.Config.Timers.SetLifetime && _lost.TryGetValue(what, out p)))
        && p.Who == by.Name && (epoch is null || p.Epoch == epoch);

    /// <summary>I1: a VM runs on at most one host. A copy started by hand is not our act.</summary>
    internal void Spawned(SimMachine machine, SimProcess process)
    {
        Checks++;
        if (process.ByHand) return;
        world.Starts.Add((world.Time.Now, machine.Name, process.Vm));
        if (!IsDeclaredOver(machine) && Running(process.Vm, process) is { } other)
            Breach("I1", $"{process.Vm} runs on {machine.Name} ({process.Epoch}) and on {other.Name}");
        Unarmed(machine, process);
    }

    /// <summary>I2: a start traces to an own entry that this very agent knows to be committed, once.</summary>
    internal void StartOrdered(SimMember by, VmName vm, Epoch epoch, long order)
    {
        Checks++;
        if (!_acknowledged.Contains((by.Number, by.Life, order))) Breach("I2", $"{by.Name} starts {vm} by entry {order}, which it had only read");
        if (_used.GetValueOrDefault((by.Number, by.Life, vm)) >= order) Breach("I2", $"{by.Name} starts {vm} a second time by entry {order}");
        _used[(by.Number, by.Life, vm)] = order;
        // A copy by hand is not our act; to start another beside one that was known when the start was permitted is.
        if (world.Journal.State.Vm(vm).Stray is { } stray && stray.Index < order && world.Member(stray.Host).Machine is var there && there.Powered && there.Processes.Exists(p => p.Vm == vm && p.ByHand))
            Breach("I1", $"{by.Name} starts {vm}, of which a copy is known to run on {stray.Host}");
        KnownCopy(by, vm, order);
        if (!IsPermitted(by, (order, vm.Value), epoch)) Breach("I2", $"{by.Name} starts {vm} ({epoch}), which entry {order} does not permit");
    }

    /// <summary>I3: a SET traces to an own switching entry that this very agent knows to be committed.</summary>
    internal void SetSent(SimMember by, MemberName host, long order)
    {
        Checks++;
        if (!_acknowledged.Contains((by.Number, by.Life, order))) Breach("I3", $"{by.Name} sends a SET against {host} by entry {order}, which it had only read");
        if (!IsPermitted(by, (order, host.Value))) Breach("I3", $"{by.Name} sends a SET against {host}, which entry {order} does not permit");
        // Judged when it is sent: one that was on its way for long may strike a host that has woken and is closed for this very reason.
        if (world.Journal.State.Host(host).Request is { Operator: null } r && !GoesOnWithoutAgent(host, r) && Wellness.WhyNot(world, world.Member(host)) is null)
            Breach("I3", $"{by.Name} switches {host} off, which could refute the challenge, or whose agent alone is away");
        FirstSet(by, host, order);
    }

    /// <summary>I3 and I4: a SET that takes effect needs an open request about this life, or a life that is not admitted yet.</summary>
    internal void Hit(SimMachine target, SimMember by)
    {
        Checks++;
        world.Hits.Add((target.Name, world.Time.Now));
        if (world.Member(target.Name).Watchdog.Resets == 0) HitsWithoutReset++;
        world.Say("chassis", $"{target.Name} is switched off by a SET of {by.Name}");
        var h = world.Journal.State.Host(target.Name);
        // What was sent in a line that is lost strikes whom it strikes: no host is admitted before that is over (rule 19).
        if (h.Boot == target.Boot && h.Request?.Incarnation != h.Joined && h.IsLiving && (h.Admitted == h.Joined || world.Journal.State.Restored == 0 && target.Processes.Exists(p => !p.ByHand)))
            Breach("I3", $"{target.Name} was switched off by {by.Name} without an open request");
        if (world.Members.Any(m => m.IsHost && m.Machine != target && m.Machine.CutByFence))
            Breach("I4", "both hosts are off by our own act");
    }

    /// <summary>An append is on its way.</summary>
    internal void Sent(SimMember by, long index)
    {
        if (_sent[by.Number] != index) _decidedAt[by.Number] = world.Time.Now;
        (_sent[by.Number], _sentAt[by.Number]) = (index, by.Machine.Now);
    }

    /// <summary>This agent has heard that its append was committed.</summary>
    internal void Acknowledged(SimMember by)
    {
        _acknowledged.Add((by.Number, by.Life, _sent[by.Number]));
        Accepted(by, _sentAt[by.Number]);
    }

    /// <summary>An operator's command: for the story.</summary>
    internal void Ordered(SimMember at, Command command)
    {
        if (world.Cadence != Cadence.Steady) world.Say("operator", $"at {at.Name}: {command}"[..Math.Min(140, $"at {at.Name}: {command}".Length)]);
    }

    /// <summary>I7: a refusal has a subject and a reason.</summary>
    internal void Refused(MemberName by, ImmutableArray<Refusal> refusals)
    {
        Checks++;
        foreach (var r in refusals)
            if (r.Because.Length == 0 || r.Subject.Length == 0) Breach("I7", $"{by} refuses without a reason");
    }

    /// <summary>An entry was committed.</summary>
    internal void Committed(SimMember sender, ClusterState before, JournalEntry entry)
    {
        Checks++;
        if (entry.Because.Length == 0) Breach("I7", $"entry {entry.Index} has no reason");
        if (entry.Who != sender.Name) Breach("I2", $"{sender.Name} writes in the name of {entry.Who}");
        if (Invariants.Breach(before, entry, world.Journal.State) is { } breach) Breach(breach[..2], breach[4..]);
        if (world.Journal.State.Config.Hosts.Keys.Count(h => world.Journal.State.Host(h).IsClosed) > 1) Breach("I4", "two hosts are closed at once");
        Rules[entry.Command] = Rules.GetValueOrDefault(entry.Command) + 1;
        if (entry.Events.Any(e => e is VmWanted or VmMoveOrdered or MaintenanceBegan or ConfigurationApplied or AgentStopAnnounced or HostLeaving or JournalRestored or FenceRequested { Operator: not null })) Orders++;
        if (world.Time.Now - _decidedAt[sender.Number] > LateAfter) Late++;
        var s = before;
        foreach (var e in entry.Events)
        {
            var kind = e.GetType().Name;
            Events[kind] = Events.GetValueOrDefault(kind) + 1;
            Look(s, sender, entry, e);
            s = e.Apply(s, entry.Index);
        }
    }

    private void Look(ClusterState s, SimMember sender, JournalEntry entry, Event e)
    {
        switch (e)
        {
            case VmStarting t:
                _permissions[(entry.Index, t.Vm.Value)] = (entry.Who, t.Epoch);
                if (s.Vm(t.Vm).Owner?.Host != entry.Who) Breach("I2", $"{entry.Who} permits itself to start {t.Vm}, which is not its own");
                if (!s.Vm(t.Vm).Wanted) Breach("I2", $"{t.Vm} is started though an operator stopped it");
                if (s.Maintenance is not null) Breach("I2", $"{t.Vm} is started under maintenance");
                break;
            case VmStopping t when s.Maintenance is not null:
                Breach("I2", $"{t.Vm} is stopped under maintenance");
                break;
            case VmStrayFound t when world.Member(t.Host).Machine.Processes.Exists(p => p.Vm == t.Vm && p.Epoch == s.Vm(t.Vm).Epoch) && s.Owns(t.Host, t.Vm):
                Breach("I2", $"{t.Host} is about to kill {t.Vm}, which it may run");
                break;
            case VmStrayFound t:
                _copies.Add((t.Vm, t.Host, t.Pid, entry.Index));
                break;
            case FenceSwitching w:
                _permissions[(entry.Index, w.Host.Value)] = (entry.Who, w.Request);
                Unchallenged(s, entry, w);
                if (w.Executor != entry.Who) Breach("I3", $"{entry.Who} lets {w.Executor} send SETs");
                if (s.Maintenance is not null) Breach("I3", $"{w.Host} is to be switched off under maintenance");
                break;
            case FenceRequested q:
                Asked(s, sender, q);
                break;
            case AgentStopAnnounced a:
                // Whoever waits does so by its own clock.
                world.Member(a.Member).StopsUntil = world.Time.Now + (a.Within / world.Members.Max(m => m.Machine.ClockRate));
                break;
            case AgentStarted a:
                world.Member(a.Member).StopsUntil = default;
                break;
            case PowerOnOrdered o:
                _permissions[(entry.Index, o.Host.Value)] = (entry.Who, Epoch.None);
                Unrecovered(s, o.Host);
                break;
            case VmReleased r when s.Vm(r.Vm).Owner is { } owner && s.Vm(r.Vm).Epoch == r.Epoch:
                if (r.GaveUp) GivenUp(s, r.Vm);
                var left = world.Member(owner.Host).Machine;
                if (left.Powered && left.Boot == s.Host(owner.Host).Boot && left.Processes.Exists(p => p.Vm == r.Vm && !p.ByHand))
                    Breach("I2", $"{r.Vm} is given up by {owner.Host}, where its process still runs");
                break;
            case VmAssigned a:
                _failed.Remove(a.Vm);
                if (Running(a.Vm, null, except: a.Host) is { } other) Breach("I2", $"{a.Vm} is assigned to {a.Host} while it runs on {other.Name}");
                if (Used(a.Apply(s, entry.Index), a.Host) > s.Config.Hosts[a.Host].MemoryMb) Breach("I2", $"{a.Host} is given more than its memory holds");
                break;
            case HostJoined j when j.Host != entry.Who:
                Breach("I2", $"{entry.Who} declares a new life of {j.Host}");
                break;
            case HostReported r when r.Host != entry.Who:
                Breach("I2", $"{entry.Who} reports what runs on {r.Host}");
                break;
            case HostFenced f when s.Host(f.Host) is var h && h.Request?.Number == f.Request:
                var machine = world.Member(f.Host).Machine;
                var lives = machine.Powered && h.Boot == machine.Boot && h.Joined == f.Incarnation;
                // A person's order is no fault of the host.
                if (h.Request.Operator is null) _fences[f.Host] = _fences.GetValueOrDefault(f.Host) + 1;
                if (f.Incarnation == Incarnation.None) machine.Disown();
                if (lives && f.Proof.Method == "person") _declaredOver.Add((f.Host, machine.Boot));
                else if (lives) Breach("I2", f.Proof.Method == "watchdog" ? $"{f.Host} is taken for reset by its watchdog while that life goes on" : $"{f.Host} is proven off while it has power");
                break;
            case HostReleased { By: "time" } r when (world.Time.Now - world.Member(r.Host).Machine.PoweredAt) * world.Member(r.Host).Machine.ClockRate < s.Config.Timers.FenceWindow:
                Breach("I5", $"the fences of {r.Host} are forgotten though it was not well for the whole window");
                break;
            case HostReleased r:
                _fences[r.Host] = 0;
                break;
            case HostAdmitted a when _fences.GetValueOrDefault(a.Host) >= s.Config.Policies.MaxFences:
                Breach("I5", $"{a.Host} is admitted after {_fences[a.Host]} fences");
                break;
        }
    }

    /// <summary>Memory of all that a host owns, counted here and not by the placer.</summary>
    private static long Used(ClusterState s, MemberName host)
    {
        var sum = 0L;
        foreach (var (vm, config) in s.Config.Vms)
            if (s.Vm(vm).Owner is { } o && o.Host == host && o.Incarnation == s.Host(host).Joined) sum += config.MemoryMb;
        return sum;
    }

    /// <summary>Another machine on which a process of ours may write.</summary>
    private SimMachine? Running(VmName vm, SimProcess? besides, MemberName? except = null)
    {
        foreach (var m in world.Members)
        {
            if (!m.Machine.Powered || m.Name == except || IsDeclaredOver(m.Machine)) continue;
            foreach (var p in m.Machine.Processes)
                if (p.Vm == vm && !p.ByHand && p != besides) return m.Machine;
        }
        return null;
    }

    /// <summary>Who has read the same has the same state, and replaying gives it: from the start, and from the state as it was stored halfway.</summary>
    public void CompareStates()
    {
        Checks++;
        var states = new Dictionary<long, string>();
        var s = ClusterState.Empty;
        // A state is all that its stored form says: who goes on from that comes to the same.
        var (half, stored) = (world.Journal.Count / 2, ClusterState.Empty);
        var read = world.Members.Where(m => m.Mind is { ReadOnly: null }).Select(m => m.Mind!.State.Index).ToHashSet();
        foreach (var entry in world.Journal.Entries)
        {
            s = s.Evolve(entry);
            stored = entry.Index == half ? JournalCodec.DecodeState(JournalCodec.Encode(s)) : stored.Evolve(entry);
            if (read.Contains(entry.Index) || entry.Index == world.Journal.Count) states[entry.Index] = JournalCodec.Hash(s);
        }
        if (world.Journal.Count > 0 && states[world.Journal.Count] != JournalCodec.Hash(world.Journal.State)) Breach("replay", "replaying from the start gives another state");
        if (JournalCodec.Hash(stored) != JournalCodec.Hash(s)) Breach("replay", $"replaying from the stored state after entry {half} gives another state");
        foreach (var m in world.Members.Where(m => m.Mind is { ReadOnly: null, State.Index: > 0 }))
            if (states.TryGetValue(m.Mind!.State.Index, out var hash) && hash != JournalCodec.Hash(m.Mind.State)) Breach("replay", $"{m.Name} has another state after entry {m.Mind.State.Index}");
    }
}

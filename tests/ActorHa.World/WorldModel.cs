using System.Collections.Immutable;
using System.Globalization;
using ActorHa.Core;

namespace ActorHa.World;

/// <summary>
/// A small world: two hosts, a witness, a chassis, in virtual time, with the state machines that ship. The checks look at
/// the world (which processes may write, who cut whose power), never into anybody's records.
/// </summary>
public sealed class WorldModel
{
    private readonly Random _random;
    private readonly HashSet<(MemberName From, MemberName To)> _cut = [];
    private readonly HashSet<MemberName> _cutFromChassis = [];
    private readonly Dictionary<MemberName, HashSet<string>> _said = [];
    private readonly List<(SimMachine Machine, Action Action)> _onWake = [];

    /// <summary>A world from a seed; nothing has power yet.</summary>
    public WorldModel(int seed = 1)
    {
        _random = new Random(seed);
        Time = new VirtualTime();
        Journal = new SimJournal(this);
        Chassis = new SimChassis(this);
        Members = [.. new[] { ("applejack", 1), ("rainbowdash", 2), ("witness", 0) }
            .Select(m => new SimMember(this, new SimMachine(this, new MemberName(m.Item1), m.Item2), m.Item2 > 0))];
    }

    /// <summary>The clock.</summary>
    public VirtualTime Time { get; }

    /// <summary>The journal.</summary>
    public SimJournal Journal { get; }

    /// <summary>The chassis.</summary>
    public SimChassis Chassis { get; }

    /// <summary>All members.</summary>
    public ImmutableArray<SimMember> Members { get; }

    /// <summary>Time a machine needs to boot.</summary>
    public TimeSpan BootTime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Wall clock, for the record.</summary>
    public DateTimeOffset Wall => DateTimeOffset.UnixEpoch.AddYears(50) + TimeSpan.FromTicks(Time.Now.Ticks);

    /// <summary>The story so far.</summary>
    public List<string> Story { get; } = [];

    /// <summary>Fences that cut a power: for the counts.</summary>
    public List<(MemberName Host, Instant At)> Hits { get; } = [];

    /// <summary>Breaches of the invariants.</summary>
    public List<string> Breaches { get; } = [];

    /// <summary>Starts of VM processes: when, where.</summary>
    public List<(Instant At, MemberName Host, VmName Vm)> Starts { get; } = [];

    /// <summary>A member.</summary>
    public SimMember Member(MemberName name) => Members.First(m => m.Name == name);

    /// <summary>A member.</summary>
    public SimMember this[string name] => Member(new MemberName(name));

    /// <summary>Runs on; the checks are made after every step.</summary>
    public void Run(double seconds) => Time.Run(TimeSpan.FromSeconds(seconds), Check);

    /// <summary>Boots all and applies a configuration; runs until all is quiet.</summary>
    public void Boot(ClusterConfig config, double settle = 90)
    {
        foreach (var m in Members) m.Machine.PowerOn();
        Run(5);
        this["witness"].Command(new ApplyConfig("text", "sha", config, 0, "operator"));
        Run(settle);
    }

    /// <summary>Cuts a link, both ways or one way.</summary>
    public void Cut(string from, string to, bool oneWay = false)
    {
        _cut.Add((new(from), new(to)));
        if (!oneWay) _cut.Add((new(to), new(from)));
    }

    /// <summary>Cuts a member from the chassis.</summary>
    public void CutChassis(string member) => _cutFromChassis.Add(new(member));

    /// <summary>Cuts a member from all others, not from the chassis' reach.</summary>
    public void Isolate(string name)
    {
        foreach (var m in Members.Where(m => m.Name.Value != name)) Cut(name, m.Name.Value);
        CutChassis(name);
    }

    /// <summary>Heals all links.</summary>
    public void Heal()
    {
        _cut.Clear();
        _cutFromChassis.Clear();
    }

    /// <summary>Kills a VM's process.</summary>
    public void KillVm(string host, string vm)
    {
        var machine = this[host].Machine;
        var process = machine.Processes.Find(p => p.Vm.Value == vm) ?? throw new InvalidOperationException($"{vm} does not run on {host}");
        machine.Processes.Remove(process);
        this[host].ProcessEnded(process, byGuest: false);
    }

    /// <summary>Hosts on which a VM runs, whoever started it.</summary>
    public ImmutableArray<string> RunsOn(string vm) => [.. Members.Where(m => m.Machine.Powered && m.Machine.Processes.Exists(p => p.Vm.Value == vm)).Select(m => m.Name.Value)];

    /// <summary>Datagrams and connections pass both ways.</summary>
    internal bool Linked(MemberName a, MemberName b) => LinkedTo(a, b) && LinkedTo(b, a);

    /// <summary>Datagrams pass that way.</summary>
    internal bool LinkedTo(MemberName from, MemberName to) => !_cut.Contains((from, to));

    internal bool ChassisLinked(MemberName member) => !_cutFromChassis.Contains(member);

    internal TimeSpan Latency() => TimeSpan.FromMicroseconds(_random.Next(200, 1500));

    internal TimeSpan Jitter(TimeSpan period) => TimeSpan.FromTicks(_random.NextInt64(Math.Min(period.Ticks, TimeSpan.TicksPerSecond)));

    internal void OnMachine(SimMachine machine, Action action)
    {
        if (!machine.Powered) return;
        if (!machine.Frozen) { action(); return; }
        _onWake.Add((machine, action));
    }

    internal void Spawned(SimMachine machine, SimProcess process) => Starts.Add((Time.Now, machine.Name, process.Vm));

    internal void Refused(MemberName by, ImmutableArray<Refusal> refusals)
    {
        var now = refusals.Where(r => r.Alarm).Select(r => r.Because).ToHashSet();
        var before = _said.GetValueOrDefault(by) ?? [];
        _said[by] = now;
        foreach (var because in now.Where(b => !before.Contains(b))) Say(by.Value, $"! {because}");
    }

    /// <summary>A line of the story.</summary>
    public void Say(string who, string what) => Story.Add(string.Create(CultureInfo.InvariantCulture, $"{Time.Now.Seconds,8:0.00} {who,-11} {what}"));

    internal void Committed(JournalEntry entry)
    {
        if (Invariants.Breach(_before, entry, Journal.State) is { } breach) Breaches.Add(breach);
        _before = Journal.State;
        Say(entry.Who.Value, entry.Because);
        foreach (var m in Members.Where(m => !m.WatchSilent)) Time.After(Latency(), () => m.Tell(new JournalWoken()));
    }

    private ClusterState _before = ClusterState.Empty;

    /// <summary>I3: a SET that takes effect needs an open request about this life, or a life that is not admitted yet.</summary>
    internal void SetHit(SimMachine target, MemberName by)
    {
        Hits.Add((target.Name, Time.Now));
        var h = Journal.State.Host(target.Name);
        if (h.Boot == target.Boot && h.Request?.Incarnation != h.Joined && h.Admitted == h.Joined && h.IsLiving)
            Breaches.Add($"I3 at {Time.Now.Seconds:0.00}: {target.Name} was switched off by {by} without an open request");
        if (Members.Any(m => m.IsHost && m.Machine != target && m.Machine.CutByFence))
            Breaches.Add($"I4 at {Time.Now.Seconds:0.00}: both hosts are off by our own act");
    }

    private void Check()
    {
        for (var i = _onWake.Count - 1; i >= 0; i--)
        {
            var (machine, action) = _onWake[i];
            if (machine.Frozen) continue;
            _onWake.RemoveAt(i);
            if (machine.Powered) action();
        }
        foreach (var vm in Journal.State.Vms.Keys)
        {
            var on = 0;
            foreach (var m in Members) on += m.Machine.Powered ? m.Machine.Processes.Count(p => p.Vm == vm) : 0;
            if (on > 1) { Breaches.Add($"I1 at {Time.Now.Seconds:0.00}: {vm} runs {on} times"); }
        }
        if (Breaches.Count > 0) throw new BreachException(string.Join("\n", [.. Breaches, .. Story]));
    }
}

/// <summary>An invariant was broken in the world; the message holds the story.</summary>
public sealed class BreachException(string message) : Exception(message);

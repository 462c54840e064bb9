using System.Collections.Immutable;
using System.Globalization;
using ActorHa.Core;
using ActorHa.Core.Wire;

namespace ActorHa.World;

/// <summary>
/// A small world: two hosts, a witness, a chassis, in virtual time, with the state machines that ship. The checks look at
/// the world (which processes may write, who cut whose power), never into anybody's records.
/// </summary>
public sealed class WorldModel
{
    private readonly Random _random;
    private readonly Dictionary<MemberName, HashSet<string>> _said = [];
    private readonly WireName[] _wire;
    private static readonly TimeSpan Noting = TimeSpan.FromMilliseconds(200);

    /// <summary>A world from a seed; nothing has power yet.</summary>
    public WorldModel(int seed = 1, Cadence? cadence = null)
    {
        _random = new Random(seed);
        Cadence = cadence ?? Cadence.Steady;
        Turns = Cadence == Cadence.Steady ? null : new Random(seed);
        Time = new VirtualTime();
        Network = new Network(this, _random);
        Audit = new Audit(this);
        Outages = new Outages(this);
        Journal = new SimJournal(this);
        Chassis = new SimChassis(this);
        Members = [.. new[] { ("applejack", 1), ("rainbowdash", 2), ("witness", 0) }.Select((m, i) => new SimMember(this, new MemberName(m.Item1), m.Item2, i))];
        _wire = [.. Members.Select(m => WireName.Of(m.Name))];
        Time.After(Noting, Note);
    }

    /// <summary>Members of every world so far.</summary>
    public int Size => 3;

    /// <summary>Dice of their own, so that all else stays what it was: whose turn it is where letters have waited; null = the oldest letter's.</summary>
    internal Random? Turns { get; }

    /// <summary>The shells' rhythm.</summary>
    public Cadence Cadence { get; }

    /// <summary>The clock.</summary>
    public VirtualTime Time { get; }

    /// <summary>The links.</summary>
    public Network Network { get; }

    /// <summary>The journal.</summary>
    public SimJournal Journal { get; }

    /// <summary>The chassis.</summary>
    public SimChassis Chassis { get; }

    /// <summary>The checks.</summary>
    public Audit Audit { get; }

    /// <summary>How long VMs were away.</summary>
    public Outages Outages { get; }

    /// <summary>All members.</summary>
    public ImmutableArray<SimMember> Members { get; }

    /// <summary>Time a machine needs to boot.</summary>
    public TimeSpan BootTime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Hosts that could come back from sleep.</summary>
    public HashSet<MemberName> CanSleep { get; } = [];

    /// <summary>The witness too checks the chassis, and so may take a fence over.</summary>
    public bool WitnessFences { get; set; } = true;

    /// <summary>Wall clock, for the record.</summary>
    public DateTimeOffset Wall => DateTimeOffset.UnixEpoch.AddYears(50) + TimeSpan.FromTicks(Time.Now.Ticks);

    /// <summary>The story so far.</summary>
    public List<string> Story { get; } = [];

    /// <summary>Fences that cut a power: for the counts.</summary>
    public List<(MemberName Host, Instant At)> Hits { get; } = [];

    /// <summary>Starts of VM processes: when, where.</summary>
    public List<(Instant At, MemberName Host, VmName Vm)> Starts { get; } = [];

    /// <summary>Called before and after each step of the protocol, with what it is about.</summary>
    public Action<SimMember, StepKind, bool, string>? OnStep { get; set; }

    /// <summary>A member.</summary>
    public SimMember Member(MemberName name)
    {
        foreach (var m in Members)
            if (m.Name == name) return m;
        throw new KeyNotFoundException($"there is no member {name}");
    }

    /// <summary>A member.</summary>
    public SimMember this[string name] => Member(new MemberName(name));

    /// <summary>The members' common secret and format.</summary>
    internal BeatCodec Codec { get; } = new("ppnrw", "a key for worlds that are not real"u8);

    /// <summary>Beats whose mind is older count as missing.</summary>
    internal uint StuckMs { get; } = WireIds.Milliseconds(new Timers().MindTimeout);

    /// <summary>Runs on; a breach ends it.</summary>
    /// <exception cref="BreachException">An invariant was broken.</exception>
    public void Run(double seconds) => Time.Run(TimeSpan.FromSeconds(seconds), Audit.Throw);

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
        Network.Cut(this[from], this[to]);
        if (!oneWay) Network.Cut(this[to], this[from]);
    }

    /// <summary>Cuts a member from the chassis.</summary>
    public void CutChassis(string member) => Network.CutChassis(this[member]);

    /// <summary>Cuts a member from all others, not from the chassis' reach.</summary>
    public void Isolate(string name)
    {
        foreach (var m in Members.Where(m => m.Name.Value != name)) Cut(name, m.Name.Value);
        CutChassis(name);
    }

    /// <summary>Heals all links.</summary>
    public void Heal() => Network.Heal();

    /// <summary>A VM's process ends: killed, or by its guest.</summary>
    public static void EndVm(SimMember host, SimProcess process, bool byGuest)
    {
        host.Machine.End(process.Vm);
        host.Supervisors.Ended(process, byGuest);
    }

    /// <summary>Hosts on which a VM runs, whoever started it.</summary>
    public ImmutableArray<string> RunsOn(string vm) => [.. Members.Where(m => m.Machine.Powered && m.Machine.Processes.Exists(p => p.Vm.Value == vm)).Select(m => m.Name.Value)];

    /// <summary>A line of the story.</summary>
    public void Say(string who, string what) => Story.Add(string.Create(CultureInfo.InvariantCulture, $"{Time.Now.Seconds,8:0.00} {who,-11} {what}"));

    /// <summary>Whether something of that chance happens.</summary>
    public bool Chance(double chance) => _random.NextDouble() < chance;

    /// <summary>One of several, by chance.</summary>
    public T Pick<T>(params ReadOnlySpan<T> of) => of[_random.Next(of.Length)];

    /// <summary>A time up to this; nothing is drawn where it is zero.</summary>
    public TimeSpan UpTo(TimeSpan longest) => longest == TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromTicks(_random.NextInt64(longest.Ticks));

    private void Note()
    {
        foreach (var m in Members)
            if (m.IsHost) m.Note();
        Time.After(Noting, Note);
    }

    internal TimeSpan Latency() => Network.Latency();

    internal TimeSpan Jitter(TimeSpan period) => TimeSpan.FromTicks(_random.NextInt64(Math.Min(period.Ticks, TimeSpan.TicksPerSecond)));

    internal TimeSpan StartTakes() => Cadence == Cadence.Steady ? TimeSpan.FromMilliseconds(30) : TimeSpan.FromMilliseconds(5) + UpTo(TimeSpan.FromMilliseconds(40));

    internal WireName Wire(SimMember member) => _wire[member.Number];

    /// <summary>Does a step of the protocol, unless what happens before it ends or stops its doer.</summary>
    internal void Step(SimMember by, StepKind kind, string what, Action act)
    {
        if (OnStep is not { } look) { act(); return; }
        var life = by.Life;
        look(by, kind, true, what);
        if (life == by.Life) by.Machine.OnRunning(() => { if (life == by.Life) act(); });
    }

    /// <summary>A step of the protocol is done.</summary>
    internal void Stepped(SimMember by, StepKind kind, string what) => OnStep?.Invoke(by, kind, false, what);

    internal void Refused(MemberName by, ImmutableArray<Refusal> refusals)
    {
        var now = refusals.Where(r => r.Alarm).Select(r => r.Because).ToHashSet();
        var before = _said.GetValueOrDefault(by) ?? [];
        _said[by] = now;
        foreach (var because in now.Where(b => !before.Contains(b))) Say(by.Value, $"! {because}");
        Audit.Refused(by, refusals);
    }

    internal void Committed(SimMember sender, ClusterState before, JournalEntry entry)
    {
        Audit.Committed(sender, before, entry);
        Say(entry.Who.Value, entry.Because);
        foreach (var m in Members)
        {
            if (m.WatchSilent) continue;
            if (!m.WatchConfused) { Time.After(Latency(), () => m.Tell(new JournalWoken())); continue; }
            for (var times = _random.Next(4); times > 0; times--) Time.After(Latency() + UpTo(TimeSpan.FromSeconds(4)), () => m.Tell(new JournalWoken()));
        }
    }
}

/// <summary>An invariant was broken in the world; the message holds the story.</summary>
public sealed class BreachException(string message) : Exception(message);

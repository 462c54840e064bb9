using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ActorHa.Core;

/// <summary>
/// What is known: the fold of all events. Which VM is active where and why, who is closed, who may own VMs. No clock in it:
/// durations are measured by each member from when it learned of an entry.
/// </summary>
public sealed record ClusterState
{
    /// <summary>Before the first entry.</summary>
    public static readonly ClusterState Empty = new();

    private Beside _beside;

    /// <summary>Index of the newest entry folded in.</summary>
    public long Index { get; init; }

    /// <summary>Number of the configuration; rises by itself with each one applied; 0 = none yet.</summary>
    public long ConfigNumber { get; init; }

    /// <summary>SHA-256 of the configuration's text.</summary>
    public string ConfigSha256 { get; init; } = "";

    /// <summary>The configuration's text, as it was applied.</summary>
    public string ConfigText { get; init; } = "";

    /// <summary>The configuration.</summary>
    public ClusterConfig Config { get; init; } = ClusterConfig.None;

    /// <summary>Newest epoch given to an ownership or a fence request.</summary>
    public Epoch LastEpoch { get; init; }

    /// <summary>Entry by which the journal was last accepted after it had been put back; 0 = never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Restored { get; init; }

    /// <summary>The agent process that each member runs.</summary>
    public ImmutableSortedDictionary<MemberName, AgentRun> Agents { get; init; } = ImmutableSortedDictionary<MemberName, AgentRun>.Empty;

    /// <summary>Hosts that ever joined or were configured.</summary>
    public ImmutableSortedDictionary<MemberName, HostState> Hosts { get; init; } = ImmutableSortedDictionary<MemberName, HostState>.Empty;

    /// <summary>VMs, also those no longer configured while they still have an owner.</summary>
    public ImmutableSortedDictionary<VmName, VmState> Vms { get; init; } = ImmutableSortedDictionary<VmName, VmState>.Empty;

    /// <summary>Hands off, when set.</summary>
    public Maintenance? Maintenance { get; init; }

    /// <summary>What follows from this state, worked out once.</summary>
    internal Derived Derived => _beside.Of(this);

    /// <summary>All hosts as an array: for those who walk them at each turn.</summary>
    public ReadOnlySpan<KeyValuePair<MemberName, HostState>> EachHost() => Derived.Hosts;

    /// <summary>The host's state; a new one when it never joined.</summary>
    public HostState Host(MemberName host) => Hosts.GetValueOrDefault(host) ?? HostState.New;

    /// <summary>The VM's state; a new one when nothing was ever decided about it.</summary>
    public VmState Vm(VmName vm) => Vms.GetValueOrDefault(vm) ?? VmState.New;

    /// <summary>Changes one host.</summary>
    public ClusterState With(MemberName host, Func<HostState, HostState> change) => this with { Hosts = Hosts.SetItem(host, change(Host(host))) };

    /// <summary>Changes one VM.</summary>
    public ClusterState With(VmName vm, Func<VmState, VmState> change) => this with { Vms = Vms.SetItem(vm, change(Vm(vm))) };

    /// <summary>Kernel rule 5: a proof is about one incarnation. True when that life of the host is over.</summary>
    public bool IsOver(MemberName host, Incarnation life) => life <= Host(host).Over || life < Host(host).Joined;

    /// <summary>True when the VM has an owner whose life is not over: nobody else may be assigned.</summary>
    public bool IsOwned(VmName vm) => Vm(vm).Owner is { } o && !IsOver(o.Host, o.Incarnation);

    /// <summary>True when <paramref name="host"/> owns the VM in its newest life.</summary>
    public bool Owns(MemberName host, VmName vm) => Vm(vm).Owner is { } o && o.Host == host && o.Incarnation == Host(host).Joined && !IsOver(host, o.Incarnation);

    /// <summary>True while a process without permission may still run in a life that is not over.</summary>
    public bool HasStray(VmName vm) => Vm(vm).Stray is { } t && !IsOver(t.Host, t.Incarnation);

    /// <summary>Folds one entry in.</summary>
    public ClusterState Evolve(JournalEntry entry) => Evolve(entry.Events, entry.Index);

    /// <summary>Folds events in that stand in one entry.</summary>
    public ClusterState Evolve(IEnumerable<Event> events, long index) =>
        events.Aggregate(this, (s, e) => e.Apply(s, index)) with { Index = index };
}

/// <summary>What is known of a host.</summary>
public sealed record HostState
{
    /// <summary>A host that never joined.</summary>
    public static readonly HostState New = new();

    /// <summary>Boot id of its newest life.</summary>
    public BootId Boot { get; init; } = new("");

    /// <summary>Newest incarnation that joined: older ones are over.</summary>
    public Incarnation Joined { get; init; }

    /// <summary>Newest incarnation admitted: may own VMs, ask for fences, count as the survivor.</summary>
    public Incarnation Admitted { get; init; }

    /// <summary>Newest incarnation proven to be over by something else than a join.</summary>
    public Incarnation Over { get; init; }

    /// <summary>Its network addresses, by its own word: the mapping host → slot is proven with them.</summary>
    public ImmutableArray<string> Macs { get; init; } = [];

    /// <summary>Why it could come back from sleep with old VMs; empty when it cannot.</summary>
    public string CanSleep { get; init; } = "";

    /// <summary>The open fence request against it: the host is closed.</summary>
    public FenceRequest? Request { get; init; }

    /// <summary>Entries (<c>FenceSwitching</c>) whose SETs may still take effect.</summary>
    public ImmutableSortedSet<long> OpenSwitches { get; init; } = [];

    /// <summary>Entry that ended the newest switching whose SETs were all answered; 0 = none. What is answered may still be cutting the power.</summary>
    public long SwitchEnded { get; init; }

    /// <summary>Fences counted since it was last well for a whole window, or released.</summary>
    public int Fences { get; init; }

    /// <summary>An announced stop of its agent.</summary>
    public AnnouncedStop? Announced { get; init; }

    /// <summary>It is being shut down in an orderly way: gives its VMs up and gets none.</summary>
    public bool Leaving { get; init; }

    /// <summary>Members whose request this life has refuted and that asked last: deaf to it until they hear it again, or start anew.</summary>
    public ImmutableSortedDictionary<MemberName, long> Refuted { get; init; } = ImmutableSortedDictionary<MemberName, long>.Empty;

    /// <summary>Entry by which this life refuted or disputed a request last, a sign that its agent lived; 0 = none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Spoke { get; init; }

    /// <summary>Entry by which it last reported what it runs, or was proven off: counts after a restore; 0 = never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Reported { get; init; }

    /// <summary>Fingerprint of the mapping host → plugs when it was last proven; fencing is armed while it is still the same.</summary>
    public string Armed { get; init; } = "";

    /// <summary>Entry that armed or disarmed it last; 0 = none.</summary>
    public long ArmingChanged { get; init; }

    /// <summary>Its promise about its watchdog in its newest life; null = its watchdog proves nothing.</summary>
    public ArmedWatchdog? Watchdog { get; init; }

    /// <summary>An order to switch it on, not yet carried out.</summary>
    public PowerOnOrder? PowerOn { get; init; }

    /// <summary>Its newest life was ended by our fence device, and it has not been switched on since.</summary>
    public SwitchedOff? SwitchedOff { get; init; }

    /// <summary>Entry of the newest proof by its fence device: that the device may switch it is known since then; 0 = never.</summary>
    public long LastFenced { get; init; }

    /// <summary>A fence drill under way.</summary>
    public Drill? Drill { get; init; }

    /// <summary>The newest drill's result.</summary>
    public DrillResult? Drilled { get; init; }

    /// <summary>Closed: has an open fence request.</summary>
    [JsonIgnore]
    public bool IsClosed => Request is not null;

    /// <summary>Its newest life is not over (as far as the journal knows).</summary>
    [JsonIgnore]
    public bool IsLiving => Joined > Over;

    /// <summary>Kernel rules 8 and 10: may own VMs, ask and execute: admitted in its newest life, living, not closed.</summary>
    [JsonIgnore]
    public bool IsFit => IsLiving && !IsClosed && Admitted == Joined && Joined > Incarnation.None;
}

/// <summary>An open fence request.</summary>
/// <param name="Number">Its epoch; readings, proofs and orders repeat it.</param>
/// <param name="Incarnation">The life it is about; a newer join resolves it.</param>
/// <param name="Asker">The member that asked.</param>
/// <param name="Operator">Who ordered it, when a person did: it is not refuted by the host.</param>
/// <param name="Index">Entry of the request.</param>
/// <param name="Executor">The one member that may send SETs, since the newest <c>FenceSwitching</c>.</param>
/// <param name="ExecutorRun">Its agent process.</param>
/// <param name="SwitchIndex">Entry of the newest <c>FenceSwitching</c>; 0 = none.</param>
/// <param name="ProgressIndex">Entry of the newest progress: take-over counts from when it was learned.</param>
/// <param name="Level">Fencing level that is tried.</param>
/// <param name="Switches">How often it was switched: take-overs come ever more slowly.</param>
/// <param name="Half">The first of two proofs, where two are required.</param>
public sealed record FenceRequest(
    Epoch Number,
    Incarnation Incarnation,
    MemberName Asker,
    string? Operator,
    long Index,
    MemberName? Executor,
    AgentRun? ExecutorRun,
    long SwitchIndex,
    long ProgressIndex,
    int Level,
    int Switches,
    Proof? Half = null)
{
    /// <summary>Whether somebody may have sent a SET.</summary>
    [JsonIgnore]
    public bool EverSwitched => SwitchIndex > 0;

    /// <summary>Entry by which a host that has disputed this request was last asked again; 0 = never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Challenged { get; init; }

    /// <summary>The host's last word is that it lives: it was not asked again since.</summary>
    public bool IsAnswered(HostState host) => IsDisputed(host) && host.Spoke > Challenged;

    /// <summary>The host has said that it lives since it was last switched: what was ordered then is carried out no further.</summary>
    public bool IsDisputed(HostState host) => Operator is null && host.Spoke > Index && host.Spoke > SwitchIndex;
}

/// <summary>An announced stop of an agent.</summary>
/// <param name="Within">It will be back within this; measured from when the entry was learned.</param>
/// <param name="Index">Entry of the announcement.</param>
public sealed record AnnouncedStop(TimeSpan Within, long Index);

/// <summary>An order to switch a host on.</summary>
public sealed record PowerOnOrder(MemberName Executor, AgentRun Run, string Operator, long Index);

/// <summary>A host that we switched off.</summary>
/// <param name="Level">The fencing level that proved it: that is where it is switched on again.</param>
/// <param name="ByOperator">A person ordered it (or a drill did): policy leaves it off.</param>
/// <param name="Tries">Orders to switch it on that failed.</param>
/// <param name="TriedIndex">Entry of the newest of them, or of the proof.</param>
public sealed record SwitchedOff(int Level, bool ByOperator, int Tries, long TriedIndex);

/// <summary>Hands off: nothing is started, stopped or fenced.</summary>
/// <param name="Operator">Who set it.</param>
/// <param name="For">Ends by itself after this, measured from when the entry was learned; null = until switched off.</param>
/// <param name="Index">Entry that began it.</param>
public sealed record Maintenance(string Operator, TimeSpan? For, long Index);

using System.Collections.Immutable;

namespace ActorHa.Core;

/// <summary>
/// What one member hears and sees at this moment, beside the journal: verdicts about peers, what runs here, what its own
/// fencers report, what it knows of its own appends. It is never stored; after a restart it is formed anew.
/// </summary>
public sealed record View
{
    /// <summary>A message that waits longer for us says that this machine slept, or its agent is behind: more than a busy machine's hiccup.</summary>
    public static readonly TimeSpan TooLate = TimeSpan.FromSeconds(1);

    /// <summary>This member.</summary>
    public required MemberName Self { get; init; }

    /// <summary>This agent process.</summary>
    public required AgentRun Run { get; init; }

    /// <summary>The agent's version, for the record.</summary>
    public string Version { get; init; } = "";

    /// <summary>Whether this member is a host (the witness runs no VMs).</summary>
    public bool IsHost { get; init; } = true;

    /// <summary>This boot.</summary>
    public BootId Boot { get; init; } = new("");

    /// <summary>Own network addresses.</summary>
    public ImmutableArray<string> Macs { get; init; } = [];

    /// <summary>Why this host could come back from sleep with old VMs; empty when it cannot.</summary>
    public string CanSleep { get; init; } = "";

    /// <summary>This member's clock.</summary>
    public Instant Now { get; init; }

    /// <summary>When this agent began to listen: when it had read a configuration, which names whom it listens to.</summary>
    public Instant Started { get; init; }

    /// <summary>When this boot joined, where this very process has recorded that; null where it found itself joined.</summary>
    public Instant? CameUp { get; init; }

    /// <summary>When a message had last waited too long for the mind: it slept, or is behind, and what it believes of others is old.</summary>
    public Instant? LateAt { get; init; }

    /// <summary>A majority accepted a write of ours lately, and we have read the journal up to where it stands.</summary>
    public bool Quorate { get; init; }

    /// <summary>Since when no majority has accepted a write of ours; null while it does.</summary>
    public Instant? NotQuorateSince { get; init; }

    /// <summary>Hosts that are to be switched on without quorum; kept until it could be recorded.</summary>
    public ImmutableSortedDictionary<MemberName, UnrecordedOn> OnWithoutQuorum { get; init; } = ImmutableSortedDictionary<MemberName, UnrecordedOn>.Empty;

    /// <summary>What is heard of the others.</summary>
    public ImmutableSortedDictionary<MemberName, PeerView> Peers { get; init; } = ImmutableSortedDictionary<MemberName, PeerView>.Empty;

    /// <summary>What runs here; empty until the hypervisor was searched once.</summary>
    public ImmutableSortedDictionary<VmName, VmObservation> Vms { get; init; } = ImmutableSortedDictionary<VmName, VmObservation>.Empty;

    /// <summary>Whether the hypervisor answers.</summary>
    public bool Well { get; init; } = true;

    /// <summary>What it answered instead; empty while it answers.</summary>
    public string WhyUnwell { get; init; } = "";

    /// <summary>What own fencers report.</summary>
    public ImmutableSortedDictionary<MemberName, FencerReport> Fencers { get; init; } = ImmutableSortedDictionary<MemberName, FencerReport>.Empty;

    /// <summary>What own checks say of the fencing of each host.</summary>
    public ImmutableSortedDictionary<MemberName, Protection> Protections { get; init; } = ImmutableSortedDictionary<MemberName, Protection>.Empty;

    /// <summary>Kernel rule 2: indices of entries that this very process appended and knows to be committed.</summary>
    public ImmutableSortedSet<long> OwnEntries { get; init; } = [];

    /// <summary>Own entries that became permissions when this member had heard nobody, or had slept, until just before: who carries them out listens first.</summary>
    public ImmutableSortedSet<long> DeafEntries { get; init; } = [];

    /// <summary>When entries were learned by this process, by index.</summary>
    public LearnedAt Learned { get; init; } = LearnedAt.Nothing;

    /// <summary>What the thread that holds this host's watchdog says of it.</summary>
    public WatchdogReport Watchdog { get; init; } = WatchdogReport.Closed;

    /// <summary>The agent is stopping: it decides nothing new but its own leave.</summary>
    public bool Stopping { get; init; }

    /// <summary>What is heard of a peer.</summary>
    public PeerView Peer(MemberName peer) => Peers.GetValueOrDefault(peer) ?? PeerView.Unheard;

    /// <summary>
    /// When a peer's agent was last known to live: heard; where it was not, its join, or when we began to listen. Of a life that has just
    /// joined nobody may say that it has been silent for as long as we have listened.
    /// </summary>
    public Instant HeardOf(PeerView peer) => peer.HeardAt ?? (peer.LifeLearned > Started ? peer.LifeLearned.Value : Started);

    /// <summary>Time since this process learned of the entry (at least; a restart begins anew).</summary>
    public TimeSpan SinceLearned(long index) => Now - Learned.Of(index, Now);

    /// <summary>It slept, or is behind, and has not listened for long enough since: others may live without its having heard.</summary>
    public bool IsLate(Timers timers) => IsLate(timers, Now);

    /// <summary>The same at that time.</summary>
    public bool IsLate(Timers timers, Instant now) => now - LateAt < timers.SuspectAfter;

    /// <summary>Whether any other member is heard.</summary>
    public bool HearsAnyone => Peers.Values.Any(p => p.Verdict is Verdict.Alive or Verdict.Degraded);

    /// <summary>Since when somebody has been heard at all times, and this member was awake; null while nobody is.</summary>
    public Instant? HearsSince { get; init; }

    /// <summary>Whether somebody has been heard at all times for so long: then it was not deaf.</summary>
    public bool HasHeardFor(TimeSpan time, Instant now) => now - HearsSince > time;
}

/// <summary>What a peer seems to be, with the evidence.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Evidence">For the record: last beat, answers, readings.</param>
/// <param name="EverHeard">A valid beat of its newest life was heard in this agent's run, direct or by another's sighting.</param>
/// <param name="HeardAt">When its newest life was last heard, directly or by another's first-hand sighting.</param>
/// <param name="HearsUs">When it (or anybody) last echoed a fresh beat of ours.</param>
/// <param name="Direct">Its own beats reach us, or it has begun to be heard just now; false = only others hear it.</param>
/// <param name="Power">Newest reading of its power, asked since the gap began; Unknown when not asked.</param>
/// <param name="ConfigNumber">Configuration that it decides by.</param>
/// <param name="AnsweredAt">When the newest question that another process of it answered was asked.</param>
/// <param name="JournalPosition">The newest journal entry that it has seen, see <see cref="JournalHead.Position"/>.</param>
/// <param name="Life">Key of the boot that all this is about, see <see cref="BootKeys"/>; null = of any (a witness joins nothing).</param>
/// <param name="LifeLearned">When the journal said so to this member: its join is the first sign of it.</param>
public sealed record PeerView(
    Verdict Verdict,
    string Evidence,
    bool EverHeard,
    Instant? HeardAt,
    Instant? HearsUs,
    bool Direct,
    Power Power,
    long ConfigNumber,
    Instant? AnsweredAt = null,
    long JournalPosition = 0,
    ulong? Life = null,
    Instant? LifeLearned = null)
{
    /// <summary>The newest sign that its kernel and a process of it live: a beat, or an answer; null = none yet.</summary>
    public Instant? LivedAt => AnsweredAt > HeardAt || HeardAt is null ? AnsweredAt : HeardAt;

    /// <summary>Nothing was heard yet.</summary>
    public static readonly PeerView Unheard = new(Verdict.Unheard, "never heard", false, null, null, false, Power.Unknown, 0);
}

/// <summary>What we hear of a peer; never what it is.</summary>
public enum Verdict
{
    /// <summary>Never heard in this run, and no reason yet to judge.</summary>
    Unheard,

    /// <summary>Beats come, directly or seen by another.</summary>
    Alive,

    /// <summary>Beats come and say that the host is sick.</summary>
    Degraded,

    /// <summary>A gap: its power and its other processes are being asked.</summary>
    Looking,

    /// <summary>No beats, nothing answers, and its power reads off.</summary>
    PoweredOff,

    /// <summary>No beats for the suspicion time and nothing answers; the power is on or unknown.</summary>
    Silent,

    /// <summary>No beats, but another process of the host answers.</summary>
    AgentSilent,

    /// <summary>Another process of the host answers while its power reads off: the device is not believed.</summary>
    Contradiction,
}

/// <summary>What the supervisor of a VM sees on this host.</summary>
/// <param name="Condition">What is there.</param>
/// <param name="Epoch">Epoch of the process, or of the order reported on.</param>
/// <param name="Order">The order (entry index of its permission) that this reports on; 0 = none of this run.</param>
/// <param name="Pid">Process, where there is one.</param>
/// <param name="Detail">For people: exit reason, fault.</param>
/// <param name="Since">Since when.</param>
public sealed record VmObservation(VmCondition Condition, Epoch? Epoch, long Order, int Pid, string Detail, Instant Since);

/// <summary>Conditions of a VM on this host.</summary>
public enum VmCondition
{
    /// <summary>Not looked yet, or the hypervisor does not answer.</summary>
    Unknown,

    /// <summary>No process, and no earlier start order can still take effect.</summary>
    Absent,

    /// <summary>Ordered to start, not answered yet.</summary>
    Starting,

    /// <summary>A process runs.</summary>
    Running,

    /// <summary>Being stopped.</summary>
    Stopping,

    /// <summary>The start ordered did not succeed, and nothing of it is left.</summary>
    StartFailed,

    /// <summary>The process ended by itself, reaped, and nothing of it is left.</summary>
    Ended,

    /// <summary>The guest shut itself down, reaped.</summary>
    GuestShutdown,
}

/// <summary>What the own fencer of a host reports about the switching it was ordered to carry out.</summary>
/// <param name="Switch">The entry that ordered it.</param>
/// <param name="Level">The fencing level it reports on.</param>
/// <param name="Outcome">How far it is.</param>
/// <param name="Sent">SETs sent so far.</param>
/// <param name="AllAnswered">Every SET sent was answered (or refused): none can take effect later.</param>
/// <param name="Proof">The proof, when proven.</param>
/// <param name="Detail">For people.</param>
public sealed record FencerReport(long Switch, int Level, FencerOutcome Outcome, int Sent, bool AllAnswered, Proof? Proof, string Detail);

/// <summary>What the own check says of the fencing of a host.</summary>
/// <param name="Ready">Credentials, mapping and readable state are proven.</param>
/// <param name="Wrong">The mapping is positively wrong: the plug belongs to another host.</param>
/// <param name="Fingerprint">Of the mapping that was checked; see <see cref="Arming.Fingerprint"/>.</param>
/// <param name="Detail">For people.</param>
/// <param name="At">When it was checked.</param>
public sealed record Protection(bool Ready, bool Wrong, string Fingerprint, string Detail, Instant At)
{
    /// <summary>Duration of the power question.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>When the newest check that found all well was made.</summary>
    public Instant? ReadyAt { get; init; }
}

/// <summary>An order to switch a host on that no entry stands behind.</summary>
/// <param name="Operator">Who gave it.</param>
/// <param name="Number">Stands where an order has its entry's index: -1, and one less with each further try.</param>
public sealed record UnrecordedOn(string Operator, long Number);

/// <summary>How far a switching is.</summary>
public enum FencerOutcome
{
    /// <summary>At work.</summary>
    Working,

    /// <summary>Two readings off: proven.</summary>
    Proven,

    /// <summary>The level cannot prove it.</summary>
    LevelFailed,

    /// <summary>The target showed life before the first SET or after unanswered ones; nothing more is sent.</summary>
    StoodDown,
}

/// <summary>
/// When entries were learned. Several entries read at once share a moment; what was there at the start counts from the
/// start, so that a restarted agent waits the whole time again (never less).
/// </summary>
public sealed record LearnedAt(ImmutableArray<(long UpTo, Instant At)> Marks)
{
    private const int Kept = 4096;

    /// <summary>Nothing learned.</summary>
    public static readonly LearnedAt Nothing = new([]);

    /// <summary>Entries up to <paramref name="index"/> are known now.</summary>
    public LearnedAt Add(long index, Instant at) => Marks.Length > 0 && Marks[^1].UpTo >= index
        ? this
        : new(Marks.Length >= Kept ? [.. Marks[(Kept / 2)..], (index, at)] : Marks.Add((index, at)));

    /// <summary>When the entry was learned; <paramref name="never"/> when it is not known.</summary>
    public Instant Of(long index, Instant never)
    {
        int low = 0, high = Marks.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Marks[middle].UpTo >= index) high = middle;
            else low = middle + 1;
        }
        return low < Marks.Length ? Marks[low].At : never;
    }
}

using ActorHa.Core;

namespace ActorHa.World;

/// <summary>
/// etcd as its clients see it: appends that commit, conflict, or whose outcome is unknown and which may still land until
/// head moves on. A majority of the voters must be up and connected; a lost leader costs an election.
/// </summary>
public sealed class SimJournal(WorldModel world)
{
    /// <summary>Time without a leader after its loss (measured with real etcd at 100/1000 ms: 1.2–1.5 s).</summary>
    public static readonly TimeSpan Election = TimeSpan.FromMilliseconds(1300);

    private readonly List<byte[]> _entries = [];
    private JournalHead? _head;
    private MemberName? _leader;
    private Instant _electedAt;
    private readonly List<(JournalHead Expected, JournalHead Next, byte[] Bytes)> _late = [];

    /// <summary>What the next append of a member meets.</summary>
    public Dictionary<MemberName, AppendFault> Faults { get; } = [];

    /// <summary>The state that the committed entries lead to: the world's own copy, for the checks.</summary>
    public ClusterState State { get; private set; } = ClusterState.Empty;

    /// <summary>All entries, for stories and checks.</summary>
    public IReadOnlyList<JournalEntry> Entries => [.. _entries.Select(b => JournalCodec.Decode(b))];

    /// <summary>Appends; the outcome is told later.</summary>
    public void Append(SimMember member, SendAppend a, Action<AppendSettled> settled)
    {
        var fault = Faults.Remove(member.Name, out var f) ? f : AppendFault.None;
        world.Time.After(world.Latency(), () =>
        {
            if (!Serves(member.Name) || fault == AppendFault.Lost) { world.Time.After(TimeSpan.FromMilliseconds(600), () => settled(new(AppendFate.Unknown, "no answer"))); return; }
            if (fault == AppendFault.Late)
            {
                _late.Add((a.Expected, a.Next, a.Bytes.ToArray()));
                world.Time.After(TimeSpan.FromMilliseconds(600), () => settled(new(AppendFate.Unknown, "no answer")));
                return;
            }
            var fate = Commit(a.Expected, a.Next, a.Bytes.ToArray());
            if (fault == AppendFault.Unknown) fate = AppendFate.Unknown;
            world.Time.After(fate == AppendFate.Unknown ? TimeSpan.FromMilliseconds(600) : world.Latency(), () => settled(new(fate, "")));
        });
    }

    /// <summary>Appends whose outcome was unknown reach the leader now.</summary>
    public void LandLate()
    {
        foreach (var (expected, next, bytes) in _late) Commit(expected, next, bytes);
        _late.Clear();
    }

    /// <summary>Reads head and tail.</summary>
    public void Read(SimMember member, long after, Action<QuorumMessage> told) => world.Time.After(world.Latency(), () =>
    {
        if (!Serves(member.Name)) { world.Time.After(TimeSpan.FromMilliseconds(600), () => told(new TailFailed("no answer"))); return; }
        var tail = new TailRead(_head, [.. _entries.Select((b, i) => new RawEntry(i + 1, b)).Skip((int)after)]);
        world.Time.After(world.Latency(), () => told(tail));
    });

    /// <summary>Writes the pulse key.</summary>
    public void Pulse(SimMember member, Instant sent, Action<PulseSettled> told) => world.Time.After(world.Latency(), () =>
    {
        var ok = Serves(member.Name);
        var head = _head;
        world.Time.After(ok ? world.Latency() : TimeSpan.FromMilliseconds(600), () => told(new PulseSettled(sent, ok, "", head)));
    });

    private AppendFate Commit(JournalHead expected, JournalHead next, byte[] bytes)
    {
        if ((_head ?? JournalHead.Empty) != expected)
            return _entries.Count >= next.Index && _entries[(int)next.Index - 1].AsSpan().SequenceEqual(bytes) ? AppendFate.Committed : AppendFate.Conflict;
        var entry = JournalCodec.Decode(bytes);
        _entries.Add(bytes);
        _head = next;
        State = State.Evolve(entry);
        world.Committed(entry);
        return AppendFate.Committed;
    }

    /// <summary>True when a majority with a leader is up and the member reaches one of it.</summary>
    private bool Serves(MemberName client)
    {
        var up = world.Members.Where(m => m.Machine.Runs && m.EtcdUp).Select(m => m.Name).ToList();
        if (_leader is not { } leader || !Leads(leader, up))
        {
            // The witness first: the agents keep leadership there.
            _leader = up.Where(m => Leads(m, up)).OrderBy(m => world.Member(m).IsHost).Select(m => (MemberName?)m).FirstOrDefault();
            if (_leader is not null && world.Time.Now.Ticks > 0) _electedAt = world.Time.Now + Election;
        }
        return _leader is { } l && world.Time.Now >= _electedAt && up.Any(m => (m == l || world.Linked(m, l)) && (m == client || world.Linked(client, m)));
    }

    private bool Leads(MemberName m, List<MemberName> up) => up.Contains(m) && up.Count(o => o == m || world.Linked(m, o)) * 2 > world.Members.Length;
}

/// <summary>What an append meets.</summary>
public enum AppendFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It commits, the answer is lost.</summary>
    Unknown,

    /// <summary>It is lost, and nobody says so.</summary>
    Lost,

    /// <summary>No answer now; it lands later, if head has not moved on.</summary>
    Late,
}

using System.Text;
using ActorHa.Core;

namespace ActorHa.World;

/// <summary>
/// etcd as its clients see it: appends that commit, conflict, or whose outcome is unknown and which may still land until
/// head moves on; reads that may be stale; a majority with a leader that must be up and connected; disks that take time.
/// </summary>
public sealed class SimJournal(WorldModel world)
{
    /// <summary>Time without a leader after its loss (measured with real etcd at 100/1000 ms: 1.2–1.5 s).</summary>
    public static readonly TimeSpan Election = TimeSpan.FromMilliseconds(1300);

    private static readonly TimeSpan NoAnswer = TimeSpan.FromMilliseconds(600);

    /// <summary>What one reading brings at most: fewer than the 1,024 of the real store, so that a starting agent reads more than once.</summary>
    private const int MostEntries = 50;
    private readonly List<(byte[] Bytes, JournalHead Head)> _entries = [];
    private readonly List<(byte[] Bytes, JournalHead Head)> _aside = [];
    private readonly List<Pending> _late = [];
    private readonly TimeSpan[] _disks = new TimeSpan[world.Size];
    private readonly int[] _behind = new int[world.Size];
    private readonly int?[] _strange = new int?[world.Size];
    private SimMember? _leader;
    private bool _had;
    private Instant _electedAt;

    /// <summary>What the next append of a member meets.</summary>
    public Dictionary<MemberName, AppendFault> Faults { get; } = [];

    /// <summary>Chance that an append's outcome stays unknown: it was committed, was lost, or lands later.</summary>
    public double UnknownRate { get; set; }

    /// <summary>The state that the committed entries lead to: the world's own copy, for the checks.</summary>
    public ClusterState State { get; private set; } = ClusterState.Empty;

    /// <summary>Entries committed.</summary>
    public int Count => _entries.Count;

    /// <summary>All entries, for stories and checks.</summary>
    public IReadOnlyList<JournalEntry> Entries => [.. _entries.Select(e => JournalCodec.Decode(e.Bytes))];

    private JournalHead? Head => _entries.Count == 0 ? null : _entries[^1].Head;

    /// <summary>The line that its newest entry is of.</summary>
    public long Line => Head?.Lineage ?? 0;

    /// <summary>How long the member's disk needs for a sync.</summary>
    public void SlowDisk(SimMember member, TimeSpan sync) => _disks[member.Number] = sync;

    /// <summary>The member that this client asks answers from a past so many entries ago; 0 = the truth.</summary>
    public void Behind(SimMember client, int entries) => _behind[client.Number] = entries;

    /// <summary>This client is of an older version: what others write from now on holds events that it does not know.</summary>
    public void Outdate(SimMember client) => _strange[client.Number] = _entries.Count;

    /// <summary>It knows all events again, once its agent has been started anew; false where it knew them.</summary>
    public bool Upgrade(SimMember client)
    {
        if (_strange[client.Number] is null) return false;
        _strange[client.Number] = null;
        return true;
    }

    /// <summary>The leader is lost or gives up; another election.</summary>
    public void LoseLeader() => _electedAt = world.Time.Now + Election + world.UpTo(Election);

    /// <summary>An entry as a wrong member would write it, past every rule: for those who check the checks.</summary>
    public void Plant(SimMember by, string because, params Event[] events)
    {
        var head = Head ?? JournalHead.Empty;
        var entry = new JournalEntry(head.Lineage, head.Index + 1, $"planted/{head.Index}", by.Name, world.Wall, "planted", because, [], head.Hash, JournalCodec.Hash(State.Evolve(events, head.Index + 1)), [.. events]);
        var bytes = JournalCodec.Encode(entry);
        Commit(new Pending(by, by.Life, head, new JournalHead(head.Lineage, head.Index + 1, JournalCodec.Hash(bytes)), bytes));
    }

    /// <summary>An operator puts an older snapshot back: the newest entries never were.</summary>
    public void Restore(int keep)
    {
        _entries.RemoveRange(keep, _entries.Count - keep);
        State = Entries.Aggregate(ClusterState.Empty, (s, e) => s.Evolve(e));
        LoseLeader();
    }

    /// <summary>
    /// An operator puts an older snapshot back by mistake, and the newest again by the action that is returned. All members
    /// have seen more, or hear one that has: whatever is written meanwhile is a finding, for it is built on a past that was not the last.
    /// </summary>
    public Action StandIn(int lost)
    {
        if (lost <= 0 || _aside.Count > 0) return static () => { };
        _aside.AddRange(_entries.GetRange(_entries.Count - lost, lost));
        _entries.RemoveRange(_entries.Count - lost, lost);
        // Other processes serve it: what was on its way to those before is lost.
        _late.Clear();
        LoseLeader();
        return PutForward;
    }

    /// <summary>Whether an older snapshot stands in the place of the newest entries.</summary>
    public bool IsPutBack => _aside.Count > 0;

    private void PutForward()
    {
        if (_aside.Count == 0) return;
        _entries.AddRange(_aside);
        _aside.Clear();
        LoseLeader();
    }

    /// <summary>Whether this client finds the journal quick and true.</summary>
    internal bool IsSound(SimMember client) => _aside.Count == 0 && UnknownRate == 0 && _behind[client.Number] == 0 && Array.TrueForAll(_disks, d => d == TimeSpan.Zero) && Serves(client);

    /// <summary>All faults of the journal end.</summary>
    public void Heal()
    {
        PutForward();
        UnknownRate = 0;
        Array.Clear(_disks);
        Array.Clear(_behind);
        Faults.Clear();
    }

    /// <summary>Appends; the outcome is told later.</summary>
    internal void Append(SimMember member, SendAppend a)
    {
        var fault = Faults.Remove(member.Name, out var f) ? f : UnknownRate > 0 && world.Chance(UnknownRate) ? world.Pick(AppendFault.Unknown, AppendFault.Lost, AppendFault.Late) : AppendFault.None;
        world.Audit.Sent(member, a.Next.Index);
        var sent = new Pending(member, member.Life, a.Expected, a.Next, a.Bytes.ToArray());
        Call(member, life =>
        {
            if (!Serves(member) || fault == AppendFault.Lost) { member.PostLater(life, NoAnswer, member, new AppendSettled(AppendFate.Unknown, "no answer")); return; }
            if (fault == AppendFault.Late)
            {
                _late.Add(sent);
                if (UnknownRate > 0) world.Time.After(world.UpTo(TimeSpan.FromSeconds(15)), () => { if (_late.Remove(sent)) Commit(sent); });
                member.PostLater(life, NoAnswer, member, new AppendSettled(AppendFate.Unknown, "no answer"));
                return;
            }
            var sync = Sync();
            if (sync == TimeSpan.Zero) Finish(sent, fault);
            else world.Time.After(sync, () =>
            {
                if (Serves(member)) Finish(sent, sync > NoAnswer * 2 ? AppendFault.Unknown : fault);
                else member.PostLater(life, NoAnswer, member, new AppendSettled(AppendFate.Unknown, "the leader was lost"));
            });
        });
    }

    /// <summary>Appends whose outcome was unknown reach the leader now.</summary>
    public void LandLate()
    {
        foreach (var sent in _late.ToArray()) Commit(sent);
        _late.Clear();
    }

    /// <summary>Reads head and tail.</summary>
    internal void Read(SimMember member, long after) => Call(member, life =>
    {
        if (!Serves(member)) { member.PostLater(life, NoAnswer, member, new TailFailed("no answer")); return; }
        var known = Math.Max(0, _entries.Count - _behind[member.Number]);
        var tail = new RawEntry[Math.Clamp(known - after, 0, MostEntries)];
        for (var i = 0; i < tail.Length; i++) tail[i] = new RawEntry(after + i + 1, AsReadBy(member, (int)after + i));
        member.PostLater(life, world.Latency(), member, new TailRead(known == 0 ? null : _entries[known - 1].Head, tail));
    });

    /// <summary>What a member asks reaches etcd; the answer is for the life that has asked, though another may have begun since.</summary>
    private void Call(SimMember member, Action<int> answer)
    {
        var life = member.Life;
        world.Time.After(world.Latency(), () => answer(life));
    }

    private byte[] AsReadBy(SimMember member, int entry)
    {
        var bytes = _entries[entry].Bytes;
        return entry < (_strange[member.Number] ?? int.MaxValue) || JournalCodec.Decode(bytes).Who == member.Name ? bytes : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace("\"event\":\"", "\"event\":\"newer-", StringComparison.Ordinal));
    }

    /// <summary>Writes the pulse key.</summary>
    internal void Pulse(SimMember member, Instant sent) => Call(member, life =>
    {
        var sync = Sync();
        var ok = Serves(member) && sync <= NoAnswer * 2;
        member.PostLater(life, ok ? world.Latency() + sync : NoAnswer, member, new PulseSettled(sent, ok, "", Head));
    });

    private void Finish(Pending sent, AppendFault fault)
    {
        var fate = Commit(sent);
        if (fault == AppendFault.Unknown) fate = AppendFate.Unknown;
        var life = sent.Life;
        world.Time.After(fate == AppendFate.Unknown ? NoAnswer : world.Latency(), () =>
        {
            if (life != sent.Member.Life) return;
            sent.Member.Post(sent.Member, new AppendSettled(fate, ""));
            if (life == sent.Member.Life && world.OnStep is not null) world.Stepped(sent.Member, StepKind.Append, JournalCodec.Decode(sent.Bytes).Command);
        });
    }

    private AppendFate Commit(Pending sent)
    {
        if ((Head ?? JournalHead.Empty) != sent.Expected)
            return _entries.Count >= sent.Next.Index && _entries[(int)sent.Next.Index - 1].Bytes.AsSpan().SequenceEqual(sent.Bytes) ? AppendFate.Committed : AppendFate.Conflict;
        var entry = JournalCodec.Decode(sent.Bytes);
        // A person means it: what was lost stays lost.
        if (_aside.Count > 0 && entry.Events.Any(e => e is JournalRestored))
        {
            _aside.Clear();
            State = Entries.Aggregate(ClusterState.Empty, (s, e) => s.Evolve(e));
            world.Audit.Forget();
        }
        if (_aside.Count > 0)
        {
            // The very entry that was lost, by an attempt that nobody answered, is no new past.
            if (_aside[0].Bytes.AsSpan().SequenceEqual(sent.Bytes)) return AppendFate.Conflict;
            world.Audit.Breach("I6", $"{sent.Member.Name} writes ({entry.Because}) into a journal that was put back, of which it has seen more");
            return AppendFate.Conflict;
        }
        _entries.Add((sent.Bytes, sent.Next));
        var before = State;
        State = State.Evolve(entry);
        world.Committed(sent.Member, before, entry);
        return AppendFate.Committed;
    }

    /// <summary>A majority has it on disk: the second fastest of three.</summary>
    private TimeSpan Sync()
    {
        var slow = false;
        foreach (var disk in _disks) slow |= disk > TimeSpan.Zero;
        if (!slow) return TimeSpan.Zero;
        var up = world.Members.Where(IsUp).Select(m => _disks[m.Number]).Order().ToList();
        return up.Count > world.Size / 2 ? up[world.Size / 2] : TimeSpan.Zero;
    }

    private static bool IsUp(SimMember m) => m.Machine is { Runs: true, Booted: true } && m.EtcdUp;

    /// <summary>True when a majority with a leader is up and the member reaches one of it.</summary>
    internal bool Serves(SimMember client)
    {
        if (_leader is null || !Leads(_leader))
        {
            // The witness first: the agents keep leadership there.
            _leader = null;
            foreach (var m in world.Members)
                if (Leads(m) && (_leader is null || _leader.IsHost && !m.IsHost)) _leader = m;
            // The first one of all is there when the story begins.
            if (_leader is not null && _had) _electedAt = world.Time.Now + Election;
            _had |= _leader is not null;
        }
        if (_leader is not { } leader || world.Time.Now < _electedAt) return false;
        foreach (var m in world.Members)
            if (IsUp(m) && (m == leader || world.Network.Linked(m, leader)) && (m == client || world.Network.Linked(client, m))) return true;
        return false;
    }

    private bool Leads(SimMember m)
    {
        if (!IsUp(m)) return false;
        var with = 0;
        foreach (var o in world.Members)
            if (IsUp(o) && (o == m || world.Network.Linked(m, o))) with++;
        return with * 2 > world.Size;
    }

    private sealed record Pending(SimMember Member, int Life, JournalHead Expected, JournalHead Next, byte[] Bytes);
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

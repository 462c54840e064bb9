namespace ActorHa.Core.Tests;

/// <summary>A journal as others write it: entries with right indices, hashes and states.</summary>
internal sealed class JournalLine
{
    private readonly List<RawEntry> _raws = [];

    public ClusterState State { get; private set; } = ClusterState.Empty;

    public JournalHead Head { get; private set; } = JournalHead.Empty;

    public IReadOnlyList<RawEntry> Raws => _raws;

    /// <summary>Somebody appends.</summary>
    public JournalLine Add(MemberName who, params Event[] events) => Add(Entry(who, events));

    public JournalLine Add(JournalEntry entry) => Add(JournalCodec.Encode(entry));

    public JournalLine Add(ReadOnlyMemory<byte> bytes)
    {
        var entry = JournalCodec.Decode(bytes.Span);
        State = State.Evolve(entry);
        Head = new JournalHead(entry.Lineage, entry.Index, JournalCodec.Hash(bytes.Span));
        _raws.Add(new RawEntry(entry.Index, bytes));
        return this;
    }

    /// <summary>An entry that would follow.</summary>
    public JournalEntry Entry(MemberName who, params Event[] events)
    {
        var index = State.Index + 1;
        return new JournalEntry(Head.Lineage, index, $"{who}/elsewhere/{index}", who, DateTimeOffset.UnixEpoch, "test", "a test says so", [], Head.Hash, JournalCodec.Hash(State.Evolve(events, index)), [.. events]);
    }
}

/// <summary>One mind, its journal, and a clock that moves only when told.</summary>
internal sealed class MindBench
{
    public MindBench(JournalLine journal, MemberName? self = null, JournalHead? seen = null, bool listens = true, IEnumerable<long>? own = null)
    {
        Journal = journal;
        var me = self ?? Cast.W;
        Mind = new QuorumMind(new View { Self = me, Run = Cast.RunOf(me), IsHost = me != Cast.W, Boot = Cast.BootOf(me), Started = listens ? Now - Cast.Sec(10) : Now, Now = Now, OwnEntries = [.. own ?? []] }, seen);
        // It listens since it has read the configuration; what stands first in a journal is known before the rest.
        if (listens && journal.Raws.Count > 0)
        {
            Now -= Cast.Sec(0.4);
            Hear(new TailRead(journal.Head with { Index = journal.Head.Index + 1 }, [journal.Raws[0]]));
            Now += Cast.Sec(0.4);
        }
    }

    public JournalLine Journal { get; }

    public QuorumMind Mind { get; }

    public Instant Now { get; private set; } = Cast.At(100);

    /// <summary>Effects of the last message.</summary>
    public IReadOnlyList<QuorumEffect> Effects { get; private set; } = [];

    /// <summary>The append among them, if any.</summary>
    public SendAppend? Sent => Effects.OfType<SendAppend>().SingleOrDefault();

    public IReadOnlyList<string> Refusals => [.. Mind.Refusals.Select(r => r.Because)];

    /// <summary>A mind that has read a journal with a configuration and is quorate.</summary>
    public static MindBench Loaded(MemberName? self = null, params Event[] more)
    {
        var line = new JournalLine().Add(Cast.B, Cast.Configures());
        foreach (var e in more) line.Add(Cast.B, e);
        return new MindBench(line, self).Quorate().Reads();
    }

    /// <summary>The same at rest: its start is recorded, nothing is pending.</summary>
    public static MindBench AtRest() => Loaded().Commits();

    public MindBench Hear(QuorumMessage message, double after = 0)
    {
        Now += Cast.Sec(after);
        Effects = Mind.Receive(message, Now, DateTimeOffset.UnixEpoch);
        return this;
    }

    /// <summary>Time passes as an agent that is awake feels it: by its ticks. The effects are those of all of them.</summary>
    public MindBench Passes(double seconds)
    {
        var (until, all) = (Now + Cast.Sec(seconds), new List<QuorumEffect>());
        while (Now < until) all.AddRange(Hear(new MindTick(), Math.Min(0.5, (until - Now).TotalSeconds)).Effects);
        Effects = all;
        return this;
    }

    public MindBench Quorate() => Hear(new PulseSettled(Now, true, ""));

    /// <summary>The tail that the journal holds now is read.</summary>
    public MindBench Reads() => Hear(new TailRead(Journal.Head, [.. Journal.Raws.Where(r => r.Index > Mind.State.Index)]));

    /// <summary>The append reaches the journal, and its answer us.</summary>
    public MindBench Commits(SendAppend? append = null)
    {
        append ??= Sent;
        Assert.NotNull(append);
        Assert.Equal(Journal.Head, append.Expected);
        Journal.Add(append.Bytes);
        return Hear(new AppendSettled(AppendFate.Committed, ""));
    }

    public MindBench Conflicts() => Hear(new AppendSettled(AppendFate.Conflict, ""));

    public MindBench Unknown() => Hear(new AppendSettled(AppendFate.Unknown, "no answer"));

    public static JournalEntry Entry(SendAppend append) => JournalCodec.Decode(append.Bytes.Span);
}

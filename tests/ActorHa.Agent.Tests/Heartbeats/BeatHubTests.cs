using ActorHa.Agent.Heartbeats;
using ActorHa.Agent.Os;
using ActorHa.Agent.Quorum;
using ActorHa.Core;
using ActorHa.Core.Wire;
using ActorHa.TestKit;

namespace ActorHa.Agent.Tests.Heartbeats;

/// <summary>Who is told what: a beat to its sender's watcher, a sighting to the watcher of whom it is about, if it is news.</summary>
public sealed class BeatHubTests
{
    private static readonly MemberName A = new("applejack"), W = new("witness");
    private static readonly Guid Boot = Guid.NewGuid(), Later = Guid.NewGuid();
    private readonly TestProbe<WatchMessage> _ofA = new("watcher-applejack", TimeProvider.System), _ofW = new("watcher-witness", TimeProvider.System);
    private readonly Ledger _ledger = new();
    private readonly BeatHub _hub;

    public BeatHubTests()
    {
        _hub = new BeatHub(new MemberName("rainbowdash"), Guid.NewGuid(), MonotonicClock.System, _ledger);
        _hub.Connect([(A, _ofA), (W, _ofW)]);
    }

    [Fact]
    public async Task What_was_not_heard_directly_is_told_by_anothers_word()
    {
        Hear(W, 5, sees: (Boot, 7));
        Assert.Equal(7, (await _ofA.ExpectAsync<PeerSighted>()).Sequence);
        Hear(A, 7);
        Assert.Equal(7, (await _ofA.ExpectAsync<BeatHeard>()).Sequence);
        // One that we lost, and one of another boot.
        Hear(W, 6, sees: (Boot, 8));
        Assert.Equal(8, (await _ofA.ExpectAsync<PeerSighted>()).Sequence);
        Hear(W, 7, sees: (Later, 1));
        Assert.Equal(WireIds.PrefixOf(Later), (await _ofA.ExpectAsync<PeerSighted>()).Boot);
        Assert.Equal(3, _ofW.Waiting);
    }

    [Fact]
    public async Task What_was_heard_directly_is_no_news_from_another()
    {
        Hear(A, 7);
        await _ofA.ExpectAsync<BeatHeard>();
        Hear(W, 5, sees: (Boot, 6));
        Hear(W, 6, sees: (Boot, 7));
        Assert.Equal(0, _ofA.Waiting);
    }

    [Fact]
    public async Task A_beat_whose_mind_is_stuck_does_not_hide_what_another_heard()
    {
        Hear(A, 7, mindAgeMs: 60_000);
        await _ofA.ExpectAsync<BeatHeard>();
        Hear(W, 5, sees: (Boot, 6));
        Assert.Equal(6, (await _ofA.ExpectAsync<PeerSighted>()).Sequence);
    }

    [Fact]
    public async Task From_when_on_a_mind_is_stuck_is_what_the_configuration_says()
    {
        _hub.Know(new Timers { MindTimeout = TimeSpan.FromSeconds(61) });
        Hear(A, 7, mindAgeMs: 60_000);
        await _ofA.ExpectAsync<BeatHeard>();
        Hear(W, 5, sees: (Boot, 6));
        Assert.Equal(0, _ofA.Waiting);
    }

    /// <summary>Also where the journal that is read now is shorter: who was away learns by this that it was put back.</summary>
    [Fact]
    public async Task A_beat_says_the_newest_entry_that_was_ever_seen_and_the_watcher_is_told()
    {
        _ledger.Show(new Snapshot(ClusterState.Empty, new JournalHead(1, 7, "hash"), 9, new View { Self = new MemberName("rainbowdash"), Run = new AgentRun("run") }, [], null));
        var beat = new Beat();
        _hub.Fill(ref beat);
        Assert.Equal(9, beat.JournalPosition);
        (beat.Sender, beat.Boot, beat.Sequence) = (WireName.Of(A), Boot, 1);
        _hub.Heard(beat, MonotonicClock.System.Now);
        Assert.Equal(9, (await _ofA.ExpectAsync<BeatHeard>()).JournalPosition);
    }

    private void Hear(MemberName from, long sequence, (Guid Boot, long Sequence)? sees = null, uint mindAgeMs = 0)
    {
        var beat = new Beat { Sender = WireName.Of(from), Boot = Boot, Sequence = sequence, MindAgeMs = mindAgeMs };
        if (sees is { } s) Assert.True(beat.TryAddSighting(new Sighting(WireName.Of(A), WireIds.PrefixOf(s.Boot), Incarnation.None, s.Sequence, 10)));
        _hub.Heard(beat, MonotonicClock.System.Now);
    }
}

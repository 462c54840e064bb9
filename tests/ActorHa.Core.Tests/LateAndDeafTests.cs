using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>
/// A member that slept, is behind, or is deaf believes that others are silent. What keeps it from switching a host off for
/// that; found by the simulation's two hours (tests/ActorHa.Simulation/FOUND.md, 12 to 17).
/// </summary>
public sealed class LateAndDeafTests
{
    private static Case Late(Case c, double ago) => c.Sees(v => v with { LateAt = v.Now - Sec(ago) });

    private static Case Answering(Case c, MemberName host, double answeredAgo, Verdict verdict = Verdict.AgentSilent) =>
        c.Sees(v => v with { Peers = v.Peers.SetItem(host, Hears(verdict, v.Now - Sec(60)) with { AnsweredAt = v.Now - Sec(answeredAgo) }) });

    [Fact]
    public void Who_was_late_listens_before_it_asks_or_switches()
    {
        Late(TheSite().Sees(A, Verdict.Silent), 1.9).Decides().ThenNothing("rainbowdash slept, or is behind: it listens before it asks for applejack");
        Late(TheSite().Sees(A, Verdict.PoweredOff), 1.9).Decides().ThenRecordsNo<FenceRequested>();
        Late(TheSite().Sees(A, Verdict.Silent), 2.1).Decides().ThenRecords<FenceRequested>();
        var asked = TheSite().AndMine(Asks(A, B)).Later(10).Sees(A, Verdict.Silent);
        Late(asked, 1.9).Decides().ThenNothing("it listens before it switches applejack off");
        Late(asked, 2.1).Decides().ThenRecords<FenceSwitching>();
    }

    [Fact]
    public void An_operators_order_waits_for_no_listening()
    {
        var ordered = TheSite().AndMine(Asks(A, B, person: "operator")).Sees(A, Verdict.Alive);
        Late(ordered, 0.1).Decides().ThenRecords<FenceSwitching>();
    }

    [Fact]
    public void A_letter_that_waited_too_long_makes_the_mind_late()
    {
        var mind = MindBench.Loaded().Mind;
        var now = mind.View.Now;
        mind.Receive(new MindTick(), now + Sec(0.2), DateTimeOffset.UnixEpoch, waited: Sec(0.9));
        Assert.False(mind.View.IsLate(new Timers()));
        mind.Receive(new MindTick(), now + Sec(0.4), DateTimeOffset.UnixEpoch, waited: Sec(1.1));
        Assert.True(mind.View.IsLate(new Timers()));
        for (var at = 0.6; at < 2.5; at += 0.2) mind.Receive(new MindTick(), now + Sec(at), DateTimeOffset.UnixEpoch);
        Assert.False(mind.View.IsLate(new Timers()));
    }

    /// <summary>Seed 6004085: a witness decided to take over just before it was isolated; the entry was committed as its links healed.</summary>
    [Fact]
    public void What_is_committed_before_anybody_was_heard_for_long_enough_is_carried_out_after_listening()
    {
        var bench = MindBench.AtRest();
        var (deaf, heard) = (Decided(bench, 1), Decided(bench.Hear(Heard, 0.1), 2));
        Assert.Equal([deaf, heard], bench.Mind.View.DeafEntries.TakeLast(2));
        var well = Decided(bench.Hear(Heard).Passes(2.1).Quorate(), 3);
        Assert.DoesNotContain(well, bench.Mind.View.DeafEntries);
        // One that falls silent, and all is as at the beginning.
        bench.Hear(new PeerSaid(B, Hears(Verdict.Silent, bench.Now)), 0.1).Hear(Heard, 0.1);
        Assert.Contains(Decided(bench, 4), bench.Mind.View.DeafEntries);
    }

    [Fact]
    public void Who_was_alone_without_quorum_listens_for_what_it_had_ordered_before_as_well()
    {
        var bench = MindBench.AtRest().Hear(Heard).Passes(2.1).Quorate();
        var entry = Decided(bench, 1);
        // Quorum alone was away: others were heard all the time.
        bench.Passes(7).Quorate();
        Assert.DoesNotContain(entry, bench.Mind.View.DeafEntries);
        bench.Hear(new PeerSaid(B, Hears(Verdict.Silent, bench.Now)), 0.1).Hear(new MindTick(), 0.1).Quorate();
        Assert.DoesNotContain(entry, bench.Mind.View.DeafEntries);
        bench.Passes(7).Hear(Heard).Quorate();
        Assert.Contains(entry, bench.Mind.View.DeafEntries);
    }

    /// <summary>All processes of it stood still between its decision and the answer, or while it was ordered: its target may have woken since.</summary>
    [Fact]
    public void Who_slept_listens_before_it_carries_out_what_it_had_decided()
    {
        var bench = MindBench.AtRest().Hear(Heard).Passes(2.1).Quorate();
        var sent = bench.Hear(new Commanded(1, new WantVm(Mail, false, "operator"))).Sent!;
        Assert.Contains(bench.Hear(Heard, 1.1).Commits(sent).Mind.State.Index, bench.Mind.View.DeafEntries);
        // Awake, and behind: the answer waited for it.
        sent = bench.Passes(2.1).Quorate().Hear(new Commanded(2, new WantVm(Mail, true, "operator"))).Sent!;
        bench.Journal.Add(sent.Bytes);
        bench.Mind.Receive(new AppendSettled(AppendFate.Committed, ""), bench.Now, DateTimeOffset.UnixEpoch, waited: Sec(1.1));
        Assert.Contains(bench.Mind.State.Index, bench.Mind.View.DeafEntries);
        var awake = Decided(bench.Passes(2.1).Quorate(), 3);
        Assert.DoesNotContain(awake, bench.Mind.View.DeafEntries);
        // Its orders ended with its majority, and come again with it.
        bench.Hear(Heard, 10).Quorate();
        Assert.Contains(awake, bench.Mind.View.DeafEntries);
    }

    [Fact]
    public void An_order_of_one_that_was_deaf_is_listened_for_before_its_first_set()
    {
        var walk = new WalkBench().Hear(new FenceOrdered(WalkBench.Order(listen: true)));
        Assert.Equal(0, walk.Sets);
        walk.Later(0.1).Hear(new TargetSeen(Hears(Verdict.Alive, walk.Now)));
        Assert.Equal((FencerOutcome.StoodDown, 0), (Assert.Single(walk.Said).Outcome, walk.Sets));
    }

    [Fact]
    public void It_listens_once_and_a_persons_order_is_carried_out_at_once()
    {
        var walk = new WalkBench(levels: 2).Hear(new FenceOrdered(WalkBench.Order(listen: true)));
        for (var i = 0; i < 8 && walk.Sets == 0; i++) walk.Later(0.5).Hear(new FenceTick()).Hear(new PowerRead(walk.Now, new PowerReading(Power.On, "on", "chassis")));
        Assert.Equal(1, walk.Sets);
        // As after a first SET that was not waited for: three rounds, then the next.
        walk.Answered();
        for (var i = 0; i < 2; i++) walk.Hear(new PowerRead(walk.Now, new PowerReading(Power.On, "on", "chassis"))).Later(1).Hear(new FenceTick());
        Assert.Equal(1, walk.Sets);
        Assert.Equal(2, walk.Hear(new PowerRead(walk.Now, new PowerReading(Power.On, "on", "chassis"))).Sets);
        // The next level of the same switching.
        walk.Answered().Hear(new FenceOrdered(WalkBench.Order(level: 1, listen: true)));
        Assert.Equal(3, walk.Sets);
        Assert.Equal(1, new WalkBench().Hear(new FenceOrdered(WalkBench.Order(standDown: false, listen: true))).Sets);
    }

    /// <summary>An own entry that is committed, its index.</summary>
    private static long Decided(MindBench bench, long ticket)
    {
        bench.Hear(new Commanded(ticket, new WantVm(Mail, ticket % 2 == 0, "operator"))).Commits();
        return bench.Mind.State.Index;
    }

    private static readonly PeerSaid Heard = new(B, Hears(Verdict.Alive, At(100)));

    [Fact]
    public void A_mind_that_slept_is_late_whatever_wakes_it()
    {
        var bench = MindBench.Loaded();
        Assert.False(bench.Hear(new WellSaid(true, ""), 0.9).Mind.View.IsLate(new Timers()));
        Assert.True(bench.Hear(new WellSaid(true, ""), 1.1).Mind.View.IsLate(new Timers()));
    }

    /// <summary>Seed 110489: a starved host asked for one whose agent alone was away; the witness, which it answered, stood by.</summary>
    [Fact]
    public void Whom_a_process_answers_withdraws_the_request_where_only_the_agent_is_away()
    {
        var asked = TheSite().And(Asks(A, B)).Later(1).As(W);
        Answering(asked, A, 0.5).Decides().ThenBecause("applejack answers witness, only its agent is away").ThenRecords<FenceWithdrawn>(f => f.By == W && f.ByAnswer == true);
        // An answer to a question from before the request may be of a host that has died since.
        Answering(asked, A, 1.5).Decides().ThenRecordsNo<FenceWithdrawn>();
        var switched = TheSite().And(Asks(A, B)).And(Switches(A, B)).Later(1).As(W);
        Answering(switched, A, 0.5).Decides().ThenRecordsNo<FenceWithdrawn>();
        var fenced = TheSite(b => b.Policies = b.Policies with { FenceWhenAgentLost = true }).And(Asks(A, B)).Later(1).As(W);
        Answering(fenced, A, 0.5).Decides().ThenRecordsNo<FenceWithdrawn>();
    }

    /// <summary>Seed 1985: a watcher asks each 0.4 s, which is as long as the challenge; its answer came too late to withdraw.</summary>
    [Fact]
    public void A_host_that_is_asked_for_is_looked_at_at_once()
    {
        var watch = new WatchBench().Beat().Later(1).Hear(new WatchTick()).Probe(true);
        Assert.Equal(WatchAsk.None, watch.Later(0.1).Hear(new WatchTick()).Ask);
        Assert.Equal(WatchAsk.Probe, watch.Hear(new LifeKnown(1, new Timers(), E(5))).Ask);
        Assert.Equal(WatchAsk.None, watch.Later(0.1).Hear(new LifeKnown(1, new Timers(), E(5))).Ask);
        Assert.Equal(WatchAsk.None, watch.Hear(new LifeKnown(1, new Timers())).Ask);
    }

    /// <summary>Seed 900239: the witness's watch was silent, and it learned of the request when it had been switched.</summary>
    [Fact]
    public void Where_the_agent_was_away_before_others_are_given_the_time_to_learn_of_it()
    {
        var asked = TheSite().AndMine(Asks(A, B));
        Answering(asked.Later(3.3), A, 5, Verdict.Silent).Decides().ThenNothing("applejack is challenged (request e5): not switched yet");
        Answering(asked.Later(0.2), A, 5, Verdict.Silent).Decides().ThenRecords<FenceSwitching>();
        TheSite().AndMine(Asks(A, B)).Later(0.5).Sees(A, Verdict.Silent).Decides().ThenRecords<FenceSwitching>();
    }

    [Fact]
    public void An_answer_of_a_host_that_is_asked_for_is_told_at_once()
    {
        var watch = new WatchBench().Beat().Later(1).Hear(new WatchTick()).Probe(true);
        Assert.Null(watch.Later(0.1).Probe(true).News);
        watch.Hear(new LifeKnown(1, new Timers(), E(5)));
        Assert.NotNull(watch.Later(0.1).Probe(true).News);
    }

    [Fact]
    public void Who_asked_and_heard_no_answer_itself_asks_no_more_before_it_does()
    {
        var withdrawn = TheSite().And(Asks(A, B)).And(new FenceWithdrawn(E(5), A, W, ByAnswer: true)).Later(10);
        withdrawn.Sees(A, Verdict.Silent, 60).Decides().ThenNothing("which is deaf to it: no request before it hears it again");
        Answering(withdrawn, A, 5, Verdict.Silent).Decides().ThenRecords<FenceRequested>();
        withdrawn.As(W).Sees(A, Verdict.Silent, 60).Decides().ThenRecords<FenceRequested>();
        withdrawn.As(B).Sees(A, Verdict.PoweredOff, 60).Decides().ThenRecords<FenceRequested>();
    }

    /// <summary>An agent that crashed is back within seconds: it had no grace where lost agents are fenced.</summary>
    [Fact]
    public void A_lost_agent_has_its_grace_before_it_is_fenced()
    {
        var site = TheSite(b => b.Policies = b.Policies with { FenceWhenAgentLost = true });
        site.Sees(A, Verdict.AgentSilent, 14).Decides().ThenRecordsNo<FenceRequested>();
        site.Sees(A, Verdict.AgentSilent, 16).Decides().ThenRecords<FenceRequested>();
        // Also where nobody else is heard: its answers are no reason to wait longer.
        Answering(site.Sees(W, Verdict.AgentSilent, 60), A, 0.1).Decides().ThenRecords<FenceRequested>();
    }

    /// <summary>Seed 2026488: who hears nobody was deaf before the agent was lost, and took the whole silence for its absence.</summary>
    [Fact]
    public void Who_hears_nobody_gives_a_lost_agent_its_grace_from_the_question()
    {
        var asked = TheSite(b => b.Policies = b.Policies with { FenceWhenAgentLost = true }).AndMine(Asks(A, B)).Sees(v => v with { HearsSince = null });
        Answering(asked.Later(14).Sees(W, Verdict.AgentSilent, 60), A, 0.1).Decides().ThenNothing("applejack is challenged (request e5): not switched yet");
        Answering(asked.Later(1.1).Sees(W, Verdict.AgentSilent, 60), A, 0.1).Decides().ThenRecords<FenceSwitching>();
        // Who hears another is not deaf: the grace was over before it asked.
        var heard = TheSite(b => b.Policies = b.Policies with { FenceWhenAgentLost = true }).AndMine(Asks(A, B)).Later(0.5);
        Answering(heard, A, 0.1).Decides().ThenRecords<FenceSwitching>();
    }

    /// <summary>Seed 15013866: it was deaf while the agent was lost, and switched as soon as it heard the witness again.</summary>
    [Fact]
    public void Who_was_deaf_a_moment_ago_gives_a_lost_agent_its_grace_from_the_question_as_well()
    {
        var asked = TheSite(b => b.Policies = b.Policies with { FenceWhenAgentLost = true }).AndMine(Asks(A, B)).Later(10);
        Answering(asked.Sees(v => v with { HearsSince = v.Now - Sec(14.9) }), A, 0.1).Decides().ThenNothing("applejack is challenged (request e5): not switched yet");
        Answering(asked.Sees(v => v with { HearsSince = v.Now - Sec(15.1) }), A, 0.1).Decides().ThenRecords<FenceSwitching>();
        // Silence of all its processes is no matter of grace.
        asked.Sees(v => v with { HearsSince = v.Now }).Sees(A, Verdict.Silent).Decides().ThenRecords<FenceSwitching>();
    }

    /// <summary>Seed 22007454: the asker's link was cut one way, and the witness, which the host answered, had long been deaf to its beats.</summary>
    [Fact]
    public void Who_heard_nobody_takes_a_request_against_a_lost_agent_back_once()
    {
        var asked = TheSite(b => b.Policies = b.Policies with { FenceWhenAgentLost = true }).And(Asks(A, B)).As(W);
        Answering(asked.Later(0.1), A, 0).Decides().ThenRecordsNo<FenceWithdrawn>();
        asked.Sees(v => v with { HearsSince = v.Now - Sec(14.9) });
        Answering(asked, A, 0).Decides().ThenRecords<FenceWithdrawn>(w => w.ByAnswer == true && w.By == W);
        // An answer to a question from before says nothing.
        Answering(asked, A, 1).Decides().ThenRecordsNo<FenceWithdrawn>();
        var again = asked.And(new FenceWithdrawn(E(5), A, W, ByAnswer: true)).Later(29).And(Asks(A, B, request: 6)).Sees(v => v with { HearsSince = null });
        Answering(again, A, 0).Decides().ThenRecordsNo<FenceWithdrawn>();
        Answering(again.Later(1.1), A, 0).Decides().ThenRecords<FenceWithdrawn>();
    }

    /// <summary>Nobody has heard its new life yet, and we have listened for hours: that is no silence of hours.</summary>
    [Fact]
    public void A_life_that_has_just_joined_has_its_graces_from_its_join()
    {
        Case Joined(MemberName at, Verdict verdict, double ago) => TheSite(b => b.Policies = b.Policies with { FenceWhenAgentLost = true }).As(at)
            .Sees(v => v with { Started = v.Now - Sec(1000), Peers = v.Peers.SetItem(A, Hears(verdict, null, ever: false) with { LifeLearned = v.Now - Sec(ago) }) });
        Joined(B, Verdict.AgentSilent, 14.9).Decides().ThenRecordsNo<FenceRequested>();
        Joined(B, Verdict.AgentSilent, 15.1).Decides().ThenRecords<FenceRequested>();
        Joined(B, Verdict.Silent, 14.9).Sees(W, Verdict.Silent).Decides().ThenNothing("rainbowdash hears no member at all: it may be deaf, and waits");
        Joined(B, Verdict.Silent, 15.1).Sees(W, Verdict.Silent).Decides().ThenRecords<FenceRequested>();
        Joined(W, Verdict.Silent, 6).Decides().ThenNothing("the surviving host comes first");
        Joined(W, Verdict.Silent, 8).Decides().ThenRecords<FenceRequested>();
    }

    [Fact]
    public void The_mind_knows_since_when_it_hears()
    {
        var bench = MindBench.AtRest();
        Assert.Null(bench.Mind.View.HearsSince);
        bench.Hear(Heard, 1).Hear(Heard, 1);
        Assert.Equal(bench.Now - Sec(1), bench.Mind.View.HearsSince);
        // Who sleeps hears nobody, whatever it hears first as it wakes; one letter that waits is no sleep.
        bench.Passes(5).Mind.Receive(new MindTick(), bench.Now, DateTimeOffset.UnixEpoch, waited: Sec(2));
        Assert.Equal(bench.Now - Sec(6), bench.Mind.View.HearsSince);
        bench.Hear(Heard, 1.1);
        Assert.Equal(bench.Now, bench.Mind.View.HearsSince);
        bench.Hear(new PeerSaid(B, Hears(Verdict.Silent, bench.Now)), 0.1);
        Assert.Null(bench.Mind.View.HearsSince);
        Assert.Null(bench.Hear(new MindTick(), 1.1).Mind.View.HearsSince);
    }

    /// <summary>Seed 2019479: a deaf host asked, was refuted, and asked again as soon as another process answered: two entries each 0.4 s.</summary>
    [Fact]
    public void An_agent_that_refutes_is_not_lost_before_its_grace_is_over_again()
    {
        var refuted = TheSite(b => b.Policies = b.Policies with { FenceWhenAgentLost = true }).And(Asks(A, B)).And(new FenceWithdrawn(E(5), A, A, ByAnswer: false));
        Answering(refuted.Later(14), A, 0.1).Decides().ThenRecordsNo<FenceRequested>();
        Answering(refuted.Later(2), A, 0.1).Decides().ThenRecords<FenceRequested>();
        // What another withdrew says nothing of the agent.
        var withdrawn = TheSite(b => b.Policies = b.Policies with { FenceWhenAgentLost = true }).And(Asks(A, B)).And(new FenceWithdrawn(E(5), A, W, ByAnswer: true));
        Answering(withdrawn.Later(1.9), A, 0.1).Decides().ThenNothing("rainbowdash's last request was taken back just now", alarm: false);
        Answering(withdrawn.Later(0.2), A, 0.1).Decides().ThenRecords<FenceRequested>();
        // A new life has refuted nothing.
        Assert.Equal(0, refuted.And(new HostJoined(A, new(2), new("boot-2"), [], "")).State.Host(A).Spoke);
    }

    /// <summary>Its answers are signs of life as well: the surviving host comes first, counted from the last of them.</summary>
    [Fact]
    public void The_witness_counts_silence_from_the_last_answer()
    {
        Answering(TheSite().As(W), A, 6, Verdict.Silent).Decides().ThenNothing("the surviving host comes first");
        Answering(TheSite().As(W), A, 8, Verdict.Silent).Decides().ThenRecords<FenceRequested>();
    }

    /// <summary>Seed 179118: the executor had stood down for a host that woke; a witness that heard nobody took over.</summary>
    [Fact]
    public void A_witness_takes_nothing_over_where_it_hears_no_other_host()
    {
        var stalled = TheSite(b => b.Policies = b.Policies with { FenceWhenAgentLost = true })
            .And(Asks(A, B)).And(Switches(A, B)).Later(60).As(W).Sees(A, Verdict.AgentSilent, 60);
        stalled.Decides().ThenRecords<FenceSwitching>(f => f.Executor == W);
        stalled.Sees(B, Verdict.AgentSilent, 60).Decides().ThenNothing("no other host is alive to take its VMs, or witness is deaf: not switched");
        // A host that does not even answer is gone, whoever hears it: switched off, it waits for the other host's agent no longer than that does.
        stalled.Sees(A, Verdict.Silent, 60).Decides().ThenRecords<FenceSwitching>(f => f.Executor == W);
    }

    /// <summary>Seed 700468: an executor that was cut off shot on at a host that was with the majority again, and could not refute.</summary>
    [Fact]
    public void Without_quorum_nothing_is_switched_off_also_not_what_was_ordered_with_it()
    {
        var ordered = TheSite().AndMine(Asks(A, B)).AndMine(Switches(A, B));
        Assert.False(ordered.Orders().Fences[A].SwitchOn);
        Assert.Empty(ordered.Sees(v => v with { Quorate = false }).Orders().Fences);
        var persons = TheSite().AndMine(Asks(A, B, person: "operator")).AndMine(Switches(A, B));
        Assert.Empty(persons.Sees(v => v with { Quorate = false }).Orders().Fences);
    }

    [Fact]
    public void The_order_ends_when_quorum_is_lost_and_returns_with_it()
    {
        var armed = new FencingArmed(A, Arming.Fingerprint(TheSite().State, A), "its own MAC is in its slot");
        var bench = MindBench.Loaded(B, Joins(A), Admits(A), Joins(B), Admits(B), armed, Asks(A, B, person: "operator"));
        static FenceOrder? Off(MindBench b) => b.Effects.OfType<Obey>().LastOrDefault()?.Orders.Fences.GetValueOrDefault(A);
        for (var i = 0; i < 10 && Off(bench) is null; i++) _ = bench.Sent is not null ? bench.Commits() : bench.Hear(new MindTick(), 0.1);
        Assert.NotNull(Off(bench));
        bench.Hear(new MindTick(), 6.1);
        Assert.False(bench.Mind.View.Quorate);
        Assert.Null(Off(bench));
        Assert.Contains(bench.Effects, e => e is Obey);
        bench.Quorate();
        Assert.NotNull(Off(bench));
    }

    /// <summary>Seed 155319: an executor slept for forty seconds and woke to a level whose time was over.</summary>
    [Fact]
    public void A_fencer_that_was_late_only_reads_until_it_has_listened()
    {
        var walk = new WalkBench().Hear(new FenceOrdered(WalkBench.Order())).Later(0.1).Answered().Reads(Power.On);
        walk.Later(40).Hear(new FenceTick(), waited: 39.8).Reads(Power.On);
        Assert.Empty(walk.Said);
        Assert.Equal(1, walk.Sets);
        walk.Later(0.1).Sees(Verdict.Alive, walk.Now);
        for (var i = 0; i < 30 && walk.Said.Count == 0; i++) walk.Later(0.2).Hear(new FenceTick()).Reads(Power.On);
        Assert.Equal(1, walk.Sets);
        Assert.NotEqual(FencerOutcome.Proven, Assert.Single(walk.Said).Outcome);
    }

    /// <summary>Seed 182234: the order itself waited five seconds in the mailbox of a starved fencer.</summary>
    [Fact]
    public void An_order_that_waited_too_long_is_carried_out_after_listening()
    {
        var walk = new WalkBench().Hear(new FenceOrdered(WalkBench.Order()), waited: 1.5);
        Assert.Equal(0, walk.Sets);
        walk.Later(0.5).Sees(Verdict.Alive, walk.Now);
        Assert.Equal(FencerOutcome.StoodDown, Assert.Single(walk.Said).Outcome);
        var silent = new WalkBench().Hear(new FenceOrdered(WalkBench.Order()), waited: 1.5);
        for (var i = 0; i < 11; i++) silent.Later(0.2).Hear(new FenceTick()).Reads(Power.On);
        Assert.Equal(1, silent.Sets);
    }

    [Fact]
    public void While_it_listens_no_reading_proves_anything()
    {
        var walk = new WalkBench().Hear(new FenceOrdered(WalkBench.Order()), waited: 1.5);
        for (var i = 0; i < 9; i++) walk.Later(0.2).Hear(new FenceTick()).Off();
        Assert.Equal((0, 0), (walk.Sets, walk.Said.Count));
        for (var i = 0; i < 2; i++) walk.Later(0.2).Hear(new FenceTick()).Off();
        Assert.Equal((1, 0), (walk.Sets, walk.Said.Count));
        walk.Answered().Off();
        Assert.Equal(FencerOutcome.Proven, Assert.Single(walk.Said).Outcome);
    }

    /// <summary>A directed story: the watcher's "off", then an echo of a stuck mind's beats, then order, SET and the second "off".</summary>
    [Fact]
    public void An_echo_voids_a_reading_also_before_there_is_an_order()
    {
        var walk = new WalkBench(agentLost: true).Later(20).Off().Later(0.1);
        walk.Sees(Verdict.AgentSilent, null, hearsUs: walk.Now).Later(0.1).Hear(new FenceOrdered(WalkBench.Order())).Answered().Off();
        Assert.Empty(walk.Said);
        Assert.Equal(FencerOutcome.Proven, Assert.Single(walk.Later(0.2).Off().Said).Outcome);
    }

    [Fact]
    public void A_persons_order_is_carried_out_though_it_waited() =>
        Assert.Equal(1, new WalkBench().Hear(new FenceOrdered(WalkBench.Order(standDown: false)), waited: 5).Sets);

    /// <summary>Seed 101309: "waits for memory" left out the host on which it had failed, and the way out.</summary>
    [Fact]
    public void A_vm_that_waits_for_memory_says_where_it_failed_too_often_and_what_to_do()
    {
        var s = Given(Configures(), Joins(A), Admits(A), Joins(B), Admits(B)).Runs(Mail, B, 1).And(new VmReleased(Mail, E(1), true)).Runs(Tickets, A, 2).Runs(Lists, A, 3).State;
        var config = s.Config with { Hosts = s.Config.Hosts.SetItem(A, s.Config.Hosts[A] with { MemoryMb = 1 }) };
        var reason = Placer.Place(s with { Config = config }, new HashSet<MemberName> { A, B }).Single(p => p.Vm == Mail).Reason;
        Assert.Contains("waits for memory", reason);
        Assert.Contains("it failed too often on rainbowdash (actorha vm start tries again)", reason);
    }
}

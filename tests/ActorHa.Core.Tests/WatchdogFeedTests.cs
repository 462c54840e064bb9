using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>When the mind moves the watchdog's deadline forward, and when it stops.</summary>
public sealed class WatchdogFeedTests
{
    private static readonly WatchdogConfig Dog = new("/dev/watchdog0", Sec(10), false, true);

    private static void WithDog(World.Site.Builder b)
    {
        foreach (var h in b.Hosts.Keys.ToList()) b.Hosts[h] = b.Hosts[h] with { Watchdog = Dog };
    }

    /// <summary>Rainbowdash at rest, its promise in the journal; its first append (the agent's start) is committed.</summary>
    private static MindBench Armed()
    {
        var line = new JournalLine().Add(B, Configures(WithDog));
        foreach (var e in new Event[] { Joins(A), Admits(A), Joins(B), Admits(B), new WatchdogArmed(B, I(1), Sec(10), Sec(6), "") }) line.Add(A, e);
        var bench = new MindBench(line, B);
        return bench.Hear(new WatchdogSaid(new(WatchdogCondition.Live, Sec(10), "iTCO_wdt"))).Quorate().Reads();
    }

    private static WatchdogOrder Order(MindBench bench) => Newest.TryGetValue(bench, out var o) ? o : throw new InvalidOperationException("no order yet");

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<MindBench, WatchdogOrder> Newest = [];

    /// <summary>Hears, and keeps the newest order.</summary>
    private static MindBench Note(MindBench bench)
    {
        if (bench.Effects.OfType<HoldWatchdog>().LastOrDefault() is { } h) Newest.AddOrUpdate(bench, h.Order);
        return bench;
    }

    private static void Until(double seconds, MindBench bench) => Assert.Equal((WatchdogMode.Feed, At(seconds)), (Order(bench).Mode, Order(bench).Until));

    /// <summary>Started at 100 s, everything settled at 102 s.</summary>
    private static MindBench AtRest()
    {
        var bench = Note(Armed());
        Until(0, bench);
        Assert.False(Order(bench).MayFeed(bench.Now));
        var sent = bench.Sent ?? throw new InvalidOperationException("the agent's start is not recorded");
        Note(bench.Hear(new MindTick(), 2));
        bench.Journal.Add(sent.Bytes);
        return Calm(Note(bench.Hear(new AppendSettled(AppendFate.Committed, ""))));
    }

    /// <summary>What it has to record otherwise is recorded.</summary>
    private static MindBench Calm(MindBench bench)
    {
        while (bench.Sent is not null) Note(bench.Commits());
        return bench;
    }

    [Fact]
    public void Nothing_is_touched_before_the_journal_is_read_and_nothing_fed_before_a_write()
    {
        var unread = new MindBench(new JournalLine(), B).Quorate();
        Assert.Empty(unread.Effects.OfType<HoldWatchdog>());
        Assert.Equal(WatchdogMode.Feed, Order(Note(Armed())).Mode);
        Assert.False(Order(Note(Armed())).MayFeed(At(100)));
    }

    [Fact]
    public void Before_its_start_is_recorded_the_device_is_left_alone()
    {
        // The agent before may have sent a promise that has not landed yet; who feeds without it would feed against it, however long he is cut off.
        var line = new JournalLine().Add(B, Configures(WithDog));
        foreach (var e in new Event[] { Joins(A), Admits(A), Joins(B), Admits(B) }) line.Add(A, e);
        var bench = Note(new MindBench(line, B).Hear(new WatchdogSaid(new(WatchdogCondition.Live, Sec(10), "iTCO_wdt"))).Quorate().Reads());
        Assert.Equal((WatchdogMode.Leave, "the start of this agent is not recorded yet"), (Order(bench).Mode, Order(bench).Because));
        Assert.False(Order(bench).MayFeed(bench.Now));
        Note(bench.Commits());
        Assert.NotEqual(WatchdogMode.Leave, Order(bench).Mode);
    }

    [Fact]
    public void An_append_counts_from_its_sending_and_not_from_its_answer()
    {
        var bench = Note(Armed());
        var sent = bench.Now;
        Assert.NotNull(bench.Sent);
        Note(bench.Commits());
        Until((sent + Sec(6)).Seconds, bench);
        Assert.True(Order(bench).MayFeed(sent + Sec(5.9)));
        Assert.False(Order(bench).MayFeed(sent + Sec(6)));

        var slow = Note(Armed());
        var append = slow.Sent!;
        Note(slow.Hear(new MindTick(), 3));
        slow.Journal.Add(append.Bytes);
        Note(slow.Hear(new AppendSettled(AppendFate.Committed, ""), 1));
        Until((sent + Sec(6)).Seconds, slow);
    }

    [Fact]
    public void An_append_that_was_sent_again_counts_from_its_first_sending()
    {
        // The first sending committed, a request stands behind it; the second only learned so.
        var bench = Note(Armed());
        var first = bench.Now;
        var append = bench.Sent!;
        bench.Unknown();
        Note(bench.Hear(new TailRead(bench.Journal.Head, []), 2));
        Assert.NotNull(bench.Sent);
        bench.Journal.Add(append.Bytes);
        Note(bench.Hear(new AppendSettled(AppendFate.Committed, ""), 1));
        Until((first + Sec(6)).Seconds, bench);
    }

    [Fact]
    public void A_pulse_on_our_head_counts_from_its_sending()
    {
        var bench = AtRest();
        var sent = bench.Now + Sec(0.5);
        Note(bench.Hear(new PulseSettled(sent, true, "", bench.Mind.Head), 1.5));
        Until((sent + Sec(6)).Seconds, bench);
    }

    [Fact]
    public void A_pulse_on_a_newer_head_keeps_the_quorum_and_feeds_only_when_the_fold_has_come_to_it()
    {
        var bench = AtRest();
        var before = Order(bench).Until;
        bench.Journal.Add(W, new AgentStarted(W, RunOf(W), "1"));
        var sent = bench.Now + Sec(3);
        Note(bench.Hear(new PulseSettled(sent, true, "", bench.Journal.Head), 4));
        Assert.Equal(before, Order(bench).Until);
        Assert.True(bench.Mind.View.Quorate);
        Note(bench.Reads());
        Until((sent + Sec(6)).Seconds, bench);
    }

    [Fact]
    public void Pulses_on_no_head_on_an_older_one_and_on_another_line_do_not_feed()
    {
        var bench = AtRest();
        var before = Order(bench).Until;
        foreach (var head in new[] { null, bench.Mind.Head with { Index = 1 }, bench.Mind.Head with { Hash = "another" }, bench.Mind.Head with { Lineage = 2 } })
            Note(bench.Hear(new PulseSettled(bench.Now, true, "", head), 1));
        Assert.Equal(before, Order(bench).Until);
    }

    [Fact]
    public void A_request_against_it_starves_it_and_a_pulse_on_that_head_does_not_help()
    {
        var bench = AtRest();
        bench.Journal.Add(A, Asks(B, A));
        Note(bench.Reads());
        Assert.Equal(WatchdogMode.Starve, Order(bench).Mode);
        Note(bench.Hear(new PulseSettled(bench.Now, true, "", bench.Journal.Head), 0.1));
        Assert.Equal(WatchdogMode.Starve, Order(bench).Mode);
        Assert.False(Order(bench).MayFeed(bench.Now));
    }

    [Fact]
    public void Its_own_withdrawal_once_committed_gives_the_right_back()
    {
        var bench = AtRest();
        bench.Journal.Add(A, Asks(B, A));
        Note(bench.Reads());
        Assert.IsType<FenceWithdrawn>(MindBench.Entry(bench.Sent!).Events.Single());
        var sent = bench.Now;
        Assert.Equal(WatchdogMode.Starve, Order(bench).Mode);
        Note(bench.Commits());
        Until((sent + Sec(6)).Seconds, bench);
    }

    [Fact]
    public void A_withdrawal_that_lost_the_race_to_the_proof_leaves_it_starving()
    {
        var bench = AtRest();
        bench.Journal.Add(A, Asks(B, A));
        Note(bench.Reads());
        bench.Journal.Add(A, Switches(B, A), new HostFenced(E(5), B, I(1), AProof));
        Note(bench.Conflicts());
        Note(bench.Reads());
        Assert.Equal((WatchdogMode.Starve, "this life was declared over"), (Order(bench).Mode, Order(bench).Because));
    }

    [Fact]
    public void The_promise_binds_before_it_is_sent()
    {
        // The VM was there before the watchdog was configured.
        var line = new JournalLine();
        foreach (var e in new Event[] { Configures(), Joins(A), Admits(A), Joins(B), Admits(B), new AgentStarted(B, RunOf(B), ""), new VmAssigned(Mail, B, I(1), E(1)), Configures(WithDog, 2) }) line.Add(A, e);
        var bench = new MindBench(line, B).Quorate();
        Calm(Note(bench.Reads()));
        Assert.Equal(WatchdogMode.Hold, Order(bench).Mode);
        Note(bench.Hear(new WatchdogSaid(new(WatchdogCondition.Live, Sec(10), "iTCO_wdt"))));
        Assert.IsType<WatchdogArmed>(MindBench.Entry(bench.Sent!).Events.Single());
        Assert.IsType<HoldWatchdog>(bench.Effects[0]);
        Assert.Equal(WatchdogMode.Feed, Order(bench).Mode);
        Note(bench.Commits());
        Assert.Equal((WatchdogMode.Feed, bench.Now + Sec(6)), (Order(bench).Mode, Order(bench).Until));
    }

    [Fact]
    public void A_reader_of_a_journal_that_it_cannot_trust_stops_feeding_in_time()
    {
        var bench = AtRest();
        var before = Order(bench).Until;
        Note(bench.Hear(new TailRead(bench.Journal.Head, [new RawEntry(bench.Mind.State.Index + 1, new byte[] { 1 })])));
        Assert.NotNull(bench.Mind.ReadOnly);
        Note(bench.Hear(new PulseSettled(bench.Now + Sec(2), true, "", bench.Mind.Head), 3));
        Assert.Equal(before, Order(bench).Until);
    }

    [Fact]
    public void An_append_of_a_reader_that_trusts_the_journal_no_longer_does_not_feed()
    {
        var bench = AtRest();
        var before = Order(bench).Until;
        Note(bench.Hear(new Commanded(1, new WantVm(Mail, false, "operator")), 1));
        var append = bench.Sent!;
        Note(bench.Hear(new TailRead(bench.Journal.Head with { Hash = "another" }, [])));
        Assert.NotNull(bench.Mind.ReadOnly);
        Note(bench.Commits(append));
        Assert.Equal(before, Order(bench).Until);
    }

    [Fact]
    public void A_pulse_that_was_refused_does_not_feed_whatever_head_it_met()
    {
        var bench = AtRest();
        var before = Order(bench).Until;
        Note(bench.Hear(new PulseSettled(bench.Now + Sec(1), false, "", bench.Mind.Head), 2));
        Assert.Equal(before, Order(bench).Until);
    }

    [Fact]
    public void An_order_that_stays_the_same_is_given_once() => Assert.Empty(AtRest().Hear(new MindTick(), 0.1).Effects.OfType<HoldWatchdog>());

    [Fact]
    public void Only_holding_and_feeding_in_time_restart_the_timer()
    {
        static bool May(WatchdogMode mode, double at) => new WatchdogOrder(mode, Dog, Sec(10), At(5), "").MayFeed(At(at));
        Assert.True(May(WatchdogMode.Hold, 9));
        Assert.True(May(WatchdogMode.Feed, 4.9));
        foreach (var mode in new[] { WatchdogMode.Leave, WatchdogMode.Starve, WatchdogMode.Release }) Assert.False(May(mode, 4));
    }

    [Fact]
    public void A_pulse_on_an_older_or_another_head_does_not_displace_one_that_is_waited_for()
    {
        static JournalHead Head(long index, string hash = "h") => new(0, index, hash);
        static WatchdogFeed Waiting() => WatchdogFeed.Empty.Pulsed(At(10), Head(5), Head(3));
        Assert.Null(Waiting().LastWrite);
        Assert.Equal(At(10), Waiting().Folded(Head(4)).Folded(Head(5)).LastWrite);
        Assert.Equal(At(10), Waiting().Pulsed(At(11), Head(2), Head(3)).Folded(Head(5)).LastWrite);
        Assert.Equal(At(10), Waiting().Pulsed(At(11), Head(3, "other"), Head(3)).Folded(Head(5)).LastWrite);
    }

    [Fact]
    public void The_end_of_an_older_write_puts_nothing_back() => Assert.Equal(At(12), WatchdogFeed.Empty.Appended(At(12)).Appended(At(11)).LastWrite);

    [Fact]
    public void A_promise_of_another_life_binds_nobody_and_without_need_the_timer_is_released()
    {
        WatchdogOrder Now(Case c) => WatchdogFeed.Empty.Order(c.State, c.View, null);
        Assert.Equal(WatchdogMode.Release, Now(Case.TheSite(WithDog)).Mode);
        Assert.Equal(WatchdogMode.Hold, Now(Case.TheSite(WithDog).As(A)).Mode);
        var promised = Case.TheSite(WithDog).And(new WatchdogArmed(B, I(1), Sec(10), Sec(6), ""));
        Assert.Equal(WatchdogMode.Feed, Now(promised).Mode);
        Assert.Equal(WatchdogMode.Release, Now(promised.As(B, life: 2)).Mode);
    }
}

using System.Collections.Immutable;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>
/// A host and one that waits for it, step by step, every order of steps tried (the same model as the side model WATCHDOG of
/// the protocol's SPIN text, with the shipped feed in the host's place). Writes begin and end, the request commits, the
/// thread looks, is paused, feeds; the agent is killed, which feeds once more, and comes back. A breach: the one that waits
/// takes the host for reset while it still runs.
/// </summary>
public sealed class WatchdogArithmeticTests
{
    private static readonly WatchdogConfig Dog = new("/dev/watchdog0", new TimeSpan(4), false, true);
    private static readonly JournalHead Before = new(1, 7, "before");
    private static readonly JournalHead After = new(1, 8, "after");

    // One tick of the model is one tick of the clock: quorum-timeout 3, time-out 4, as in the SPIN text.
    private const int Q = 3, T = 4;

    private static readonly ClusterState Free = Given(request: false);
    private static readonly ClusterState Closed = Given(request: true);

    private static ClusterState Given(bool request)
    {
        var c = Case.TheSite(b => b.Hosts[A] = b.Hosts[A] with { Watchdog = Dog }).And(new WatchdogArmed(A, I(1), new TimeSpan(T), new TimeSpan(Q), ""));
        return (request ? c.And(Asks(A, B)) : c).State;
    }

    /// <summary>One moment. Times are ages in ticks, so that equal situations are met once.</summary>
    private sealed record Moment(int Write, int Flight, bool FlightBehind, bool Seen, bool Alive, bool Folded, int Timer, bool Committed, int Waited, int Kills);

    /// <summary>What is broken on purpose.</summary>
    /// <param name="StalePulse">A pulse on a newer head counts at once.</param>
    /// <param name="FromAnswer">A write counts from its answer.</param>
    /// <param name="ClosingFeeds">The kernel restarts the timer when the killed agent's device is closed (it does).</param>
    private sealed record World(int Wait, bool StalePulse = false, bool FromAnswer = false, bool ClosingFeeds = true);

    [Fact]
    public void With_the_wait_that_ships_nothing_is_ever_taken_for_reset_that_runs()
    {
        var wait = (int)Math.Ceiling(WatchdogTiming.Wait(TimeSpan.FromTicks(Q * 1000), TimeSpan.FromTicks(T * 1000)).Ticks / 1000.0);
        Assert.InRange(wait, Q + (3 * T), Q + (3 * T) + 1);
        Assert.False(Breaks(new World(wait), out var moments));
        Assert.InRange(moments, 300, 1_000_000);
    }

    [Theory]
    [InlineData(T)]
    [InlineData(Q + T)]
    [InlineData(2 * T)]
    public void With_a_shorter_wait_a_breach_is_found_also_without_the_closing_feed(int wait) => Assert.True(Breaks(new World(wait, ClosingFeeds: false), out _));

    [Fact]
    public void Twice_the_time_out_is_enough_only_where_a_closed_device_is_not_fed()
    {
        Assert.False(Breaks(new World(Q + (2 * T), ClosingFeeds: false), out _));
        Assert.True(Breaks(new World(Q + (2 * T)), out _));
    }

    [Fact]
    public void With_a_pulse_on_a_newer_head_a_breach_is_found() => Assert.True(Breaks(new World(100, StalePulse: true), out _));

    [Fact]
    public void Counted_from_the_answer_a_breach_is_found() => Assert.True(Breaks(new World(Q + (3 * T) + 1, FromAnswer: true), out _));

    private static bool Breaks(World w, out int moments)
    {
        var met = new HashSet<Moment>();
        var open = new Queue<Moment>([new Moment(Q, 0, false, false, true, false, T, false, 0, 1)]);
        while (open.TryDequeue(out var m))
        {
            if (m.Committed && m.Waited >= w.Wait && m.Timer > 0) { moments = met.Count; return true; }
            foreach (var next in Steps(m, w).Where(met.Add)) open.Enqueue(next);
        }
        moments = met.Count;
        return false;
    }

    private static IEnumerable<Moment> Steps(Moment m, World w)
    {
        if (m.Timer > 0 && m.Alive)
        {
            // A write begins; what begins after the request stands behind it in the journal.
            if (m.Flight == 0) yield return m with { Flight = 1, FlightBehind = m.Committed };
            if (m.Flight > 0) yield return Answered(m, w);
            if (m.Flight > 0) yield return m with { Flight = 0 };
            if (m.Committed && !m.Folded) yield return m with { Folded = true };
            // The thread looks, and after any pause feeds.
            if (MayFeed(m)) yield return m with { Seen = true };
            if (m.Seen) yield return m with { Seen = false, Timer = T };
            if (m.Kills > 0) yield return m with { Alive = false, Seen = false, Flight = 0, Write = Q, Folded = false, Kills = m.Kills - 1, Timer = w.ClosingFeeds ? T : m.Timer };
        }
        if (m.Timer > 0 && !m.Alive) yield return m with { Alive = true };
        // The request commits; a write that is still on its way may be ordered before or behind it.
        if (!m.Committed) yield return m with { Committed = true };
        if (m.Committed && m.Flight > 0 && !m.FlightBehind) yield return m with { FlightBehind = true };
        var timer = m.Timer - 1;
        yield return m with
        {
            Write = Math.Min(Q, m.Write + 1),
            Flight = m.Flight == 0 ? 0 : Math.Min(2 * Q, m.Flight + 1),
            Timer = Math.Max(0, timer),
            Waited = m.Committed ? Math.Min(w.Wait, m.Waited + 1) : 0,
            Alive = m.Alive && timer > 0,
        };
    }

    /// <summary>The shipped feed is told of the answer: a pulse on the head before the request, or on the one with it.</summary>
    private static Moment Answered(Moment m, World w)
    {
        var now = new Instant(1000);
        var start = now - new TimeSpan(m.Flight - 1);
        var on = m.FlightBehind ? After : Before;
        var folded = m.Folded ? After : w.StalePulse ? on : Before;
        var feed = (WatchdogFeed.Empty with { LastWrite = m.Write >= Q ? null : now - new TimeSpan(m.Write) }).Pulsed(w.FromAnswer ? now : start, on, folded);
        var age = feed.LastWrite is { } at ? (int)(now - at).Ticks : Q;
        return m with { Flight = 0, Write = Math.Min(Q, age) };
    }

    private static bool MayFeed(Moment m)
    {
        var now = new Instant(1000);
        var feed = WatchdogFeed.Empty with { LastWrite = m.Write >= Q ? null : now - new TimeSpan(m.Write) };
        var view = new View { Self = A, Run = RunOf(A), Boot = BootOf(A), Now = now, Vms = ImmutableSortedDictionary<VmName, VmObservation>.Empty };
        return feed.Order(m.Folded ? Closed : Free, view, null).MayFeed(now);
    }

    /// <summary>
    /// Clocks that drift, in microseconds: the host's, its timer's and the waiting host's each at one end of the 1 %, the pauses
    /// and the kill as late as they can be. The constraints are linear, so that the worst stands at the corners.
    /// </summary>
    [Fact]
    public void With_clocks_that_drift_by_one_per_cent_the_margin_is_enough_and_needed()
    {
        var (q, t) = (6.0, 10.0);
        var wait = WatchdogTiming.Wait(Sec(q), Sec(t)).TotalSeconds;
        var worst = 0.0;
        foreach (var hostClock in new[] { 1.0, 1 + WatchdogTiming.Drift })
            foreach (var timerClock in new[] { 1.0, 1 + WatchdogTiming.Drift })
                foreach (var pause in new[] { 0.0, 0.5, 1.0 })
                    foreach (var kill in new[] { 0.0, 0.5, 1.0 })
                    {
                        // True time from the start of the last write that counts: never after the request's commit.
                        var looked = q * hostClock;
                        var fed = looked + (pause * t * timerClock);
                        var closed = fed + (kill * t * timerClock);
                        worst = Math.Max(worst, closed + (t * timerClock));
                    }
        // The waiting host's clock is the fast one of the pair: its wait is shorter in true time by nothing more than that.
        Assert.True(worst <= wait, $"a host runs {worst:0.000} s, it is taken for reset after {wait:0.000} s");
        Assert.True(worst > wait / (1 + WatchdogTiming.Drift), "without the 1 % a drifting clock breaks it");
        Assert.True(worst > (q + (2 * t)) * (1 + WatchdogTiming.Drift));
        Assert.True(worst > q + t);
    }

    [Fact]
    public void A_new_agent_has_the_pause_of_the_init_system_and_its_own_start() => Assert.Equal(Cast.Sec(5.2), WatchdogTiming.AgentRestart);
}

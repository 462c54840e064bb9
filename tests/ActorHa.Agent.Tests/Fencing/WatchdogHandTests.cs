using ActorHa.Agent.Fencing;
using ActorHa.Core;
using ActorHa.Ports;
using ActorHa.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorHa.Agent.Tests.Fencing;

/// <summary>What becomes of an order at the device, act by act; and the thread around it.</summary>
public sealed class WatchdogHandTests : IDisposable
{
    private static readonly WatchdogConfig Config = new("/dev/watchdog0", Sec(10), false, true);

    private readonly FakeWatchdog _device = new();
    private readonly WatchdogHand _hand;
    private WatchdogOrder _order = WatchdogOrder.Nothing;
    private int _looks;
    private Instant _now = new(Sec(100).Ticks);

    public WatchdogHandTests() => _hand = new WatchdogHand(_ => _device, () => _order, () => _now);

    public void Dispose()
    {
        _hand.Dispose();
        _device.Dispose();
    }

    private static TimeSpan Sec(double seconds) => TimeSpan.FromSeconds(seconds);

    private WatchdogReport Turn(WatchdogMode mode, double until = 1000, WatchdogConfig? config = null)
    {
        _order = new(mode, config ?? Config, Sec(10), new Instant(Sec(until).Ticks), "a test says so");
        return _hand.Turn();
    }

    [Fact]
    public void It_opens_sets_reads_back_and_feeds()
    {
        var report = Turn(WatchdogMode.Feed);
        Assert.Equal((WatchdogCondition.Live, Sec(10)), (report.Condition, report.Timeout));
        Assert.Contains("iTCO_wdt", report.Detail, StringComparison.Ordinal);
        Turn(WatchdogMode.Feed);
        Assert.Equal(["open", "set 10", "feed"], _device.Acts);
    }

    [Fact]
    public void Past_its_deadline_it_neither_opens_nor_feeds()
    {
        Assert.Equal(WatchdogCondition.Closed, Turn(WatchdogMode.Feed, until: 100).Condition);
        Assert.Empty(_device.Acts);
        Turn(WatchdogMode.Feed);
        _device.Acts.Clear();
        _now += Sec(5);
        Turn(WatchdogMode.Feed, until: 105);
        Turn(WatchdogMode.Starve);
        Turn(WatchdogMode.Leave);
        Assert.Empty(_device.Acts);
    }

    [Fact]
    public void A_pause_while_opening_is_noticed_before_the_next_act()
    {
        _device.OnOpen = () => _now += Sec(8);
        Assert.Equal(WatchdogCondition.Closed, Turn(WatchdogMode.Feed, until: 105).Condition);
        Assert.Equal(["open"], _device.Acts);
        Assert.Equal(WatchdogCondition.Live, Turn(WatchdogMode.Feed, until: 110).Condition);
    }

    [Fact]
    public void An_order_that_comes_while_opening_is_obeyed_at_once()
    {
        _device.OnOpen = () => _order = _order with { Mode = WatchdogMode.Starve };
        Turn(WatchdogMode.Feed);
        Assert.Equal(["open"], _device.Acts);
    }

    [Theory]
    [InlineData("Software Watchdog", true, "software timer")]
    [InlineData("iTCO_wdt", false, "can be switched off by anybody")]
    public void What_may_not_be_relied_on_is_never_opened(string identity, bool nowayout, string why)
    {
        _device.Facts = new(identity, nowayout, true, false);
        var report = Turn(WatchdogMode.Hold);
        Assert.Equal(WatchdogCondition.Failed, report.Condition);
        Assert.Contains(why, report.Detail, StringComparison.Ordinal);
        Assert.Empty(_device.Acts);
        var lenient = Config with { ForceSoftdog = true, NeedsNowayout = false };
        _now += Sec(10);
        Assert.Equal(WatchdogCondition.Live, Turn(WatchdogMode.Hold, config: lenient).Condition);
    }

    [Fact]
    public void A_device_that_stops_when_closed_is_refused_and_switched_off_again()
    {
        _device.Facts = new("odd_wdt", false, false, false);
        _device.CanRelease = true;
        var report = Turn(WatchdogMode.Hold, config: Config with { NeedsNowayout = false });
        Assert.Contains("stops when its device is closed", report.Detail, StringComparison.Ordinal);
        Assert.Equal(WatchdogCondition.Failed, Turn(WatchdogMode.Hold, config: Config with { NeedsNowayout = false }).Condition);
        Assert.Equal(["open", "released"], _device.Acts);
    }

    [Fact]
    public void A_time_out_that_the_device_does_not_take_is_refused_and_the_host_not_reset_for_it()
    {
        _device.Takes = Sec(16);
        Assert.Contains("took 16 s for a time-out of 10 s", Turn(WatchdogMode.Hold).Detail, StringComparison.Ordinal);
        Assert.Equal(WatchdogCondition.Failed, Turn(WatchdogMode.Hold).Condition);
        Assert.Equal(["open", "set 10", "feed"], _device.Acts);
        // Under a promise it must not run longer than promised.
        Turn(WatchdogMode.Feed);
        Assert.Equal(3, _device.Acts.Count);
    }

    [Fact]
    public void Released_it_is_switched_off_where_that_is_possible_else_fed()
    {
        Turn(WatchdogMode.Feed);
        Turn(WatchdogMode.Release);
        Assert.Equal(["open", "set 10", "feed"], _device.Acts);
        _device.CanRelease = true;
        Assert.Equal(WatchdogCondition.Closed, Turn(WatchdogMode.Release).Condition);
        Assert.Equal("released", _device.Acts[^1]);
        Turn(WatchdogMode.Release);
        Assert.Equal(4, _device.Acts.Count);
    }

    [Fact]
    public void A_timer_that_a_dead_agent_left_running_is_fed_where_nothing_binds_the_host()
    {
        _device.Facts = _device.Facts with { Running = true };
        Assert.Equal(WatchdogCondition.Closed, Turn(WatchdogMode.Release).Condition);
        Turn(WatchdogMode.Release);
        Assert.Equal(["open", "feed"], _device.Acts);
        Assert.Equal(WatchdogCondition.Live, Turn(WatchdogMode.Hold).Condition);
        Assert.Equal(["open", "feed", "set 10"], _device.Acts);
    }

    [Fact]
    public void A_look_before_it_is_needed_does_not_hold_up_its_opening()
    {
        Assert.Equal(WatchdogCondition.Closed, Turn(WatchdogMode.Release).Condition);
        Assert.Equal(WatchdogCondition.Live, Turn(WatchdogMode.Hold).Condition);
        Assert.Equal(["open", "set 10"], _device.Acts);
    }

    [Theory]
    [InlineData(WatchdogMode.Leave)]
    [InlineData(WatchdogMode.Starve)]
    public void A_timer_that_was_left_running_is_left_alone_under_every_other_order(WatchdogMode mode)
    {
        _device.Facts = _device.Facts with { Running = true };
        Turn(mode);
        Turn(WatchdogMode.Feed, until: 100);
        Assert.Empty(_device.Acts);
    }

    [Fact]
    public void Before_it_is_needed_a_missing_device_is_said_too()
    {
        _device.Fault = "there is no /dev/watchdog0";
        Assert.Equal((WatchdogCondition.Failed, "there is no /dev/watchdog0"), (Turn(WatchdogMode.Release).Condition, Turn(WatchdogMode.Release).Detail));
        _device.Fault = null;
        _now += Sec(10);
        Assert.Equal(WatchdogCondition.Closed, Turn(WatchdogMode.Release).Condition);
        Assert.Empty(_device.Acts);
    }

    [Fact]
    public void A_missing_or_failing_device_is_said_and_tried_again_later()
    {
        _device.Fault = "there is no /dev/watchdog0";
        Assert.Equal("there is no /dev/watchdog0", Turn(WatchdogMode.Hold).Detail);
        _device.Fault = null;
        Assert.Equal(WatchdogCondition.Failed, Turn(WatchdogMode.Hold).Condition);
        _now += Sec(10);
        Assert.Equal(WatchdogCondition.Live, Turn(WatchdogMode.Hold).Condition);
        _device.Fault = "takes no feeding";
        Assert.Equal((WatchdogCondition.Failed, "takes no feeding"), (Turn(WatchdogMode.Feed).Condition, Turn(WatchdogMode.Feed).Detail));
    }

    [Fact]
    public void At_its_end_a_promise_is_kept_and_without_one_the_time_out_is_made_long()
    {
        Turn(WatchdogMode.Feed);
        _hand.Dispose();
        Assert.Equal(["open", "set 10", "closed"], _device.Acts);

        _device.Acts.Clear();
        _device.Most = Sec(200);
        Turn(WatchdogMode.Hold);
        _hand.Dispose();
        Assert.Equal(["open", "set 10", "set 120", "closed"], _device.Acts);
    }

    [Fact]
    public async Task The_thread_feeds_until_its_deadline_and_speaks_when_the_device_stands_otherwise()
    {
        var said = new List<WatchdogReport>();
        var now = _now.Ticks;
        using (var thread = new WatchdogThread(_ => _device, r => { lock (said) said.Add(r); }, () => { Interlocked.Increment(ref _looks); return new Instant(Interlocked.Read(ref now)); }, NullLogger.Instance))
        {
            thread.Hold(new(WatchdogMode.Feed, Config, Sec(10), new Instant(Sec(106).Ticks), "a test says so"));
            await Eventually.True(() => { lock (said) return said is [{ Condition: WatchdogCondition.Live }] && _device.Fed >= 2; }, "it feeds");
            Interlocked.Exchange(ref now, Sec(106).Ticks);
            // Two looks at the clock after the deadline are two turns: what fed before it has ended.
            var looks = Volatile.Read(ref _looks);
            await Eventually.True(() => Volatile.Read(ref _looks) >= looks + 3, "it looks at the clock");
            var fed = _device.Fed;
            await Eventually.True(() => Volatile.Read(ref _looks) >= looks + 6, "it looks at the clock again");
            Assert.Equal(fed, _device.Fed);
        }
        Assert.Equal("closed", _device.Acts[^1]);
    }
}

using ActorHa.Core;
using ActorHa.World;

namespace ActorHa.Simulation.Tests;

/// <summary>The simulated watchdogs: what they do in the world, and that the checks see what they must not do.</summary>
public sealed class WatchdogTests
{
    private static RunResult Play(Base story, Action<WorldModel>? change = null) =>
        new Meeting(story with { Prepare = change }, 4, []).Play();

    private static void Clocks(WorldModel w, double host, double chip, double survivor)
    {
        (w.Members[0].Machine.ClockRate, w.Members[0].Watchdog.ChipRate) = (host, chip);
        w.Members[1].Machine.ClockRate = survivor;
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(0.9951, 0.9951, 1.005)]
    [InlineData(0.9951, 1.005, 1.005)]
    [InlineData(1.005, 0.9951, 1.005)]
    public void Within_one_percent_the_longest_life_ends_before_anybody_counts_on_it(double host, double chip, double survivor)
    {
        var result = Play(DirectedWatchdog.LongestLife, w => Clocks(w, host, chip, survivor));
        Assert.Null(result.Breach);
        Assert.Equal(1, result.World.Members[0].Watchdog.Resets);
        Assert.Equal(1, result.World.Audit.Rules["watchdog-expired"]);
    }

    [Fact]
    public void Clocks_that_differ_by_ten_percent_break_it_and_the_audit_sees_it()
    {
        var result = Play(DirectedWatchdog.LongestLife, w => Clocks(w, 0.95, 0.95, 1.05));
        Assert.Contains("applejack is taken for reset by its watchdog while that life goes on", result.Breach, StringComparison.Ordinal);
    }

    [Fact]
    public void A_timer_that_lies_is_seen_where_its_word_is_enough()
    {
        var result = Play(DirectedWatchdog.LongestLife, w => w.Members[0].Watchdog.Broken = true);
        Assert.Contains("applejack is taken for reset by its watchdog while that life goes on", result.Breach, StringComparison.Ordinal);
    }

    [Fact]
    public void Case_27_leads_out_by_the_watchdog_and_not_before_its_time()
    {
        var result = Play(DirectedWatchdog.DarkTogether);
        Assert.Null(result.Breach);
        Assert.Equal(1, result.World.Audit.Rules["watchdog-expired"]);
        var moved = result.World.Starts.First(s => s.Vm.Value == "vm0" && s.Host.Value == "rainbowdash").At;
        Assert.True(moved.Seconds - 13 > WatchdogTiming.Wait(new Timers().QuorumTimeout, Watchdogs.Timeout).TotalSeconds);
    }

    [Fact]
    public void A_device_that_lies_is_not_enough_where_two_proofs_are_required()
    {
        var result = Play(DirectedWatchdog.DeviceLies);
        Assert.Null(result.Breach);
        Assert.Equal(1, result.World.Audit.Rules["half-proof"]);
        Assert.Equal(1, result.World.Audit.Rules["watchdog-expired"]);
        Assert.Equal(1, result.World.Members[0].Watchdog.Resets);
    }

    [Fact]
    public void A_watchdog_that_resets_a_healthy_host_is_a_finding()
    {
        var world = Booted();
        world.Run(40);
        world.Audit.Throw();
        Assert.True(world.Members[0].Watchdog.Runs);
        // The order is lost on the way to the hand: nothing feeds any more.
        for (var s = 0.0; s < 20; s += 0.05) world.Time.After(TimeSpan.FromSeconds(s), () => world.Members[0].Watchdog.Forget());
        var breach = Assert.Throws<BreachException>(() => world.Run(30));
        Assert.Contains("the watchdog of applejack resets it, which could feed for", breach.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vm_that_appears_where_the_timer_does_not_run_is_a_finding()
    {
        var world = Booted();
        world.Members[0].Watchdog.Forget(running: false);
        world.Members[0].Machine.Spawn(new VmName("vm9"), new Epoch(99));
        Assert.Contains(world.Audit.Breaches, b => b.Contains("vm9 is started on applejack, whose watchdog does not run", StringComparison.Ordinal));
    }

    [Fact]
    public void One_seed_in_four_has_watchdogs_of_each_level()
    {
        var levels = Enumerable.Range(1, 1000).Select(s => Plan.Of(s).Variant.Watchdogs?.Level ?? WatchdogLevel.None).ToList();
        Assert.InRange(levels.Count(l => l != WatchdogLevel.None), 200, 300);
        Assert.All(Enum.GetValues<WatchdogLevel>(), level => Assert.Contains(level, levels));
    }

    private static WorldModel Booted()
    {
        var world = new WorldModel(1, Cadence.Agent);
        world.Boot((Variant.Plain with { Watchdogs = new(WatchdogLevel.Only) }).Config(), Run.Settle);
        Assert.Equal("applejack", Assert.Single(world.RunsOn("vm0")));
        return world;
    }
}

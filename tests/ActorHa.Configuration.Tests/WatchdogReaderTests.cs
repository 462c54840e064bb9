using ActorHa.Core;
using ActorHa.Hocon;
using static ActorHa.Configuration.Tests.Texts;

namespace ActorHa.Configuration.Tests;

public sealed class WatchdogReaderTests
{
    private const string Line = "cluster.hosts.applejack.watchdog ";

    [Fact]
    public void A_host_without_one_has_none_and_one_that_says_nothing_has_the_defaults()
    {
        Assert.Null(ClusterConfigReader.Parse(Site).Whole().Hosts[new("applejack")].Watchdog);
        Assert.Equal(new WatchdogConfig("/dev/watchdog0", TimeSpan.FromSeconds(10), false, true), ClusterConfigReader.Parse(Site + Line + "{}").Whole().Hosts[new("applejack")].Watchdog);
    }

    [Theory]
    [InlineData("{ device = /dev/watchdog }", "device: found /dev/watchdog, expected /dev/watchdog and a number, as /dev/watchdog0")]
    [InlineData("{ device = /dev/null }", "device: found /dev/null, expected")]
    [InlineData("{ timeout = 4s }", "timeout: found 4s, expected from 5s to 5m")]
    [InlineData("{ timeout = 10500ms }", "timeout: found timeout = 10500ms, expected whole seconds")]
    [InlineData("{ timeout = 19s }", "timeout: found takeover-within = 1m, timeout = 19s, quorum-timeout = 6s, expected takeover-within >= (quorum-timeout + 3 × timeout) + 1 % = 64s")]
    [InlineData("{ takeover-within = 36s }", "takeover-within: found takeover-within = 36s, timeout = 10s, quorum-timeout = 6s, expected takeover-within >= (quorum-timeout + 3 × timeout) + 1 % = 37s")]
    [InlineData("{ timeout = 9s }\ncluster.timers.quorum-timeout = 4s", "timeout: found timeout = 9s, quorum-timeout = 4s, expected quorum-timeout + timeout > 15200ms")]
    [InlineData("{ force-softdog = perhaps }", "force-softdog: found perhaps, expected yes or no")]
    [InlineData("{ timeuot = 10s }", "timeuot: found an unknown key, expected \"timeout\"")]
    [InlineData("= off", "watchdog: found off, expected an object { }")]
    public void What_cannot_work_is_refused_at_its_place(string text, string part)
    {
        var error = Assert.Single(ClusterErrors(Site + Line + text));
        Assert.StartsWith("c.conf:11:", error, StringComparison.Ordinal);
        Assert.Contains(part, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_out_below_an_agents_restart_breaks_both_laws() =>
        Assert.Equal(["expected more than 5200ms", "expected quorum-timeout + timeout > 15200ms"],
            ClusterErrors(Site + Line + "{ timeout = 5s }").Select(e => e[e.IndexOf("expected", StringComparison.Ordinal)..e.IndexOf(" (", StringComparison.Ordinal)]));

    [Fact]
    public void Two_proofs_need_both_levels_on_each_host()
    {
        const string policy = "cluster.policies.require-two-proofs = yes\n";
        Assert.Contains("require-two-proofs: found yes, and rainbowdash has no watchdog", Assert.Single(ClusterErrors(Site + policy + Line + "{}")), StringComparison.Ordinal);
        const string both = policy + Line + "{}\ncluster.hosts.rainbowdash.watchdog {}\n";
        Assert.True(ClusterConfigReader.Parse(Site + both).Whole().Policies.RequireTwoProofs);
        Assert.Contains("applejack has no fence device", Assert.Single(ClusterErrors(Site + both + "cluster.hosts.applejack.fencing = []")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_difference_between_two_configurations_names_it()
    {
        var before = ClusterConfigReader.Parse(Site).Whole();
        var after = ClusterConfigReader.Parse(Site + Line + "{ nowayout = no }").Whole();
        Assert.Equal(["hosts.applejack.watchdog: none → /dev/watchdog0, 10s, without nowayout"], ConfigDiff.Between(before, after));
    }

    [Fact]
    public void The_restart_time_is_that_of_the_unit()
    {
        var unit = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "systemd", "actorha-agent.service"));
        Assert.Contains($"RestartSec={WatchdogTiming.RestartPause.TotalMilliseconds:0}ms", unit);
    }
}

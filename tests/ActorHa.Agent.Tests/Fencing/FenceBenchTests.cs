using ActorHa.Agent.Fencing;
using ActorHa.Core;
using ActorHa.Ports;

namespace ActorHa.Agent.Tests.Fencing;

#pragma warning disable CA1001 // The bench disposes of its devices.
/// <summary>Arming where nothing but the power shows that a plug is the host's.</summary>
public sealed class FenceBenchTests
{
    private static readonly MemberName Host = new("applejack");
    private readonly PowerOnly device = new();

    private async Task<Protection> Check(bool alive, bool armed)
    {
        var state = PowerOnly.Site(Host, "192.0.2.7");
        var print = Arming.Fingerprint(state, Host);
        if (armed) state = state.With(Host, h => h with { Armed = print });
        await using var bench = new FenceBench((_, _, _) => device);
        bench.Know(state);
        return await bench.CheckAsync(Host, print, alive, TimeSpan.FromSeconds(1), new Instant(0), default);
    }

    [Theory]
    [InlineData(Power.On, true, false, true)] // arms
    [InlineData(Power.On, true, true, true)]
    [InlineData(Power.On, false, true, true)]
    [InlineData(Power.On, false, false, false)] // a host that nobody hears shows nothing
    [InlineData(Power.Off, false, true, true)] // as it is after a fence
    [InlineData(Power.Off, false, false, false)]
    [InlineData(Power.Off, true, true, false)] // another's plug, or a device that lies
    [InlineData(Power.Off, true, false, false)]
    public async Task A_plug_is_the_hosts_when_it_read_on_while_the_host_was_heard(Power shown, bool alive, bool armed, bool ready)
    {
        device.Shown = shown;
        var protection = await Check(alive, armed);
        Assert.Equal((ready, false), (protection.Ready, protection.Wrong));
        Assert.Equal(shown == Power.Off && alive, protection.Detail.Contains("the plug is another's, or the device lies", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_device_that_shows_the_mapping_itself_asks_nobody()
    {
        device.Shown = null;
        Assert.True((await Check(alive: false, armed: false)).Ready);
    }

    /// <summary>Levels are walked one after the other: an unproven one may be the plug of whoever is to survive.</summary>
    [Theory]
    [InlineData("ready", "ready", false, true, false)]
    [InlineData("ready", "dark", false, false, false)]
    [InlineData("dark", "ready", false, false, false)]
    [InlineData("ready", "dark", true, true, false)]
    [InlineData("dark", "ready", true, true, false)]
    [InlineData("dark", "dark", true, false, false)]
    [InlineData("ready", "wrong", true, false, true)]
    [InlineData("wrong", "ready", true, false, true)]
    public async Task Each_level_is_proven_before_it_is_relied_on(string first, string second, bool armed, bool ready, bool wrong)
    {
        var site = PowerOnly.Site(Host, "192.0.2.7");
        var state = site with { Config = site.Config with { Hosts = site.Config.Hosts.SetItem(Host, site.Config.Hosts[Host] with { Fencing = [new FenceLevel([new FencePlug("ipmi", first)]), new FenceLevel([new FencePlug("ipmi", second)])] }) } };
        var print = Arming.Fingerprint(state, Host);
        await using var bench = new FenceBench((_, _, plug) => new PowerOnly { Says = new ProtectionCheck(plug == "ready", $"it is {plug}", TimeSpan.FromMilliseconds(plug == "ready" ? 7 : 9)) { Wrong = plug == "wrong" } });
        bench.Know(armed ? state.With(Host, h => h with { Armed = print }) : state);
        var protection = await bench.CheckAsync(Host, print, alive: true, TimeSpan.FromSeconds(1), new Instant(0), default);
        Assert.Equal((ready, wrong, $"it is {first} | it is {second}"), (protection.Ready, protection.Wrong, protection.Detail));
        Assert.Equal(ready ? TimeSpan.FromMilliseconds(7) : null, protection.RoundTrip);
    }

    [Fact]
    public void Another_option_of_a_device_without_an_address_is_another_mapping()
    {
        string Print(string ip) => Arming.Fingerprint(PowerOnly.Site(Host, ip), Host);
        Assert.NotEqual(Print("192.0.2.7"), Print("192.0.2.8"));
        Assert.Contains("192.0.2.7", Print("192.0.2.7"), StringComparison.Ordinal);
    }
}

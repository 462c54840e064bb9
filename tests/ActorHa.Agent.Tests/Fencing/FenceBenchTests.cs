using ActorHa.Agent.Fencing;
using ActorHa.Core;

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

    [Fact]
    public void Another_option_of_a_device_without_an_address_is_another_mapping()
    {
        string Print(string ip) => Arming.Fingerprint(PowerOnly.Site(Host, ip), Host);
        Assert.NotEqual(Print("192.0.2.7"), Print("192.0.2.8"));
        Assert.Contains("192.0.2.7", Print("192.0.2.7"), StringComparison.Ordinal);
    }
}

using Xunit.Abstractions;

namespace ActorHa.Site.Tests;

/// <summary>Whole failovers against net-snmp's agent in the chassis' place.</summary>
[Trait("Length", "Long")]
public sealed class SnmpdFaultTests(SnmpdSite site, ITestOutputHelper output) : SiteTests<SnmpdSite>(site, output)
{
    [SiteFact(SnmpdSite.Programs)]
    public async Task A_frozen_host_is_powered_off_through_net_snmps_agent_and_its_VMs_recover()
    {
        var before = Site.Sets.Count;
        await RecoveredAsync(await Lab.FreezeAsync("applejack"));
        Assert.True(await IsOffAsync("applejack"));
        await FencedOnceAsync();
        var sets = Site.Sets.Skip(before).ToList();
        Say($"SETs (slot, value): {string.Join("; ", sets)}");
        // 3: forced off (bladePowerLed, written).
        Assert.NotEmpty(sets);
        Assert.All(sets, s => Assert.Equal("1 3", s));
        await EndAsync();
    }
}

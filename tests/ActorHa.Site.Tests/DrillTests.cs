using System.Text.Json;
using ActorHa.Ports.Api;
using Xunit.Abstractions;

namespace ActorHa.Site.Tests;

/// <summary>The fence drill on real parts: a host without VMs goes off by the chassis, comes back by itself, and is measured.</summary>
[Trait("Length", "Long")]
public sealed class DrillTests(ShippedSite site, ITestOutputHelper output) : SiteTests<ShippedSite>(site, output)
{
    [SiteFact]
    public async Task A_drill_switches_off_proves_switches_on_and_measures()
    {
        var boots = (await Lab.StatusAsync())["rainbowdash"].Boots;
        var before = await VmProcessesAsync("applejack");
        var refused = await Running.PostAsync("witness", ApiContract.FenceDrill, new FenceDrillCommand("applejack", "test"));
        Assert.False(refused.Accepted);
        Assert.Contains("a drill is for a host without VMs", refused.Because, StringComparison.Ordinal);

        await Site.CommandAsync(ApiContract.FenceDrill, new FenceDrillCommand("rainbowdash", "test"));
        await UntilAsync("the drill to end", async () => (await EventsAsync("witness")).Any(e => e.Name == "DrillEnded"));
        var events = await EventsAsync("witness");
        foreach (var entry in await Running.HistoryAsync("witness", events[0].Index - 1)) Say(entry.Because);
        var end = events.Single(e => e.Name == "DrillEnded");
        Assert.NotEqual("Failed", end.Json.GetProperty("grade").ToString());
        // The chassis of the lab darkens a blade at once: the default settle is enough.
        Assert.Equal(JsonValueKind.String, end.Json.GetProperty("settle").ValueKind);
        Assert.Equal(["DrillBegan", "HostFenced", "PowerOnOrdered", "HostAdmitted", "DrillEnded"],
            events.Where(e => e.Name is "DrillBegan" or "HostFenced" or "PowerOnOrdered" or "HostAdmitted" or "DrillEnded").Select(e => e.Name));
        Assert.Equal(boots + 1, (await Lab.StatusAsync())["rainbowdash"].Boots);
        Assert.Equal(before, await VmProcessesAsync("applejack"));
        var host = (await Running.StatusAsync("witness"))!.Members.Single(m => m.Name == "rainbowdash");
        Assert.NotNull(host.Protection!.Switched);
        Assert.NotNull(host.Protection.Drill);
        Assert.Equal(0, host.Fences);
        await EndAsync();
    }
}

using Xunit.Abstractions;

namespace ActorHa.Site.Tests;

/// <summary>A whole site behind fence_intelmodular: somebody else's program switches and reads, the proof stays ours.</summary>
[Trait("Length", "Long")]
public sealed class FenceAgentTests(FenceAgentSite site, ITestOutputHelper output) : SiteTests<FenceAgentSite>(site, output)
{
    [SiteFact(FenceAgentSite.Programs)]
    public async Task A_host_that_loses_power_is_proven_off_by_the_agents_own_status()
    {
        var protection = (await Running.StatusAsync("witness"))!.Members.Single(m => m.Name == "applejack").Protection!;
        Say($"protection: {protection.Detail}");
        Assert.Contains("TRUST-OFF", protection.Detail, StringComparison.Ordinal);
        await RecoveredAsync(await Lab.PowerOffAsync("applejack"));
        await FencedOnceAsync();
        var proof = (await EventsAsync("witness")).Single(e => e.Name == "HostFenced").Json.GetProperty("proof").GetProperty("says").EnumerateArray().Select(s => s.GetString()!).ToList();
        foreach (var line in proof) Say(line);
        Assert.Contains(proof, line => line.StartsWith("off again after", StringComparison.Ordinal) && line.Contains("fence_intelmodular", StringComparison.Ordinal));
        await EndOrRenewAsync();
    }

    [SiteFact(FenceAgentSite.Programs)]
    public async Task A_frozen_host_is_switched_off_by_the_agent_and_proven_off()
    {
        await RecoveredAsync(await Lab.FreezeAsync("applejack"));
        Assert.True(await IsOffAsync("applejack"));
        await FencedOnceAsync();
        await EndOrRenewAsync();
    }
}

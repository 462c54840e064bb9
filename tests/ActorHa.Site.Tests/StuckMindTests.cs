using ActorHa.Ports.Api;
using Xunit.Abstractions;

namespace ActorHa.Site.Tests;

/// <summary>Case 50: the agent's mind is stuck, its beats go on.</summary>
[Trait("Length", "Long")]
public sealed class StuckMindTests(MortalSite site, ITestOutputHelper output) : SiteTests<MortalSite>(site, output)
{
    [SiteFact]
    public async Task Case_50_an_agent_whose_mind_is_stuck_starts_anew_and_its_VMs_run_on()
    {
        var before = await VmProcessesAsync("applejack");
        var agent = (await Lab.StatusAsync())["applejack"].Process("agent")!.Pid;
        Site.DieAt("applejack", FaultyAgent.StickyLog.Step);
        // The next entry, whosever, is what its mind sticks at.
        await Site.CommandAsync(ApiContract.Maintenance, new MaintenanceCommand(true, null, "test"));
        await Site.CommandAsync(ApiContract.Maintenance, new MaintenanceCommand(false, null, "test"));
        await UntilAsync("the others to miss its mind", async () => (await Running.StatusAsync("rainbowdash"))?.Members.Single(m => m.Name == "applejack").Verdict is not ("alive" or "unknown"));
        Say($"rainbowdash calls it {(await Running.StatusAsync("rainbowdash"))!.Members.Single(m => m.Name == "applejack").Verdict}");
        Assert.Equal(agent, (await Lab.StatusAsync())["applejack"].Process("agent")?.Pid);
        await UntilAsync("the agent's next run", async () => (await EventsAsync("witness")).Any(e => e is { Name: "AgentStarted", Host: "applejack" }));
        await UntilAsync("all to be protected and running", Running.IsReadyAsync);
        Assert.Equal(before, await VmProcessesAsync("applejack"));
        await NobodyFencedAsync();
        await EndAsync();
    }
}

using ActorHa.FaultyAgent;
using Xunit.Abstractions;

namespace ActorHa.Site.Tests;

/// <summary>Case 55: who is to switch a host off stands still just before it, and goes on when the world is another.</summary>
[Trait("Length", "Long")]
public sealed class FrozenExecutorTests(MortalSite site, ITestOutputHelper output) : SiteTests<MortalSite>(site, output)
{
    [SiteFact]
    public async Task Case_55_a_SET_that_comes_after_all_is_over_strikes_no_admitted_host()
    {
        Site.DieAt("rainbowdash", "freeze-before-set");
        var fault = await Lab.FreezeAsync("applejack");
        Say(fault.Text);
        await UntilAsync("rainbowdash to stand still before its SET", async () => (await Lab.StatusAsync())["rainbowdash"].Process("agent") is { Paused: true });
        Assert.False(await IsOffAsync("applejack"));
        await UntilAsync("the witness to fence instead", async () => (await EventsAsync("witness")).Any(e => e is { Name: "HostFenced", Host: "applejack" }));
        Assert.True(await IsOffAsync("applejack"));
        var late = (await EventsAsync("witness")).Where(e => e.Name == "FenceSwitching").Min(e => e.Index);
        Say("the witness has proven applejack off");

        // It is resolved, boots, joins; and is given nothing while rainbowdash's SET may still come.
        await Site.PowerOnAsync("applejack");
        await UntilAsync("applejack to join", async () => (await EventsAsync("witness")).Any(e => e is { Name: "HostJoined", Host: "applejack" }));
        await HoldsForAsync(TimeSpan.FromSeconds(5), "applejack is not admitted", async () => !(await EventsAsync("witness")).Any(e => e is { Name: "HostAdmitted", Host: "applejack" }));
        Assert.Empty(await VmProcessesAsync("applejack"));

        var boots = (await Lab.StatusAsync())["applejack"].Boots;
        Say((await Lab.ResumeAsync("rainbowdash", "agent")).Text);
        await RecoveredAsync(fault);
        await UntilAsync("rainbowdash to say that it sends nothing more", async () => (await EventsAsync("witness")).Any(e => e.Name == "FenceEnded" && e.Json.GetProperty("switch").GetInt64() == late));
        var events = await EventsAsync("witness");
        foreach (var e in events) Say($"    #{e.Index} {e.Name} {e.Host}");
        var ended = events.First(e => e.Name == "FenceEnded" && e.Json.GetProperty("switch").GetInt64() == late);
        Assert.DoesNotContain(events, e => e is { Name: "HostAdmitted", Host: "applejack" } && e.Index < ended.Index);
        Say(await IsOffAsync("applejack") ? "the late SET struck: a host that owned nothing" : $"applejack has power, boot {(await Lab.StatusAsync())["applejack"].Boots} after {boots}");
        Assert.Single(events, e => e.Name == "HostFenced");
        await EndAsync();
    }
}

using ActorHa.Lab.Demo;
using ActorHa.Ports.Api;
using Xunit.Abstractions;

namespace ActorHa.Site.Tests;

/// <summary>Further faults on real parts. Numbers are those of the scenarios.</summary>
[Trait("Length", "Long")]
public sealed class LongFaultTests(ShippedSite site, ITestOutputHelper output) : SiteTests<ShippedSite>(site, output)
{
    [SiteFact]
    public async Task Case_05_a_power_cycle_starts_every_VM_again_once()
    {
        var boots = (await Lab.StatusAsync())["applejack"].Boots;
        Say((await Lab.PowerCycleAsync("applejack")).Text);
        await UntilAsync("its new boot to be admitted", async () => (await EventsAsync("witness")).Any(e => e is { Name: "HostAdmitted", Host: "applejack" }));
        await UntilAsync("all to run", Running.IsReadyAsync);
        foreach (var e in await EventsAsync("witness")) Say($"    #{e.Index} {e.Name} {e.Host}");
        Assert.Equal(boots + 1, (await Lab.StatusAsync())["applejack"].Boots);
        await EndAsync();
    }

    [SiteFact]
    public async Task Case_08_an_orderly_shutdown_hands_over_without_a_fence()
    {
        var fault = await Lab.ShutdownAsync("applejack");
        var recovery = await RecoveredAsync(fault);
        Assert.True(double.IsNaN(recovery.Proven));
        Assert.Contains(await EventsAsync("witness"), e => e is { Name: "HostLeaving", Host: "applejack" });
        await NobodyFencedAsync();
        await EndAsync();
    }

    [SiteFact]
    public async Task Case_11_after_a_blackout_the_host_that_is_up_first_waits_for_the_slower_one()
    {
        foreach (var host in new[] { "applejack", "rainbowdash" }) Say((await Lab.PowerOffAsync(host)).Text);
        await UntilAsync("the witness to be without a majority", async () => (await Running.StatusAsync("witness"))?.Quorate == false);
        // It has power, and its firmware takes its time: nothing of it runs yet.
        await Lab.PowerOnAsync("applejack");
        Say((await Lab.FreezeAsync("applejack")).Text);
        await Lab.PowerOnAsync("rainbowdash");
        await UntilAsync("rainbowdash to be admitted", async () => (await EventsAsync("witness")).Any(e => e is { Name: "HostAdmitted", Host: "rainbowdash" }));
        await HoldsForAsync(TimeSpan.FromSeconds(10), "nobody is asked for", async () => (await EventsAsync("witness")).All(e => e.Name != "FenceRequested"));
        Say((await Lab.ThawAsync("applejack")).Text);
        await UntilAsync("its new life to be admitted", async () => (await EventsAsync("witness")).Any(e => e is { Name: "HostAdmitted", Host: "applejack" }));
        await UntilAsync("all to run", Running.IsReadyAsync);
        await NobodyFencedAsync();
        await EndAsync();
    }

    [SiteFact]
    public async Task Case_12_a_broken_link_between_the_hosts_fences_nobody()
    {
        var before = await VmProcessesAsync("applejack");
        Say((await Lab.CutAsync("applejack", "rainbowdash")).Text);
        await HoldsForAsync(TimeSpan.FromSeconds(10), "the VMs run", async () => before.SequenceEqual(await VmProcessesAsync("applejack")));
        foreach (var alarm in (await Running.StatusAsync("witness"))!.Alarms) Say($"alarm {alarm.Name}: {alarm.Because}");
        await NobodyFencedAsync();
        await EndAsync();
        await NobodyFencedAsync();
    }

    [SiteFact]
    public async Task Case_47_in_maintenance_a_lost_host_is_left_alone_until_it_ends()
    {
        await Site.CommandAsync(ApiContract.Maintenance, new MaintenanceCommand(true, null, "test"));
        var fault = await Lab.PowerOffAsync("applejack");
        await HoldsForAsync(TimeSpan.FromSeconds(6), "nothing runs on rainbowdash", async () => (await VmProcessesAsync("rainbowdash")).Count == 0);
        await NobodyFencedAsync();
        Say("nobody was fenced in maintenance");
        await Site.CommandAsync(ApiContract.Maintenance, new MaintenanceCommand(false, null, "test"));
        await RecoveredAsync(fault);
        await FencedOnceAsync();
        await EndAsync();
    }

    [SiteFact]
    public async Task Case_18_a_fenced_host_that_boots_and_does_not_hear_its_peer_fences_nobody()
    {
        await RecoveredAsync(await Lab.FreezeAsync("applejack"));
        await FencedOnceAsync();
        var there = await VmProcessesAsync("rainbowdash");
        Say((await Lab.CutOneWayAsync("rainbowdash", "applejack")).Text);
        await Lab.PowerOnAsync("applejack");
        await UntilAsync("applejack to join", async () => (await EventsAsync("witness")).Any(e => e is { Name: "HostJoined", Host: "applejack" }));
        await HoldsForAsync(TimeSpan.FromSeconds(10), "what recovered runs", async () => there.SequenceEqual(await VmProcessesAsync("rainbowdash")));
        Assert.DoesNotContain(await EventsAsync("witness"), e => e is { Host: "rainbowdash", Name: "FenceRequested" or "FenceSwitching" or "HostFenced" });
        Assert.Single(await EventsAsync("witness"), e => e.Name == "HostFenced");
        await EndAsync();
    }

    [SiteFact]
    public async Task Case_60_an_announced_stop_does_not_hide_a_loss_of_power()
    {
        await Lab.StopAsync("applejack", "agent");
        await UntilAsync("the announcement", async () => (await EventsAsync("witness")).Any(e => e is { Name: "AgentStopAnnounced", Host: "applejack" }));
        await UntilAsync("the agent to end", async () => (await Lab.StatusAsync())["applejack"].Process("agent") is null);
        var recovery = await RecoveredAsync(await Lab.PowerOffAsync("applejack"));
        // Not at the announced deadline (60 s), nor when it would be suspected.
        Assert.InRange(recovery.Started, 0, 10_000);
        await FencedOnceAsync();
        await EndAsync();
    }
}

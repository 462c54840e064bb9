using ActorHa.Lab.Demo;
using ActorHa.Ports.Api;
using Xunit.Abstractions;

namespace ActorHa.Site.Tests;

/// <summary>The faults that a site must survive, on real parts: etcd, QEMU, SNMP, agents. Numbers are those of the scenarios.</summary>
public sealed class FaultTests(ShippedSite site, ITestOutputHelper output) : SiteTests<ShippedSite>(site, output)
{
    [SiteFact]
    public async Task Case_01_a_host_loses_power()
    {
        await RecoveredAsync(await Lab.PowerOffAsync("applejack"));
        await FencedOnceAsync();
        Assert.Contains("waits for memory", (await Site.VmAsync("tickets"))!.Reason, StringComparison.Ordinal);
        Assert.Equal(VmState.Waiting, (await Site.VmAsync("monitor"))!.State);
        var there = await VmProcessesAsync("rainbowdash");
        Assert.Equal(Recovery.Vms.Order(), there.Keys);

        await Lab.PowerOnAsync("applejack");
        await UntilAsync("applejack to rejoin, and what waited for it to run", Running.IsReadyAsync);
        Say("applejack has rejoined");
        Assert.Equal(there, await VmProcessesAsync("rainbowdash"));
        Assert.Equal(["monitor", "tickets"], (await VmProcessesAsync("applejack")).Keys);

        foreach (var vm in Recovery.Vms) await Site.MoveAsync(vm, "applejack");
        Say("mail and lists have moved back");
        Assert.Empty(await VmProcessesAsync("rainbowdash"));
        Assert.Equal(4, (await VmProcessesAsync("applejack")).Count);
        Assert.Single(await EventsAsync("witness"), e => e.Name == "HostFenced");
        await EndAsync();
    }

    [SiteFact]
    public async Task Case_02_a_host_that_is_cut_off_is_powered_off_by_the_chassis()
    {
        await RecoveredAsync(await Lab.IsolateAsync("applejack", alsoFromChassis: true));
        Assert.True(await IsOffAsync("applejack"));
        await FencedOnceAsync();
        await EndAsync();
    }

    [SiteFact]
    public async Task Case_03_a_frozen_host_is_powered_off_by_the_chassis()
    {
        await RecoveredAsync(await Lab.FreezeAsync("applejack"));
        Assert.True(await IsOffAsync("applejack"));
        await FencedOnceAsync();
        await EndAsync();
    }

    [SiteFact]
    public async Task Case_06_an_agent_that_is_killed_finds_its_VMs_again()
    {
        var before = await VmProcessesAsync("applejack");
        Say((await Lab.KillAsync("applejack", "agent")).Text);
        await UntilAsync("the agent's next run", async () => (await EventsAsync("witness")).Any(e => e is { Name: "AgentStarted", Host: "applejack" }));
        await UntilAsync("all to be protected and running", Running.IsReadyAsync);
        Say("its next run is known to all");
        Assert.Equal(before, await VmProcessesAsync("applejack"));
        Assert.DoesNotContain(await EventsAsync("witness"), e => e.Name is "VmStarting" or "VmFailed" or "VmReleased" or "VmStrayFound");
        await NobodyFencedAsync();
        await EndAsync();
    }

    [SiteFact]
    public async Task Case_07_an_agent_that_is_stopped_says_so_and_nothing_happens_to_its_VMs()
    {
        var before = await VmProcessesAsync("applejack");
        Say((await Lab.StopAsync("applejack", "agent")).Text);
        await UntilAsync("the announcement", async () => (await EventsAsync("witness")).Any(e => e is { Name: "AgentStopAnnounced", Host: "applejack" }));
        await UntilAsync("the agent to end", async () => (await Lab.StatusAsync())["applejack"].Process("agent") is null);
        // Longer than a host may be silent.
        await HoldsForAsync(TimeSpan.FromSeconds(4), "the VMs run", async () => before.SequenceEqual(await VmProcessesAsync("applejack")));
        await Lab.StartAsync("applejack", "agent");
        await UntilAsync("all to be protected and running", Running.IsReadyAsync);
        Assert.Equal(before, await VmProcessesAsync("applejack"));
        await NobodyFencedAsync();
        await EndAsync();
    }

    [SiteFact]
    public async Task Case_15_a_lost_witness_costs_nothing()
    {
        var before = await VmProcessesAsync("applejack");
        Say((await Lab.PowerOffAsync("witness")).Text);
        await UntilAsync("the hosts to miss it", async () => (await Running.StatusAsync("rainbowdash"))?.Members.Single(m => m.Name == "witness").Verdict is not "alive");
        Say($"rainbowdash calls it {(await Running.StatusAsync("rainbowdash"))!.Members.Single(m => m.Name == "witness").Verdict}");
        // Longer than quorum lasts without a write.
        await HoldsForAsync(TimeSpan.FromSeconds(8), "the VMs run", async () => before.SequenceEqual(await VmProcessesAsync("applejack")));
        var status = (await Running.StatusAsync("rainbowdash"))!;
        foreach (var alarm in status.Alarms) Say($"alarm {alarm.Name}: {alarm.Because}");
        Assert.True(status.Quorate, status.QuorateDetail);
        await NobodyFencedAsync("rainbowdash");
        await EndAsync();
    }

    [SiteFact]
    public async Task Case_16_without_a_majority_the_survivor_starts_nothing_and_fences_nobody()
    {
        await Lab.PowerOffAsync("witness");
        var fault = await Lab.PowerOffAsync("applejack");
        Say(fault.Text);
        await HoldsForAsync(TimeSpan.FromSeconds(8), "nothing runs on rainbowdash", async () => (await VmProcessesAsync("rainbowdash")).Count == 0);
        var status = (await Running.StatusAsync("rainbowdash"))!;
        Say($"rainbowdash: {status.QuorateDetail}");
        Assert.False(status.Quorate);
        await NobodyFencedAsync("rainbowdash");

        Say((await Lab.PowerOnAsync("witness")).Text);
        await RecoveredAsync(fault);
        Assert.Single(await EventsAsync("rainbowdash"), e => e is { Name: "HostFenced", Host: "applejack" });
        await EndAsync();
    }

    [SiteFact]
    public async Task Case_38_a_VM_that_is_killed_is_started_again_on_its_host()
    {
        var before = await VmProcessesAsync("applejack");
        Say((await Lab.KillAsync("applejack", "vm:mail")).Text);
        var took = System.Diagnostics.Stopwatch.StartNew();
        await UntilAsync("mail to start again", async () => (await VmProcessesAsync("applejack")).GetValueOrDefault("mail", before["mail"]) != before["mail"]);
        Say($"started again after {took.ElapsedMilliseconds} ms");
        Assert.InRange(took.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await UntilAsync("all to run", Running.IsReadyAsync);
        var after = await VmProcessesAsync("applejack");
        Assert.Equal(before.Where(p => p.Key != "mail"), after.Where(p => p.Key != "mail"));
        await NobodyFencedAsync();
        // The failure is forgotten, as an operator would have it forgotten.
        await Site.CommandAsync(ApiContract.Vm, new VmCommand("mail", VmAction.Start, null, "test"));
        await EndAsync();
    }
}

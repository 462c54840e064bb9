using ActorHa.Lab;
using ActorHa.Lab.Demo;
using Xunit.Abstractions;

namespace ActorHa.Site.Tests;

/// <summary>
/// While it recovers the VMs of a lost host, the survivor's agent dies by SIGKILL, at every step between the notice and the
/// start. Its next run, or the witness, goes on: nothing is lost, nothing is done twice.
/// </summary>
public sealed class SurvivorDiesTests(MortalSite site, ITestOutputHelper output) : SiteTests<MortalSite>(site, output)
{
    [SiteTheory]
    [InlineData("after-append:FenceRequested")]
    [InlineData("after-append:HostFenced")]
    [InlineData("after-start")]
    public Task A_survivor_whose_agent_dies_recovers_once(string step) => RecoversOnceAsync(step, () => Lab.PowerOffAsync("applejack"));

    [SiteTheory]
    [Trait("Length", "Long")]
    [InlineData("before-append:FenceRequested")]
    [InlineData("before-set")]
    [InlineData("after-set")]
    [InlineData("before-second-reading")]
    [InlineData("before-append:HostFenced")]
    [InlineData("before-start")]
    public Task A_survivor_whose_agent_dies_at_the_other_steps_recovers_once_too(string step) => RecoversOnceAsync(step, () => Lab.PowerOffAsync("applejack"));

    /// <summary>A host that reads on is challenged first: request and switching are two entries.</summary>
    [SiteTheory]
    [Trait("Length", "Long")]
    [InlineData("before-append:FenceSwitching")]
    [InlineData("after-append:FenceSwitching")]
    public Task A_survivor_whose_agent_dies_between_challenge_and_switching_recovers_once(string step) => RecoversOnceAsync(step, () => Lab.FreezeAsync("applejack"));

    private async Task RecoversOnceAsync(string step, Func<Task<LabReply>> lose)
    {
        Site.DieAt("rainbowdash", step);
        var fault = await lose();
        await RecoveredAsync(fault);
        Assert.False(File.Exists(Site.DeathWish("rainbowdash")), $"rainbowdash's agent never came to {step}");
        await UntilAsync("rainbowdash's next run", async () => (await EventsAsync("witness")).Any(e => e is { Name: "AgentStarted", Host: "rainbowdash" }));
        await FencedOnceAsync();
        // One process each, whichever run of the agent started it.
        var seen = (await Lab.RefereeAsync()).Vms.Where(v => Recovery.Vms.Contains(v.Vm)).ToList();
        Assert.Equal(Recovery.Vms.Count, seen.Count);
        Assert.All(seen, vm => Assert.Single(vm.Runs, r => r.Host == "rainbowdash" && r.FromMs > fault.AtMs));
        if (!LeavesSwitchOpen(await EventsAsync("witness"))) { await EndAsync(); return; }

        // Nobody can know whether the dead run sent a SET: the host may come back, and is given nothing before that SET is void.
        await Site.PowerOnAsync("applejack");
        await UntilAsync("applejack to join", async () => (await EventsAsync("witness")).Any(e => e is { Name: "HostJoined", Host: "applejack" }));
        Assert.DoesNotContain(await EventsAsync("witness"), e => e is { Name: "HostAdmitted", Host: "applejack" });
        Say("applejack has joined and is not admitted yet");
        var report = await Lab.RefereeAsync();
        Assert.True(report.Clean, report.ToText());
        await Site.RenewAsync();
    }
}

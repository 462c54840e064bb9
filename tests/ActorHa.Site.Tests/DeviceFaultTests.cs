using ActorHa.Ports.Api;
using Xunit.Abstractions;

namespace ActorHa.Site.Tests;

/// <summary>The chassis misbehaves just when it is needed: unknown is never off. Numbers are those of the scenarios.</summary>
[Trait("Length", "Long")]
public sealed class DeviceFaultTests(ShippedSite site, ITestOutputHelper output) : SiteTests<ShippedSite>(site, output)
{
    /// <summary>Longer than a fence by a chassis that is well takes, with all its readings.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(8);

    [SiteFact]
    public Task Case_20_a_silent_chassis_is_no_proof_and_no_dead_end() => NothingBeforeTheTruthAsync("silent", "on");

    [SiteTheory]
    // bladePowerLed: 1 standby, -1 no data, -16 unknown.
    [InlineData("odd-reading", "1")]
    [InlineData("odd-reading", "-1")]
    [InlineData("odd-reading", "-16")]
    // bladePresence: 0 absent.
    [InlineData("odd-presence", "0")]
    public Task Case_21_odd_readings_are_never_off(string fault, string value) => NothingBeforeTheTruthAsync(fault, value);

    [SiteFact]
    public async Task Case_22_a_chassis_that_ignores_the_SET_proves_nothing()
    {
        await Lab.ChassisAsync("ignores-set", "on");
        var fault = await Lab.FreezeAsync("applejack");
        await UntilAsync("a SET to be sent", async () => (await EventsAsync("witness")).Any(e => e.Name == "FenceSwitching"));
        await NothingMovesAsync();
        Assert.False(await IsOffAsync("applejack"));
        await Lab.ChassisAsync("ignores-set", "off");
        await RecoveredAsync(fault);
        Assert.True(await IsOffAsync("applejack"));
        await EndOrRenewAsync();
    }

    [SiteFact]
    public async Task Case_25_swapped_slots_are_found_and_nobody_is_switched()
    {
        await Lab.ChassisAsync("swapped", "on");
        // An agent that starts looks at the slots at once.
        foreach (var member in new[] { "witness", "rainbowdash", "applejack" }) await Lab.RestartAsync(member, "agent");
        await UntilAsync("both hosts to be called not protected", async () =>
            (await Running.StatusAsync("witness"))?.Members.Where(m => m.Role == "host").All(m => m.Protection is { Ready: false }) == true
            && (await EventsAsync("witness")).Count(e => e.Name == "FencingDisarmed") == 2);
        foreach (var host in (await Running.StatusAsync("witness"))!.Members.Where(m => m.Role == "host")) Say($"{host.Name}: {host.Protection!.Detail}");
        await Lab.FreezeAsync("applejack");
        await NothingMovesAsync();
        Assert.DoesNotContain(await EventsAsync("witness"), e => e.Name is "FenceSwitching" or "HostFenced");
        Assert.False(await IsOffAsync("applejack"));
        Assert.False(await IsOffAsync("rainbowdash"));
        // A request of an unarmed host stays open until it is answered: the host lives, and answers it.
        await Lab.ThawAsync("applejack");
        await EndOrRenewAsync();
    }

    [SiteFact]
    public async Task Case_28_a_slow_chassis_is_slower_and_still_right()
    {
        // One thread for the questions of all three members: with 2 s an answer each of them waits for those of the others,
        // and for repeats that were sent before the first late answer. A device like that needs more patience than the default.
        var text = await File.ReadAllTextAsync(Site.Paths.ClusterConf) + "\ncluster.timers { device-patience = 10s, takeover-after = 12s }\n";
        await Site.CommandAsync(ApiContract.ConfigApply, new ApplyConfigCommand(text, (await Running.StatusAsync("witness"))!.ConfigNumber, "test"));
        await Lab.ChassisAsync("delay", "2000");
        var recovery = await RecoveredAsync(await Lab.PowerOffAsync("applejack"), TimeSpan.FromMinutes(5));
        // A reading, a SET and another reading at the least.
        Assert.True(recovery.Proven > 6000, $"proven off after {recovery.Proven:0} ms");
        Assert.Single(await EventsAsync("witness"), e => e is { Name: "HostFenced", Host: "applejack" });
        var report = await Lab.RefereeAsync();
        Assert.True(report.Clean, report.ToText());
        // The configuration as it was.
        await Site.RenewAsync();
    }

    private async Task NothingBeforeTheTruthAsync(string fault, string value)
    {
        await Lab.ChassisAsync(fault, value);
        var lost = await Lab.PowerOffAsync("applejack");
        await UntilAsync("the loss to be noticed", async () => (await EventsAsync("witness")).Any(e => e is { Name: "FenceRequested", Host: "applejack" }));
        await NothingMovesAsync();
        foreach (var alarm in (await Running.StatusAsync("rainbowdash"))!.Alarms) Say($"alarm {alarm.Name}: {alarm.Because}");
        await Lab.ChassisAsync(fault, "off");
        await RecoveredAsync(lost);
        Assert.Single(await EventsAsync("witness"), e => e is { Name: "HostFenced", Host: "applejack" });
        await EndOrRenewAsync();
    }

    private async Task NothingMovesAsync()
    {
        await HoldsForAsync(Long, "nothing runs on rainbowdash", async () => (await VmProcessesAsync("rainbowdash")).Count == 0);
        Assert.DoesNotContain(await EventsAsync("witness"), e => e.Name is "HostFenced" or "VmAssigned");
        Say("nothing has moved");
    }
}

using Xunit.Abstractions;

namespace ActorHa.Site.Tests;

/// <summary>
/// A host that nobody can reach or switch off resets itself, and only then do its VMs start elsewhere; the referee sees
/// both sides. The timer is the lab's (see <see cref="WatchdogSite"/>).
/// </summary>
[Trait("Length", "Long")]
public sealed class WatchdogTests(WatchdogSite site, ITestOutputHelper output) : SiteTests<WatchdogSite>(site, output)
{
    [SiteFact]
    public async Task Case_27_a_host_that_is_cut_off_behind_a_dark_chassis_is_reset_by_its_watchdog_before_its_VMs_start_elsewhere()
    {
        var life = (await Lab.StatusAsync())["applejack"].BootId;
        await Lab.ChassisAsync("silent", "on");
        var fault = await Lab.IsolateAsync("applejack", alsoFromChassis: true);
        Say(fault.Text);
        await UntilAsync("applejack's watchdog to reset it", async () =>
        {
            Assert.Empty(await VmProcessesAsync("rainbowdash"));
            return (await Lab.StatusAsync())["applejack"].BootId != life;
        });
        Say("applejack was reset by its watchdog");
        Assert.DoesNotContain(await EventsAsync("witness"), e => e.Name is "HostFenced" or "VmAssigned");
        var recovery = await RecoveredAsync(fault);
        // quorum-timeout + 3 × timeout.
        Assert.True(recovery.Proven > 36_000, $"proven after {recovery.Proven:0} ms");
        var proof = Assert.Single(await EventsAsync("witness"), e => e is { Name: "HostFenced", Host: "applejack" });
        Assert.Equal("watchdog", proof.Json.GetProperty("proof").GetProperty("method").GetString());
        await Lab.ChassisAsync("silent", "off");
        await EndOrRenewAsync();
    }

    [SiteFact]
    public async Task A_host_without_VMs_whose_agent_dies_is_not_reset_by_the_timer_that_was_left_running()
    {
        await Site.MoveAsync("mail", "rainbowdash");
        await Site.MoveAsync("mail", "applejack");
        await UntilAsync("rainbowdash to take its promise back", async () => (await EventsAsync("witness")).Any(e => e is { Name: "WatchdogDisarmed", Host: "rainbowdash" }));
        var life = (await Lab.StatusAsync())["rainbowdash"].BootId;
        Say((await Lab.KillAsync("rainbowdash", "agent")).Text);
        // More than two time-outs of 10 s: the timer cannot be switched off, so that somebody must feed it.
        await HoldsForAsync(TimeSpan.FromSeconds(25), "rainbowdash is as it was", async () => (await Lab.StatusAsync())["rainbowdash"].BootId == life);
        await NobodyFencedAsync();
        await EndAsync();
    }

    [SiteFact]
    public async Task An_agent_that_stands_still_has_its_host_reset_and_no_VM_runs_twice()
    {
        var life = (await Lab.StatusAsync())["applejack"].BootId;
        Say((await Lab.PauseAsync("applejack", "agent")).Text);
        await UntilAsync("applejack's watchdog to reset it", async () =>
        {
            // Looked at before: a machine that was reset reads off, or is silent, for a moment, and may be switched for that.
            var switched = (await EventsAsync("witness")).Any(e => e.Name is "FenceSwitching");
            var reset = (await Lab.StatusAsync())["applejack"].BootId != life;
            Assert.False(switched && !reset, "it was switched off before its watchdog reset it");
            return reset;
        });
        Say("applejack was reset by its watchdog");
        // A machine that boots slowly is asked for while it does, and stays off.
        await UntilAsync("all to run", async () =>
        {
            if (!(await Lab.StatusAsync())["applejack"].Power) Say((await Lab.PowerOnAsync("applejack")).Text);
            return await Running.IsReadyAsync();
        });
        await EndAsync();
    }
}

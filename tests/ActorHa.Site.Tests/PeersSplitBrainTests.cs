using System.Diagnostics;
using ActorHa.Lab;
using ActorHa.Ports.Api;
using Xunit.Abstractions;

namespace ActorHa.Site.Tests;

/// <summary>
/// What makes a cluster of the best peer run a VM twice: its fence agent calls off whatever is not on, so that a host with a
/// wrong, absent or unreadable slot counts as fenced while it writes on. Here the same chassis is asked by that agent, and
/// ActorHa must not believe what it says.
/// </summary>
[Trait("Length", "Long")]
public sealed class PeersSplitBrainTests(ShippedSite site, ITestOutputHelper output) : SiteTests<ShippedSite>(site, output)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(8);

    [SiteTheory(FenceAgentSite.Programs)]
    // bladePowerLed: 1 standby, -1 no data, -16 unknown.
    [InlineData("1")]
    [InlineData("-1")]
    [InlineData("-16")]
    public async Task A_light_that_cannot_be_read_is_no_off_to_us(string reading)
    {
        await Lab.ChassisAsync("odd-reading", reading);
        await Lab.ChassisAsync("ignores-set", "on");
        var fault = await Lab.IsolateAsync("applejack");
        await TheirAgentSaysOffAsync(slot: 1);
        await NobodyRunsTwiceAsync("not-proven-off");
        await Lab.ChassisAsync("odd-reading", "off");
        await Lab.ChassisAsync("ignores-set", "off");
        await RecoveredAsync(fault);
        Assert.True(await IsOffAsync("applejack"));
        await EndOrRenewAsync();
    }

    [SiteFact(FenceAgentSite.Programs)]
    public async Task A_slot_without_a_blade_is_found_before_it_is_needed_and_is_no_off_to_us()
    {
        const int absent = 4;
        var text = (await File.ReadAllTextAsync(Site.Paths.ClusterConf)).Replace("plug = 1", $"plug = {absent}", StringComparison.Ordinal);
        await Site.CommandAsync(ApiContract.ConfigApply, new ApplyConfigCommand(text, (await Running.StatusAsync("witness"))!.ConfigNumber, "test"));
        string? said = null;
        await UntilAsync("everybody to call applejack not protected", async () =>
        {
            foreach (var member in new[] { "witness", "rainbowdash" })
            {
                if ((await Running.StatusAsync(member))!.Members.Single(m => m.Name == "applejack").Protection is not { Ready: false } p) return false;
                said = p.Detail;
            }
            return true;
        });
        Say($"status: {said}");
        await Lab.IsolateAsync("applejack");
        await TheirAgentSaysOffAsync(absent);
        await NobodyRunsTwiceAsync("not-protected");
        Assert.DoesNotContain(await EventsAsync("witness"), e => e.Name == "FenceSwitching");
        await Lab.HealAsync();
        await UntilAsync("applejack to speak for itself", async () => (await EventsAsync("witness")).Any(e => e is { Name: "FenceWithdrawn", Host: "applejack" }));
        Assert.Equal(SiteFiles.Vms.Order(), (await VmProcessesAsync("applejack")).Keys);
        var report = await Lab.RefereeAsync();
        Assert.True(report.Clean, report.ToText());
        // The configuration as it was.
        await Site.RenewAsync();
    }

    /// <summary>The agent of the fence-agents project, asked to switch the host off, reports success: and nothing was switched.</summary>
    private async Task TheirAgentSaysOffAsync(int slot)
    {
        var chassis = new SiteDescription().Chassis;
        var inside = (await Lab.StatusAsync())["witness"].Process("agent")!.Pid;
        using var process = Process.Start(new ProcessStartInfo("nsenter", ["-t", $"{inside}", "-n", "--", "fence_intelmodular"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteAsync($"action=off\nip={chassis.Address}\nusername={chassis.User}\npassword={chassis.Password}\nplug={slot}\nsnmp_version=3\nsnmp_auth_prot=SHA\nsnmp_sec_level=authNoPriv\n");
        process.StandardInput.Close();
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, said);
        Say("fence_intelmodular reports that applejack is off");
        Assert.False(await IsOffAsync("applejack"));
        Assert.Equal(SiteFiles.Vms.Order(), (await VmProcessesAsync("applejack")).Keys);
    }

    private async Task NobodyRunsTwiceAsync(string alarm)
    {
        await HoldsForAsync(Long, "nothing runs on rainbowdash", async () => (await VmProcessesAsync("rainbowdash")).Count == 0);
        Assert.Equal(SiteFiles.Vms.Order(), (await VmProcessesAsync("applejack")).Keys);
        Assert.DoesNotContain(await EventsAsync("witness"), e => e.Name is "HostFenced" or "VmAssigned");
        var alarms = (await Running.StatusAsync("rainbowdash"))!.Alarms;
        foreach (var a in alarms) Say($"alarm {a.Name}: {a.Because}");
        Assert.Contains(alarms, a => a.Name == alarm && a.Because.Contains("applejack", StringComparison.Ordinal));
    }
}

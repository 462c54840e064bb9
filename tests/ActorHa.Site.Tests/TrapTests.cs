using ActorHa.Lab;
using Xunit.Abstractions;

namespace ActorHa.Site.Tests;

/// <summary>A trap of the chassis has the agents look at once; it is never evidence, neither a forged one nor a true one.</summary>
[Trait("Length", "Long")]
public sealed class TrapTests(TrapSite site, ITestOutputHelper output) : SiteTests<TrapSite>(site, output)
{
    private const string Event = "1.3.6.1.4.1.343.2.19.1.0.10", Detail = "1.3.6.1.4.1.343.2.19.1.3.6";

    /// <summary>cluster.timers.look-after of <see cref="TrapSite"/>: without a trap nobody asks sooner.</summary>
    private const double LookAfterMs = 2000;

    [SiteFact]
    public async Task A_blade_that_loses_its_power_is_asked_for_before_its_beats_are_missed()
    {
        // A trap within a second of another asks nothing: a forged one of an earlier test may have come just now.
        var alive = await VmProcessesAsync("applejack");
        await HoldsForAsync(TimeSpan.FromSeconds(2), "the VMs run", async () => alive.SequenceEqual(await VmProcessesAsync("applejack")));
        var fault = await Lab.PowerOffAsync("applejack");
        await RecoveredAsync(fault);
        await FencedOnceAsync();
        var asked = (await Lab.StatusAsync()).ChassisAsked.Where(q => q.AtMs > fault.AtMs).Select(q => q.AtMs - fault.AtMs).ToList();
        Say($"asked {string.Join(", ", asked.Take(6).Select(ms => $"{ms:0}"))} ms after the pull began, which took {fault.Milliseconds:0} ms");
        // A beat may be 100 ms old when the power goes.
        Assert.InRange(asked[0] - fault.Milliseconds, double.MinValue, LookAfterMs - 100);
        await EndAsync();
    }

    [SiteFact("snmptrap")]
    public async Task A_forged_trap_about_a_host_that_lives_has_it_looked_at_and_nothing_else()
    {
        var before = await VmProcessesAsync("applejack");
        var since = (await Lab.ChassisAsync("delay", "off")).AtMs;
        await ForgeAsync("blade 1 power off");
        await UntilAsync("the chassis to be asked", async () => (await Lab.StatusAsync()).ChassisAsked.Any(q => q.AtMs > since));
        Say($"asked {(await Lab.StatusAsync()).ChassisAsked.First(q => q.AtMs > since).AtMs - since:0} ms later");
        // A flood of them, for as long as a host may be silent and more.
        await HoldsForAsync(TimeSpan.FromSeconds(6), "the VMs run", async () =>
        {
            await ForgeAsync("blade 1 power off");
            return before.SequenceEqual(await VmProcessesAsync("applejack"));
        });
        await NobodyFencedAsync();
        await EndAsync();
    }

    [SiteFact]
    public async Task A_true_trap_is_no_proof_where_the_power_cannot_be_read()
    {
        // bladePowerLed -16: unknown.
        await Lab.ChassisAsync("odd-reading", "-16");
        var fault = await Lab.PowerOffAsync("applejack");
        await UntilAsync("the loss to be noticed", async () => (await EventsAsync("witness")).Any(e => e is { Name: "FenceRequested", Host: "applejack" }));
        await HoldsForAsync(TimeSpan.FromSeconds(6), "nothing runs on rainbowdash", async () => (await VmProcessesAsync("rainbowdash")).Count == 0);
        Assert.DoesNotContain(await EventsAsync("witness"), e => e.Name is "HostFenced" or "VmAssigned");
        await Lab.ChassisAsync("odd-reading", "off");
        await RecoveredAsync(fault);
        await FencedOnceAsync();
        await EndOrRenewAsync();
    }

    /// <summary>From the chassis' own address, to every member: nothing tells it from a true one.</summary>
    private async Task ForgeAsync(string detail)
    {
        var description = new SiteDescription { Name = Site.Paths.DerivedName() };
        foreach (var member in description.Members)
        {
            using var sender = System.Diagnostics.Process.Start("nsenter",
            [
                $"--net={new LabNetwork(description).NamespaceFile(description.Chassis.Name)}", "--",
                "snmptrap", "-v2c", "-c", "public", $"{member.Address}:{SiteFiles.TrapPort}", "", Event, Detail, "s", detail,
            ]);
            await sender.WaitForExitAsync();
            Assert.Equal(0, sender.ExitCode);
        }
    }
}

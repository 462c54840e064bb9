using ActorHa.Ports.Api;
using Xunit.Abstractions;

namespace ActorHa.Site.Tests;

/// <summary>Host and chassis dark together: nothing can be known, and a person leads out. Numbers are those of the scenarios.</summary>
[Trait("Length", "Long")]
public sealed class DarkTests(ShippedSite site, ITestOutputHelper output) : SiteTests<ShippedSite>(site, output)
{
    [SiteFact]
    public async Task Case_27_a_host_and_its_chassis_dark_together_wait_for_a_person()
    {
        await Lab.ChassisAsync("silent", "on");
        var fault = await Lab.PowerOffAsync("applejack");
        await UntilAsync("the loss to be noticed", async () => (await EventsAsync("witness")).Any(e => e is { Name: "FenceRequested", Host: "applejack" }));
        await HoldsForAsync(TimeSpan.FromSeconds(10), "nothing runs on rainbowdash", async () => (await VmProcessesAsync("rainbowdash")).Count == 0);
        Assert.DoesNotContain(await EventsAsync("witness"), e => e.Name is "HostFenced" or "VmAssigned");
        var status = (await Running.StatusAsync("rainbowdash"))!;
        foreach (var alarm in status.Alarms) Say($"alarm {alarm.Name}: {alarm.Because}");
        Assert.NotEmpty(status.Alarms);

        // The name must be typed: a slip of the hand starts nothing.
        Assert.False((await ConfirmAsync("rainbowdash", "rainbowdash")).Accepted);
        // Nor does haste: who was heard a moment ago may only be slow.
        var haste = await ConfirmAsync("rainbowdash", "applejack");
        Assert.False(haste.Accepted);
        Say(haste.Because);
        // Nor a word at the witness: it does not read the device, and a host that does is there.
        var elsewhere = await ConfirmAsync("witness", "applejack");
        Assert.False(elsewhere.Accepted);
        Assert.Contains("rainbowdash", elsewhere.Because, StringComparison.Ordinal);
        await Running.AwaitAsync("the confirmation to be taken", async () =>
        {
            Assert.Empty(await VmProcessesAsync("rainbowdash"));
            return (await ConfirmAsync("rainbowdash", "applejack")).Accepted;
        }, TimeSpan.FromSeconds(90));
        await RecoveredAsync(fault);
        var proof = Assert.Single(await EventsAsync("witness"), e => e is { Name: "HostFenced", Host: "applejack" });
        Assert.Equal("person", proof.Json.GetProperty("proof").GetProperty("method").GetString());
        await Lab.ChassisAsync("silent", "off");
        await EndOrRenewAsync();
    }

    [SiteFact]
    public async Task Case_54_a_host_that_can_hibernate_is_not_protected_and_says_so()
    {
        var power = Path.Combine(Site.Paths.Etc("applejack"), "power-state");
        await File.WriteAllTextAsync(power, "freeze mem disk\n");
        try
        {
            await Lab.PowerCycleAsync("applejack");
            await UntilAsync("its new boot to join", async () => (await EventsAsync("witness")).Any(e => e is { Name: "HostJoined", Host: "applejack" }));
            await UntilAsync("all to run", async () => (await Running.StatusAsync("witness"))!.Vms.All(v => v.State == VmState.Active));
            AlarmDto? alarm = null;
            await UntilAsync("the alarm", async () =>
                (alarm = (await Running.StatusAsync("witness"))?.Alarms.FirstOrDefault(a => a.Because.Contains("applejack is not protected", StringComparison.Ordinal))) is not null);
            Say($"alarm {alarm!.Name}: {alarm.Because}");
            Assert.Contains("could come back from sleep with its VMs running", alarm.Because, StringComparison.Ordinal);
            Assert.Contains("hibernate", alarm.Because, StringComparison.Ordinal);

            // Whether its VMs had been placed elsewhere before it was admitted again is a matter of moments.
            await Site.MoveAsync("mail", "applejack");
            // Its off is none: it may only sleep.
            var before = (await EventsAsync("witness")).Max(e => e.Index);
            await Lab.PowerOffAsync("applejack");
            await UntilAsync("the loss to be noticed", async () => (await EventsAsync("witness")).Any(e => e is { Name: "FenceRequested", Host: "applejack" } && e.Index > before));
            var there = await VmProcessesAsync("rainbowdash");
            await HoldsForAsync(TimeSpan.FromSeconds(8), "nothing moves", async () => there.SequenceEqual(await VmProcessesAsync("rainbowdash")));
            Assert.DoesNotContain(await EventsAsync("witness"), e => e.Name is "FenceSwitching" or "HostFenced" && e.Index > before);
        }
        finally
        {
            File.Delete(power);
        }
        // Booted as one that cannot sleep, it answers the request itself.
        await EndAsync();
    }

    [SiteFact]
    public async Task Case_56_a_deaf_host_is_refuted_and_asks_no_more()
    {
        var before = await VmProcessesAsync("applejack");
        Say((await Lab.DeafenAsync("rainbowdash")).Text);
        // Nor do answers of applejack's etcd member reach it; its own appends go through the witness.
        await Lab.CutOneWayAsync("applejack", "rainbowdash");
        await UntilAsync("rainbowdash to ask", async () => (await EventsAsync("witness")).Any(e => e is { Name: "FenceRequested", Host: "applejack" }));
        Say("rainbowdash has asked");
        await UntilAsync("it to be refuted", async () => (await EventsAsync("witness")).Any(e => e is { Name: "FenceWithdrawn", Host: "applejack" }));
        await UntilAsync("rainbowdash to say that it is deaf", async () => (await Running.StatusAsync("rainbowdash"))!.Alarms.Any(a => a.Name == "deaf"));
        foreach (var alarm in (await Running.StatusAsync("rainbowdash"))!.Alarms) Say($"alarm {alarm.Name}: {alarm.Because}");
        var asked = (await EventsAsync("witness")).Count(e => e.Name == "FenceRequested");
        // As long as it took to ask for the first time, and some more.
        await HoldsForAsync(TimeSpan.FromSeconds(20), "the VMs run", async () => before.SequenceEqual(await VmProcessesAsync("applejack")));
        var events = await EventsAsync("witness");
        Assert.Equal(asked, events.Count(e => e.Name == "FenceRequested"));
        Assert.DoesNotContain(events, e => e.Name is "FenceSwitching" or "HostFenced");
        Assert.False(await IsOffAsync("applejack"));
        await EndAsync();
    }

    private Task<CommandResult> ConfirmAsync(string at, string typed) => Running.PostAsync(at, ApiContract.FenceConfirm, new FenceConfirmCommand("applejack", typed, "test"));
}

using ActorHa.Lab;
using ActorHa.Ports.Api;
using Xunit.Abstractions;

namespace ActorHa.Site.Tests;

/// <summary>The device says off and is not, or not for long: an off is proof only when it lasts. Numbers are those of the scenarios.</summary>
[Trait("Length", "Long")]
public sealed class DoubtfulDeviceTests(DoubtfulDeviceSite site, ITestOutputHelper output) : SiteTests<DoubtfulDeviceSite>(site, output)
{
    /// <summary>Longer than two flickers lie apart.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(11);
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(150);

    [SiteFact]
    public async Task Case_23_an_off_that_becomes_on_is_void()
    {
        // Off for 700 ms every 5 s: every 400 ms somebody asks, and the second reading comes 1 s after the first.
        await Lab.ChassisAsync("ignores-set", "on");
        await Lab.ChassisAsync("flicker", "700");
        var fault = await Lab.FreezeAsync("applejack");
        await UntilAsync("off to be read", async () => await VerdictAsync() == "powered-off");
        Say("applejack reads off, though it is on");
        await UntilAsync("a SET to be sent", async () => (await EventsAsync("witness")).Any(e => e.Name == "FenceSwitching"));
        await NothingMovesAsync(Long);
        Assert.False(await IsOffAsync("applejack"));
        await Lab.ChassisAsync("flicker", "off");
        await Lab.ChassisAsync("ignores-set", "off");
        await RecoveredByOneFenceAsync(fault);
    }

    [SiteFact]
    public async Task Case_24_an_answer_that_comes_too_late_is_no_evidence()
    {
        // Made at once and sent after 3 s: each says off of a host that is on, and comes when device-patience (2 s) is over,
        // while later questions and SETs are out.
        await Lab.ChassisAsync("ignores-set", "on");
        await Lab.ChassisAsync("lies", "on");
        await Lab.ChassisAsync("late", "3000");
        var fault = await Lab.FreezeAsync("applejack");
        await UntilAsync("a SET to be sent", async () => (await EventsAsync("witness")).Any(e => e.Name == "FenceSwitching"));
        await NothingMovesAsync(Long);
        Assert.Equal("silent", await VerdictAsync());
        Assert.False(await IsOffAsync("applejack"));
        Assert.Contains((await Lab.StatusAsync()).ChassisAsked, q => q.AtMs > fault.AtMs);
        // The truth first: what still comes late is a lie.
        await Lab.ChassisAsync("lies", "off");
        await Lab.ChassisAsync("late", "off");
        await Lab.ChassisAsync("ignores-set", "off");
        await RecoveredByOneFenceAsync(fault);
    }

    [SiteFact]
    public async Task Case_59_a_blade_that_switches_itself_on_again_is_switched_off_again_and_the_VMs_wait()
    {
        var boots = (await Lab.StatusAsync())["applejack"].Boots;
        await Lab.ChassisAsync("self-on", "100");
        // Cut off from the members also when it has booted: a new life that joins would be proof about the old one.
        var fault = await Lab.IsolateAsync("applejack");
        // Two members take turns, ever more slowly, before one of them has had its whole time.
        await Running.AwaitAsync("the level to be given up", async () =>
        {
            Assert.Empty(await VmProcessesAsync("rainbowdash"));
            return (await EventsAsync("witness")).Any(e => e is { Name: "FenceLevelFailed", Host: "applejack" });
        }, Patient);
        var failed = (await EventsAsync("witness")).First(e => e.Name == "FenceLevelFailed");
        Say($"given up: {failed.Json}");
        var cycles = (await Lab.StatusAsync())["applejack"].Boots - boots;
        Say($"applejack was switched off {cycles} times");
        Assert.InRange(cycles, 2u, 20u);
        Assert.DoesNotContain(await EventsAsync("witness"), e => e.Name is "HostFenced" or "VmAssigned");
        // The next level is the same device: it goes on.
        await UntilAsync("a further SET", async () => (await Lab.StatusAsync())["applejack"].Boots - boots > cycles);
        foreach (var alarm in (await Running.StatusAsync("rainbowdash"))!.Alarms) Say($"alarm {alarm.Name}: {alarm.Because}");
        Assert.NotEmpty((await Running.StatusAsync("rainbowdash"))!.Alarms);
        Assert.DoesNotContain(await EventsAsync("witness"), e => e.Name is "HostFenced" or "VmAssigned");
        await Lab.ChassisAsync("self-on", "off");
        await RecoveredAsync(fault);
        Assert.Single(await EventsAsync("witness"), e => e is { Name: "HostFenced", Host: "applejack" });
        await EndOrRenewAsync();
    }

    [SiteTheory]
    [InlineData("other-password", "")]
    [InlineData("read-only", "may read but not write")]
    [InlineData("other-engine", "engine id has changed")]
    [InlineData("forgets-boots", "clock went back")]
    public async Task Case_26_what_would_fail_at_the_fence_is_found_before(string fault, string words)
    {
        await Lab.ChassisAsync(fault, "on");
        string? said = null;
        await UntilAsync("somebody to say that the hosts are not protected", async () =>
        {
            said = (await Running.StatusAsync("rainbowdash"))!.Members.Single(m => m.Name == "applejack").Protection is { Ready: false } p ? p.Detail : null;
            return said is not null;
        });
        Say($"not protected: {said}");
        Assert.Contains(words, said, StringComparison.Ordinal);
        await Lab.ChassisAsync(fault, "off");
        // Checks that failed are repeated ever more slowly, to 30 s; and an engine that is another again is told once more.
        await Running.AwaitAsync("all to be protected again", Running.IsReadyAsync, Patient);
        await NobodyFencedAsync();
        // And what is said is true: the chassis as it is now does fence.
        if (fault is "other-engine") await RecoveredAsync(await Lab.PowerOffAsync("applejack"));
        await EndAsync();
    }

    private async Task<string> VerdictAsync() => (await Running.StatusAsync("rainbowdash"))!.Members.Single(m => m.Name == "applejack").Verdict;

    private async Task NothingMovesAsync(TimeSpan time)
    {
        await HoldsForAsync(time, "nothing runs on rainbowdash", async () => (await VmProcessesAsync("rainbowdash")).Count == 0);
        Assert.DoesNotContain(await EventsAsync("witness"), e => e.Name is "HostFenced" or "VmAssigned");
        Say("nothing has moved");
    }

    private async Task RecoveredByOneFenceAsync(LabReply fault)
    {
        await RecoveredAsync(fault);
        Assert.True(await IsOffAsync("applejack"));
        Assert.Single(await EventsAsync("witness"), e => e is { Name: "HostFenced", Host: "applejack" });
        await EndOrRenewAsync();
    }
}

using ActorHa.Lab;
using ActorHa.Ports.Api;
using Xunit.Abstractions;

namespace ActorHa.Site.Tests;

/// <summary>
/// Members installed as README.md says: systemd with the project's units, its example files, its certificates. What is
/// claimed of the units is tried on them.
/// </summary>
[Trait("Length", "Long")]
public sealed class SystemdTests(InstalledSite site, ITestOutputHelper output) : SiteTests<InstalledSite>(site, output)
{
    [SiteFact]
    public async Task The_agent_may_be_restarted_killed_and_replaced_under_running_VMs()
    {
        var before = await VmProcessesAsync("applejack");
        foreach (var (vm, pid) in before)
            Assert.Contains($"/actorha-vm-{vm}.scope", await File.ReadAllTextAsync($"/proc/{pid}/cgroup"), StringComparison.Ordinal);
        var first = await AgentAsync("applejack");
        Assert.Contains("/actorha-agent.service", await File.ReadAllTextAsync($"/proc/{first}/cgroup"), StringComparison.Ordinal);

        // With systemctl the stop is orderly, and announced.
        var second = await RestartAgentAsync();
        await VmsAreActiveAsync();
        Assert.Equal(before, await VmProcessesAsync("applejack"));
        Say("restarted");

        // Killed, systemd starts it again by itself.
        await Lab.KillAsync("applejack", "agent");
        await UntilAsync("systemd to start the agent again", async () => await AgentAsync("applejack") is > 0 and var now && now != second);
        await VmsAreActiveAsync();
        Assert.Equal(before, await VmProcessesAsync("applejack"));
        Say("killed, and there again");

        // Its etcd, too.
        var etcd = (await Lab.StatusAsync())["applejack"].Process("etcd")!.Pid;
        await Lab.KillAsync("applejack", "etcd");
        await UntilAsync("systemd to start etcd again", async () => (await Lab.StatusAsync())["applejack"].Process("etcd") is { } now && now.Pid != etcd);
        await VmsAreActiveAsync();
        Assert.Equal(before, await VmProcessesAsync("applejack"));
        await NobodyFencedAsync();
        await EndAsync();
    }

    [SiteFact]
    public async Task A_host_that_shuts_down_hands_its_VMs_over_without_a_fence()
    {
        Say((await Lab.ShutdownAsync("applejack")).Text);
        Assert.True(await IsOffAsync("applejack"));
        foreach (var vm in new[] { "mail", "lists" })
            await UntilAsync($"{vm} to be active on rainbowdash", async () => await Site.VmAsync(vm) is { State: VmState.Active, Host: "rainbowdash" });
        var events = await EventsAsync("witness");
        foreach (var e in events) Say($"    #{e.Index} {e.Name} {e.Host}");
        Assert.Equal(4, events.Count(e => e.Name == "VmReleased"));
        Assert.DoesNotContain(events, e => e.Name is "FenceSwitching");
        await EndAsync();
    }

    [SiteFact]
    public async Task A_host_that_loses_its_power_is_recovered_from()
    {
        await RecoveredAsync(await Lab.PowerOffAsync("applejack"));
        await FencedOnceAsync();
        await EndAsync();
    }

    /// <summary>The one member that is back after a loss of power at the whole site: its agent is what says so.</summary>
    [SiteFact]
    public async Task An_agent_starts_beside_an_etcd_that_waits_for_its_majority()
    {
        var before = await VmProcessesAsync("applejack");
        foreach (var other in new[] { "rainbowdash", "witness" }) await Lab.AskAsync("inside", other, "systemctl", "stop", "actorha-etcd");
        await Lab.AskAsync("inside", "applejack", "systemctl", "restart", "--no-block", "actorha-etcd");
        await RestartAgentAsync();
        await UntilAsync("it to say that it is not quorate", async () => await Running.StatusAsync("applejack") is { Quorate: false });
        Assert.Equal(before, await VmProcessesAsync("applejack"));
        foreach (var other in new[] { "rainbowdash", "witness" }) await Lab.AskAsync("inside", other, "systemctl", "start", "actorha-etcd");
        await VmsAreActiveAsync();
        await NobodyFencedAsync();
        await EndAsync();
    }

    /// <summary>
    /// Until the new agent has said that it is ready; its process id. Without a majority the old one waits for an answer before
    /// it goes: on a busy machine longer than one command of the lab may take.
    /// </summary>
    private async Task<int> RestartAgentAsync()
    {
        var after = 0;
        var before = await AgentAsync("applejack");
        await Lab.AskAsync("inside", "applejack", "systemctl", "restart", "--no-block", "actorha-agent");
        await UntilAsync("the new agent to be ready", async () =>
            (after = await AgentAsync("applejack")) > 0 && after != before
            && (await Lab.AskAsync("inside", "applejack", "systemctl", "show", "--property=ActiveState", "--value", "actorha-agent")).Text.Trim() == "active");
        return after;
    }

    private async Task<int> AgentAsync(string host) => (await Lab.StatusAsync())[host].Process("agent")?.Pid ?? 0;

    private Task VmsAreActiveAsync() => UntilAsync("all VMs to be active on applejack, as its own agent says", async () =>
        await Running.StatusAsync("applejack") is { Quorate: true } s && s.Vms.Count == 4 && s.Vms.All(v => v is { State: VmState.Active, Host: "applejack" }));
}

/// <summary>Installed, not only started.</summary>
public sealed class InstalledSite : SiteUnderTest
{
    protected override string Agent => Path.Combine(Needs.Artifacts!, "actorha-agent.dll");

    protected override SiteDescription Describe(SiteDescription site) =>
        site with { Systemd = true, Etcd = site.Etcd with { Tls = InstalledFiles.Certificates(Paths) } };
}

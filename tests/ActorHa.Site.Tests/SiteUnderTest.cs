using System.Security.Cryptography;
using System.Text;
using ActorHa.Lab;
using ActorHa.Lab.Demo;
using ActorHa.Ports.Api;

namespace ActorHa.Site.Tests;

/// <summary>A whole site for the tests of one class: brought up once, each test leaves it as it found it.</summary>
public abstract class SiteUnderTest : IAsyncLifetime
{
    private RunningSite? _running;

    /// <summary>The same directory in every run from one place: what a killed run left behind is cleared away by the next.</summary>
    public LabPaths Paths { get; } = LabPaths.In($"{LabPaths.DefaultDir}-test-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(AppContext.BaseDirectory)))[..6]}");

    /// <summary>The site.</summary>
    public RunningSite Running => _running ?? throw new InvalidOperationException("the site is not up");

    /// <summary>What the lab said while it was built.</summary>
    public List<string> Progress { get; } = [];

    /// <summary>Directory of the agent and its library.</summary>
    protected abstract string Agent { get; }

    /// <summary>Changes the description.</summary>
    protected virtual SiteDescription Describe(SiteDescription site) => site;

    /// <summary>Called when hosts have power and no configuration was applied yet.</summary>
    protected virtual Task BeforeConfigurationAsync() => Task.CompletedTask;

    /// <summary>Called when the lab has ended.</summary>
    protected virtual Task AfterEndAsync() => Task.CompletedTask;

    public async Task InitializeAsync()
    {
        // The runner makes fixtures also for classes whose tests are all skipped.
        if (Needs.Missing() is not null) return;
        var site = Describe(new SiteDescription { Name = Paths.DerivedName(), AgentCommand = $"dotnet {Agent} --config {{etc}}/actorha.conf" });
        await LabBuilder.DownAsync(site.Name, Progress.Add);
        await LabBuilder.UpAsync(site, Paths, fresh: true, Progress.Add);
        await BeforeConfigurationAsync();
        _running = await RunningSite.UpAsync(site, Paths, Progress.Add);
    }

    public async Task DisposeAsync()
    {
        if (Needs.Missing() is not null) return;
        await LabBuilder.DownAsync(Paths.DerivedName(), Progress.Add);
        await AfterEndAsync();
    }

    /// <summary>Anew from nothing: quicker than to wait until a SET that nobody ended can take no effect any more (set-lifetime, 180 s).</summary>
    public async Task RenewAsync()
    {
        await DisposeAsync();
        await InitializeAsync();
    }

    /// <summary>Whole again, as at first: everything on, joined, protected, running; the VMs that recover elsewhere back on applejack.</summary>
    public async Task RestoreAsync()
    {
        var lab = Running.Lab;
        await lab.HealAsync();
        await lab.AskAsync("chassis", "heal");
        foreach (var host in (await lab.StatusAsync()).Hosts)
        {
            if (host.Frozen) await lab.ThawAsync(host.Name);
            await PowerOnAsync(host.Name);
            // Just booted, the host's first process may not be there yet; then there is no hold either.
            if (host.Process("init") is not null) await lab.StartAsync(host.Name, "agent");
        }
        await Running.AwaitAsync("the witness to be quorate", async () => (await Running.StatusAsync("witness"))?.Quorate == true, TimeSpan.FromSeconds(60));
        var status = (await Running.StatusAsync("witness"))!;
        if (status.Maintenance.On) await CommandAsync(ApiContract.Maintenance, new MaintenanceCommand(false, null, "test"));
        foreach (var member in status.Members.Where(m => m.Fences > 0))
            await CommandAsync(ApiContract.HostRelease, new HostReleaseCommand(member.Name, "test"));
        await Running.AwaitAsync("all to be protected and running", Running.IsReadyAsync, TimeSpan.FromSeconds(120));
        foreach (var vm in SiteFiles.Vms) await MoveAsync(vm, "applejack");
        // A guest that still boots does not hear its power button: a stop would wait for its whole grace.
        await Running.AwaitAsync("the guests to speak", Running.IsReadyAsync, TimeSpan.FromSeconds(60));
    }

    /// <summary>Gives a host its power back.</summary>
    public virtual Task PowerOnAsync(string host) => Running.Lab.PowerOnAsync(host);

    /// <summary>Moves a VM, if it is not there already, and waits until it runs there.</summary>
    public async Task MoveAsync(string vm, string host)
    {
        if ((await VmAsync(vm)) is { State: VmState.Active } now && now.Host == host) return;
        await CommandAsync(ApiContract.Vm, new VmCommand(vm, VmAction.Move, host, "test"));
        await Running.AwaitAsync($"{vm} to run on {host}", async () => await VmAsync(vm) is { State: VmState.Active } v && v.Host == host, TimeSpan.FromSeconds(90));
    }

    /// <summary>Gives the witness a command, which must be accepted.</summary>
    public async Task CommandAsync<T>(string path, T command)
    {
        var result = await Running.PostAsync("witness", path, command);
        Assert.True(result.Accepted, result.Because);
    }

    /// <summary>A VM as a member knows it.</summary>
    public async Task<VmDto?> VmAsync(string vm, string member = "witness") => (await Running.StatusAsync(member))?.Vms.SingleOrDefault(v => v.Name == vm);
}

/// <summary>With the agent as it ships.</summary>
public sealed class ShippedSite : SiteUnderTest
{
    protected override string Agent => Path.Combine(Needs.Artifacts!, "actorha-agent.dll");
}

/// <summary>With an agent that can be told to die at a step.</summary>
public sealed class MortalSite : SiteUnderTest
{
    protected override string Agent => Path.Combine(AppContext.BaseDirectory, "actorha-faulty-agent.dll");

    /// <summary>The file of <see cref="FaultyAgent.DeathWish"/> on a host; gone when the agent has died.</summary>
    public string DeathWish(string host) => Path.Combine(Paths.Disk(host), "actorha", FaultyAgent.DeathWish.FileName);

    /// <summary>The agent of the host shall die at its next such step.</summary>
    public void DieAt(string host, string step)
    {
        var beside = DeathWish(host) + ".new";
        File.WriteAllText(beside, step);
        File.Move(beside, DeathWish(host), overwrite: true);
    }
}

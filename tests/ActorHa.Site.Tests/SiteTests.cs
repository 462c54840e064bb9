using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ActorHa.Lab;
using ActorHa.Lab.Demo;
using ActorHa.Ports.Api;
using Xunit.Abstractions;

namespace ActorHa.Site.Tests;

/// <summary>What the tests of a site have in common: the state before, the words for what was seen, the end.</summary>
public abstract class SiteTests<TSite>(TSite site, ITestOutputHelper output) : IClassFixture<TSite>, IAsyncLifetime
    where TSite : SiteUnderTest
{
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(60);
    private long _began;
    private long _before;

    protected TSite Site => site;

    protected RunningSite Running => site.Running;

    protected LabClient Lab => site.Running.Lab;

    public async Task InitializeAsync()
    {
        _began = Stopwatch.GetTimestamp();
        await site.RestoreAsync();
        _before = (await Running.StatusAsync("witness"))!.Index;
        Assert.Equal(SiteFiles.Vms.Order(), (await VmProcessesAsync("applejack")).Keys);
        Say($"the site is whole, journal at {_before}");
        _began = Stopwatch.GetTimestamp();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    protected void Say(string text) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_began).TotalSeconds,7:0.00} s  {text}"));

    /// <summary>Restores the site, and hears the referee's verdict on all that ever ran in it.</summary>
    protected async Task EndAsync()
    {
        await site.RestoreAsync();
        var report = await Lab.RefereeAsync();
        Say("whole again");
        Assert.True(report.Clean, report.ToText());
    }

    /// <summary>
    /// As <see cref="EndAsync"/>; but where a SET got no answer a lost host is given nothing for <c>set-lifetime</c>, so that a
    /// new site is quicker.
    /// </summary>
    protected async Task EndOrRenewAsync()
    {
        if (!LeavesSwitchOpen(await EventsAsync("witness"))) { await EndAsync(); return; }
        var report = await Lab.RefereeAsync();
        Assert.True(report.Clean, report.ToText());
        await site.RenewAsync();
    }

    /// <summary>Whether a SET may still take effect: a switching whose SETs were not all answered.</summary>
    protected static bool LeavesSwitchOpen(IReadOnlyList<Fact> events)
    {
        var switched = events.Where(e => e.Name == "FenceSwitching").Select(e => e.Index);
        var ended = events.Where(e => e.Name == "FenceEnded" && e.Json.GetProperty("allAnswered").GetBoolean()).Select(e => e.Json.GetProperty("switch").GetInt64());
        return switched.Except(ended).Any();
    }

    /// <summary>Waits for a recovery on rainbowdash and tells its phases.</summary>
    protected async Task<Recovery> RecoveredAsync(LabReply fault, TimeSpan? patience = null)
    {
        Say(fault.Text);
        var recovery = await Recovery.AwaitAsync(Running, fault.AtMs, _before, patience ?? Generous);
        Say(string.Create(CultureInfo.InvariantCulture,
            $"ms since the fault: noticed {recovery.Noticed:0}, committed {recovery.Committed:0}, proven off {recovery.Proven:0}, started {recovery.Started:0}, all started {recovery.AllStarted:0}, guest alive {recovery.GuestAlive:0}"));
        foreach (var vm in Recovery.Vms)
            await UntilAsync($"{vm} to be active on rainbowdash", async () => await site.VmAsync(vm, "rainbowdash") is { State: VmState.Active, Host: "rainbowdash" });
        return recovery;
    }

    /// <summary>The one request and the one proof of a fence of applejack, and that no VM started before the proof.</summary>
    protected async Task FencedOnceAsync()
    {
        var events = await EventsAsync("witness");
        foreach (var e in events) Say($"    #{e.Index} {e.Name}");
        Assert.Single(events, e => e is { Name: "HostFenced", Host: "applejack" });
        var proof = events.Single(e => e.Name == "HostFenced");
        Assert.Contains(events, e => e is { Name: "FenceRequested", Host: "applejack" } && e.Index < proof.Index);
        Assert.DoesNotContain(events, e => e.Name is "FenceRequested" or "FenceSwitching" or "HostFenced" && e.Host != "applejack");
        Assert.NotEmpty(proof.Json.GetProperty("proof").GetProperty("says").EnumerateArray());
        Assert.All(events.Where(e => e.Name == "VmAssigned"), e => Assert.True(e.Index >= proof.Index, $"#{e.Index} assigns before the proof #{proof.Index}"));
    }

    /// <summary>Nobody asked for anybody's power.</summary>
    protected async Task NobodyFencedAsync(string member = "witness") =>
        Assert.DoesNotContain(await EventsAsync(member), e => e.Name is "FenceRequested" or "FenceSwitching" or "HostFenced");

    /// <summary>What became a fact since the test began.</summary>
    protected async Task<IReadOnlyList<Fact>> EventsAsync(string member) =>
        [.. (await Running.HistoryAsync(member, _before)).SelectMany(entry => entry.Events.Select(e => Fact.Parse(entry.Index, e)))];

    /// <summary>VMs' processes of a host, from the machine's process table.</summary>
    protected async Task<SortedDictionary<string, int>> VmProcessesAsync(string host) =>
        new((await Lab.StatusAsync())[host].Processes.Where(p => p.Role.StartsWith("vm:", StringComparison.Ordinal)).ToDictionary(p => p.Role[3..], p => p.Pid));

    protected Task UntilAsync(string what, Func<Task<bool>> condition) => Running.AwaitAsync(what, condition, Generous);

    /// <summary>It holds at every look during this time.</summary>
    protected static async Task HoldsForAsync(TimeSpan time, string what, Func<Task<bool>> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            Assert.True(await condition(), $"after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s no longer: {what}");
            await Task.Delay(100);
        }
    }

    protected async Task<bool> IsOffAsync(string host) => !(await Lab.StatusAsync())[host].Power;
}

/// <summary>One event of the journal.</summary>
public sealed record Fact(long Index, string Name, string? Host, JsonElement Json)
{
    public static Fact Parse(long index, string text)
    {
        // A configuration is told in a sentence: its text is long.
        if (!text.StartsWith('{')) return new Fact(index, text.Split(' ')[0], null, default);
        using var document = JsonDocument.Parse(text);
        var json = document.RootElement.Clone();
        return new Fact(index, json.GetProperty("event").GetString()!, Text(json, "host") ?? Text(json, "member"), json);
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
}

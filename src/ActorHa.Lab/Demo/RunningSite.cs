using System.Net.Http.Json;
using System.Net.Sockets;
using ActorHa.Lab.Guests;
using ActorHa.Ports.Api;

namespace ActorHa.Lab.Demo;

/// <summary>A lab with agents in it, as an operator sees it: through each member's local interface, reached from outside through
/// its process table.</summary>
public sealed class RunningSite(LabClient lab, LabPaths paths)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>The lab.</summary>
    public LabClient Lab => lab;

    /// <summary>Builds a lab, applies its configuration, and waits until all is protected and running.</summary>
    public static async Task<RunningSite> UpAsync(SiteDescription site, LabPaths paths, Action<string> progress, TimeSpan? patience = null)
    {
        var running = new RunningSite(await LabBuilder.UpAsync(site, paths, fresh: true, progress), paths);
        await running.AwaitAsync("the agents to be quorate", async () => (await running.StatusAsync("witness"))?.Quorate == true, patience ?? TimeSpan.FromSeconds(60));
        var answer = await running.PostAsync("witness", ApiContract.ConfigApply, new ApplyConfigCommand(await File.ReadAllTextAsync(paths.ClusterConf), 0, "lab"));
        if (!answer.Accepted) throw new LabException($"the configuration is refused: {answer.Because}");
        progress($"configuration: {answer.Because}");
        await running.AwaitReadyAsync(progress, patience ?? TimeSpan.FromSeconds(90));
        return running;
    }

    /// <summary>Waits until every host is admitted and protected and every VM is active.</summary>
    public async Task AwaitReadyAsync(Action<string> progress, TimeSpan patience)
    {
        await AwaitAsync("all to be protected and running", async () => await IsReadyAsync(), patience);
        progress("all hosts are protected, all VMs are active");
    }

    /// <summary>Both hosts are admitted and protected on every member's word; every VM is active and its guest speaks.</summary>
    public async Task<bool> IsReadyAsync() => await WhyNotReadyAsync() is null;

    /// <summary>The first thing that is missing; null when all is ready.</summary>
    private async Task<string?> WhyNotReadyAsync()
    {
        foreach (var member in new[] { "applejack", "rainbowdash", "witness" })
        {
            if (await StatusAsync(member) is not { } s) return $"the agent of {member} does not answer";
            if (!s.Quorate) return $"{member} is not quorate";
            var hosts = s.Members.Where(m => m.Role == "host").ToList();
            if (hosts.Count != 2) return $"{member} knows {hosts.Count} host(s)";
            if (hosts.Find(h => !h.Admitted || h.Verdict != "alive" || h.Protection?.Ready != true) is { } host)
                return $"{member} says of {host.Name}: {(host.Admitted ? "admitted" : "not admitted")}, {host.Verdict}, {(host.Protection?.Ready == true ? "protected" : $"not protected ({host.Protection?.Detail})")}";
            if (s.Vms.Count == 0) return $"{member} knows no VM";
            if (s.Vms.FirstOrDefault(v => v.State != VmState.Active) is { } vm) return $"{member} says of {vm.Name}: {vm.State} {vm.Reason}";
        }
        var report = await lab.RefereeAsync();
        foreach (var vm in SiteFiles.Vms)
        {
            var runs = report.Vms.FirstOrDefault(v => v.Vm == vm)?.Runs ?? [];
            if (runs.Any(r => r.FirstWordMs is not null && report.NowMs - r.ToMs < 2000)) continue;
            return runs.MaxBy(r => r.ToMs) is { } last
                ? $"the guest of {vm} does not speak: on {last.Host}, first seen {Ago(last.FromMs)}, last seen {Ago(last.ToMs)}, {(last.FirstWordMs is { } word ? $"spoke first {Ago(word)}" : "never spoke")}"
                : $"no process of {vm} was seen";
        }
        return null;

        string Ago(double ms) => $"{(report.NowMs - ms) / 1000:0.0} s ago";
    }

    /// <summary>A member's status; null when its agent does not answer.</summary>
    public Task<StatusDto?> StatusAsync(string member) => GetAsync<StatusDto>(member, ApiContract.Status);

    /// <summary>A member's history behind an index.</summary>
    public async Task<IReadOnlyList<HistoryEntryDto>> HistoryAsync(string member, long after) =>
        (await GetAsync<HistoryDto>(member, $"{ApiContract.History}?after={after}&limit=1000"))?.Entries ?? [];

    /// <summary>Gives a command to a member.</summary>
    public async Task<CommandResult> PostAsync<T>(string member, string path, T body)
    {
        using var client = await ClientAsync(member) ?? throw new LabException($"{member} does not run");
        using var answer = await client.PostAsJsonAsync(path, body, ApiContract.Json);
        return answer.IsSuccessStatusCode
            ? (await answer.Content.ReadFromJsonAsync<CommandResult>(ApiContract.Json))!
            : throw new LabException($"{member}: {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>Waits for a condition.</summary>
    /// <exception cref="LabException">It did not come true in time.</exception>
    public static async Task AwaitConditionAsync(string what, Func<Task<bool>> condition, TimeSpan patience)
    {
        var end = LabClock.Now + patience.TotalMilliseconds;
        while (!await condition())
        {
            if (LabClock.Now > end) throw new LabException($"waited {patience.TotalSeconds:0} s in vain for {what}");
            await Task.Delay(Poll);
        }
    }

    /// <summary>Waits for a condition; what was seen last is told when it does not come true.</summary>
    public async Task AwaitAsync(string what, Func<Task<bool>> condition, TimeSpan patience)
    {
        try
        {
            await AwaitConditionAsync(what, condition, patience);
        }
        catch (LabException e)
        {
            var last = await StatusAsync("witness") ?? await StatusAsync("rainbowdash");
            var vms = string.Join(", ", last?.Vms.Select(v => $"{v.Name} {v.State} {v.Host} {v.Reason}") ?? []);
            var alarms = string.Join("; ", last?.Alarms.Select(a => a.Because) ?? []);
            throw new LabException($"{e.Message} ({await WhyNotReadyAsync() ?? "the site is whole"}; journal at {last?.Index}; {vms}; {alarms}; logs in {paths.Dir}/hosts/*/log)", e);
        }
    }

    private async Task<T?> GetAsync<T>(string member, string path) where T : class
    {
        try
        {
            using var client = await ClientAsync(member);
            return client is null ? null : await client.GetFromJsonAsync<T>(path, ApiContract.Json);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException or System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private async Task<HttpClient?> ClientAsync(string member)
    {
        if ((await lab.StatusAsync())[member].Process("init") is not { } init) return null;
        // The host's /run is its own: seen from outside below its first process.
        var socket = $"/proc/{init.Pid}/root{ApiContract.DefaultSocket}";
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var s = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await s.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
                return new NetworkStream(s, ownsSocket: true);
            },
        };
        return new HttpClient(handler) { BaseAddress = new Uri("http://agent"), Timeout = TimeSpan.FromSeconds(20) };
    }
}

using System.Globalization;
using System.Text.Json;

namespace ActorHa.Lab.Demo;

/// <summary>Measures recoveries again and again; prints distributions, asserts nothing.</summary>
public static class Bench
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private static readonly string[] Faults = ["power", "freeze", "cut", "vm", "leader"];

    /// <summary><c>bench failover [--runs N] [--fault power|freeze|cut|vm|leader] [--json]</c>.</summary>
    public static async Task<int> RunAsync(LabPaths paths, IReadOnlyList<string> words, TextWriter output)
    {
        var json = words.Contains("--json");
        var runs = Option(words, "--runs") is { } n && int.TryParse(n, CultureInfo.InvariantCulture, out var r) ? r : 20;
        var fault = Option(words, "--fault") ?? "power";
        if (words is not ["failover", ..] || !Faults.Contains(fault) || runs < 1)
            throw new LabException($"usage: bench failover [--runs N] [--fault {string.Join('|', Faults)}] [--json]");
        var site = new SiteDescription { Name = paths.DerivedName() };
        var phases = new Dictionary<string, List<double>>();
        void Add(string phase, double ms)
        {
            if (!phases.TryGetValue(phase, out var list)) phases[phase] = list = [];
            list.Add(ms);
        }
        var clean = true;
        try
        {
            var running = await RunningSite.UpAsync(site, paths, s => Console.Error.WriteLine($"  {s}"));
            for (var i = 1; i <= runs; i++)
            {
                await OnceAsync(running, fault, Add);
                clean &= (await running.Lab.RefereeAsync()).Clean;
                await Console.Error.WriteLineAsync($"  run {i} of {runs}: {phases.Last(p => p.Key.StartsWith("started", StringComparison.Ordinal)).Value[^1]:0} ms");
            }
        }
        finally
        {
            await LabBuilder.DownAsync(site.Name, _ => { });
        }
        var rows = phases.Select(p => Row.Of(p.Key, p.Value)).ToList();
        if (json) await output.WriteLineAsync(JsonSerializer.Serialize(new { fault, runs, clean, phases = rows }, Indented));
        else
        {
            await output.WriteLineAsync($"{fault}: {runs} runs, ms since the fault; referee: {(clean ? "no VM ran twice" : "A VM RAN TWICE")}");
            await output.WriteLineAsync($"{"phase",-14} {"min",7} {"median",7} {"p95",7} {"max",7}");
            foreach (var row in rows) await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{row.Phase,-14} {row.Min,7:0} {row.Median,7:0} {row.P95,7:0} {row.Max,7:0}"));
        }
        return clean ? 0 : 1;
    }

    private static async Task OnceAsync(RunningSite site, string fault, Action<string, double> add)
    {
        await site.AwaitAsync("all to be protected and running", site.IsReadyAsync, TimeSpan.FromSeconds(120));
        var after = (await site.StatusAsync("rainbowdash"))!.Index;
        if (fault == "vm")
        {
            await VmAsync(site, add);
            return;
        }
        if (fault == "leader") await LeadAsync(site, "applejack");
        var lab = site.Lab;
        var reply = fault switch
        {
            "freeze" => await lab.FreezeAsync("applejack"),
            "cut" => await lab.IsolateAsync("applejack", alsoFromChassis: true),
            _ => await lab.PowerOffAsync("applejack"),
        };
        var recovery = await Recovery.AwaitAsync(site, reply.AtMs, after, TimeSpan.FromSeconds(60));
        add("noticed", recovery.Noticed);
        add("committed", recovery.Committed);
        add("proven off", recovery.Proven);
        add("started", recovery.Started);
        add("started, all", recovery.AllStarted);
        add("guest alive", recovery.GuestAlive);
        // Back to the beginning: applejack with all its VMs.
        if (fault == "cut") await lab.HealAsync();
        await lab.PowerOnAsync("applejack");
        await site.AwaitAsync("applejack to rejoin", site.IsReadyAsync, TimeSpan.FromSeconds(120));
        foreach (var vm in Recovery.Vms)
        {
            await site.PostAsync("witness", Ports.Api.ApiContract.Vm, new Ports.Api.VmCommand(vm, Ports.Api.VmAction.Move, "applejack", "bench"));
            await site.AwaitAsync($"{vm} to be back", async () => (await site.StatusAsync("witness"))?.Vms.Any(v => v.Name == vm && v.Host == "applejack" && v.State == Ports.Api.VmState.Active) == true, TimeSpan.FromSeconds(60));
        }
        await site.PostAsync("witness", "/host/release", new Ports.Api.HostReleaseCommand("applejack", "bench"));
    }

    private static async Task VmAsync(RunningSite site, Action<string, double> add)
    {
        async Task<int?> PidAsync() => (await site.Lab.StatusAsync())["applejack"].Process("vm:mail")?.Pid;
        var before = await PidAsync();
        var reply = await site.Lab.KillAsync("applejack", "vm:mail");
        // The referee joins two processes of one epoch into one run: here the process table itself is asked, every few ms.
        var again = 0d;
        await site.AwaitAsync("mail to start again", async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                if (await PidAsync() is { } pid && pid != before) { again = Guests.LabClock.Now; return true; }
                await Task.Delay(5);
            }
            return false;
        }, TimeSpan.FromSeconds(60));
        add("started again", again - reply.AtMs);
        await site.AwaitAsync("all to run", site.IsReadyAsync, TimeSpan.FromSeconds(60));
        // The failures are forgotten, as an operator would have them forgotten.
        await site.PostAsync("witness", Ports.Api.ApiContract.Vm, new Ports.Api.VmCommand("mail", Ports.Api.VmAction.Start, null, "bench"));
    }

    /// <summary>Lets a host lead the journal: the agents' own placing is switched off by stopping the witness's agent for a moment.</summary>
    private static async Task LeadAsync(RunningSite site, string host)
    {
        var init = (await site.Lab.StatusAsync())[host].Process("init")!.Pid;
        Tool.Run(null, "nsenter", "-t", $"{init}", "-n", "--", "sh", "-c",
            "export ETCDCTL_API=3; e=http://192.168.41.11:2379,http://192.168.41.12:2379,http://192.168.41.13:2379; id=$(etcdctl --endpoints=http://192.168.41.11:2379 endpoint status -w json | sed 's/.*\"member_id\":\\([0-9]*\\).*/\\1/'); for x in 11 12 13; do etcdctl --endpoints=http://192.168.41.$x:2379 move-leader $(printf %x $id) 2>/dev/null || true; done");
    }

    private static string? Option(IReadOnlyList<string> words, string name) => words.SkipWhile(w => w != name).Skip(1).FirstOrDefault();
}

/// <summary>A distribution.</summary>
public sealed record Row(string Phase, int Count, double Min, double Median, double P95, double Max)
{
    /// <summary>Of values; the nearest rank counts.</summary>
    public static Row Of(string phase, IReadOnlyList<double> values)
    {
        var sorted = values.Where(v => !double.IsNaN(v)).Order().ToList();
        double Rank(double p) => sorted.Count == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(p * sorted.Count) - 1, 0, sorted.Count - 1)];
        return new Row(phase, sorted.Count, Rank(0), Rank(0.5), Rank(0.95), Rank(1));
    }
}

using System.Globalization;
using System.Text;
using ActorHa.Lab.Demo;
using ActorHa.Ports.Api;

namespace ActorHa.Lab.Benches;

/// <summary>Makes the same fault again and again and measures the recovery in its phases.</summary>
public static class FailoverBench
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>
    /// <c>power</c>: applejack's plug is pulled; <c>leader</c>: the same while its etcd leads; <c>freeze</c>: all its
    /// processes stand still; <c>cut</c>: all its links are cut, also that to the chassis; <c>vm</c>: the process of a VM is
    /// killed.
    /// </summary>
    public static readonly IReadOnlyList<string> Faults = ["power", "leader", "freeze", "cut", "vm"];

    /// <summary>Measures.</summary>
    public static async Task<FailoverResult> RunAsync(RunningSite site, BenchOptions options)
    {
        var phases = new Dictionary<string, List<double>>();
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        for (var i = 1; i <= options.Runs; i++)
        {
            await site.AwaitAsync("all to be protected and running", site.IsReadyAsync, Patience);
            var run = options.Fault == "vm" ? await KillVmAsync(site) : await LoseHostAsync(site, options.Fault);
            foreach (var (phase, ms) in run)
            {
                if (!phases.TryGetValue(phase, out var list)) phases[phase] = list = [];
                list.Add(ms);
            }
            Bench.Progress(string.Create(CultureInfo.InvariantCulture, $"run {i} of {options.Runs}: {string.Join(", ", run.Select(p => $"{p.Phase} {p.Ms:0}"))}"));
        }
        var took = System.Diagnostics.Stopwatch.GetElapsedTime(began);
        return new FailoverResult(options.Fault, options.Runs, took.TotalSeconds / options.Runs, [.. phases.Select(p => Row.Of(p.Key, p.Value))]);
    }

    private static async Task<IReadOnlyList<(string Phase, double Ms)>> LoseHostAsync(RunningSite site, string fault)
    {
        var lab = site.Lab;
        var after = (await site.StatusAsync("rainbowdash"))!.Index;
        // At once before the pull: the witness's agent takes leadership back when it looks again.
        if (fault == "leader") Bench.Progress((await lab.LeadAsync("applejack")).Text);
        var reply = fault switch
        {
            "freeze" => await lab.FreezeAsync("applejack"),
            "cut" => await lab.IsolateAsync("applejack", alsoFromChassis: true),
            _ => await lab.PowerOffAsync("applejack"),
        };
        var r = await Recovery.AwaitAsync(site, reply.AtMs, after, TimeSpan.FromSeconds(60));
        await RestoreAsync(site);
        return
        [
            ("noticed", r.Noticed), ("committed", r.Committed), ("proven off", r.Proven),
            ("started", r.Started), ("started, all", r.AllStarted), ("guest alive", r.GuestAlive),
            ("asked → decided", r.Decided), ("asked → journal", r.Journalled),
        ];
    }

    /// <summary>Back to the beginning: applejack with all its VMs, its fences forgotten.</summary>
    private static async Task RestoreAsync(RunningSite site)
    {
        await site.Lab.HealAsync();
        await site.Lab.PowerOnAsync("applejack");
        await site.AwaitAsync("applejack to rejoin", site.IsReadyAsync, Patience);
        foreach (var vm in Recovery.Vms)
        {
            await site.PostAsync("witness", ApiContract.Vm, new VmCommand(vm, VmAction.Move, "applejack", "bench"));
            await site.AwaitAsync($"{vm} to be back", async () => (await site.StatusAsync("witness"))?.Vms.Any(v => v.Name == vm && v is { Host: "applejack", State: VmState.Active }) == true, Patience);
        }
        await site.PostAsync("witness", ApiContract.HostRelease, new HostReleaseCommand("applejack", "bench"));
    }

    private static async Task<IReadOnlyList<(string Phase, double Ms)>> KillVmAsync(RunningSite site)
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
        }, Patience);
        await site.AwaitAsync("all to run", site.IsReadyAsync, Patience);
        // The failures are forgotten, as an operator would have them forgotten.
        await site.PostAsync("witness", ApiContract.Vm, new VmCommand("mail", VmAction.Start, null, "bench"));
        return [("started again", again - reply.AtMs)];
    }
}

/// <summary>Recoveries.</summary>
/// <param name="Fault">What was done.</param>
/// <param name="Runs">How often.</param>
/// <param name="SecondsPerRun">How long a run took, with the restoring.</param>
/// <param name="Phases">Distributions, ms since the fault.</param>
public sealed record FailoverResult(string Fault, int Runs, double SecondsPerRun, IReadOnlyList<Row> Phases) : BenchResult
{
    /// <inheritdoc/>
    public override string ToText()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Fault}: {Runs} runs of {SecondsPerRun:0} s each, ms since the fault\n");
        text.Append(CultureInfo.InvariantCulture, $"{"phase",-16} {"min",7} {"median",7} {"p95",7} {"max",7}\n");
        foreach (var row in Phases) text.Append(CultureInfo.InvariantCulture, $"{row.Phase,-16} {row.Min,7:0} {row.Median,7:0} {row.P95,7:0} {row.Max,7:0}\n");
        return text.ToString();
    }
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

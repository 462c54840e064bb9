using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActorHa.Simulation;

/// <summary>What many runs came to: counts, coverage, distributions.</summary>
public sealed class Totals
{
    private readonly SortedDictionary<string, int> _faults = [], _rules = [], _events = [], _fences = [], _lengths = [];
    private readonly SortedDictionary<string, List<double>> _recovered = [];
    private readonly List<double> _liveness = [];
    private readonly TimeSpan _began = Environment.CpuUsage.TotalTime;

    /// <summary>Runs.</summary>
    public int Runs { get; private set; }

    /// <summary>Runs with a finding.</summary>
    public int Breaches { get; private set; }

    /// <summary>Faults that a run has.</summary>
    public int LeastFaults { get; private set; } = int.MaxValue;

    /// <summary>Simulated time, seconds.</summary>
    public double Seconds { get; private set; }

    /// <summary>The same, years.</summary>
    public double Years => Seconds / 86400 / 365.25;

    /// <summary>Shortest run, simulated seconds.</summary>
    public double Shortest { get; private set; } = double.MaxValue;

    /// <summary>Wall-clock time spent in runs, over all jobs.</summary>
    public TimeSpan Took { get; private set; }

    /// <summary>Checks made.</summary>
    public long Checks { get; private set; }

    /// <summary>Events of the worlds.</summary>
    public long Steps { get; private set; }

    /// <summary>Processes started.</summary>
    public long Starts { get; private set; }

    /// <summary>Powers cut by SETs.</summary>
    public long Hits { get; private set; }

    /// <summary>Those of them that struck a host which its own watchdog had not reset before: false ones, where nothing but noise was played.</summary>
    public long HitsWithoutReset { get; private set; }

    /// <summary>Hosts that their own watchdog has reset.</summary>
    public long Resets { get; private set; }

    /// <summary>Adds a run.</summary>
    public void Add(RunResult r)
    {
        Runs++;
        if (r.Breach is not null) Breaches++;
        var world = r.World;
        LeastFaults = Math.Min(LeastFaults, r.Plan.Faults.Length);
        Seconds += world.Time.Now.Seconds;
        Shortest = Math.Min(Shortest, world.Time.Now.Seconds);
        Took += r.Took;
        Checks += world.Audit.Checks;
        Steps += world.Time.Events;
        Starts += world.Starts.Count;
        Hits += world.Hits.Count;
        Resets += world.Members.Sum(m => m.Watchdog.Resets);
        HitsWithoutReset += world.Audit.HitsWithoutReset;
        foreach (var f in r.Plan.Faults) Count(_faults, f.Kind);
        foreach (var (rule, n) in world.Audit.Rules) Count(_rules, rule, n);
        foreach (var (kind, n) in world.Audit.Events) Count(_events, kind, n);
        Count(_fences, $"{world.Hits.Count} in a run");
        if (r.Liveness.Took is { } took) { _liveness.Add(took); Count(_lengths, took < 1 ? "a) at once" : took < 10 ? "b) < 10 s" : took < 60 ? "c) < 60 s" : took < 200 ? "d) < 200 s" : "e) longer"); }
        foreach (var (kind, seconds) in world.Outages.Recovered)
        {
            if (!_recovered.TryGetValue(kind, out var list)) _recovered[kind] = list = [];
            list.Add(seconds);
        }
    }

    /// <summary>Simulated cluster-minutes per second and job.</summary>
    public double Speed => Took.TotalSeconds > 0 ? Seconds / 60 / Took.TotalSeconds : 0;

    /// <summary>The same per second of processor time, which others on the machine do not slow.</summary>
    public double SpeedOfCore => Seconds / 60 / Math.Max(0.001, (Environment.CpuUsage.TotalTime - _began).TotalSeconds);

    /// <summary>The table.</summary>
    public void Print(TextWriter to)
    {
        to.WriteLine(Line($"runs {Runs}, with a finding {Breaches}; simulated {Seconds / 3600:0.0} h ({Years:0.0000} years), shortest run {Shortest / 60:0.0} min, at least {LeastFaults} faults each"));
        to.WriteLine(Line($"checks {Checks}, steps {Steps}, process starts {Starts}, powers cut {Hits}, resets by watchdogs {Resets}"));
        to.WriteLine(Line($"speed {SpeedOfCore:0.0} cluster-minutes per second of processor time, {Speed:0.0} per second and job"));
        Histogram(to, "faults", _faults);
        Histogram(to, "fences", _fences);
        Histogram(to, "recovery of the healed core", _lengths);
        to.WriteLine("recovery of VMs by the class of the fault before, seconds (count, median, 90 %, 99 %, longest)");
        foreach (var (kind, list) in _recovered) to.WriteLine(Line($"  {kind,-34} {list.Count,8} {At(list, 0.5),8:0.00} {At(list, 0.9),8:0.00} {At(list, 0.99),8:0.00} {list.Max(),8:0.00}"));
        Histogram(to, "decider arms and commands reached", _rules);
        Histogram(to, "events reached", _events);
        var missing = Core.JournalCodec.EventTypes.Keys.Where(k => !_events.ContainsKey(k)).ToList();
        to.WriteLine(missing.Count == 0 ? "every kind of event was reached" : $"events not reached: {string.Join(", ", missing)}");
    }

    /// <summary>The same for machines.</summary>
    public JsonObject Json() => JsonSerializer.SerializeToNode(new
    {
        runs = Runs,
        breaches = Breaches,
        simulatedSeconds = Seconds,
        simulatedYears = Years,
        checks = Checks,
        steps = Steps,
        starts = Starts,
        powersCut = Hits,
        watchdogResets = Resets,
        powersCutWithoutReset = HitsWithoutReset,
        clusterMinutesPerSecond = Speed,
        clusterMinutesPerProcessorSecond = SpeedOfCore,
        faults = _faults,
        fences = _fences,
        recoveryOfCore = _lengths,
        recovery = _recovered.ToDictionary(r => r.Key, r => new { count = r.Value.Count, median = At(r.Value, 0.5), p90 = At(r.Value, 0.9), p99 = At(r.Value, 0.99), longest = r.Value.Max() }),
        rules = _rules,
        events = _events,
    })!.AsObject();

    private static void Histogram(TextWriter to, string title, SortedDictionary<string, int> counts)
    {
        to.WriteLine(title);
        var most = Math.Max(1, counts.Values.DefaultIfEmpty(1).Max());
        foreach (var (name, n) in counts) to.WriteLine(Line($"  {name,-34} {n,8} {new string('#', (int)Math.Ceiling(30.0 * n / most))}"));
    }

    private static double At(List<double> values, double part)
    {
        values.Sort();
        return values[(int)Math.Min(values.Count - 1, part * values.Count)];
    }

    private static void Count(SortedDictionary<string, int> counts, string key, int by = 1) => counts[key] = counts.GetValueOrDefault(key) + by;

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture).TrimEnd();
}

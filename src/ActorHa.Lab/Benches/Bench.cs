using System.Globalization;
using System.Text.Json;
using ActorHa.Lab.Demo;

namespace ActorHa.Lab.Benches;

/// <summary>Measures on a site of its own; prints what was measured, asserts nothing but that no VM ran twice.</summary>
public static class Bench
{
    /// <summary>Usage, one line per bench.</summary>
    public static readonly string Usage = $"""
        usage: bench failover [--runs N] [--fault {string.Join('|', FailoverBench.Faults)}] [--json]
               bench rest [--for 60s] [--json]
               bench busy [--for 10m] [--json]
        """;

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary><c>bench WHAT [options]</c>. Exit code 1: a VM ran twice.</summary>
    /// <exception cref="LabException">The words are not understood, or the site failed.</exception>
    public static async Task<int> RunAsync(LabPaths paths, IReadOnlyList<string> words, TextWriter output)
    {
        var options = BenchOptions.Parse(words);
        var site = new SiteDescription { Name = paths.DerivedName() };
        try
        {
            var running = await RunningSite.UpAsync(site, paths, Progress);
            var result = await MeasureAsync(options, running);
            result = result with { Clean = (await running.Lab.RefereeAsync()).Clean };
            if (options.Json) await output.WriteLineAsync(JsonSerializer.Serialize<object>(result, Indented));
            else await output.WriteAsync($"{result.ToText()}referee: {(result.Clean ? "no VM ran twice" : "A VM RAN TWICE")}\n");
            return result.Clean ? 0 : 1;
        }
        finally
        {
            await LabBuilder.DownAsync(site.Name, _ => { });
        }
    }

    /// <summary>For whoever waits: on the error output, for the result may be JSON.</summary>
    internal static void Progress(string text) => Console.Error.WriteLine($"  {text}");

    private static async Task<BenchResult> MeasureAsync(BenchOptions options, RunningSite site) => options.What switch
    {
        "failover" => await FailoverBench.RunAsync(site, options),
        "rest" => await RestBench.RunAsync(site, options.For ?? TimeSpan.FromMinutes(1)),
        _ => await BusyBench.RunAsync(site, options.For ?? TimeSpan.FromMinutes(10)),
    };
}

/// <summary>What a bench found.</summary>
public abstract record BenchResult
{
    /// <summary>No VM was ever seen running twice.</summary>
    public bool Clean { get; init; }

    /// <summary>For people; ends with a line break.</summary>
    public abstract string ToText();
}

/// <summary>The words of a bench.</summary>
/// <param name="What"><c>failover</c>, <c>rest</c> or <c>busy</c>.</param>
/// <param name="Runs">How often.</param>
/// <param name="Fault">Which fault.</param>
/// <param name="For">How long; null = its own default.</param>
/// <param name="Json">Print JSON.</param>
public sealed record BenchOptions(string What, int Runs, string Fault, TimeSpan? For, bool Json)
{
    /// <summary>Reads the words behind <c>bench</c>.</summary>
    /// <exception cref="LabException">They are not understood.</exception>
    public static BenchOptions Parse(IReadOnlyList<string> words)
    {
        var options = new BenchOptions(words.Count > 0 ? words[0] : "", 20, "power", null, false);
        if (options.What is not ("failover" or "rest" or "busy")) throw new LabException(Bench.Usage);
        for (var rest = words.Skip(1).ToList(); rest.Count > 0;)
        {
            (options, var taken) = (options.What, rest) switch
            {
                (_, ["--json", ..]) => (options with { Json = true }, 1),
                ("failover", ["--runs", var n, ..]) when int.TryParse(n, CultureInfo.InvariantCulture, out var runs) && runs > 0 => (options with { Runs = runs }, 2),
                ("failover", ["--fault", var fault, ..]) when FailoverBench.Faults.Contains(fault) => (options with { Fault = fault }, 2),
                ("rest" or "busy", ["--for", var time, ..]) when Time(time) is { } t => (options with { For = t }, 2),
                _ => throw new LabException($"'{string.Join(' ', rest)}' is not understood\n{Bench.Usage}"),
            };
            rest.RemoveRange(0, taken);
        }
        return options;
    }

    private static TimeSpan? Time(string text) =>
        text.Length > 1 && int.TryParse(text[..^1], CultureInfo.InvariantCulture, out var n) && n > 0
            ? text[^1] switch { 's' => TimeSpan.FromSeconds(n), 'm' => TimeSpan.FromMinutes(n), _ => null }
            : null;
}

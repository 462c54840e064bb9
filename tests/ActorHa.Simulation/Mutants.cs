using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace ActorHa.Simulation;

/// <summary>
/// Takes rules out of the core one by one, builds each such core aside and hunts in it: every mutant must be found by a check
/// on the world or by the liveness bound. One that no longer applies, does not build or survives is a failure.
/// </summary>
public static class Mutants
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    /// <summary>Plays all, or those named; prints the table.</summary>
    public static int Play(Options options)
    {
        var repository = options.Text("repository") ?? Repository();
        var folder = Path.Combine(repository, "tests", "mutants");
        var names = options.All("mutants");
        foreach (var name in names.Where(n => !File.Exists(Path.Combine(folder, n + ".mutant")))) throw new ArgumentException($"there is no mutant {name} in tests/mutants");
        var mutants = Directory.GetFiles(folder, "*.mutant").Order(StringComparer.Ordinal).Select(Mutant.Read)
            .Where(m => names.Count > 0 ? names.Contains(m.Name) : m.OnlyUnitTests is null).ToList();
        var (bad, json, told) = (0, options.Has("json"), new SortedDictionary<string, JsonObject>(StringComparer.Ordinal));
        if (!json) Console.WriteLine($"{"mutant",-38} {"runs",5} {"seconds",7}  caught by");
        using var place = new Workplace(repository);
        Parallel.ForEach(mutants, new ParallelOptions { MaxDegreeOfParallelism = options.Number("jobs", 1) }, mutant =>
        {
            var began = Stopwatch.GetTimestamp();
            var (caught, runs, verdict) = Try(place, mutant);
            if (!caught) Interlocked.Increment(ref bad);
            var seconds = Math.Round(Stopwatch.GetElapsedTime(began).TotalSeconds);
            lock (place)
            {
                told[mutant.Name] = new() { ["mutant"] = mutant.Name, ["caught"] = caught, ["runs"] = int.TryParse(runs, CultureInfo.InvariantCulture, out var n) ? n : null, ["seconds"] = seconds, ["by"] = verdict };
                if (!json) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{mutant.Name,-38} {runs,5} {seconds,7}  {verdict}"));
            }
        });
        if (json) Console.WriteLine(new JsonArray([.. told.Values]).ToJsonString(Reports.Readable));
        else Console.WriteLine(bad == 0 ? $"all {mutants.Count} are caught" : $"{bad} of {mutants.Count} are not caught");
        return bad == 0 ? 0 : 1;
    }

    private static (bool Caught, string Runs, string Verdict) Try(Workplace place, Mutant mutant)
    {
        var source = File.ReadAllText(Path.Combine(place.Repository, mutant.File));
        if (mutant.Apply(source) is not { } mutated) return (false, "", "NO LONGER APPLIES: the text to find is not there exactly once");
        var folder = place.Build(mutant.Name, mutant.File, mutated, out var error);
        if (folder is null) return (false, "", $"DOES NOT BUILD: {error}");
        try
        {
            using var hunt = Process.Start(new ProcessStartInfo(Workplace.Dotnet, [Path.Combine(folder, "ActorHa.Simulation.dll"), "--hunt", Hunt.Seeds.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var said = hunt.StandardOutput.ReadToEndAsync();
            var failed = hunt.StandardError.ReadToEndAsync();
            if (!hunt.WaitForExit(Patience))
            {
                hunt.Kill();
                return (true, "", "it hangs");
            }
            var words = said.Result.Trim().Split('\t');
            if (hunt.ExitCode == 2) return (false, "", $"THE HUNT DID NOT BEGIN: {failed.Result.Split('\n')[0]}");
            // An end by itself (a stack overflow, out of memory) is the end of an agent, and found as well.
            if (hunt.ExitCode == 3) return (true, words[0], $"RECORDS ONLY: {words[1]}: {words[2]}");
            if (hunt.ExitCode is not (0 or 1)) return (true, "", $"the run broke off: {failed.Result.Split('\n')[0]}");
            return hunt.ExitCode == 1 ? (true, words[0], $"{words[1]}: {words[2]}") : (false, words[0], "SURVIVES");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Repository()
    {
        for (var d = new DirectoryInfo(AppContext.BaseDirectory); d is not null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "ActorHa.sln"))) return d.FullName;
        throw new ArgumentException("--mutants needs the sources: --repository FOLDER");
    }
}

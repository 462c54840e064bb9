using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorHa.World;

namespace ActorHa.Simulation;

/// <summary>What the commands print.</summary>
internal static class Reports
{
    private const int FindingsTold = 3;

    /// <summary>Arrows in a story stay arrows.</summary>
    public static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A written story: one of ours by its name, or any file.</summary>
    public static int Story(string name)
    {
        var stories = Path.Combine(AppContext.BaseDirectory, "stories");
        var known = Directory.Exists(stories)
            ? Directory.GetFiles(stories, "*.scenario", SearchOption.AllDirectories).ToDictionary(f => Path.GetFileNameWithoutExtension(f), f => f)
            : [];
        if (!known.TryGetValue(name, out var file) && !File.Exists(file = name)) throw new StoryException($"there is no story and no file \"{name}\"; known: {string.Join(", ", known.Keys.Order())}");
        try
        {
            Console.Write(new Player().Play(File.ReadAllText(file)));
        }
        catch (StoryException e)
        {
            throw new StoryException($"{file}: {e.Message}");
        }
        return 0;
    }

    /// <summary>One seed, again.</summary>
    public static int OneSeed(Options options)
    {
        var seed = options.Number("seed", 0);
        var result = Run.Play(options.Has("noise") ? Plan.OfNoise(seed) : Plan.Of(seed));
        return One(options, result);
    }

    /// <summary>One pair, again.</summary>
    public static int OnePair(Options options)
    {
        var number = options.Number("pair", 0);
        var pair = Steps.Pairs().FirstOrDefault(p => p.Seed == number) ?? throw new ArgumentException($"there is no pair {number}");
        return One(options, pair.Play(), $"{pair}");
    }

    private static int One(Options options, RunResult result, string? about = null)
    {
        if (options.Has("json"))
        {
            Console.WriteLine(Told(result, result, options.Has("story")).ToJsonString(Readable));
            return result.Breach is null ? 0 : 1;
        }
        if (about is not null) Console.WriteLine(about);
        foreach (var line in result.Plan.Tell()) Console.WriteLine(line);
        if (options.Has("story")) foreach (var line in result.World.Story) Console.WriteLine(line);
        Console.WriteLine(result.Breach ?? FormattableString.Invariant($"no finding; {result.World.Audit.Checks} checks, {result.World.Time.Events} steps, recovery {result.Liveness.Took:0.0} s, state {StateOf(result)}"));
        return result.Breach is null ? 0 : 1;
    }

    private static string StateOf(RunResult result) => Core.JournalCodec.Hash(result.World.Journal.State);

    /// <summary>Many seeds.</summary>
    public static int Many(Options options, IEnumerable<int> seeds, bool noise)
    {
        var totals = new Totals();
        using var interruption = new Interruption();
        var found = Search.Play(seeds.TakeWhile(_ => !interruption.Asked).Select(s => noise ? Plan.OfNoise(s) : Plan.Of(s)).Where(p => Has(options, p.Faults)).Select<Plan, Func<RunResult>>(p => () => Run.Play(p)), options.Number("jobs", 1), totals);
        if (interruption.Asked) Console.Error.WriteLine("ended by hand: this is what was played until then");
        Print(options, totals, found, f => Shrink.Of(f));
        if (!options.Has("json"))
        {
            if (noise) Console.WriteLine(FormattableString.Invariant($"false fences: {totals.HitsWithoutReset} in {totals.Years:0.0000} simulated years of jitter, loss and starvation; {totals.Resets} hosts whose agent starved were reset by their own watchdog, {totals.Hits - totals.HitsWithoutReset} of them then switched off"));
            if (found.Count > 0) Console.WriteLine($"seeds with a finding: {string.Join(" ", found.Select(f => f.Plan.Seed))}");
        }
        // What was cut short has shown less than was asked of it.
        return interruption.Asked ? 130 : found.Count == 0 && !(noise && totals.HitsWithoutReset > 0) ? 0 : 1;
    }

    /// <summary>Faults at steps.</summary>
    public static int Pairs(Options options)
    {
        var (all, totals) = (Steps.Pairs().Where(m => Has(options, m.Faults.Select(f => f.Fault))).ToList(), new Totals());
        return AtSteps(options, Even(all, options.Number("sample", all.Count)), totals);
    }

    /// <summary>Two faults at two steps.</summary>
    public static int Triples(Options options) => AtSteps(options, Steps.Triples(options.Number("triples", 0), options.Number("from", 1)), new Totals());

    private static int AtSteps(Options options, IEnumerable<Meeting> meetings, Totals totals)
    {
        var table = new Coverage();
        var found = Search.Play(meetings.Select<Meeting, Func<RunResult>>(m => () => table.Note(m, m.Play())), options.Number("jobs", 1), totals);
        if (!options.Has("json")) table.Print(Console.Out);
        Print(options, totals, found, finding => finding, table);
        if (!options.Has("json")) foreach (var m in table.Failed) Console.WriteLine($"finding at: {m}");
        return found.Count == 0 ? 0 : 1;
    }

    private static bool Has(Options options, IEnumerable<Fault> faults) => !options.Has("fault") || Catalogue.Of(string.Join(' ', options.All("fault"))) is var kind && faults.Any(f => f.Kind == kind.Name);

    private static IEnumerable<Meeting> Even(List<Meeting> all, int count) => count >= all.Count ? all : Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Count / count)]);

    /// <summary>The totals, and the first findings as stories.</summary>
    private static void Print(Options options, Totals totals, IReadOnlyList<RunResult> found, Func<RunResult, RunResult> shrink, Coverage? table = null)
    {
        var told = found.Take(FindingsTold).Select(f => (Small: shrink(f), Finding: f));
        if (options.Has("json"))
        {
            var all = totals.Json();
            if (table is not null) (all["pairs"], all["failed"]) = (table.Json(), Lines(table.Failed.Select(m => $"{m}")));
            else all["seedsWithAFinding"] = new JsonArray([.. found.Select(f => (JsonNode)f.Plan.Seed)]);
            all["findings"] = new JsonArray([.. told.Select(t => Told(t.Small, t.Finding, story: true))]);
            Console.WriteLine(all.ToJsonString(Readable));
            return;
        }
        totals.Print(Console.Out);
        foreach (var (small, finding) in told)
        {
            Console.WriteLine($"\n== {finding.Breach}");
            foreach (var line in small.Plan.Tell()) Console.WriteLine(line);
            foreach (var line in small.World.Story) Console.WriteLine(line);
            Console.WriteLine(small.Breach);
        }
    }

    /// <summary>A run for machines.</summary>
    private static JsonObject Told(RunResult small, RunResult finding, bool story)
    {
        var run = new JsonObject
        {
            ["seed"] = finding.Plan.Seed,
            ["finding"] = finding.Breach,
            ["plan"] = Lines(small.Plan.Tell()),
            ["checks"] = small.World.Audit.Checks,
            ["steps"] = small.World.Time.Events,
            ["recoverySeconds"] = small.Liveness.Took,
            ["state"] = StateOf(small),
        };
        if (story) run["story"] = Lines(small.World.Story);
        return run;
    }

    private static JsonArray Lines(IEnumerable<string> lines) => new([.. lines.Select(l => (JsonNode)l)]);
}

using System.Diagnostics;
using System.Text.Json.Nodes;
using ActorHa.Testing;

namespace ActorHa.Simulation.Tests;

/// <summary>Seeds: they pass, they repeat, they shrink.</summary>
public sealed class SeedTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(22)] // found: FOUND.md
    [InlineData(216)] // found: FOUND.md
    public void A_seed_has_no_finding(int seed) => Assert.Null(Run.Play(Plan.Of(seed)).Breach);

    [Fact]
    public void Plans_have_at_least_two_faults_and_three_minutes() => Assert.All(Enumerable.Range(1, 500).Select(Plan.Of), p =>
    {
        Assert.True(p.Faults.Length >= 2);
        Assert.True(p.Safety + Run.Settle >= 180);
    });

    [Fact]
    public void Every_fault_of_the_catalogue_is_drawn()
    {
        var drawn = Enumerable.Range(1, 2000).SelectMany(s => Plan.Of(s).Faults).Select(f => f.Kind).ToHashSet();
        Assert.All(Catalogue.All, k => Assert.Contains(k.Name, drawn));
    }

    [Fact]
    public void One_seed_in_two_processes_is_the_same_byte_for_byte()
    {
        var (first, second) = (Say("--seed", "7", "--story"), Say("--seed", "7", "--story"));
        Assert.Contains("no finding", first, StringComparison.Ordinal);
        Assert.Equal(first, second);
        Assert.NotEqual(first, Say("--seed", "8", "--story"));
    }

    [Theory]
    [InlineData("findings", "--seeds", "2")]
    [InlineData("findings", "--for", "1s")]
    [InlineData("pairs", "--pairs", "--sample", "3")]
    [InlineData("pairs", "--triples", "2")]
    [InlineData("story", "--seed", "7", "--story")]
    public void Each_table_is_told_to_machines_as_well(string part, params string[] arguments)
    {
        var told = JsonNode.Parse(Say([.. arguments, "--json"]))!.AsObject();
        Assert.True(told[part] is JsonArray or JsonObject { Count: > 0 });
    }

    [Fact]
    public void Directed_stories_are_told_to_machines_as_well() =>
        Assert.Equal("a late SET and a host that wakes", (string?)JsonNode.Parse(Say("--directed", "a late SET and a host that wakes", "--json"))![0]!["name"]);

    [Fact]
    public void A_finding_is_shrunk_to_the_faults_that_matter()
    {
        var plan = Plan.Of(5) with { Faults = [new Fault(1, "leader lost", 0, 1, 1), new Fault(2, "deaf", 1, 5, 1), new Fault(3, "watch silent", 2, 5, 1)] };
        var small = Shrink.Of(Played(plan), Played);
        Assert.Equal(["deaf"], small.Plan.Faults.Select(f => f.Kind));

        // A run that "fails" exactly when the deaf one is among its faults.
        static RunResult Played(Plan p)
        {
            var world = new World.WorldModel(1);
            return new RunResult(p, p.Faults.Any(f => f.Kind == "deaf") ? "I1 planted" : null, world, new Liveness(world, p), TimeSpan.Zero);
        }
    }

    [Fact]
    public void Directed_stories_have_no_finding() => Assert.All(Directed.All, b => Assert.Null(new Meeting(b, 4, []).Play().Breach));

    [Fact]
    public void Steps_of_every_kind_are_met()
    {
        var steps = Steps.Bases.SelectMany(Steps.Of).ToList();
        Assert.All(Enum.GetValues<World.StepKind>(), kind => Assert.Contains(steps, s => s.Kind == kind && s.Before));
        Assert.All(Enum.GetValues<World.StepKind>(), kind => Assert.Contains(steps, s => s.Kind == kind && !s.Before));
        Assert.All(new[] { "request", "switch", "prove", "release", "restart", "take", "join", "admit" }, rule => Assert.Contains(steps, s => s.What == rule));
    }

    [NeedsFact("kill")]
    public async Task A_search_that_is_ended_says_what_it_has_seen()
    {
        using var process = Process.Start(new ProcessStartInfo(Workplace.Dotnet, [typeof(Run).Assembly.Location, "--for", "1h"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        // Runs have ended by then, also where a processor is slow.
        for (var since = Stopwatch.GetTimestamp(); process.TotalProcessorTime < TimeSpan.FromSeconds(4); await Task.Delay(50))
            Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromMinutes(2), "it does not search");
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"])) await kill.WaitForExitAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        Assert.StartsWith("ended by hand", await process.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
        await process.WaitForExitAsync();
        Assert.Equal(130, process.ExitCode);
        Assert.Matches("^runs [1-9]", said);
    }

    [Fact]
    public void A_search_for_one_fault_plays_only_the_seeds_that_have_it()
    {
        var having = Enumerable.Range(1, 40).Count(s => Plan.Of(s).Faults.Any(f => f.Kind == "started by hand"));
        Assert.InRange(having, 1, 39);
        Assert.StartsWith($"runs {having}, with a finding 0", Say("--seeds", "40", "--fault", "started", "by", "hand"), StringComparison.Ordinal);
        Assert.Contains("there is no fault \"nonsense\"; known: ", Assert.Throws<ArgumentException>(() => Catalogue.Of("nonsense")).Message, StringComparison.Ordinal);
    }

    private static string Say(params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(Workplace.Dotnet, [typeof(Run).Assembly.Location, .. args]) { RedirectStandardOutput = true })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return said;
    }
}

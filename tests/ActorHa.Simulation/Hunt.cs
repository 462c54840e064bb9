namespace ActorHa.Simulation;

/// <summary>
/// Searches one (mutated) core until something is found: directed stories first, then faults at steps, then seeds. The order
/// is fixed, so that the number of runs to the finding says how hard it is to see.
/// </summary>
public static class Hunt
{
    /// <summary>Seeds played before a mutant counts as a survivor.</summary>
    public const int Seeds = 60;

    private const int PairsPlayed = 40;

    /// <summary>All that is played, with its name.</summary>
    public static IEnumerable<(string Name, Func<RunResult> Play)> Order(int seeds)
    {
        foreach (var story in Directed.All) yield return ($"directed \"{story.Name}\"", () => new Meeting(story, 4, []).Play());
        var numbers = Enumerable.Range(1, seeds).GetEnumerator();
        var pairs = Steps.Pairs().ToList();
        // A core that throws in every story comes to no step.
        for (var i = 0; i < PairsPlayed && pairs.Count > 0; i++)
        {
            var pair = pairs[(int)((long)i * pairs.Count / PairsPlayed)];
            yield return ($"pair \"{pair}\"", () => pair.Play());
            if (numbers.MoveNext() && numbers.Current is var seed) yield return ($"seed {seed}", () => Run.Play(Plan.Of(seed)));
        }
        while (numbers.MoveNext())
        {
            var seed = numbers.Current;
            yield return ($"seed {seed}", () => Run.Play(Plan.Of(seed)));
        }
    }

    /// <summary>
    /// Plays until something is found that was done to the world: says what, and after how many runs. Exit code 1 where it was;
    /// 3 where the checks of records alone have seen something (I2, I7, replay, an exception of a state machine).
    /// </summary>
    public static int Play(Options options)
    {
        World.Audit.RecordsAreNoted = true;
        var runs = 0;
        string? noted = null;
        foreach (var (name, play) in Order(options.Number("hunt", Seeds)))
        {
            runs++;
            var result = play();
            var isCrash = result.Broken is "crash";
            if ((isCrash ? result.Breach : result.World.Audit.Noted) is { } record) noted ??= Line(runs, name, record);
            if (isCrash || result.Breach is not { } breach) continue;
            Console.WriteLine(Line(runs, name, breach));
            return 1;
        }
        if (noted is not null)
        {
            Console.WriteLine(noted);
            return 3;
        }
        Console.WriteLine($"{runs}\tnothing found\t");
        return 0;
    }

    private static string Line(int runs, string name, string breach) => breach.Split('\n')[0] is var line ? $"{runs}\t{name}\t{(line.Length > 150 ? line[..150] : line)}" : "";
}

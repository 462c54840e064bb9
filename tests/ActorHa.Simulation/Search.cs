using System.Collections.Concurrent;

namespace ActorHa.Simulation;

/// <summary>Plays many plans, on several threads; results are taken in order, so that the report is the same each time.</summary>
public static class Search
{
    /// <summary>Plays plans until they or the time end; returns those that found something.</summary>
    /// <param name="plays">What to play.</param>
    /// <param name="jobs">Threads.</param>
    /// <param name="totals">Hears every result.</param>
    /// <param name="enough">Findings after which it stops.</param>
    public static List<RunResult> Play(IEnumerable<Func<RunResult>> plays, int jobs, Totals totals, int enough = int.MaxValue)
    {
        var found = new List<RunResult>();
        foreach (var results in plays.Chunk(jobs == 1 ? 1 : jobs * 16).Select(chunk => Chunk(chunk, jobs)))
        {
            foreach (var result in results)
            {
                totals.Add(result);
                if (result.Breach is null) continue;
                found.Add(result);
                // A search may take hours: what it finds can be looked at meanwhile.
                Console.Error.WriteLine($"seed {result.Plan.Seed}: {result.Breach}");
            }
            if (found.Count >= enough) break;
        }
        return found;
    }

    private static RunResult[] Chunk(Func<RunResult>[] plays, int jobs)
    {
        if (jobs == 1) return [.. plays.Select(p => p())];
        var results = new RunResult[plays.Length];
        Parallel.ForEach(Partitioner.Create(Enumerable.Range(0, plays.Length), EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = jobs }, i => results[i] = plays[i]());
        return results;
    }
}

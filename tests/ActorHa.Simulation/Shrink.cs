namespace ActorHa.Simulation;

/// <summary>Makes a failing plan smaller while it still fails in the same way.</summary>
public static class Shrink
{
    /// <summary>The smallest found, with its result. At most some dozens of runs.</summary>
    public static RunResult Of(RunResult failed, Func<Plan, RunResult>? play = null)
    {
        play ??= p => Run.Play(p);
        var best = failed;
        for (var changed = true; changed;)
        {
            changed = false;
            for (var i = best.Plan.Faults.Length - 1; i >= 0; i--)
            {
                var tried = play(best.Plan with { Faults = best.Plan.Faults.RemoveAt(i) });
                if (tried.Broken != failed.Broken) continue;
                (best, changed) = (tried, true);
            }
        }
        return best;
    }
}

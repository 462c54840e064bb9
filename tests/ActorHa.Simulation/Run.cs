using System.Diagnostics;
using ActorHa.World;

namespace ActorHa.Simulation;

/// <summary>Plays a plan: a safety phase with its faults, then a liveness phase with a bound.</summary>
public static class Run
{
    /// <summary>Boot, configuration, first starts, arming: seconds before faults begin.</summary>
    public const double Settle = 8;

    /// <summary>Plays it.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="prepare">Anything else, before the world gets power.</param>
    public static RunResult Play(Plan plan, Action<WorldModel>? prepare = null)
    {
        var world = new WorldModel(plan.Seed, Cadence.Agent);
        plan.Variant.Prepare(world);
        prepare?.Invoke(world);
        var began = Stopwatch.GetTimestamp();
        string? breach = null;
        var liveness = new Liveness(world, plan);
        var open = new List<Action>();
        try
        {
            world.Boot(plan.Variant.Config(), Settle);
            foreach (var fault in plan.Faults) Schedule(world, fault, open);
            world.Run(plan.Safety);
            // What is not over yet ends now, or stays with the host that is not healed.
            foreach (var end in open.ToArray()) end();
            liveness.Demand();
            world.Audit.CompareStates();
            world.Audit.Throw();
        }
        catch (BreachException)
        {
            breach = string.Join("\n", world.Audit.Breaches);
        }
        // We are wrong somewhere: a state machine threw. In production the actor restarts; here it is the finding.
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            breach = $"crash at {world.Time.Now.Seconds:0.00}: {e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }
        return new RunResult(plan, breach, world, liveness, Stopwatch.GetElapsedTime(began));
    }

    private static void Schedule(WorldModel world, Fault fault, List<Action> open) => world.Time.After(TimeSpan.FromSeconds(fault.At), () => Begin(world, fault, open));

    /// <summary>Begins a fault and sees to its end.</summary>
    public static void Begin(WorldModel world, Fault fault, List<Action> open)
    {
        world.Outages.Fault(Catalogue.Of(fault.Kind).Class);
        if (Catalogue.Of(fault.Kind).Start(world, fault) is not { } end) return;
        void Once()
        {
            if (open.Remove(Once)) end();
        }
        open.Add(Once);
        world.Time.After(TimeSpan.FromSeconds(fault.For), Once);
    }
}

/// <summary>What came of a run.</summary>
/// <param name="Plan">What was played.</param>
/// <param name="Breach">What was found; null = nothing.</param>
/// <param name="World">The world at its end.</param>
/// <param name="Liveness">Its liveness phase.</param>
/// <param name="Took">Wall-clock time.</param>
public sealed record RunResult(Plan Plan, string? Breach, WorldModel World, Liveness Liveness, TimeSpan Took)
{
    /// <summary>The invariant that was broken: I1 … I7, replay, crash.</summary>
    public string? Broken => Breach?.Split(' ', 2)[0];
}

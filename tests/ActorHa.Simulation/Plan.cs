using System.Collections.Immutable;
using System.Globalization;
using ActorHa.Core;

namespace ActorHa.Simulation;

/// <summary>All that a run does, made from its seed: the site, the faults of the safety phase, and what is left when it ends.</summary>
/// <param name="Seed">The seed; it also drives the world's own chances.</param>
/// <param name="Variant">The site.</param>
/// <param name="Safety">Length of the safety phase, seconds.</param>
/// <param name="Core">Number of the host that is healed for the liveness phase, with the witness and the chassis.</param>
/// <param name="Fate">What becomes of the other host then.</param>
/// <param name="Faults">The faults, by time.</param>
public sealed record Plan(int Seed, Variant Variant, double Safety, int Core, Fate Fate, ImmutableArray<Fault> Faults)
{
    /// <summary>Faults begin in this part of the safety phase, seconds; the rest lets their consequences come.</summary>
    private const double FaultsWithin = 150;

    /// <summary>The plan of a seed.</summary>
    public static Plan Of(int seed)
    {
        var random = new Random(seed);
        var variant = Variant.Draw(random);
        var safety = 172 + (random.NextDouble() * 30);
        var (core, fate) = (random.Next(2), (Fate)random.Next(4));
        // Catastrophes need few inputs that meet: half of the runs crowd them into some seconds.
        var within = random.Next(2) == 0 ? FaultsWithin : 5 + (random.NextDouble() * 25);
        var count = 2 + random.Next(5);
        var faults = Enumerable.Range(0, count).Select(_ => Catalogue.Draw(random, within)).ToList();
        // Dice of their own: what they fall on changes no other site.
        var own = new Random(seed ^ 0x3a7c9);
        variant = variant with { Watchdogs = Watchdogs.Draw(own) };
        if (variant.Watchdogs is null && new Random(seed ^ 0x2c1e7).Next(3) == 0) variant = variant with { Clocks = Variant.Wild };
        if (new Random(seed ^ 0x4d91b).Next(5) == 0) variant = variant with { PowerOn = PowerOnPolicy.On };
        faults.AddRange(WatchdogFaults.Draw(own, variant.Watchdogs?.Level ?? WatchdogLevel.None, within));
        faults.AddRange(VmFaults.Draw(new Random(seed ^ 0x6b21), within));
        faults.AddRange(JournalFaults.Draw(new Random(seed ^ 0x1f0d5), within));
        return new Plan(seed, variant, safety, core, fate, [.. faults.OrderBy(f => f.At)]);
    }

    /// <summary>A plan of nothing but what healthy hosts must bear: jitter, loss, starvation (case 14).</summary>
    public static Plan OfNoise(int seed)
    {
        var plan = Of(seed);
        var random = new Random(seed ^ 0x5eed);
        return plan with
        {
            Fate = Fate.Healed,
            Faults = [.. Enumerable.Range(0, 4).Select(_ => Catalogue.Draw(random, 150, k => k.Name is "links jitter" or "agent starved" or "watch silent")).OrderBy(f => f.At)],
        };
    }

    /// <summary>The plan as an administrator would write it.</summary>
    public IEnumerable<string> Tell()
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"seed {Seed}: {Variant}; {Safety:0} s, then host {Core} with witness and chassis is healed, the other is {Fate.ToString().ToLowerInvariant()}");
        foreach (var fault in Faults) yield return $"  {fault}";
    }
}

/// <summary>What becomes of the host that is not healed.</summary>
public enum Fate
{
    /// <summary>It is healed, too.</summary>
    Healed,

    /// <summary>It has no power.</summary>
    Off,

    /// <summary>It runs, cut off from all members and from the chassis.</summary>
    Isolated,

    /// <summary>It hangs.</summary>
    Hung,

    /// <summary>Nothing reaches it: its beats go out, and it hears neither members nor journal. Told by directed stories only.</summary>
    Deafened,
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ActorHa.Core;
using ActorHa.World;

namespace ActorHa.Simulation;

/// <summary>
/// Enumeration: every fault before and after every step of the protocol (append, SET, reading, start, stop), in base stories
/// that go through all of them. Almost all known catastrophes of such systems need few inputs that meet at one step.
/// </summary>
public static class Steps
{
    private const int Occurrences = 2;

    /// <summary>The stories in which steps are met.</summary>
    public static readonly ImmutableArray<Base> Bases =
    [
        new("power lost", w => { w["applejack"].Machine.PowerOff(false); w.Time.After(TimeSpan.FromSeconds(15), w["applejack"].Machine.PowerOn); }),
        new("hung and wakes", w => { w["applejack"].Machine.Freeze(false); w.Time.After(TimeSpan.FromSeconds(2.45), w["applejack"].Machine.Thaw); }),
        new("isolated", w => { w.Isolate("applejack"); w.Time.After(TimeSpan.FromSeconds(25), w.Heal); }),
        new("asker and executor", w => { w.Isolate("applejack"); w.Chassis.Mute = true; w.Time.After(TimeSpan.FromSeconds(6), () => { w.Chassis.Mute = false; w.Heal(); }); }),
        new("quick reboot", w => { w["applejack"].Machine.PowerOff(false); w["applejack"].Machine.PowerOn(); }),
        new("host shut down", w =>
        {
            w["applejack"].Command(new LeaveHost("operator"));
            w.Time.After(TimeSpan.FromSeconds(8), () => w["applejack"].Machine.PowerOff(fence: false));
        }),
        new("vm moved", w => w["witness"].Command(new MoveVm(new("vm0"), new("rainbowdash"), "operator"))),
        new("agent crashes", w => w["applejack"].CrashAgent(TimeSpan.FromMilliseconds(400))),
        new("vm killed", w => WorldModel.EndVm(w["applejack"], w["applejack"].Machine.Processes[0], byGuest: false)),
        new("started by hand", w => w["rainbowdash"].Machine.Spawn(new("vm0"), null)),
        new("drilled", w => w["rainbowdash"].Command(new DrillHost(new("applejack"), "operator")), Variant: Variant.Plain with { Change = AllOnRainbowdash }),
        new("power off ordered", w => w["rainbowdash"].Command(new PowerHost(new("applejack"), false, true, "operator"))),
    ];

    private static void AllOnRainbowdash(Site.Builder b)
    {
        foreach (var (vm, config) in b.Vms.ToList()) b.Vms[vm] = config with { Hosts = [new("rainbowdash"), new("applejack")], Failover = true };
    }

    /// <summary>Every pair of a fault and a step.</summary>
    public static IEnumerable<Meeting> Pairs()
    {
        var seed = 1;
        foreach (var at in Bases)
            foreach (var step in Of(at))
                foreach (var kind in Catalogue.OfSteps)
                    yield return new Meeting(at, seed++, [new(step, new Fault(0, kind.Name, Target(kind, step, seed), seed % 2 == 0 ? 3 : 14, seed * 7919 % 9973))]);
    }

    /// <summary>Pairs of faults at two steps, drawn.</summary>
    public static IEnumerable<Meeting> Triples(int count, int from)
    {
        var random = new Random(from);
        var steps = Bases.ToDictionary(b => b, b => Of(b).ToList());
        var kinds = Catalogue.OfSteps;
        for (var i = 0; i < count; i++)
        {
            var at = Bases[random.Next(Bases.Length)];
            AtStep Draw()
            {
                var (step, kind) = (steps[at][random.Next(steps[at].Count)], kinds[random.Next(kinds.Length)]);
                return new(step, new Fault(0, kind.Name, random.Next(2) == 0 ? Target(kind, step, i) : random.Next(kind.Whom == Whom.Host ? 2 : 3), random.NextDouble() * 20, random.Next(1 << 20)));
            }
            yield return new Meeting(at, from * 100_003 + i, [Draw(), Draw()]);
        }
    }

    /// <summary>The steps that a base goes through by itself.</summary>
    public static IReadOnlyList<Step> Of(Base at)
    {
        var seen = new Dictionary<Step, int>();
        var steps = new List<Step>();
        new Meeting(at, 1, []).Play((member, kind, before, what) =>
        {
            var step = new Step(member.Number, kind, before, kind is StepKind.Start or StepKind.Stop ? "" : what, 0);
            var n = seen[step] = seen.GetValueOrDefault(step) + 1;
            if (n <= Occurrences) steps.Add(step with { Occurrence = n });
        });
        return steps;
    }

    private static int Target(FaultKind kind, Step step, int seed) => kind.Whom == Whom.Host && step.Member == 2 ? seed % 2 : kind.Whom == Whom.Host && seed % 3 == 0 ? 1 - step.Member : step.Member;
}

/// <summary>A story whose steps are met by faults.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Begin">What happens in it.</param>
/// <param name="Length">Time for it before the core is healed, seconds.</param>
/// <param name="Variant">The site; null = the ordinary one.</param>
/// <param name="Prepare">What is so from the beginning, before anything has power.</param>
/// <param name="Fate">What becomes of applejack when the core is healed, where no fault is drawn for it.</param>
public sealed record Base(string Name, Action<WorldModel> Begin, double Length = 40, Variant? Variant = null, Action<WorldModel>? Prepare = null, Fate Fate = Fate.Healed);

/// <summary>One step of the protocol in a base story.</summary>
/// <param name="Member">Who does it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Before">Just before it, or just after.</param>
/// <param name="What">An append's rule, a SET's or reading's host.</param>
/// <param name="Occurrence">Which time.</param>
public sealed record Step(int Member, StepKind Kind, bool Before, string What, int Occurrence)
{
    /// <summary>Its row in the table.</summary>
    public string Row => $"{(Before ? "before" : "after")} {Kind.ToString().ToLowerInvariant()}{(Kind == StepKind.Append ? " " + What : "")}";
}

/// <summary>A fault at a step.</summary>
public sealed record AtStep(Step Step, Fault Fault);

/// <summary>A base story, met by faults at its steps.</summary>
public sealed record Meeting(Base Base, int Seed, ImmutableArray<AtStep> Faults)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Base.Name} (seed {Seed}): {string.Join("; ", Faults.Select(f => $"{f.Fault.Kind} at member {f.Fault.Member} {f.Step.Row} of member {f.Step.Member}, time {f.Step.Occurrence}"))}";

    /// <summary>Plays it.</summary>
    public RunResult Play(Action<SimMember, StepKind, bool, string>? look = null)
    {
        var plan = new Plan(Seed, Base.Variant ?? Variant.Plain, Base.Length, Faults.Length > 0 && Seed % 4 == 0 ? 0 : 1, Faults.Length > 0 ? (Fate)(Seed / 4 % 4) : Base.Fate, [.. Faults.Select(f => f.Fault)]);
        var counts = new Dictionary<Step, int>();
        var open = new List<Action>();
        var result = Run.Play(plan with { Faults = [] }, world =>
        {
            Base.Prepare?.Invoke(world);
            world.Time.After(TimeSpan.FromSeconds(5 + Run.Settle), () => Begin(world));
        });
        return result with { Plan = plan };

        void Begin(WorldModel world)
        {
            // The base's steps begin here; the faults wait for theirs.
            world.OnStep = (member, kind, before, what) =>
            {
                look?.Invoke(member, kind, before, what);
                var step = new Step(member.Number, kind, before, kind is StepKind.Start or StepKind.Stop ? "" : what, 0);
                var n = counts[step] = counts.GetValueOrDefault(step) + 1;
                foreach (var f in Faults)
                    if (f.Step == step with { Occurrence = n }) Run.Begin(world, f.Fault, open);
            };
            world.Time.After(TimeSpan.FromSeconds(Base.Length - 0.5), () => world.OnStep = null);
            world.Say("story", Base.Name);
            Base.Begin(world);
        }
    }
}

/// <summary>Which faults met which steps.</summary>
public sealed class Coverage
{
    private readonly ConcurrentDictionary<(string Row, string Class), int> _ran = new();
    private readonly ConcurrentBag<Meeting> _failed = [];

    /// <summary>Those with a finding.</summary>
    public IEnumerable<Meeting> Failed => _failed.OrderBy(m => m.Seed);

    /// <summary>Notes a run.</summary>
    public RunResult Note(Meeting meeting, RunResult result)
    {
        foreach (var f in meeting.Faults) _ran.AddOrUpdate((f.Step.Row, Catalogue.Of(f.Fault.Kind).Class), 1, (_, n) => n + 1);
        if (result.Breach is not null) _failed.Add(meeting);
        return result;
    }

    /// <summary>The table: steps by classes of faults.</summary>
    public void Print(TextWriter to)
    {
        var classes = Catalogue.All.Select(k => k.Class).Distinct().ToList();
        to.WriteLine($"{"pairs run: step",-36}{string.Concat(classes.Select(c => $"{c,10}"))}");
        foreach (var row in _ran.Keys.Select(k => k.Row).Distinct().Order(StringComparer.Ordinal))
            to.WriteLine($"{row,-36}{string.Concat(classes.Select(c => $"{_ran.GetValueOrDefault((row, c)),10}"))}");
        to.WriteLine($"pairs in all: {_ran.Values.Sum()}");
    }

    /// <summary>The same for machines: counts by step and class.</summary>
    public JsonObject Json() => new(_ran.GroupBy(r => r.Key.Row, StringComparer.Ordinal).OrderBy(row => row.Key, StringComparer.Ordinal)
        .Select(row => KeyValuePair.Create(row.Key, (JsonNode?)new JsonObject(row.OrderBy(r => r.Key.Class, StringComparer.Ordinal).Select(r => KeyValuePair.Create(r.Key.Class, (JsonNode?)r.Value))))));
}

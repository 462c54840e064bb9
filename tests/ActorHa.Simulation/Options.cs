using System.Globalization;

namespace ActorHa.Simulation;

/// <summary>The command line.</summary>
public sealed class Options
{
    /// <summary>What may stand there.</summary>
    public const string Usage = """
        usage: ops/simulate (or: dotnet run -c Release --project tests/ActorHa.Simulation --) WHAT [--jobs N] [--json]
          --story NAME                    tell a story of tests/ActorHa.Scenarios, or of a file
          --seeds N [--from S] [--noise]  play N seeds; with --noise only jitter, loss and starvation, which may fence nobody
          --seed N [--story]              play one seed again, bit for bit; tell it as a story
          --for 1h [--from S]             play seeds for a time (s, m, h)
          --pairs [--sample N]            every fault at every step of the protocol (or N of these pairs, chosen evenly)
          --fault NAME                    with --pairs, --seeds, --for: only what this fault is a part of
          --pair N [--story]              play the pair with that number again
          --triples N                     two faults at two steps, N of them
          --directed [PART] [--story]     play the directed stories (those with PART in their names); tell them; with --world
                                          what is only a matter of records ends no run, as in a hunt of a mutant
          --mutants [NAME…]               rules taken out one by one: each must be found (ops/simulate builds them)
        A finding is shrunk to fewer faults and printed as a story; the exit code is 1 then.
        """;

    private readonly Dictionary<string, List<string>> _given = [];

    private static readonly string[] Known = ["story", "seeds", "from", "noise", "seed", "for", "pairs", "pair", "sample", "triples", "mutants", "hunt", "directed", "world", "fault", "jobs", "json", "repository"];

    /// <summary>Reads it.</summary>
    /// <exception cref="ArgumentException">A word is not known.</exception>
    public Options(IEnumerable<string> args)
    {
        List<string>? values = null;
        foreach (var arg in args)
        {
            if (arg.StartsWith("--", StringComparison.Ordinal))
            {
                if (!Known.Contains(arg[2..])) throw new ArgumentException($"{arg} is not known");
                _given[arg[2..]] = values = [];
            }
            else if (values is null) throw new ArgumentException($"\"{arg}\" stands before any option");
            else values.Add(arg);
        }
    }

    /// <summary>Whether it stands there.</summary>
    public bool Has(string name) => _given.ContainsKey(name);

    /// <summary>All that follows it.</summary>
    public IReadOnlyList<string> All(string name) => _given.GetValueOrDefault(name) ?? [];

    /// <summary>The word that follows it.</summary>
    public string? Text(string name) => _given.GetValueOrDefault(name) is [var one, ..] ? one : null;

    /// <summary>The number that follows it.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public int Number(string name, int otherwise) => !Has(name) ? otherwise
        : int.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n
        : throw new ArgumentException($"--{name} needs a number, found \"{Text(name)}\"");

    /// <summary>The time that follows it: 90s, 5m, 2h.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public TimeSpan Time(string name) => Text(name) is { Length: > 1 } t && double.TryParse(t[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var n) && "smh".IndexOf(t[^1], StringComparison.Ordinal) is var unit and >= 0
        ? TimeSpan.FromSeconds(n * Math.Pow(60, unit))
        : throw new ArgumentException($"--{name} needs a time as 90s, 5m or 2h, found \"{Text(name)}\"");
}

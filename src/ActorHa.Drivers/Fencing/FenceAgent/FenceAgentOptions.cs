using System.Collections.Immutable;
using System.Globalization;

namespace ActorHa.Drivers.Fencing.FenceAgent;

/// <summary>
/// How an agent is run. Parsed at the door: whatever is here can be used. Secrets are no options: options stand in the
/// journal, secrets in each member's own files.
/// </summary>
/// <param name="Agent">Name of the program: <c>fence_ipmilan</c>.</param>
/// <param name="Options">What the agent is told besides action, plug and secrets.</param>
/// <param name="Secrets">Names of the options whose values are secrets.</param>
/// <param name="Patience">Time that one run of the agent may take; then it is killed.</param>
/// <param name="TrustOff">"Off" is taken for off though the agent is not in the table of believed ones.</param>
public sealed record FenceAgentOptions(
    string Agent, ImmutableSortedDictionary<string, string> Options, ImmutableArray<string> Secrets, TimeSpan Patience, bool TrustOff)
{
    /// <summary>Before the name of an agent's own option.</summary>
    public const string Prefix = "option.";

    /// <summary>Room that all options together may take on the agent's standard input: a pipe holds as much without a reader (pipe(7)).</summary>
    private const int MostBytes = 32 * 1024;

    private static readonly ImmutableSortedSet<string> Known = ["agent", "patience", "secrets", "trust-off"];

    /// <summary>
    /// Reads options: <c>agent</c>, <c>patience</c> (20s), <c>secrets</c> (names, separated by commas; <c>password</c>),
    /// <c>trust-off</c> (no), and the agent's own under <c>option.NAME</c>.
    /// </summary>
    /// <exception cref="FormatException">An option is missing, unknown or cannot be read; the text names it.</exception>
    public static FenceAgentOptions Parse(IReadOnlyDictionary<string, string> options)
    {
        if (options.Keys.FirstOrDefault(k => !Known.Contains(k) && !k.StartsWith(Prefix, StringComparison.Ordinal)) is { } unknown)
            throw new FormatException($"fence-agent has no option '{unknown}'; it has {string.Join(", ", Known)} and {Prefix}NAME");
        var agent = options.GetValueOrDefault("agent") ?? throw new FormatException("fence-agent needs the option 'agent'");
        if (!IsAgent(agent)) throw new FormatException($"'{agent}' is no name of an agent: fence_ and a-z, 0-9, _, -");
        var own = options.Where(o => o.Key.StartsWith(Prefix, StringComparison.Ordinal))
            .ToImmutableSortedDictionary(o => o.Key[Prefix.Length..], o => o.Value, StringComparer.Ordinal);
        foreach (var (name, value) in own)
            if (value.Any(char.IsControl)) throw new FormatException($"the option '{name}' holds a control character");
        if (own.Sum(o => o.Key.Length + o.Value.Length) > MostBytes / 4) throw new FormatException($"the options of {agent} are longer than {MostBytes / 4} characters");
        return new(
            agent, own,
            [.. (options.GetValueOrDefault("secrets") ?? "password").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
            Time(options.GetValueOrDefault("patience") ?? "20s"),
            (options.GetValueOrDefault("trust-off") ?? "no") switch
            {
                "yes" => true,
                "no" => false,
                var other => throw new FormatException($"trust-off is yes or no, not '{other}'"),
            });
    }

    /// <summary>Whether a text can be the name of an agent. It becomes part of a path, so nothing else passes.</summary>
    public static bool IsAgent(string text) =>
        text.StartsWith("fence_", StringComparison.Ordinal) && text.Length is > 6 and <= 64 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-');

    private static TimeSpan Time(string text) =>
        text.EndsWith('s') && double.TryParse(text.AsSpan(..^1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        && seconds > 0 && seconds <= FenceAgentStamp.LongestLife.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException($"'{text}' is no patience: more than 0s, at most {FenceAgentStamp.LongestLife.TotalSeconds:0}s");
}

using System.Collections.Immutable;

namespace ActorHa.Core;

/// <summary>Remember first, then do, and always say why.</summary>
/// <param name="Rule">The rule's name: the same in the decider, its story, its mutant and the protocol model.</param>
/// <param name="Because">The sentence for the operator: log line, status page, the test's expectation, the runbooks' index.</param>
/// <param name="Events">Facts to append; effects follow from the committed state.</param>
/// <param name="Evidence">What was heard and read.</param>
public sealed record Decision(string Rule, string Because, ImmutableArray<Event> Events, ImmutableArray<string> Evidence)
{
    /// <summary>Nothing to record; the sentence says why.</summary>
    public static Decision Nothing(string rule, string because) => new(rule, because, [], []);

    /// <summary>Something to record.</summary>
    public static Decision Record(string rule, string because, params IEnumerable<Event> events) => new(rule, because, [.. events], []);

    /// <summary>Whether there is something to append.</summary>
    public bool Acts => !Events.IsEmpty;

    /// <summary>The same decision with its evidence.</summary>
    public Decision On(params IEnumerable<string> evidence) => this with { Evidence = [.. Evidence, .. evidence.Where(e => e.Length > 0)] };
}

/// <summary>A refusal to act that stands at this moment: about whom, and why. Logged when it changes, shown in the status.</summary>
/// <param name="Subject">A host, a VM, or the member itself.</param>
/// <param name="Because">The sentence.</param>
/// <param name="Alarm">Whether the operator should look.</param>
public sealed record Refusal(string Subject, string Because, bool Alarm);

/// <summary>What the decider found: the next entry, if there is one, and every refusal.</summary>
public sealed record Findings(Decision? Next, ImmutableArray<Refusal> Refusals);

using System.Collections.Immutable;

namespace ActorHa.Core;

/// <summary>One entry of the journal: one decision with its events, its sentence and its evidence.</summary>
/// <param name="Lineage">Number of the journal's line.</param>
/// <param name="Index">1, 2, 3, … without a gap.</param>
/// <param name="Id">Unique: member, agent run and a counter; settles unknown outcomes.</param>
/// <param name="Who">The member that decided.</param>
/// <param name="When">Its wall clock: for people, decides nothing.</param>
/// <param name="Command">What it was about: a rule's name, or the operator's command.</param>
/// <param name="Because">The sentence for the operator.</param>
/// <param name="Evidence">What was heard and read.</param>
/// <param name="Previous">Hash of the entry before; empty for the first.</param>
/// <param name="StateAfter">Hash of the state after it; another version of the rules shows here.</param>
/// <param name="Events">The facts.</param>
public sealed record JournalEntry(
    long Lineage,
    long Index,
    string Id,
    MemberName Who,
    DateTimeOffset When,
    string Command,
    string Because,
    ImmutableArray<string> Evidence,
    string Previous,
    string StateAfter,
    ImmutableArray<Event> Events);

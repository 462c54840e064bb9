namespace ActorHa.Ports.Api;

/// <summary>A part of the journal, in rising order.</summary>
/// <param name="Entries">The entries.</param>
/// <param name="LastIndex">Newest entry that the member has seen: more may follow behind the last one given.</param>
public sealed record HistoryDto(IReadOnlyList<HistoryEntryDto> Entries, long LastIndex);

/// <summary>One entry of the journal.</summary>
/// <param name="Index">Its number.</param>
/// <param name="When">When it was written, by its writer's clock.</param>
/// <param name="Who">The member; with an operator's command <c>member (operator)</c>.</param>
/// <param name="Command">What was heard or ordered.</param>
/// <param name="Because">Why it was decided.</param>
/// <param name="Evidence">On what grounds, one line each.</param>
/// <param name="Events">What is a fact since then, one line each.</param>
/// <param name="Learned">When the answering member learned that it is committed, by its own clock.</param>
public sealed record HistoryEntryDto(
    long Index,
    DateTimeOffset When,
    string Who,
    string Command,
    string Because,
    IReadOnlyList<string> Evidence,
    IReadOnlyList<string> Events,
    DateTimeOffset? Learned = null);

/// <summary>The configuration in force.</summary>
/// <param name="Number">Its number; 0 = none was applied yet, and <paramref name="Text"/> is empty.</param>
/// <param name="Sha256">Hash of the text's UTF-8, lower-case hexadecimal.</param>
/// <param name="Text">HOCON that stands for itself.</param>
public sealed record ConfigDto(long Number, string Sha256, string Text);

/// <summary>What a person should know before confirming that a host has no power.</summary>
/// <param name="Host">The host.</param>
/// <param name="Open">A fence request is open; without one nothing can be confirmed.</param>
/// <param name="Because">Why the request was made, or why nothing can be confirmed now.</param>
/// <param name="Request">Number of the request; null = none.</param>
/// <param name="Since">When it was made.</param>
/// <param name="PowerReads">What the device says: <c>on</c>, <c>off</c>, <c>unknown: no answer for 40 s</c>.</param>
/// <param name="LastSignOfLifeMs">Age of the last sign of life, ms; null = none known.</param>
/// <param name="Evidence">What else is known, one line each.</param>
/// <param name="Vms">VMs that will start elsewhere at once; they run twice, and their disks are lost, if the host lives.</param>
public sealed record FenceConfirmationDto(
    string Host,
    bool Open,
    string Because,
    long? Request,
    DateTimeOffset? Since,
    string PowerReads,
    long? LastSignOfLifeMs,
    IReadOnlyList<string> Evidence,
    IReadOnlyList<string> Vms);

namespace ActorHa.Snmp;

/// <summary>Why a datagram was dropped.</summary>
public enum DropReason
{
    /// <summary>Not a message of the version that is spoken.</summary>
    Malformed,

    /// <summary>Not an answer to what is being asked: a late answer to an older question, or a stranger.</summary>
    NotAsked,

    /// <summary>Less secure than the question.</summary>
    WrongLevel,

    /// <summary>From another engine or for another user.</summary>
    WrongSource,

    /// <summary>Wrong signature.</summary>
    WrongDigest,

    /// <summary>It could not be decrypted.</summary>
    DecryptionError,

    /// <summary>Older than the time window allows.</summary>
    OutsideTimeWindow,

    /// <summary>Another PDU, request id or other names than asked.</summary>
    WrongContent,

    /// <summary>Of a user or community that a receiver of traps does not have.</summary>
    UnknownUser,
}

/// <summary>Counters by reason. Thread-safe.</summary>
public sealed class DropCounters
{
    private readonly long[] counts = new long[Enum.GetValues<DropReason>().Length];

    /// <summary>How many datagrams were dropped for this reason.</summary>
    public long this[DropReason reason] => Interlocked.Read(ref counts[(int)reason]);

    /// <summary>How many in all.</summary>
    public long Total => Enum.GetValues<DropReason>().Sum(reason => this[reason]);

    internal void Count(DropReason reason) => Interlocked.Increment(ref counts[(int)reason]);
}

namespace ActorHa.Core.Wire;

/// <summary>Why a datagram was dropped. Each is counted; none has any other effect.</summary>
public enum BeatRefusal
{
    /// <summary>Not refused.</summary>
    None,

    /// <summary>Shorter than any beat.</summary>
    TooShort,

    /// <summary>Longer than any beat.</summary>
    TooLong,

    /// <summary>Not a beat at all.</summary>
    BadMagic,

    /// <summary>A beat of a version that this program does not speak.</summary>
    BadVersion,

    /// <summary>A beat of another cluster in the same network.</summary>
    OtherCluster,

    /// <summary>The authentication code is wrong: damaged, forged, or the members' keys differ.</summary>
    BadMac,

    /// <summary>Authentic, yet its content is impossible: the sender is wrong.</summary>
    Malformed,

    /// <summary>Authentic, but from no member that we know.</summary>
    UnknownSender,

    /// <summary>As old as, or older than, one heard already from the same boot.</summary>
    Replay,

    /// <summary>It bears our own name: our own beat came back, or two members are named alike.</summary>
    OwnEcho,

    /// <summary>From an incarnation that the journal has declared void.</summary>
    OldIncarnation,
}

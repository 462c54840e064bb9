namespace ActorHa.Snmp;

/// <summary>Kinds of PDU, by tag (RFC 3416 section 3).</summary>
public enum PduType
{
    /// <summary>GetRequest.</summary>
    Get = 0xA0,

    /// <summary>GetNextRequest.</summary>
    GetNext = 0xA1,

    /// <summary>Response.</summary>
    Response = 0xA2,

    /// <summary>SetRequest.</summary>
    Set = 0xA3,

    /// <summary>GetBulkRequest.</summary>
    GetBulk = 0xA5,

    /// <summary>InformRequest.</summary>
    Inform = 0xA6,

    /// <summary>SNMPv2-Trap.</summary>
    Trap = 0xA7,

    /// <summary>Report: the security layer's own word.</summary>
    Report = 0xA8,
}

/// <summary>error-status of a response (RFC 3416 section 3).</summary>
public enum SnmpError
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>The answer does not fit.</summary>
    TooBig = 1,

    /// <summary>SNMPv1.</summary>
    NoSuchName = 2,

    /// <summary>SNMPv1.</summary>
    BadValue = 3,

    /// <summary>SNMPv1.</summary>
    ReadOnly = 4,

    /// <summary>Something else went wrong, perhaps half-way.</summary>
    General = 5,

    /// <summary>The user may not.</summary>
    NoAccess = 6,

    /// <summary>The value has a wrong type.</summary>
    WrongType = 7,

    /// <summary>The value has a wrong length.</summary>
    WrongLength = 8,

    /// <summary>The value is encoded wrongly.</summary>
    WrongEncoding = 9,

    /// <summary>The value is never allowed here.</summary>
    WrongValue = 10,

    /// <summary>The row cannot be created.</summary>
    NoCreation = 11,

    /// <summary>The value is not allowed now.</summary>
    InconsistentValue = 12,

    /// <summary>Something needed is not available.</summary>
    ResourceUnavailable = 13,

    /// <summary>Doing it failed.</summary>
    CommitFailed = 14,

    /// <summary>Doing it failed and so did undoing it.</summary>
    UndoFailed = 15,

    /// <summary>The message's user or security level is not admitted.</summary>
    AuthorizationError = 16,

    /// <summary>The object can never be written.</summary>
    NotWritable = 17,

    /// <summary>The row does not exist and cannot now.</summary>
    InconsistentName = 18,
}

/// <summary>One PDU. For GetBulk the two numbers are non-repeaters and max-repetitions, in the places of status and index.</summary>
/// <param name="Type">Kind.</param>
/// <param name="RequestId">Chosen by the asker, repeated by the answer.</param>
/// <param name="Status">error-status or non-repeaters.</param>
/// <param name="Index">error-index (from 1) or max-repetitions.</param>
/// <param name="Binds">Names and values.</param>
public sealed record Pdu(PduType Type, int RequestId, int Status, int Index, IReadOnlyList<VarBind> Binds)
{
    /// <summary>A question or a SET.</summary>
    public static Pdu Request(PduType type, int requestId, IReadOnlyList<VarBind> binds) => new(type, requestId, 0, 0, binds);

    /// <summary>The error of a response; a number without name is <see cref="SnmpError.General"/>.</summary>
    public SnmpError Error => Enum.IsDefined((SnmpError)Status) ? (SnmpError)Status : SnmpError.General;
}

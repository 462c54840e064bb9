namespace ActorHa.Snmp.Security;

/// <summary>Why an engine did not process a message (RFC 3414 section 5: usmStats; RFC 3412 section 5).</summary>
public enum UsmReport
{
    /// <summary>A report without a name here.</summary>
    Other = 0,

    /// <summary>The user does not speak at this level.</summary>
    UnsupportedSecurityLevel = 1,

    /// <summary>The message's boots or time differ from the device's clock.</summary>
    NotInTimeWindow = 2,

    /// <summary>The device has no such user.</summary>
    UnknownUserName = 3,

    /// <summary>The message is for another engine.</summary>
    UnknownEngineId = 4,

    /// <summary>The signature is wrong: another password or protocol.</summary>
    WrongDigest = 5,

    /// <summary>It could not be decrypted.</summary>
    DecryptionError = 6,
}

/// <summary>The counters' names.</summary>
internal static class UsmStats
{
    private static readonly Oid Root = Oid.Parse("1.3.6.1.6.3.15.1.1");

    /// <summary>Name of a report's counter.</summary>
    public static Oid Name(UsmReport report) => Root.With((uint)report, 0);

    /// <summary>The report behind a name.</summary>
    public static UsmReport Read(IReadOnlyList<VarBind> binds) =>
        binds is [var first, ..] && first.Name.IsIn(Root) && first.Name.Length > Root.Length && first.Name[Root.Length] is >= 1 and <= 6
            ? (UsmReport)first.Name[Root.Length]
            : UsmReport.Other;
}

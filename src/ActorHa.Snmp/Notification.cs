namespace ActorHa.Snmp;

/// <summary>
/// What a trap or an inform says. An SNMPv1 trap is told as version 2 would have it (RFC 3584 section 3.1).
/// </summary>
/// <param name="Trap">Which event: snmpTrapOID.</param>
/// <param name="UpTime">Hundredths of a second since the sender's start: sysUpTime.</param>
/// <param name="Binds">Further names and values.</param>
public sealed record Notification(Oid Trap, uint UpTime, IReadOnlyList<VarBind> Binds)
{
    /// <summary>sysUpTime.0, the first varbind of every notification (RFC 3416 section 4.2.6).</summary>
    internal static readonly Oid UpTimeName = Oid.Parse("1.3.6.1.2.1.1.3.0");

    /// <summary>snmpTrapOID.0, the second.</summary>
    internal static readonly Oid TrapName = Oid.Parse("1.3.6.1.6.3.1.1.4.1.0");

    /// <summary>snmpTraps: coldStart and its like are numbers below it (RFC 3418).</summary>
    internal static readonly Oid StandardTraps = Oid.Parse("1.3.6.1.6.3.1.1.5");

    /// <summary>Out of a PDU; null where it has not the two varbinds that each notification begins with.</summary>
    internal static Notification? Of(Pdu pdu) =>
        pdu.Type is PduType.Trap or PduType.Inform
        && pdu.Binds is [{ Value: SnmpValue.Ticks up } first, { Value: SnmpValue.Name trap } second, ..]
        && first.Name.Equals(UpTimeName) && second.Name.Equals(TrapName)
            ? new Notification(trap.Oid, up.Hundredths, [.. pdu.Binds.Skip(2)])
            : null;

    /// <summary>As a PDU of version 2.</summary>
    internal Pdu ToPdu(PduType type, int requestId) => Pdu.Request(type, requestId, AllBinds);

    /// <summary>With the two varbinds that each begins with.</summary>
    internal IReadOnlyList<VarBind> AllBinds =>
        [new(UpTimeName, new SnmpValue.Ticks(UpTime)), new(TrapName, new SnmpValue.Name(Trap)), .. Binds];
}

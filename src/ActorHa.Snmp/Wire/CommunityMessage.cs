using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;

namespace ActorHa.Snmp.Wire;

/// <summary>
/// A message of SNMPv1 (RFC 1157 section 4) or v2c (RFC 1901 section 3): a community and a PDU, or a trap of version 1,
/// whose PDU has a shape of its own.
/// </summary>
internal sealed record CommunityMessage(SnmpVersion Version, byte[] Community, Pdu? Pdu, Notification? V1Trap)
{
    private const byte Sequence = 0x30, OctetString = 0x04, TrapV1 = 0xA4;

    /// <summary>Generic trap number that points to the specific one (RFC 1157 section 4.1.6).</summary>
    private const int EnterpriseSpecific = 6;

    /// <summary>Reads a datagram. Anything that is not exactly a message is refused with a reason.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> datagram, [NotNullWhen(true)] out CommunityMessage? message, [NotNullWhen(false)] out string? why)
    {
        try
        {
            (message, why) = (Decode(datagram), null);
            return true;
        }
        catch (Exception e) when (e is MalformedException or AsnContentException)
        {
            (message, why) = (null, e.Message);
            return false;
        }
    }

    /// <summary>Which version's decoder is to read a datagram; null where it is none of SNMP.</summary>
    public static SnmpVersion? VersionOf(ReadOnlySpan<byte> datagram)
    {
        try
        {
            var outer = new BerReader(datagram);
            var body = outer.Nested(Sequence);
            return (SnmpVersion)body.Integer() is var version && Enum.IsDefined(version) ? version : null;
        }
        catch (Exception e) when (e is MalformedException or AsnContentException)
        {
            return null;
        }
    }

    /// <summary>The whole message.</summary>
    public byte[] Encode()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger((int)Version);
            writer.WriteOctetString(Community);
            if (Pdu is not null) PduCodec.Write(writer, Pdu);
            else Write(writer, V1Trap!);
        }
        return writer.Encode();
    }

    private static CommunityMessage Decode(ReadOnlySpan<byte> datagram)
    {
        var outer = new BerReader(datagram);
        var body = outer.Nested(Sequence);
        outer.End("the message");
        var version = (SnmpVersion)body.Integer();
        if (version is not (SnmpVersion.V1 or SnmpVersion.V2c)) throw new MalformedException($"SNMP version {(int)version}, not v1 or v2c");
        var community = body.Content(OctetString).ToArray();
        if (version == SnmpVersion.V1 && body.NextTag == TrapV1)
        {
            var trap = ReadTrap(ref body);
            body.End("the trap");
            return new CommunityMessage(version, community, null, trap);
        }
        var pdu = PduCodec.Read(ref body);
        body.End("the PDU");
        if (version == SnmpVersion.V1 && pdu.Type is not (PduType.Get or PduType.GetNext or PduType.Response or PduType.Set))
            throw new MalformedException($"SNMPv1 has no {pdu.Type}");
        return new CommunityMessage(version, community, pdu, null);
    }

    private static Notification ReadTrap(ref BerReader reader)
    {
        var body = reader.Nested(TrapV1);
        var enterprise = body.ObjectId();
        // agent-addr: whoever sent it may have written anything here; the datagram's own source is what counts.
        if (body.Content(0x40).Length != 4) throw new MalformedException("an IpAddress has four octets");
        var generic = body.Integer(0, EnterpriseSpecific, "generic-trap");
        var specific = body.Integer();
        var upTime = (uint)body.Unsigned(0x43, 4);
        var binds = PduCodec.ReadBinds(ref body);
        body.End("the varbinds");
        return new Notification(TrapOf(enterprise, generic, specific), upTime, binds);
    }

    private static Oid TrapOf(Oid enterprise, int generic, int specific)
    {
        if (generic != EnterpriseSpecific) return Notification.StandardTraps.With((uint)generic + 1);
        if (specific < 0) throw new MalformedException($"specific-trap {specific} is out of range");
        return enterprise.Length <= Oid.MaxArcs - 2
            ? enterprise.With(0, (uint)specific)
            : throw new MalformedException("an enterprise that is too long");
    }

    /// <summary>RFC 3584 section 3.2, for traps under their enterprise's 0 and for those of the standard.</summary>
    private static void Write(AsnWriter writer, Notification trap)
    {
        var standard = trap.Trap.IsIn(Notification.StandardTraps) && trap.Trap.Length == Notification.StandardTraps.Length + 1;
        var arcs = trap.Trap.Arcs;
        // Without the 0 before the last number, that number alone is cut off (RFC 3584 section 3.2, 1).
        var enterprise = standard ? Notification.StandardTraps
            : Oid.Of(arcs[^2] == 0 && arcs.Length > 3 ? arcs[..^2] : arcs[..^1]);
        using var body = writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, TrapV1 & 0x1F, isConstructed: true));
        writer.WriteObjectIdentifier(enterprise.ToString());
        writer.WriteOctetString([0, 0, 0, 0], new Asn1Tag(TagClass.Application, 0));
        writer.WriteInteger(standard ? (int)arcs[^1] - 1 : EnterpriseSpecific);
        writer.WriteInteger(standard ? 0 : arcs[^1]);
        writer.WriteInteger(trap.UpTime, new Asn1Tag(TagClass.Application, 3));
        PduCodec.WriteBinds(writer, trap.Binds);
    }
}

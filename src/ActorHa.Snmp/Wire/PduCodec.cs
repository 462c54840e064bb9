using System.Formats.Asn1;

namespace ActorHa.Snmp.Wire;

/// <summary>PDUs to BER and back (RFC 3416 section 3).</summary>
internal static class PduCodec
{
    private const byte Sequence = 0x30;

    /// <summary>Most varbinds that are read from one datagram; 65,507 octets hold fewer than this many of the least size.</summary>
    private const int MaxBinds = 8192;

    public static Pdu Read(ref BerReader reader)
    {
        var type = (PduType)reader.NextTag;
        if (!Enum.IsDefined(type)) throw new MalformedException($"unknown PDU {(int)type:x2}");
        var body = reader.Nested((byte)type);
        var requestId = body.Integer();
        var status = body.Integer();
        var index = body.Integer();
        var binds = ReadBinds(ref body);
        body.End("the varbinds");
        return new Pdu(type, requestId, status, index, binds);
    }

    /// <summary>A list of names and values.</summary>
    public static List<VarBind> ReadBinds(ref BerReader reader)
    {
        var list = reader.Nested(Sequence);
        var binds = new List<VarBind>();
        while (!list.AtEnd)
        {
            if (binds.Count == MaxBinds) throw new MalformedException("too many varbinds");
            var bind = list.Nested(Sequence);
            var name = bind.ObjectId();
            binds.Add(new VarBind(name, Value(ref bind)));
            bind.End("a varbind");
        }
        return binds;
    }

    public static void Write(AsnWriter writer, Pdu pdu)
    {
        using var body = writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, (int)pdu.Type & 0x1F, isConstructed: true));
        writer.WriteInteger(pdu.RequestId);
        writer.WriteInteger(pdu.Status);
        writer.WriteInteger(pdu.Index);
        WriteBinds(writer, pdu.Binds);
    }

    /// <summary>A list of names and values.</summary>
    public static void WriteBinds(AsnWriter writer, IReadOnlyList<VarBind> binds)
    {
        using var list = writer.PushSequence();
        foreach (var (name, value) in binds)
        {
            using var bind = writer.PushSequence();
            writer.WriteObjectIdentifier(name.ToString());
            Write(writer, value);
        }
    }

    private static SnmpValue Value(ref BerReader reader) => reader.NextTag switch
    {
        0x02 => new SnmpValue.Integer(reader.Integer()),
        0x04 => new SnmpValue.Octets(reader.Content(0x04).ToArray()),
        0x05 => Bare(ref reader, 0x05, SnmpValue.Empty),
        0x06 => new SnmpValue.Name(reader.ObjectId()),
        0x40 => Address(reader.Content(0x40)),
        0x41 => new SnmpValue.Counter((uint)reader.Unsigned(0x41, 4)),
        0x42 => new SnmpValue.Unsigned((uint)reader.Unsigned(0x42, 4)),
        0x43 => new SnmpValue.Ticks((uint)reader.Unsigned(0x43, 4)),
        0x46 => new SnmpValue.BigCounter(reader.Unsigned(0x46, 8)),
        0x80 => Bare(ref reader, 0x80, new SnmpValue.NoSuchObject()),
        0x81 => Bare(ref reader, 0x81, new SnmpValue.NoSuchInstance()),
        0x82 => Bare(ref reader, 0x82, new SnmpValue.EndOfMibView()),
        var tag => throw new MalformedException($"a value of unknown type {tag:x2}"),
    };

    private static SnmpValue Bare(ref BerReader reader, byte tag, SnmpValue value) =>
        reader.Content(tag).IsEmpty ? value : throw new MalformedException($"type {tag:x2} has no content");

    private static SnmpValue.IpAddress Address(ReadOnlySpan<byte> content) => content.Length == 4
        ? new SnmpValue.IpAddress(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(content))
        : throw new MalformedException("an IpAddress has four octets");

    private static void Write(AsnWriter writer, SnmpValue value)
    {
        switch (value)
        {
            case SnmpValue.Integer v: writer.WriteInteger(v.Number); break;
            case SnmpValue.Octets v: writer.WriteOctetString(v.Bytes.Span); break;
            case SnmpValue.Null: writer.WriteNull(); break;
            case SnmpValue.Name v: writer.WriteObjectIdentifier(v.Oid.ToString()); break;
            case SnmpValue.IpAddress v:
                Span<byte> address = stackalloc byte[4];
                System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(address, v.Address);
                writer.WriteOctetString(address, Application(0));
                break;
            case SnmpValue.Counter v: writer.WriteInteger(v.Number, Application(1)); break;
            case SnmpValue.Unsigned v: writer.WriteInteger(v.Number, Application(2)); break;
            case SnmpValue.Ticks v: writer.WriteInteger(v.Hundredths, Application(3)); break;
            case SnmpValue.BigCounter v: writer.WriteInteger(v.Number, Application(6)); break;
            case SnmpValue.NoSuchObject: writer.WriteNull(Context(0)); break;
            case SnmpValue.NoSuchInstance: writer.WriteNull(Context(1)); break;
            case SnmpValue.EndOfMibView: writer.WriteNull(Context(2)); break;
            default: throw new System.Diagnostics.UnreachableException($"no encoding of {value}");
        }
    }

    private static Asn1Tag Application(int number) => new(TagClass.Application, number);

    private static Asn1Tag Context(int number) => new(TagClass.ContextSpecific, number);
}

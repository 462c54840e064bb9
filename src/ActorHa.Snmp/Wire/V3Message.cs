using System.Text;
using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using ActorHa.Snmp.Security;

namespace ActorHa.Snmp;

/// <summary>msgFlags (RFC 3412 section 6.4).</summary>
[Flags]
internal enum MessageFlags
{
    /// <summary>Signed.</summary>
    Auth = 1,

    /// <summary>Encrypted.</summary>
    Priv = 2,

    /// <summary>The sender wants a report where processing fails.</summary>
    Reportable = 4,
}

/// <summary>What USM writes into a message (RFC 3414 section 2.4). Octets as they came: nothing here is believed yet.</summary>
/// <param name="Engine">Id of the engine whose keys and clock count; empty in a discovery.</param>
/// <param name="Boots">Its boots.</param>
/// <param name="Seconds">Its time since boot.</param>
/// <param name="User">User name.</param>
/// <param name="Mac">The signature.</param>
/// <param name="Salt">Of the encryption.</param>
internal sealed record SecurityParameters(byte[] Engine, int Boots, int Seconds, string User, byte[] Mac, byte[] Salt)
{
    public static readonly SecurityParameters Discovery = new([], 0, 0, "", [], []);
}

/// <summary>A PDU and the context that it is about (RFC 3412 section 6).</summary>
internal sealed record ScopedPdu(byte[] ContextEngine, string ContextName, Pdu Pdu);

/// <summary>An SNMPv3 message with the user-based security model.</summary>
internal sealed record V3Message(
    int MessageId, int MaxSize, MessageFlags Flags, SecurityParameters Security, ScopedPdu? Scoped, byte[]? Encrypted)
{
    /// <summary>Security model USM (RFC 3411 section 5).</summary>
    private const int Usm = 3;

    /// <summary>The largest message that UDP over IPv4 carries: what we can take.</summary>
    public const int LargestSize = 65507;

    private const byte Sequence = 0x30, OctetString = 0x04;

    /// <summary>Where the signature stands in the datagram that this was read from.</summary>
    public int MacOffset { get; private init; }

    public bool Has(MessageFlags flag) => (Flags & flag) == flag;

    /// <summary>Reads a datagram. Anything that is not exactly a message is refused with a reason.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> datagram, [NotNullWhen(true)] out V3Message? message, [NotNullWhen(false)] out string? why)
    {
        try
        {
            (message, why) = (Decode(datagram), null);
            return true;
        }
        catch (Exception e) when (e is Wire.MalformedException or AsnContentException)
        {
            (message, why) = (null, e.Message);
            return false;
        }
    }

    /// <summary>Reads a scoped PDU, as it stands in a message or as it was decrypted, with at most so much filler behind it.</summary>
    public static bool TryDecodeScoped(
        ReadOnlySpan<byte> octets, [NotNullWhen(true)] out ScopedPdu? scoped, [NotNullWhen(false)] out string? why, int mostFiller = 0)
    {
        try
        {
            var reader = new Wire.BerReader(octets);
            (scoped, why) = (Scope(ref reader), null);
            if (reader.Left > mostFiller) reader.End("the scoped PDU");
            return true;
        }
        catch (Exception e) when (e is Wire.MalformedException or AsnContentException)
        {
            (scoped, why) = (null, e.Message);
            return false;
        }
    }

    private static V3Message Decode(ReadOnlySpan<byte> datagram)
    {
        var outer = new Wire.BerReader(datagram);
        var body = outer.Nested(Sequence);
        outer.End("the message");
        if (body.Integer() is var version and not 3) throw new Wire.MalformedException($"SNMP version {version}, not v3");

        var header = body.Nested(Sequence);
        var id = header.Integer(0, int.MaxValue, "msgID");
        var maxSize = header.Integer(484, int.MaxValue, "msgMaxSize");
        var flagOctets = header.Content(OctetString);
        if (flagOctets.Length != 1) throw new Wire.MalformedException("msgFlags has one octet");
        var flags = (MessageFlags)(flagOctets[0] & 7);
        if ((flags & (MessageFlags.Auth | MessageFlags.Priv)) == MessageFlags.Priv)
            throw new Wire.MalformedException("encrypted but not signed");
        if (header.Integer() is var model and not Usm) throw new Wire.MalformedException($"security model {model}, not USM");
        header.End("the header");

        var security = Parameters(body.Content(OctetString), datagram, out var macOffset);
        var priv = (flags & MessageFlags.Priv) != 0;
        var encrypted = priv ? body.Content(OctetString).ToArray() : null;
        var scoped = priv ? null : Scope(ref body);
        body.End("the scoped PDU");
        return new V3Message(id, maxSize, flags, security, scoped, encrypted) { MacOffset = macOffset };
    }

    private static SecurityParameters Parameters(ReadOnlySpan<byte> octets, ReadOnlySpan<byte> datagram, out int macOffset)
    {
        var outer = new Wire.BerReader(octets);
        var reader = outer.Nested(Sequence);
        outer.End("the security parameters");
        var engine = reader.Content(OctetString);
        if (engine.Length is not 0 and (< 5 or > 32)) throw new Wire.MalformedException("an engine id has 5 to 32 octets");
        var boots = reader.Integer(0, int.MaxValue, "engine boots");
        var seconds = reader.Integer(0, int.MaxValue, "engine time");
        var user = reader.Content(OctetString);
        if (user.Length > 32) throw new Wire.MalformedException("a user name has at most 32 octets");
        var mac = reader.Content(OctetString);
        datagram.Overlaps(mac, out macOffset);
        var salt = reader.Content(OctetString);
        reader.End("the security parameters");
        return new SecurityParameters(
            engine.ToArray(), boots, seconds, Encoding.UTF8.GetString(user), mac.ToArray(), salt.ToArray());
    }

    private static ScopedPdu Scope(ref Wire.BerReader reader)
    {
        var body = reader.Nested(Sequence);
        var engine = body.Content(OctetString).ToArray();
        var name = Encoding.UTF8.GetString(body.Content(OctetString));
        var scoped = new ScopedPdu(engine, name, Wire.PduCodec.Read(ref body));
        body.End("the PDU");
        return scoped;
    }

    /// <summary>The scoped PDU alone, as it is encrypted.</summary>
    public static byte[] Encode(ScopedPdu scoped)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteOctetString(scoped.ContextEngine);
            writer.WriteOctetString(Encoding.UTF8.GetBytes(scoped.ContextName));
            Wire.PduCodec.Write(writer, scoped.Pdu);
        }
        return writer.Encode();
    }

    /// <summary>The whole message with the signature that it holds (zeros, before it is signed).</summary>
    public byte[] Encode() => Encode(out _);

    /// <summary>The same, and where the signature stands in it: only the salt and the data follow.</summary>
    public byte[] Encode(out int macOffset)
    {
        var data = Scoped is { } scoped ? Encode(scoped) : Wrapped(Encrypted!);
        var parameters = new AsnWriter(AsnEncodingRules.DER);
        using (parameters.PushSequence())
        {
            parameters.WriteOctetString(Security.Engine);
            parameters.WriteInteger(Security.Boots);
            parameters.WriteInteger(Security.Seconds);
            parameters.WriteOctetString(Encoding.UTF8.GetBytes(Security.User));
            parameters.WriteOctetString(Security.Mac);
            parameters.WriteOctetString(Security.Salt);
        }
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(3);
            using (writer.PushSequence())
            {
                writer.WriteInteger(MessageId);
                writer.WriteInteger(MaxSize);
                writer.WriteOctetString([(byte)Flags]);
                writer.WriteInteger(Usm);
            }
            writer.WriteOctetString(parameters.Encode());
            writer.WriteEncodedValue(data);
        }
        var encoded = writer.Encode();
        macOffset = encoded.Length - data.Length - (2 + Security.Salt.Length) - Security.Mac.Length;
        return encoded;
    }

    private static byte[] Wrapped(byte[] octets)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString(octets);
        return writer.Encode();
    }
}

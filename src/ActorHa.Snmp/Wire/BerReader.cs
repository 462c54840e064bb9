using System.Formats.Asn1;

namespace ActorHa.Snmp.Wire;

/// <summary>A datagram that is no SNMP message. Never leaves the decoders: there it becomes a reason.</summary>
internal sealed class MalformedException(string why) : Exception(why);

/// <summary>
/// Reads BER as SNMP uses it (RFC 3417 section 8: definite lengths, primitive strings). Strict about everything but the
/// integers: embedded agents pad them with zeros, and unsigned ones come with the top bit set and no zero before it.
/// </summary>
internal ref struct BerReader
{
    private ReadOnlySpan<byte> rest;

    public BerReader(ReadOnlySpan<byte> source) => rest = source;

    public readonly bool AtEnd => rest.IsEmpty;

    /// <summary>Octets not yet read.</summary>
    public readonly int Left => rest.Length;

    public readonly byte NextTag => rest.IsEmpty ? throw new MalformedException("ends too early") : rest[0];

    /// <summary>The content of the next value, which must have this tag (identifier octet).</summary>
    public ReadOnlySpan<byte> Content(byte tag)
    {
        if (NextTag != tag) throw new MalformedException($"tag {rest[0]:x2} where {tag:x2} is expected");
        // 0x80 is the indefinite form, which SNMP forbids; the framework would read on to its end marker.
        if (rest.Length < 2 || rest[1] == 0x80) throw new MalformedException("no definite length");
        AsnDecoder.ReadEncodedValue(rest, AsnEncodingRules.BER, out var offset, out var length, out var consumed);
        var content = rest.Slice(offset, length);
        rest = rest[consumed..];
        return content;
    }

    /// <summary>A reader over the content of the next value.</summary>
    public BerReader Nested(byte tag) => new(Content(tag));

    /// <summary>INTEGER that fits 32 bits, leading zeros or not.</summary>
    public int Integer() => Integer(0x02);

    /// <summary>A signed integer under this tag.</summary>
    public int Integer(byte tag)
    {
        var content = Content(tag);
        if (content.IsEmpty) throw new MalformedException("an integer without octets");
        var negative = content[0] >= 0x80;
        var filler = negative ? (byte)0xFF : (byte)0x00;
        while (content.Length > 1 && content[0] == filler && content[1] >= 0x80 == negative) content = content[1..];
        if (content.Length > 4) throw new MalformedException("an integer of more than 32 bits");
        var number = negative ? -1 : 0;
        foreach (var octet in content) number = (number << 8) | octet;
        return number;
    }

    /// <summary>INTEGER from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public int Integer(int least, int most, string what)
    {
        var number = Integer();
        return number >= least && number <= most ? number : throw new MalformedException($"{what} {number} is out of range");
    }

    /// <summary>An unsigned integer under an application tag, never read as negative.</summary>
    public ulong Unsigned(byte tag, int octets)
    {
        var content = Content(tag);
        if (content.IsEmpty) throw new MalformedException("an integer without octets");
        content = content.TrimStart((byte)0);
        if (content.Length > octets) throw new MalformedException($"an unsigned integer of more than {octets * 8} bits");
        var number = 0UL;
        foreach (var octet in content) number = (number << 8) | octet;
        return number;
    }

    /// <summary>OBJECT IDENTIFIER with numbers of at most 32 bits.</summary>
    public Oid ObjectId()
    {
        var content = Content(0x06);
        if (content.IsEmpty) throw new MalformedException("an object identifier without octets");
        Span<uint> arcs = stackalloc uint[Oid.MaxArcs];
        var count = 0;
        for (var at = 0; at < content.Length;)
        {
            var arc = Arc(content, ref at);
            if (count == 0)
            {
                var first = Math.Min(arc / 40, 2);
                arcs[count++] = (uint)first;
                arc -= first * 40;
            }
            if (arc > uint.MaxValue || count == arcs.Length) throw new MalformedException("an object identifier that is too big");
            arcs[count++] = (uint)arc;
        }
        return Oid.Of(arcs[..count]);
    }

    /// <summary>Nothing may follow.</summary>
    public readonly void End(string where)
    {
        if (!rest.IsEmpty) throw new MalformedException($"{rest.Length} octets after {where}");
    }

    private static ulong Arc(ReadOnlySpan<byte> content, ref int at)
    {
        // X.690 8.19.2: the fewest octets, so the first is not 80.
        if (content[at] == 0x80) throw new MalformedException("an object identifier with padding");
        var arc = 0UL;
        while (true)
        {
            if (at == content.Length) throw new MalformedException("an object identifier that breaks off");
            if (arc >> 32 != 0) throw new MalformedException("an object identifier that is too big");
            var octet = content[at++];
            arc = (arc << 7) | (octet & 0x7FU);
            if (octet < 0x80) return arc;
        }
    }
}

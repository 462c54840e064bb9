using System.Text;

namespace ActorHa.Snmp;

/// <summary>
/// What stands behind a name (RFC 3416 section 3). The three exceptions are values too: they come in a response without
/// an error, and whoever takes "no such row" for a number is wrong.
/// </summary>
public abstract record SnmpValue
{
    private SnmpValue() { }

    /// <summary>INTEGER, Integer32, an enumeration. Tag 02.</summary>
    public sealed record Integer(int Number) : SnmpValue;

    /// <summary>OCTET STRING: text, BITS, addresses. Tag 04.</summary>
    public sealed record Octets(ReadOnlyMemory<byte> Bytes) : SnmpValue
    {
        /// <summary>The octets as UTF-8 text.</summary>
        public static Octets Of(string text) => new(Encoding.UTF8.GetBytes(text));

        /// <summary>The octets read as UTF-8; what is not text becomes replacement characters.</summary>
        public string Text => Encoding.UTF8.GetString(Bytes.Span);

        /// <inheritdoc/>
        public bool Equals(Octets? other) => other is not null && Bytes.Span.SequenceEqual(other.Bytes.Span);

        /// <inheritdoc/>
        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.AddBytes(Bytes.Span);
            return hash.ToHashCode();
        }

        /// <inheritdoc/>
        public override string ToString() => $"Octets {{ {Convert.ToHexStringLower(Bytes.Span)} }}";
    }

    /// <summary>NULL: the place of the value in a question. Tag 05.</summary>
    public sealed record Null : SnmpValue;

    /// <summary>OBJECT IDENTIFIER. Tag 06.</summary>
    public sealed record Name(Oid Oid) : SnmpValue;

    /// <summary>IpAddress, the first octet in the highest bits. Tag 40.</summary>
    public sealed record IpAddress(uint Address) : SnmpValue;

    /// <summary>Counter32. Tag 41.</summary>
    public sealed record Counter(uint Number) : SnmpValue;

    /// <summary>Gauge32 and Unsigned32. Tag 42.</summary>
    public sealed record Unsigned(uint Number) : SnmpValue;

    /// <summary>TimeTicks, hundredths of a second. Tag 43.</summary>
    public sealed record Ticks(uint Hundredths) : SnmpValue;

    /// <summary>Counter64. Tag 46.</summary>
    public sealed record BigCounter(ulong Number) : SnmpValue;

    /// <summary>The device has no object of this name. Tag 80.</summary>
    public sealed record NoSuchObject : SnmpValue;

    /// <summary>The device has the object but not this row. Tag 81.</summary>
    public sealed record NoSuchInstance : SnmpValue;

    /// <summary>Nothing comes after this name. Tag 82.</summary>
    public sealed record EndOfMibView : SnmpValue;

    /// <summary>The one NULL.</summary>
    public static readonly SnmpValue Empty = new Null();
}

/// <summary>A name and what stands behind it.</summary>
public sealed record VarBind(Oid Name, SnmpValue Value)
{
    /// <summary>A name whose value is asked.</summary>
    public static VarBind Asking(Oid name) => new(name, SnmpValue.Empty);
}

using System.Buffers.Binary;

namespace ActorHa.Core.Wire;

/// <summary>
/// A member's name as it travels: 1 to 32 printable ASCII characters without blanks, padded with zeros. Four numbers
/// instead of a string, so that reading a datagram allocates nothing and comparing is comparing.
/// </summary>
public readonly record struct WireName
{
    /// <summary>Bytes on the wire, and the most characters a name may have.</summary>
    public const int Length = 32;

    private readonly ulong _a, _b, _c, _d;

    private WireName(ReadOnlySpan<byte> padded)
    {
        _a = BinaryPrimitives.ReadUInt64BigEndian(padded);
        _b = BinaryPrimitives.ReadUInt64BigEndian(padded[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(padded[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(padded[24..]);
    }

    /// <summary>True for the default value, which is no name.</summary>
    public bool IsEmpty => _a == 0;

    /// <summary>Turns a member's name into its form on the wire.</summary>
    /// <exception cref="ArgumentException">It is empty, longer than 32, or holds other than printable ASCII.</exception>
    public static WireName Of(MemberName name)
    {
        Span<byte> padded = stackalloc byte[Length];
        padded.Clear();
        var text = name.Value ?? "";
        if (text.Length > Length) throw new ArgumentException($"name '{text}' is longer than {Length} characters", nameof(name));
        for (var i = 0; i < text.Length; i++) padded[i] = text[i] is > ' ' and <= '~' ? (byte)text[i] : (byte)' ';
        return TryRead(padded, out var wire) ? wire : throw new ArgumentException($"name '{text}' is empty or not printable ASCII", nameof(name));
    }

    /// <summary>Reads 32 bytes; false when they are no name (empty, not printable, bytes after the end).</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out WireName name)
    {
        name = default;
        if (bytes.Length != Length) return false;
        var end = bytes.IndexOf((byte)0);
        var text = end < 0 ? bytes : bytes[..end];
        if (text.IsEmpty || text.ContainsAnyExceptInRange((byte)'!', (byte)'~')) return false;
        if (bytes[text.Length..].ContainsAnyExcept((byte)0)) return false;
        name = new WireName(bytes);
        return true;
    }

    /// <summary>Writes 32 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>The name as a member's name. Allocates: not for the path of every beat.</summary>
    public MemberName ToMember() => new(ToString());

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> padded = stackalloc byte[Length];
        Write(padded);
        return System.Text.Encoding.ASCII.GetString(padded.TrimEnd((byte)0));
    }
}

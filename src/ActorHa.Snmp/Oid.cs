using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ActorHa.Snmp;

/// <summary>
/// The name of a thing in a device: a path of numbers, <c>1.3.6.1.2.1.1.3.0</c>. Ordered as a walk visits them.
/// </summary>
public sealed class Oid : IEquatable<Oid>, IComparable<Oid>
{
    /// <summary>Most numbers in a path (RFC 3416 section 4.1).</summary>
    public const int MaxArcs = 128;

    private readonly uint[] arcs;
    private string? text;

    private Oid(uint[] arcs) => this.arcs = arcs;

    /// <summary>Count of numbers.</summary>
    public int Length => arcs.Length;

    /// <summary>The number at a place, from 0.</summary>
    public uint this[int at] => arcs[at];

    /// <summary>The numbers.</summary>
    public ReadOnlySpan<uint> Arcs => arcs;

    /// <summary>A path from its numbers.</summary>
    /// <exception cref="ArgumentException">Not a path that can be sent: two numbers at least, the first at most 2.</exception>
    public static Oid Of(params ReadOnlySpan<uint> arcs) =>
        Fault(arcs) is { } fault ? throw new ArgumentException(fault, nameof(arcs)) : new Oid(arcs.ToArray());

    /// <summary>A path from its text; a leading dot is accepted.</summary>
    /// <exception cref="FormatException">The text is not a path.</exception>
    public static Oid Parse(string text) =>
        TryParse(text, out var oid) ? oid : throw new FormatException($"not an object identifier: '{text}'");

    /// <summary>A path from its text; a leading dot is accepted.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Oid? oid)
    {
        oid = null;
        var parts = text.TrimStart('.').Split('.');
        if (parts.Length > MaxArcs) return false;
        var arcs = new uint[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!uint.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out arcs[i])) return false;
        }
        if (Fault(arcs) is not null) return false;
        oid = new Oid(arcs);
        return true;
    }

    /// <summary>This path and more numbers.</summary>
    public Oid With(params ReadOnlySpan<uint> more) => Of([.. arcs, .. more]);

    /// <summary>Whether this path lies in the other's subtree (or is it).</summary>
    public bool IsIn(Oid root) => arcs.AsSpan().StartsWith(root.arcs);

    /// <inheritdoc/>
    public int CompareTo(Oid? other) => other is null ? 1 : arcs.AsSpan().SequenceCompareTo(other.arcs);

    /// <inheritdoc/>
    public bool Equals(Oid? other) => other is not null && arcs.AsSpan().SequenceEqual(other.arcs);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Oid);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var arc in arcs) hash.Add(arc);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => text ??= string.Join('.', arcs);

    /// <summary>Why these numbers cannot be encoded (X.690 8.19.4: the first two share an octet group).</summary>
    internal static string? Fault(ReadOnlySpan<uint> arcs) => arcs switch
    {
        { Length: < 2 } => "an object identifier has at least two numbers",
        { Length: > MaxArcs } => "an object identifier has at most 128 numbers",
        _ when arcs[0] > 2 => "an object identifier begins with 0, 1 or 2",
        _ when arcs[0] < 2 && arcs[1] > 39 => "the second number under 0 and 1 is at most 39",
        _ => null,
    };
}

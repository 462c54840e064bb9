using System.Globalization;

namespace ActorHa.Core;

/// <summary>
/// Value of the journal's <c>head</c> key: what every append compares. It holds the lineage and a hash, because
/// etcd's mod_revision rewinds at a restore and then meets its old values again with other content.
/// </summary>
/// <param name="Lineage">Number of the journal's line; rises with restore and forced recovery.</param>
/// <param name="Index">Index of the newest entry; the first is 1.</param>
/// <param name="Hash">SHA-256 (lower-case hexadecimal) of the newest entry's bytes.</param>
public sealed record JournalHead(long Lineage, long Index, string Hash)
{
    /// <summary>The head before the first entry; in etcd the key does not exist then.</summary>
    public static readonly JournalHead Empty = new(1, 0, "");

    /// <summary>One number that orders the heads of all lines: what beats carry.</summary>
    public long Position => (Lineage - 1 << 48) + Index;

    /// <summary>The line of a position.</summary>
    public static long LineOf(long position) => (position >> 48) + 1;

    /// <summary>A position as people write it.</summary>
    public static string Name(long position) => LineOf(position) is > 1 and var line ? $"{line}:{position & (1L << 48) - 1}" : $"{position}";

    /// <summary>The value stored under <c>head</c>: <c>lineage:index:hash</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Lineage}:{Index}:{Hash}");

    /// <summary>Reads the stored value.</summary>
    /// <exception cref="FormatException">The value is not a head.</exception>
    public static JournalHead Parse(string value)
    {
        var parts = value.Split(':');
        return parts.Length == 3
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var lineage)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new JournalHead(lineage, index, parts[2])
            : throw new FormatException($"not a journal head: \"{value}\" (expected lineage:index:hash)");
    }
}

namespace ActorHa.Hocon;

/// <summary>Where a value stands: file as it was named, line and column from 1 (columns in UTF-16 units).</summary>
public readonly record struct Origin(string File, int Line, int Column)
{
    /// <summary><c>file:line:column</c>, as editors and compilers understand it.</summary>
    public override string ToString() => $"{File}:{Line}:{Column}";
}

/// <summary>One thing that is wrong with a file.</summary>
/// <param name="Origin">Where.</param>
/// <param name="Key">The full dotted key, or empty where there is none yet.</param>
/// <param name="Found">What stands there.</param>
/// <param name="Expected">What should stand there.</param>
/// <param name="Why">The reason, where it is not obvious; else empty.</param>
public sealed record HoconError(Origin Origin, string Key, string Found, string Expected, string Why = "")
{
    /// <summary><c>file:line:column: key: found X, expected Y (why)</c>.</summary>
    public override string ToString() =>
        $"{Origin}: {(Key.Length > 0 ? Key + ": " : "")}found {Found}, expected {Expected}{(Why.Length > 0 ? $" ({Why})" : "")}";
}

/// <summary>A file that cannot be used. It lists all that is wrong, not the first thing only.</summary>
public sealed class HoconException(IReadOnlyList<HoconError> errors)
    : Exception(string.Join(Environment.NewLine, errors))
{
    /// <summary>All errors, in the order of the file.</summary>
    public IReadOnlyList<HoconError> Errors { get; } = errors;
}

/// <summary>The bounds of the reader: a file beyond them is refused, whatever it says.</summary>
public static class HoconLimits
{
    /// <summary>Objects and lists inside each other.</summary>
    public const int Depth = 64;

    /// <summary>Files included inside each other.</summary>
    public const int Includes = 16;

    /// <summary>Length of one file, UTF-16 units.</summary>
    public const int Characters = 1 << 20;

    /// <summary>Values after substitution: a file that doubles itself by references ends here.</summary>
    public const int Values = 100_000;

    /// <summary>Errors that are reported before reading is given up.</summary>
    public const int Errors = 100;
}

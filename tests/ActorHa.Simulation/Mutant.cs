namespace ActorHa.Simulation;

/// <summary>A small patch that takes a rule out of the core: a file of tests/mutants, as ops/mutants reads it.</summary>
/// <param name="Name">Its file's name.</param>
/// <param name="Sentence">What it does.</param>
/// <param name="File">The source that it changes.</param>
/// <param name="Find">The text to find, exactly once.</param>
/// <param name="Replace">What stands there then.</param>
/// <param name="OnlyUnitTests">Why no check on the world can see it; null where one must.</param>
public sealed record Mutant(string Name, string Sentence, string File, string Find, string Replace, string? OnlyUnitTests)
{
    private const string SeenBy = "SEEN BY unit tests: ";

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">It lacks a part.</exception>
    public static Mutant Read(string path)
    {
        var lines = System.IO.File.ReadAllLines(path);
        int At(string mark, int from) => Array.IndexOf(lines, mark, from) is var i and >= 0 ? i : throw new FormatException($"{path}: no line \"{mark}\"");
        var (find, replace) = (At("FIND", 0), At("REPLACE", 0));
        var end = At("END", replace);
        var file = Array.Find(lines, l => l.StartsWith("FILE ", StringComparison.Ordinal)) ?? throw new FormatException($"{path}: no line \"FILE …\"");
        return new Mutant(
            Path.GetFileNameWithoutExtension(path),
            lines[0].TrimStart('#', ' '),
            file["FILE ".Length..],
            string.Join('\n', lines[(find + 1)..replace]),
            string.Join('\n', lines[(replace + 1)..end]),
            Array.Find(lines, l => l.StartsWith(SeenBy, StringComparison.Ordinal))?[SeenBy.Length..]);
    }

    /// <summary>The mutated source; null where the text is not there exactly once.</summary>
    public string? Apply(string source)
    {
        var at = source.IndexOf(Find, StringComparison.Ordinal);
        return at < 0 || source.IndexOf(Find, at + 1, StringComparison.Ordinal) >= 0 ? null : source[..at] + Replace + source[(at + Find.Length)..];
    }
}

namespace ActorHa.Hocon;

/// <summary>
/// A file that was read: a tree with the place of every value, or the list of what is wrong. The subset of HOCON:
/// comments (<c>#</c>, <c>//</c>), nested and dotted keys, <c>=</c>, <c>:</c> or nothing before <c>{</c>, quoted and
/// unquoted texts, lists, <c>include "file"</c>, <c>${path}</c> and <c>${?path-or-VARIABLE}</c> as a whole value.
/// The same key again: objects merge, else the later one wins, as HOCON has it. Not in the subset, and refused by
/// name: null, <c>+=</c>, joined values, triple quotes, <c>include url/file/classpath</c>.
/// Paths in <c>${}</c> count from the root of the whole, also in an included file.
/// </summary>
/// <param name="Root">The tree; what could not be read is missing from it.</param>
/// <param name="Errors">All that is wrong, in the order of the files; empty = the tree is whole.</param>
/// <param name="SelfContained">False when a file was included or the environment was asked: the text alone says less.</param>
/// <param name="Text">The text as it was read.</param>
public sealed record HoconDocument(HoconObject Root, IReadOnlyList<HoconError> Errors, bool SelfContained, string Text)
{
    /// <summary>Reads a file. Never throws for what the file or the file system says: that becomes errors.</summary>
    public static HoconDocument Load(string path, HoconSources? sources = null)
    {
        sources ??= HoconSources.System;
        try
        {
            return Parse(sources.ReadFile(path), path, sources);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var origin = new Origin(path, 1, 1);
            return new(HoconObject.Empty(origin), [new(origin, "", $"no readable file: {e.Message}", "a configuration file")], true, "");
        }
    }

    /// <summary>Reads a text. Never throws for what the text says.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">Its name, for messages, and its folder, for includes.</param>
    /// <param name="sources">What it may draw on; default nothing.</param>
    public static HoconDocument Parse(string text, string file, HoconSources? sources = null)
    {
        sources ??= HoconSources.None;
        var errors = new ErrorList();
        var parser = new Parser(sources, errors);
        var raw = parser.ReadFile(text, file);
        var resolver = new Resolver(raw, sources, errors);
        var root = errors.Full ? HoconObject.Empty(raw.Origin) : resolver.ResolveRoot();
        return new(root, errors.All, !parser.Included && !resolver.AskedEnvironment, text);
    }

    /// <summary>The tree, or an exception with all errors.</summary>
    /// <exception cref="HoconException">Something is wrong with the text.</exception>
    public HoconObject Whole() => Errors.Count == 0 ? Root : throw new HoconException(Errors);
}

/// <summary>Errors up to the bound.</summary>
internal sealed class ErrorList
{
    private readonly List<HoconError> errors = [];

    public bool Full => errors.Count >= HoconLimits.Errors;

    public IReadOnlyList<HoconError> All => errors;

    public void Add(Origin origin, string key, string found, string expected, string why = "")
    {
        if (!Full) errors.Add(new(origin, key, found, expected, why));
    }
}

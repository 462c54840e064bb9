namespace ActorHa.Hocon;

/// <summary>
/// Typed reading of a tree. It collects all errors, and it remembers which keys were asked for: what nobody asked for
/// is an unknown key, which <see cref="Finish"/> refuses. A misspelt key that is silently ignored would leave a
/// default in force that nobody wanted.
/// </summary>
public sealed class Reader
{
    private readonly List<HoconError> errors;
    private readonly List<Section> sections = [];

    /// <summary>Reads <paramref name="document"/>, whose own errors come first.</summary>
    /// <param name="document">What was read.</param>
    /// <param name="defaults">Defaults with the same keys (<c>reference.conf</c>), or null.</param>
    public Reader(HoconDocument document, HoconObject? defaults = null)
    {
        errors = [.. document.Errors];
        Broken = errors.Count > 0;
        Root = Open(document.Root, defaults, "", document.Root.Origin);
    }

    /// <summary>The whole file.</summary>
    public Section Root { get; }

    /// <summary>The text itself was wrong: keys may be missing only because their line could not be read.</summary>
    public bool Broken { get; }

    /// <summary>Errors so far.</summary>
    public IReadOnlyList<HoconError> Errors => errors;

    /// <summary>Dotted paths of all keys that were asked for so far.</summary>
    public IReadOnlyCollection<string> Asked => [.. sections.SelectMany(s => s.AskedKeys.Select(s.PathOf)).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Refuses unknown keys and gives all errors in the order of the file.</summary>
    public IReadOnlyList<HoconError> Finish()
    {
        foreach (var section in sections.ToArray()) section.RefuseUnknown();
        return [.. errors.OrderBy(e => e.Origin.File, StringComparer.Ordinal).ThenBy(e => e.Origin.Line).ThenBy(e => e.Origin.Column)];
    }

    /// <summary>Adds an error. What is wrong is reported once: a second error of the same key and place is dropped.</summary>
    public void Refuse(HoconError error)
    {
        if (errors.Count < HoconLimits.Errors && !errors.Exists(e => e.Origin == error.Origin && e.Key == error.Key && e.Expected == error.Expected))
            errors.Add(error);
    }

    internal Section Open(HoconObject? node, HoconObject? defaults, string path, Origin origin, bool silent = false)
    {
        var section = new Section(this, node, defaults, path, origin, silent);
        sections.Add(section);
        return section;
    }
}

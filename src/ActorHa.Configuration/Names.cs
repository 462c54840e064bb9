using System.Text.RegularExpressions;
using ActorHa.Hocon;

namespace ActorHa.Configuration;

/// <summary>The one form of all names: they appear in file names, journal keys and beats.</summary>
public static partial class Names
{
    /// <summary>The form in words.</summary>
    public const string Form = "a name of a-z, 0-9 and -, at most 32, not beginning with -";

    /// <summary>Whether a text is a name.</summary>
    public static bool IsName(string text) => Pattern().IsMatch(text);

    /// <summary>The entries of an object by name; entries without a proper name are refused and left out.</summary>
    internal static List<(string Name, Section Section)> NamedEntries(this Section section, string key, HoconObject? template) =>
        section.NamedEntries(key, _ => template);

    /// <summary>The same, where the entry itself says which defaults are its own.</summary>
    internal static List<(string Name, Section Section)> NamedEntries(this Section section, string key, Func<HoconObject?, HoconObject?> templateOf)
    {
        var entries = section.Entries(key, templateOf).ToList();
        foreach (var (name, entry) in entries.Where(e => !IsName(e.Name)))
        {
            section.Refuse(key, entry.Origin, $"the name \"{name}\"", Form);
            entry.AskAll();
        }
        return entries.Where(e => IsName(e.Name)).ToList();
    }

    /// <summary>A name as a value.</summary>
    internal static string Name(this Section section, string key) => section.Parsed(key, Form, t => IsName(t) ? t : null) ?? "";

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,31}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}

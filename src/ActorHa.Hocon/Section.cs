using System.Collections.Immutable;
using System.Globalization;

namespace ActorHa.Hocon;

/// <summary>
/// One object of the file, read by typed questions. A question that cannot be answered adds an error and gives a
/// harmless value, so that reading goes on and all errors show at once. Values come from the file, else from the
/// defaults, where the unquoted words <c>REQUIRED</c> and <c>NONE</c> stand for "must be set" and "not set".
/// </summary>
public sealed class Section
{
    /// <summary>Marks a key in the defaults that the file must set.</summary>
    public const string Required = "REQUIRED";

    /// <summary>Marks a key in the defaults that need not be set at all.</summary>
    public const string None = "NONE";

    private readonly Reader reader;
    private readonly HoconObject? node;
    private readonly HoconObject? defaults;
    private readonly bool silent;
    private readonly HashSet<string> asked = new(StringComparer.Ordinal);
    private readonly HashSet<string> bad = new(StringComparer.Ordinal);

    internal Section(Reader reader, HoconObject? node, HoconObject? defaults, string path, Origin origin, bool silent)
    {
        (this.reader, this.node, this.defaults, this.silent, Path, Origin) = (reader, node, defaults, silent, path, origin);
    }

    /// <summary>Dotted key of this object; empty for the root.</summary>
    public string Path { get; }

    /// <summary>Where the object stands, or where it should have stood.</summary>
    public Origin Origin { get; }

    /// <summary>The object stands in the file itself.</summary>
    public bool Present => node is not null;

    /// <summary>Keys that the file itself sets, in its order.</summary>
    public IEnumerable<string> Keys => node?.Fields.Keys ?? Enumerable.Empty<string>();

    /// <summary>Whether the file itself (not the defaults) sets the key.</summary>
    public bool Sets(string key) => node?.Fields.ContainsKey(key) == true;

    /// <summary>Whether a question about this key already failed: what follows from it need not be checked.</summary>
    public bool IsBad(string key) => bad.Contains(key);

    /// <summary>Full dotted key.</summary>
    public string PathOf(string key) => Path.Length > 0 ? $"{Path}.{key}" : key;

    /// <summary>Where the value stands, or this object if it does not.</summary>
    public Origin OriginOf(string key) => node?.Fields.TryGetValue(key, out var field) == true ? field.Value.Origin : Origin;

    /// <summary>Where the key stands, or this object if it does not.</summary>
    public Origin KeyOriginOf(string key) => node?.Fields.TryGetValue(key, out var field) == true ? field.KeyOrigin : Origin;

    /// <summary>The value as it stands, from the file or the defaults; null when it is not set. Counts as asked for.</summary>
    public HoconValue? Value(string key)
    {
        asked.Add(key);
        if (node?.Fields.TryGetValue(key, out var field) == true) return field.Value;
        return defaults?.Fields.TryGetValue(key, out var fallback) == true && !IsMark(fallback.Value, Required) && !IsMark(fallback.Value, None)
            ? fallback.Value
            : null;
    }

    /// <summary>Counts all keys of this object as asked for, where what it should hold cannot be known any more.</summary>
    public void AskAll() => asked.UnionWith(Keys);

    /// <summary>Adds an error about a key of this object.</summary>
    public void Refuse(string key, string found, string expected, string why = "") => Refuse(key, OriginOf(key), found, expected, why);

    /// <summary>Adds an error about a key of this object at a place of its own (an item of a list).</summary>
    public void Refuse(string key, Origin origin, string found, string expected, string why = "")
    {
        bad.Add(key);
        reader.Refuse(new(origin, PathOf(key), found, expected, why));
    }

    /// <summary>
    /// Adds an error about a value that is well in itself but not beside the others: questions that follow from the
    /// same key are still asked.
    /// </summary>
    public void Violate(string key, string found, string expected, string why = "") =>
        reader.Refuse(new(OriginOf(key), PathOf(key), found, expected, why));

    /// <summary>A text, which must not be empty.</summary>
    public string Text(string key) => Scalar(key, "a text", t => t.Length > 0 ? t : null) ?? "";

    /// <summary>A text, or null when the key is not set.</summary>
    public string? OptionalText(string key) => Value(key) is null ? null : Text(key);

    /// <summary>A text of a given form.</summary>
    /// <param name="key">The key.</param>
    /// <param name="form">The form in words, for the message.</param>
    /// <param name="parse">Null when the text has another form.</param>
    public T? Parsed<T>(string key, string form, Func<string, T?> parse) where T : class => Scalar(key, form, parse);

    /// <summary>A whole number.</summary>
    public int Integer(string key, int least = int.MinValue, int most = int.MaxValue)
    {
        var form = (least, most) switch
        {
            (int.MinValue, int.MaxValue) => "a whole number",
            (_, int.MaxValue) => $"a whole number of at least {least}",
            (int.MinValue, _) => $"a whole number of at most {most}",
            _ => $"a whole number from {least} to {most}",
        };
        return Scalar(key, form, t => int.TryParse(t, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) && n >= least && n <= most ? (object)n : null)
            is int number ? number : default;
    }

    /// <summary>A duration with its unit, within bounds.</summary>
    public TimeSpan Duration(string key, TimeSpan least, TimeSpan most) =>
        Scalar(key, Units.DurationForm, t => Units.TryDuration(t, out var d) ? (object)d : null) is not TimeSpan duration ? default
        : duration < least || duration > most ? Outside(key, Units.Print(duration), Units.Print(least), Units.Print(most), duration)
        : duration;

    /// <summary>A size with its unit in bytes, within bounds.</summary>
    public long Size(string key, long leastBytes, long mostBytes) =>
        Scalar(key, Units.SizeForm, t => Units.TrySize(t, out var b) ? (object)b : null) is not long bytes ? default
        : bytes < leastBytes || bytes > mostBytes ? Outside(key, $"{bytes} bytes", $"{leastBytes} bytes", $"{mostBytes} bytes", bytes)
        : bytes;

    /// <summary>yes or no, true or false, on or off.</summary>
    public bool Boolean(string key) => Scalar(key, "yes or no", t => t switch
    {
        "yes" or "true" or "on" => (object)true,
        "no" or "false" or "off" => false,
        _ => null,
    }) is true;

    /// <summary>One of a few words.</summary>
    public T OneOf<T>(string key, params (string Word, T Value)[] words) where T : struct =>
        Scalar(key, string.Join(" or ", words.Select(w => w.Word)), t => words.Where(w => w.Word == t).Select(w => (object)w.Value).FirstOrDefault())
            is T value ? value : default;

    /// <summary>A list of texts.</summary>
    public ImmutableArray<HoconScalar> Texts(string key)
    {
        var texts = ImmutableArray.CreateBuilder<HoconScalar>();
        foreach (var item in List(key, "a list of texts"))
            if (item is HoconScalar text) texts.Add(text);
            else Refuse(key, item.Origin, item.Describe(), "a text");
        return texts.ToImmutable();
    }

    /// <summary>A list of whatever.</summary>
    public ImmutableArray<HoconValue> List(string key, string form)
    {
        switch (Value(key))
        {
            case HoconList list:
                return list.Items;
            case null:
                Missing(key, form);
                break;
            case var other:
                Refuse(key, other.Describe(), form);
                break;
        }
        return [];
    }

    /// <summary>An object inside this one; an absent one is read as empty, from its defaults.</summary>
    public Section Child(string key)
    {
        asked.Add(key);
        var fallback = defaults?.Fields.TryGetValue(key, out var field) == true ? field.Value : null;
        return Open(key, fallback as HoconObject, required: fallback is not null && IsMark(fallback, Required));
    }

    /// <summary>An object that may be absent, with defaults of its own; null when it is not there or is none.</summary>
    public Section? Optional(string key, HoconObject? template)
    {
        if (Value(key) is null) return null;
        var section = Open(key, template, required: false);
        return IsBad(key) ? null : section;
    }

    /// <summary>The objects inside an object whose keys are names: hosts, vms, peers.</summary>
    /// <param name="key">Key of the outer object.</param>
    /// <param name="template">Defaults of each entry.</param>
    public IEnumerable<(string Name, Section Section)> Entries(string key, HoconObject? template) => Entries(key, _ => template);

    /// <summary>The same, where the entry itself says which defaults are its own.</summary>
    /// <param name="key">Key of the outer object.</param>
    /// <param name="templateOf">Defaults of an entry; it is given null for one that is no object.</param>
    public IEnumerable<(string Name, Section Section)> Entries(string key, Func<HoconObject?, HoconObject?> templateOf)
    {
        var outer = Child(key);
        return [.. outer.Keys.Select(name => (name, outer.Open(name, templateOf(outer.node!.Fields[name].Value as HoconObject), required: true)))];
    }

    /// <summary>An object that stands in a list of this object, as a section with its own defaults.</summary>
    public Section Item(string key, int number, HoconObject item, HoconObject? template) =>
        reader.Open(item, template, $"{PathOf(key)}[{number}]", item.Origin);

    internal IEnumerable<string> AskedKeys => asked;

    internal void RefuseUnknown()
    {
        if (node is null) return;
        foreach (var (key, field) in node.Fields)
        {
            if (asked.Contains(key)) continue;
            var known = defaults is null ? asked : asked.Concat(defaults.Fields.Keys);
            var meant = NearestName.Of(key, known.Where(k => !node.Fields.ContainsKey(k)));
            reader.Refuse(new(field.KeyOrigin, PathOf(key), "an unknown key",
                meant is not null ? $"\"{meant}\"" : asked.Count > 0 ? $"one of {string.Join(", ", asked.Order(StringComparer.Ordinal).Take(20))}" : "no key here"));
        }
    }

    private Section Open(string key, HoconObject? template, bool required)
    {
        asked.Add(key);
        if (node?.Fields.TryGetValue(key, out var field) != true)
        {
            if (required) Missing(key, "an object { }");
            return reader.Open(null, template, PathOf(key), Origin, silent || required);
        }
        if (field!.Value is HoconObject child) return reader.Open(child, template, PathOf(key), field.KeyOrigin);
        Refuse(key, field.Value.Describe(), "an object { }");
        return reader.Open(null, template, PathOf(key), field.Value.Origin, silent: true);
    }

    private T? Scalar<T>(string key, string form, Func<string, T?> parse) where T : class
    {
        switch (Value(key))
        {
            case HoconScalar scalar when parse(scalar.Text) is { } parsed:
                return parsed;
            case null:
                Missing(key, form);
                return null;
            case var other:
                Refuse(key, other.Describe(), form);
                return null;
        }
    }

    private T Outside<T>(string key, string found, string least, string most, T value)
    {
        Refuse(key, found, $"from {least} to {most}");
        return value;
    }

    private void Missing(string key, string form)
    {
        bad.Add(key);
        // In a broken text the key may stand in the line that could not be read: one error for one fault.
        if (!silent && !reader.Broken) reader.Refuse(new(Origin, PathOf(key), "nothing", form));
    }

    private static bool IsMark(HoconValue value, string mark) => value is HoconScalar { Quoted: false } scalar && scalar.Text == mark;
}

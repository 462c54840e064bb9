using System.Collections.Immutable;

namespace ActorHa.Hocon;

/// <summary>A value as it was read, with its place. Nothing is typed yet: <see cref="Section"/> does that.</summary>
public abstract record HoconValue(Origin Origin)
{
    /// <summary>The value in a few words, for "found X". A value from the environment is not shown: it may be a secret.</summary>
    public abstract string Describe();
}

/// <summary>An object: keys in the order of the file.</summary>
public sealed record HoconObject(Origin Origin, OrderedDictionary<string, HoconField> Fields) : HoconValue(Origin)
{
    /// <summary>An object without keys.</summary>
    public static HoconObject Empty(Origin origin) => new(origin, []);

    /// <inheritdoc/>
    public override string Describe() => "an object { }";
}

/// <summary>A key with its own place and its value.</summary>
public sealed record HoconField(Origin KeyOrigin, HoconValue Value);

/// <summary>A list.</summary>
public sealed record HoconList(Origin Origin, ImmutableArray<HoconValue> Items) : HoconValue(Origin)
{
    /// <inheritdoc/>
    public override string Describe() => Items.Length == 1 ? "a list of 1" : $"a list of {Items.Length}";
}

/// <summary>A text, number, duration, size or boolean: which one, the reader of the key decides.</summary>
/// <param name="Origin">Its place.</param>
/// <param name="Text">The text without quotes and escapes.</param>
/// <param name="Quoted">It stood in quotes.</param>
/// <param name="FromVariable">Name of the environment variable that it came from, else null.</param>
public sealed record HoconScalar(Origin Origin, string Text, bool Quoted, string? FromVariable = null) : HoconValue(Origin)
{
    /// <inheritdoc/>
    public override string Describe()
    {
        if (FromVariable is not null) return $"the value of the environment variable {FromVariable}";
        var text = Text.Length > 60 ? Text[..60] + "…" : Text;
        return Quoted ? $"\"{text}\"" : text;
    }
}

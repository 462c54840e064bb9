namespace ActorHa.Hocon;

// The tree before substitution: a reference may point forward, so nothing can be resolved while reading.

internal abstract record Raw(Origin Origin);

internal sealed record RawScalar(Origin Origin, string Text, bool Quoted) : Raw(Origin);

internal sealed record RawList(Origin Origin, List<Raw> Items) : Raw(Origin);

/// <summary><c>${path}</c> or <c>${?path}</c>.</summary>
internal sealed record RawReference(Origin Origin, string[] Path, bool Optional) : Raw(Origin)
{
    public string Text => $"${{{(Optional ? "?" : "")}{string.Join('.', Path)}}}";
}

/// <summary>The same key twice, where one of both is a reference: what becomes of it shows at resolution.</summary>
internal sealed record RawLayers(Origin Origin, Raw Lower, Raw Upper) : Raw(Origin);

internal sealed record RawField(Origin KeyOrigin, Raw Value);

internal sealed record RawObject(Origin Origin) : Raw(Origin)
{
    public OrderedDictionary<string, RawField> Fields { get; } = [];

    public void Add(string key, RawField added)
    {
        if (!Fields.TryGetValue(key, out var old)) Fields.Add(key, added);
        else Fields[key] = new(added.KeyOrigin, Layer(old.Value, added.Value));
    }

    private static Raw Layer(Raw lower, Raw upper)
    {
        switch (lower, upper)
        {
            case (RawObject below, RawObject above):
                foreach (var (key, field) in above.Fields) below.Add(key, field);
                return below;
            case (RawReference or RawLayers, RawObject): // the reference may turn out to be an object
            case (_, RawReference):                      // the reference may turn out to be nothing
                return new RawLayers(upper.Origin, lower, upper);
            default:
                return upper;
        }
    }
}

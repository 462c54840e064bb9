using ActorHa.Hocon;

namespace ActorHa.Configuration;

/// <summary>The defaults: <c>hocon/reference.conf</c>, built into this assembly.</summary>
public static class Reference
{
    private static readonly Lazy<HoconDocument> Read = new(() =>
        HoconDocument.Parse(Text, "reference.conf") is { Errors.Count: 0 } document ? document : throw new HoconException(HoconDocument.Parse(Text, "reference.conf").Errors));

    /// <summary>The file's text, with the explanation of every key.</summary>
    public static string Text
    {
        get
        {
            using var stream = typeof(Reference).Assembly.GetManifestResourceStream("reference.conf")
                ?? throw new InvalidOperationException("reference.conf is not built in");
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
    }

    /// <summary>All defaults, under the same keys as in a user's file.</summary>
    public static HoconObject Root => Read.Value.Root;

    /// <summary>What an entry has where it says nothing.</summary>
    public static HoconObject Template(params ReadOnlySpan<string> path)
    {
        var here = (HoconObject)Root.Fields["templates"].Value;
        foreach (var name in path) here = (HoconObject)here.Fields[name].Value;
        return here;
    }

    /// <summary>Names of the entries of a group of templates: the drivers of devices.</summary>
    public static IEnumerable<string> TemplatesOf(string group) => Template(group).Fields.Keys;
}

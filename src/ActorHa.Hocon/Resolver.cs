using System.Collections.Immutable;

namespace ActorHa.Hocon;

/// <summary>Puts values in the place of references. Bounded in depth and in the number of values that come out.</summary>
internal sealed class Resolver(RawObject root, HoconSources sources, ErrorList errors)
{
    private readonly HashSet<RawReference> open = new(ReferenceEqualityComparer.Instance);
    private int values;
    private bool overflow;

    public bool AskedEnvironment { get; private set; }

    public HoconObject ResolveRoot() => (HoconObject)Resolve(root, "", 0)!;

    private HoconValue? Resolve(Raw raw, string key, int depth)
    {
        if (++values > HoconLimits.Values || depth > HoconLimits.Depth)
        {
            if (!overflow) errors.Add(raw.Origin, key, "references that multiply without end", $"at most {HoconLimits.Values} values, {HoconLimits.Depth} deep");
            overflow = true;
        }
        if (overflow) return raw is RawObject ? HoconObject.Empty(raw.Origin) : null;
        return raw switch
        {
            RawScalar s => new HoconScalar(s.Origin, s.Text, s.Quoted),
            RawList l => new HoconList(l.Origin, [.. l.Items.Select((item, i) => Resolve(item, $"{key}[{i}]", depth + 1)).OfType<HoconValue>()]),
            RawObject o => ResolveObject(o, key, depth),
            RawReference r => ResolveReference(r, key, depth),
            RawLayers l => Merge(Resolve(l.Lower, key, depth + 1), Resolve(l.Upper, key, depth + 1)),
            _ => throw new System.Diagnostics.UnreachableException(raw.GetType().Name),
        };
    }

    private HoconObject ResolveObject(RawObject raw, string key, int depth)
    {
        var fields = new OrderedDictionary<string, HoconField>(raw.Fields.Count);
        foreach (var (name, field) in raw.Fields)
            if (Resolve(field.Value, key.Length > 0 ? $"{key}.{name}" : name, depth + 1) is { } value)
                fields.Add(name, new(field.KeyOrigin, value));
        return new(raw.Origin, fields);
    }

    private HoconValue? ResolveReference(RawReference reference, string key, int depth)
    {
        if (!open.Add(reference))
        {
            errors.Add(reference.Origin, key, $"{reference.Text}, which leads back to itself", "a reference to another key");
            return null;
        }
        try
        {
            if (Find(root, reference.Path, 0, 0) is { } target) return Resolve(target, key, depth + 1);
            if (!reference.Optional)
            {
                errors.Add(reference.Origin, key, reference.Text, "a key that exists", "only ${?NAME} may be absent or come from the environment");
                return null;
            }
            AskedEnvironment = true;
            var name = string.Join('.', reference.Path);
            return sources.Variable(name) is { } text ? new HoconScalar(reference.Origin, text, true, name) : null;
        }
        finally
        {
            open.Remove(reference);
        }
    }

    private Raw? Find(Raw node, ReadOnlySpan<string> path, int hops, int depth)
    {
        // Counted as values: layered references that point at each other would else double the work with each hop.
        if (depth > HoconLimits.Depth || hops > HoconLimits.Depth || ++values > HoconLimits.Values) return null;
        if (path.IsEmpty) return node;
        switch (node)
        {
            case RawObject o:
                return o.Fields.TryGetValue(path[0], out var field) ? Find(field.Value, path[1..], hops, depth + 1) : null;
            case RawReference r:
                return Find(root, r.Path, hops + 1, depth + 1) is { } target && !ReferenceEquals(target, r) ? Find(target, path, hops + 1, depth + 1) : null;
            case RawLayers l:
                var upper = Find(l.Upper, path, hops + 1, depth + 1);
                var lower = Find(l.Lower, path, hops + 1, depth + 1);
                return upper is null ? lower : lower is null ? upper : new RawLayers(upper.Origin, lower, upper);
            default:
                return null;
        }
    }

    private static HoconValue? Merge(HoconValue? lower, HoconValue? upper)
    {
        if (upper is null) return lower;
        if (lower is not HoconObject below || upper is not HoconObject above) return upper;
        var fields = new OrderedDictionary<string, HoconField>(below.Fields);
        foreach (var (key, field) in above.Fields)
            fields[key] = fields.TryGetValue(key, out var old) ? new(field.KeyOrigin, Merge(old.Value, field.Value)!) : field;
        return new HoconObject(above.Origin, fields);
    }
}

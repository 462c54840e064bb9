using System.Collections.Immutable;
using ActorHa.Core;
using ActorHa.Hocon;

namespace ActorHa.Configuration;

/// <summary>Levels and plugs of one host.</summary>
internal static class FencingReader
{
    private const string Form = "a list of levels, each { device, plug } or a list of those";

    /// <param name="host">The host's object.</param>
    /// <param name="name">Its name.</param>
    /// <param name="devices">Names of the devices that exist.</param>
    /// <param name="owners">Which host a plug belongs to, over all hosts read so far.</param>
    public static ImmutableArray<FenceLevel> Read(Section host, string name, ImmutableHashSet<string> devices, Dictionary<FencePlug, string> owners)
    {
        var plugs = 0;
        var levels = ImmutableArray.CreateBuilder<FenceLevel>();
        foreach (var item in host.List("fencing", Form))
        {
            IReadOnlyList<HoconValue> level = item is HoconList several ? several.Items : [item];
            if (level.Count == 0) host.Refuse("fencing", item.Origin, "an empty level", "at least one plug", "a level without plugs would prove nothing");
            levels.Add(new([.. level.Select(p => ReadPlug(p)).OfType<FencePlug>()]));
        }
        return levels.ToImmutable();

        FencePlug? ReadPlug(HoconValue value)
        {
            if (value is not HoconObject plain)
            {
                host.Refuse("fencing", value.Origin, value.Describe(), Form);
                return null;
            }
            var section = host.Item("fencing", ++plugs, plain, Reference.Template("plug"));
            var plug = new FencePlug(section.Text("device"), section.Text("plug"));
            if (section.IsBad("device") || section.IsBad("plug")) return null;
            if (!devices.Contains(plug.Device))
                section.Refuse("device", plug.Device, devices.IsEmpty ? "a device, but cluster.devices names none" : $"one of {string.Join(", ", devices.Order(StringComparer.Ordinal))}");
            else if (owners.TryGetValue(plug, out var owner) && owner != name)
                section.Refuse("plug", $"plug {plug.Plug} of {plug.Device}, which is {owner}'s", "a plug of its own", "switching off one host would switch off the other");
            owners.TryAdd(plug, name);
            return plug;
        }
    }
}

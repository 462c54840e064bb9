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
    /// <param name="devices">The devices that exist.</param>
    /// <param name="owners">Which host a plug belongs to, over all hosts read so far. By what the device is: two names of one are one device.</param>
    public static ImmutableArray<FenceLevel> Read(Section host, string name, ImmutableSortedDictionary<string, DeviceConfig> devices, Dictionary<(DeviceConfig, string), string> owners)
    {
        var plugs = 0;
        var levels = ImmutableArray.CreateBuilder<FenceLevel>();
        foreach (var item in host.List("fencing", Form))
        {
            IReadOnlyList<HoconValue> level = item is HoconList several ? several.Items : [item];
            if (level.Count == 0) host.Refuse("fencing", item.Origin, "an empty level", "at least one plug", "a level without plugs would prove nothing");
            var here = new HashSet<(DeviceConfig, string)>();
            levels.Add(new([.. level.Select(p => ReadPlug(p, here)).OfType<FencePlug>()]));
        }
        return levels.ToImmutable();

        FencePlug? ReadPlug(HoconValue value, HashSet<(DeviceConfig, string)> here)
        {
            if (value is not HoconObject plain)
            {
                host.Refuse("fencing", value.Origin, value.Describe(), Form);
                return null;
            }
            var section = host.Item("fencing", ++plugs, plain, Reference.Template("plug"));
            var plug = new FencePlug(section.Text("device"), section.Text("plug"));
            if (section.IsBad("device") || section.IsBad("plug")) return null;
            if (!devices.TryGetValue(plug.Device, out var config))
            {
                section.Refuse("device", plug.Device, devices.IsEmpty ? "a device, but cluster.devices names none" : $"one of {string.Join(", ", devices.Keys)}");
                return plug;
            }
            if (!here.Add((config, plug.Plug)))
                section.Refuse("plug", $"plug {plug.Plug} of {plug.Device}, which this level holds already", "each plug once", "the other power supply would be left on, and the host be called off");
            else if (owners.TryGetValue((config, plug.Plug), out var owner) && owner != name)
                section.Refuse("plug", $"plug {plug.Plug} of {plug.Device}, which is {owner}'s", "a plug of its own", "switching off one host would switch off the other");
            // A level is proven only when each of its plugs is: one whose off is no proof makes the whole of it none.
            else if (FenceAgentReader.WhyNoProof(config) is { } why)
                section.Refuse("device", $"{plug.Device}, whose off proves nothing: {why}", "a device whose off is proof, or trust-off = yes there", "a fencing level without proof would leave the virtual machines waiting for a person");
            owners.TryAdd((config, plug.Plug), name);
            return plug;
        }
    }
}

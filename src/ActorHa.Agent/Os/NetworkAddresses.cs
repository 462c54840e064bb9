using System.Net.NetworkInformation;

namespace ActorHa.Agent.Os;

/// <summary>The host's own network addresses, to be held against those of its slot in the chassis.</summary>
public static class NetworkAddresses
{
    /// <summary>
    /// MAC addresses, lower case with colons, sorted, each once. Interfaces without one (loopback, tunnels) are left out.
    /// </summary>
    /// <param name="interfaces">Names of interfaces; empty = all. All means bridges and the taps of VMs, too: harmless where
    /// the slot's addresses are looked for among these, not the other way round.</param>
    /// <exception cref="InvalidDataException">A named interface does not exist: a misspelt name must not shrink the proof.</exception>
    public static IReadOnlyList<string> Macs(IReadOnlyCollection<string> interfaces)
    {
        var all = NetworkInterface.GetAllNetworkInterfaces();
        var missing = interfaces.Where(name => all.All(i => i.Name != name)).ToList();
        if (missing.Count > 0) throw new InvalidDataException($"no such network interface: {string.Join(", ", missing)}");
        return [.. all
            .Where(i => interfaces.Count == 0 || interfaces.Contains(i.Name))
            .Where(i => i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .Select(i => i.GetPhysicalAddress().GetAddressBytes())
            .Where(mac => mac.Length == 6 && mac.Any(b => b != 0))
            .Select(Write)
            .Distinct()
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>Six bytes as <c>00:1e:67:0a:0b:0c</c>.</summary>
    public static string Write(byte[] mac) => string.Join(':', mac.Select(b => b.ToString("x2")));
}

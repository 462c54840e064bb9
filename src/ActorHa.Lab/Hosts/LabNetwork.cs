using System.Globalization;

namespace ActorHa.Lab;

/// <summary>
/// The site's network: one namespace per host, a switch namespace whose bridge joins them. The machine's own namespace
/// holds nothing of it; there is no way out. Faults are nftables rules of the receiver; they last until healed, also
/// over a reboot of the host, as a broken cable would.
/// </summary>
public sealed class LabNetwork(SiteDescription site)
{
    /// <summary>Name of the switch.</summary>
    public const string Switch = "switch";

    private readonly Lock _gate = new();
    private readonly HashSet<Cut> _cuts = [];
    private readonly HashSet<string> _deaf = [];

    /// <summary>Directions in which nothing gets through.</summary>
    public IReadOnlyList<Cut> Cuts
    {
        get
        {
            lock (_gate) return [.. _deaf.Select(host => new Cut("heartbeats", host)).Concat(_cuts).OrderBy(c => c.From).ThenBy(c => c.To)];
        }
    }

    /// <summary>All network namespaces that a site may have.</summary>
    public static IReadOnlyList<string> Namespaces(SiteDescription site) =>
        [.. site.Members.Select(m => m.Name).Append(site.Chassis.Name).Append(Switch).Select(n => $"{site.Name}-{n}")];

    /// <summary>Name of a host's namespace.</summary>
    public string Namespace(string host) => $"{site.Name}-{host}";

    /// <summary>The file that names a host's namespace for nsenter.</summary>
    public string NamespaceFile(string host) => $"/run/netns/{Namespace(host)}";

    /// <summary>Builds the switch and plugs the chassis in; the hosts are plugged in when they boot.</summary>
    public void Create()
    {
        Ip("netns", "add", Namespace(Switch));
        In(Switch, "link add br0 type bridge stp_state 0 mcast_snooping 0\nlink set br0 up\nlink set lo up\n");
        Plug(site.Chassis.Name, [0x02, 0x41, 0x48, 0x00, 0x02, 0x00]);
        In(site.Chassis.Name, $"link set lo up\naddr add {site.Chassis.Address}/{site.PrefixLength} dev eth0\nlink set eth0 up\n");
    }

    /// <summary>
    /// A fresh namespace for a host, with a cable to the switch and its cuts in force. Addresses are the host's own affair.
    /// Never the namespace of an earlier life: its kernel still sends for the dead host's connections, and the rebooted
    /// host would inherit them.
    /// </summary>
    public void Plug(string host, byte[] mac)
    {
        lock (_gate)
        {
            if (File.Exists(NamespaceFile(host)))
            {
                In(Switch, $"link del p-{host}\n");
                Ip("netns", "del", Namespace(host));
            }
            Ip("netns", "add", Namespace(host));
            In(Switch, $"link add p-{host} type veth peer name eth0 address {Text(mac)} netns {Namespace(host)}\nlink set p-{host} master br0 up\n");
            if (_cuts.Any(c => c.To == host) || _deaf.Contains(host)) Enforce(host);
        }
    }

    /// <summary>The cable carries nothing any more when it returns; what the host still sends is lost.</summary>
    public void Unplug(string host) => In(Switch, $"link set p-{host} down\n");

    /// <summary>Removes namespaces left over, whatever is in them.</summary>
    public static void Sweep(IEnumerable<string> namespaces)
    {
        foreach (var name in namespaces.Where(n => File.Exists($"/run/netns/{n}")))
        {
            Ip("netns", "del", name);
        }
    }

    /// <summary>Nothing gets through any more in these directions.</summary>
    public void Break(IReadOnlyList<Cut> cuts)
    {
        lock (_gate)
        {
            _cuts.UnionWith(cuts);
            EnforceAll(cuts.Select(c => c.To).Distinct());
        }
    }

    /// <summary>No heartbeat reaches the host any more; all else does, and its own beats are heard.</summary>
    public void Deafen(string host)
    {
        lock (_gate)
        {
            _deaf.Add(host);
            EnforceAll([host]);
        }
    }

    /// <summary>Lets everything through again that goes to or comes from a host; null = between all.</summary>
    public void Heal(string? host)
    {
        lock (_gate)
        {
            var healed = _cuts.Where(c => host == null || c.From == host || c.To == host).ToList();
            _cuts.ExceptWith(healed);
            var hears = _deaf.Where(h => host == null || h == host).ToList();
            _deaf.ExceptWith(hears);
            EnforceAll(healed.Select(c => c.To).Concat(hears).Distinct());
        }
    }

    // At once rather than in turn: a cable is cut for both ends in the same moment, or nearly so.
    private void EnforceAll(IEnumerable<string> receivers) =>
        Task.WhenAll(receivers.Where(r => File.Exists(NamespaceFile(r))).Select(r => Task.Run(() => Enforce(r)))).GetAwaiter().GetResult();

    // The whole table is replaced in one transaction: there is no moment with half of the rules.
    private void Enforce(string receiver)
    {
        var addresses = Addresses();
        var drops = _cuts.Where(c => c.To == receiver).Select(c => $"    ip saddr {addresses[c.From]} drop\n");
        var deaf = _deaf.Contains(receiver) ? $"    udp dport {SiteFiles.HeartbeatPort} drop\n" : "";
        Tool.Run(
            $"table inet lab\ndelete table inet lab\ntable inet lab {{\n  chain in {{\n    type filter hook input priority -300; policy accept;\n{string.Concat(drops)}{deaf}  }}\n}}\n",
            "nsenter", $"--net={NamespaceFile(receiver)}", "nft", "-f", "-");
    }

    private Dictionary<string, string> Addresses()
    {
        var all = site.Members.ToDictionary(m => m.Name, m => m.Address);
        all[site.Chassis.Name] = site.Chassis.Address;
        return all;
    }

    private void In(string host, string batch) => Tool.Run(batch, "ip", "-netns", Namespace(host), "-batch", "-");

    private static void Ip(params IReadOnlyList<string> words) => Tool.Run(null, ["ip", .. words]);

    /// <summary>A hardware address as text: lower case with colons.</summary>
    public static string Text(byte[] mac) => string.Join(':', mac.Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
}

/// <summary>Nothing that <paramref name="From"/> sends reaches <paramref name="To"/>.</summary>
public readonly record struct Cut(string From, string To);

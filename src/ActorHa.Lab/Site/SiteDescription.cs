using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorHa.Lab;

/// <summary>
/// What the lab builds: the members, their addresses, how etcd and the agent are started. The default is the site that
/// asked for this product; <c>site.json</c> in the lab's directory holds what a running lab was built from.
/// </summary>
public sealed record SiteDescription
{
    /// <summary>Prefix of everything that the lab creates outside its directory (network namespaces, control groups); 1 to 8 of a-z, 0-9.</summary>
    public string Name { get; init; } = "ah";

    /// <summary>Name of the cluster.</summary>
    public string Cluster { get; init; } = "ppnrw";

    /// <summary>The chassis: its management address, where the lab's own daemon lives.</summary>
    public ChassisDescription Chassis { get; init; } = new();

    /// <summary>The members; each runs an etcd member and an agent.</summary>
    public IReadOnlyList<MemberDescription> Members { get; init; } =
    [
        new("applejack", "192.168.41.11", Slot: 1),
        new("rainbowdash", "192.168.41.12", Slot: 2),
        new("witness", "192.168.41.13", Slot: null),
    ];

    /// <summary>Length of the network prefix that all addresses share.</summary>
    public int PrefixLength { get; init; } = 24;

    /// <summary>How etcd is started.</summary>
    public EtcdSettings Etcd { get; init; } = new();

    /// <summary>
    /// One simple command that becomes the agent. Place holders: <c>{artifacts}</c> (where this program lies),
    /// <c>{etc}</c> (the host's configuration), <c>{host}</c>.
    /// </summary>
    public string AgentCommand { get; init; } = "dotnet {artifacts}/actorha-agent.dll --config {etc}/actorha.conf";

    /// <summary>
    /// Members installed as README.md says: systemd with the project's units, the example files, etcd with certificates
    /// (<see cref="EtcdSettings.Tls"/> must be those of <see cref="InstalledFiles"/>). False: a small init of the lab's own.
    /// </summary>
    public bool Systemd { get; init; }

    /// <summary>Parses <c>site.json</c>, or a description that a person wrote.</summary>
    /// <exception cref="LabException">The text is no site, or one that cannot be built.</exception>
    public static SiteDescription Parse(string json, string source)
    {
        try
        {
            var site = JsonSerializer.Deserialize<SiteDescription>(json, Json) ?? throw new LabException($"{source} is empty");
            return site.Checked();
        }
        catch (JsonException e)
        {
            throw new LabException($"{source} is not a site description: {e.Message}", e);
        }
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>This description, if it can be built.</summary>
    /// <exception cref="LabException">It cannot; the message says why.</exception>
    public SiteDescription Checked()
    {
        if (!IsName(Name, 8) || Name.Contains('-'))
            throw new LabException($"'{Name}' is no name for a lab: 1 to 8 of a-z, 0-9");
        // 13: the switch names its ports p-<member>, and Linux allows 15 characters for a network interface.
        foreach (var name in Members.Select(m => m.Name).Append(Chassis.Name))
        {
            if (!IsName(name, 13)) throw new LabException($"'{name}' is no name for a host: 1 to 13 of a-z, 0-9, -");
            if (name == LabNetwork.Switch) throw new LabException($"'{name}' is the name of the lab's network switch");
        }
        var twice = Members.SelectMany(m => new[] { m.Name, m.Address }).Concat([Chassis.Name, Chassis.Address])
            .GroupBy(x => x).FirstOrDefault(g => g.Count() > 1);
        if (twice != null) throw new LabException($"'{twice.Key}' occurs twice in the site");
        if (Systemd && Etcd.Tls is null) throw new LabException("systemd's unit of etcd knows no http: the site needs certificates (etcd.tls)");
        if (Members.Count == 0) throw new LabException("the site has no members");
        return this;
    }

    /// <summary>The member of that name.</summary>
    /// <exception cref="LabException">There is none.</exception>
    public MemberDescription Member(string name) =>
        Members.FirstOrDefault(m => m.Name == name)
        ?? throw new LabException($"no host is named '{name}'; there are {string.Join(", ", Members.Select(m => m.Name))}");

    private static bool IsName(string s, int most) =>
        s.Length >= 1 && s.Length <= most && s.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };
}

/// <summary>The chassis' management module.</summary>
public sealed record ChassisDescription
{
    /// <summary>Its name in cuts and in the status.</summary>
    public string Name { get; init; } = "chassis";

    /// <summary>Where its SNMP agent listens (UDP port 161).</summary>
    public string Address { get; init; } = "192.168.41.2";

    /// <summary>False: the lab leaves the address to another program, which switches the hosts by commands to the lab.</summary>
    public bool Simulate { get; init; } = true;

    /// <summary>It tells every member of a change of a blade's power by a trap, and they listen.</summary>
    public bool Traps { get; init; }

    /// <summary>Serial number that it reports.</summary>
    public string Serial { get; init; } = "LAB0000001";

    /// <summary>SNMPv3 user (SHA, authNoPriv), as at the source site.</summary>
    public string User { get; init; } = "snmpv3user";

    /// <summary>That user's password; the members get it as a file.</summary>
    public string Password { get; init; } = "SNMPpass";
}

/// <summary>A member of the cluster.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its IPv4 address.</param>
/// <param name="Slot">The chassis slot of its blade; null for the witness, which is not in the chassis.</param>
public sealed record MemberDescription(string Name, string Address, int? Slot)
{
    /// <summary><c>host</c> or <c>witness</c>.</summary>
    [JsonIgnore]
    public string Role => Slot == null ? "witness" : "host";

    /// <summary>Hardware addresses of its two network cards (locally administered); the first is that of eth0.</summary>
    [JsonIgnore]
    public IReadOnlyList<byte[]> Macs =>
        [.. Enumerable.Range(0, 2).Select(card => new byte[] { 0x02, 0x41, 0x48, 0x00, LastOctet, (byte)card })];

    private byte LastOctet => System.Net.IPAddress.Parse(Address).GetAddressBytes()[3];
}

/// <summary>How etcd is started on each member.</summary>
public sealed record EtcdSettings
{
    /// <summary>Time between a leader's heartbeats, milliseconds.</summary>
    public int HeartbeatMs { get; init; } = 100;

    /// <summary>Silence of the leader after which an election begins, milliseconds.</summary>
    public int ElectionMs { get; init; } = 1000;

    /// <summary>Revisions kept when etcd compacts itself.</summary>
    public int RetainedRevisions { get; init; } = 10_000;

    /// <summary>Largest database, bytes.</summary>
    public long QuotaBytes { get; init; } = 1L << 30;

    /// <summary>Growth of its heap between two collections, per cent: small rather than fast, as in the systemd unit.</summary>
    public int Gogc { get; init; } = 50;

    /// <summary>Processors on which its code runs at once, as in the systemd unit: at rest one costs less than two that look for work.</summary>
    public int Processors { get; init; } = 1;

    /// <summary>Certificates; null = plain http.</summary>
    public EtcdTls? Tls { get; init; }
}

/// <summary>
/// Certificates of etcd (mutual TLS, also among its members). <c>{host}</c> in a path is the member's name. A member's
/// certificate needs the extended key usages serverAuth and clientAuth, else etcd's own JSON gateway is refused by it.
/// </summary>
/// <param name="Ca">The authority's certificate, PEM.</param>
/// <param name="Certificate">The member's certificate, PEM.</param>
/// <param name="Key">The member's private key, PEM.</param>
public sealed record EtcdTls(string Ca, string Certificate, string Key);

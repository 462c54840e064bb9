using System.Collections.Immutable;
using ActorHa.Core;
using ActorHa.Hocon;

namespace ActorHa.Configuration;

/// <summary>What became of a text: a configuration, or all that is wrong with it.</summary>
/// <param name="Config">Complete and consistent; null when there are errors.</param>
/// <param name="Errors">In the order of the file.</param>
/// <param name="Text">
/// The text to be applied: the one that was read where it stands for itself, else the same written out, without
/// includes, references to the environment and the parts of members.
/// </param>
public sealed record ClusterConfigResult(ClusterConfig? Config, IReadOnlyList<HoconError> Errors, string Text)
{
    /// <summary>The configuration, or an exception with all errors.</summary>
    /// <exception cref="HoconException">Something is wrong with the text.</exception>
    public ClusterConfig Whole() => Config ?? throw new HoconException(Errors);
}

/// <summary>
/// HOCON → <see cref="ClusterConfig"/>: the door at which the cluster's configuration is parsed and checked. All
/// errors at once. Behind it a configuration cannot be inconsistent.
/// </summary>
public static class ClusterConfigReader
{
    private const long Mebibyte = 1L << 20;
    private const long MostMemory = 1L << 46; // 64 TiB

    /// <summary>Reads a file with its includes and the environment.</summary>
    public static ClusterConfigResult Load(string path, HoconSources? sources = null) => Read(HoconDocument.Load(path, sources));

    /// <summary>Reads a text that stands for itself, as it comes out of the journal or over the API.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">Its name in messages.</param>
    public static ClusterConfigResult Parse(string text, string name = "configuration") =>
        Read(HoconDocument.Parse(text, name, HoconSources.None));

    /// <summary>Dotted paths of all keys that reading this document asks for: for the test that compares them with the reference.</summary>
    public static IReadOnlyCollection<string> AskedKeys(HoconDocument document)
    {
        var reader = new Reader(document, Reference.Root);
        ReadCluster(reader);
        return reader.Asked;
    }

    private static ClusterConfigResult Read(HoconDocument document)
    {
        var reader = new Reader(document, Reference.Root);
        var config = ReadCluster(reader);
        var errors = reader.Finish();
        if (errors.Count > 0) return new(null, errors, "");
        var alone = document.SelfContained && document.Root.Fields.Keys.All(k => k == "cluster");
        return new(config, errors, alone ? document.Text : HoconPrinter.Print(document.Root, "cluster"));
    }

    private static ClusterConfig ReadCluster(Reader reader)
    {
        // A file may hold the parts of members as well (their own reader checks them).
        reader.Root.Value("member");
        reader.Root.Value("members");
        var cluster = reader.Root.Child("cluster");
        var name = cluster.Name("name");
        var timers = TimerKeys.Read(cluster.Child("timers"));
        var choices = cluster.Child("policies");
        var policies = ReadPolicies(choices);
        var devices = DeviceReader.Read(cluster);
        var hosts = ReadHosts(cluster, devices, timers);
        var witnesses = ReadWitnesses(cluster, hosts);
        var vms = cluster.NamedEntries("vms", Reference.Template("vm"))
            .ToImmutableSortedDictionary(e => new VmName(e.Name), e => VmReader.Read(e.Section, hosts));
        if (policies.RequireTwoProofs && hosts.FirstOrDefault(h => h.Value.Watchdog is null || h.Value.Fencing.IsEmpty) is { Value: { } poor } one)
            choices.Violate("require-two-proofs", $"yes, and {one.Key} has no {(poor.Watchdog is null ? "watchdog" : "fence device")}", "a fencing level and a watchdog for each host", "VMs of a host with one proof would wait for a person");
        if (hosts.Count < 2)
            cluster.Violate("hosts", hosts.Count == 1 ? "1 host" : "no host", "at least 2 hosts", "the virtual machines of a lost host need another one");
        else if (hosts.Count == 2 && witnesses.Count == 0 && !cluster.IsBad("witnesses"))
            cluster.Violate("witnesses", "2 hosts and no witness", "a witness", "when one of two is lost, the other alone is no majority and may decide nothing");
        return new(name, hosts, witnesses, vms, devices, timers, policies);
    }

    private static Policies ReadPolicies(Section section) => new()
    {
        MaxFences = section.Integer("max-fences", 1, 100),
        RequireTwoProofs = section.Boolean("require-two-proofs"),
        FenceWhenAgentLost = section.Boolean("fence-when-agent-lost"),
        StartsAtOnce = section.Integer("starts-at-once", 1, 100),
        PowerOnAfterFence = section.OneOf("power-on-after-fence", ("stay-off", PowerOnPolicy.StayOff), ("on", PowerOnPolicy.On)),
        Shutdown = section.OneOf("shutdown", ("release", ShutdownPolicy.Release), ("freeze", ShutdownPolicy.Freeze)),
    };

    private static ImmutableSortedDictionary<MemberName, HostConfig> ReadHosts(Section cluster, ImmutableSortedDictionary<string, DeviceConfig> devices, Timers timers)
    {
        var owners = new Dictionary<(DeviceConfig, string), string>();
        return cluster.NamedEntries("hosts", Reference.Template("host")).ToImmutableSortedDictionary(
            e => new MemberName(e.Name),
            e => new HostConfig(
                e.Section.Size("memory", Mebibyte, MostMemory) / Mebibyte,
                FencingReader.Read(e.Section, e.Name, devices, owners),
                WatchdogReader.Read(e.Section, timers)));
    }

    private static ImmutableSortedSet<MemberName> ReadWitnesses(Section cluster, ImmutableSortedDictionary<MemberName, HostConfig> hosts)
    {
        var witnesses = ImmutableSortedSet.CreateBuilder<MemberName>();
        foreach (var item in cluster.Texts("witnesses"))
        {
            if (!Names.IsName(item.Text)) cluster.Refuse("witnesses", item.Origin, item.Describe(), Names.Form);
            else if (hosts.ContainsKey(new(item.Text))) cluster.Refuse("witnesses", item.Origin, $"{item.Text}, which is a host", "a member that is no host", "a host has its voice already");
            else if (!witnesses.Add(new(item.Text))) cluster.Refuse("witnesses", item.Origin, $"{item.Text} twice", "each witness once");
        }
        return witnesses.ToImmutable();
    }
}

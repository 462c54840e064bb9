namespace ActorHa.Core;

/// <summary>
/// Before fencing is armed the mapping host → plugs is proven: a wrong slot would kill the survivor. The proof is in the
/// journal, so that a member that restarts after a host has died need not ask the dead host's slot again.
/// </summary>
public static class Arming
{
    /// <summary>What was proven: the host's own addresses and its configured plugs. Any change asks for a new proof.</summary>
    public static string Fingerprint(ClusterState s, MemberName host) => s.Derived.Fingerprint(host);

    /// <summary>Works the fingerprint out.</summary>
    internal static string Print(ClusterState s, MemberName host)
    {
        var macs = string.Join(",", s.Host(host).Macs.Order(StringComparer.Ordinal));
        var plugs = s.Config.Hosts.GetValueOrDefault(host) is { } h
            ? string.Join(" | ", h.Fencing.Select(l => string.Join(" + ", l.Plugs.Select(p => Plug(s, p)))))
            : "";
        return plugs.Length == 0 || macs.Length == 0 ? "" : $"{macs} at {plugs}";
    }

    /// <summary>Empty when fencing of the host is armed, else why it is not.</summary>
    public static string WhyNot(ClusterState s, MemberName host)
    {
        var h = s.Host(host);
        if (s.Config.Hosts.GetValueOrDefault(host) is not { Fencing.Length: > 0 }) return "no fence device is configured";
        if (h.CanSleep.Length > 0) return $"it could come back from sleep with its VMs running: {h.CanSleep}";
        if (h.Joined == Incarnation.None) return "it never joined";
        return h.Armed.Length > 0 && h.Armed == Fingerprint(s, host) ? "" : "its slot is not proven to be its own";
    }

    private static string Plug(ClusterState s, FencePlug plug) =>
        s.Config.Devices.GetValueOrDefault(plug.Device) is { } d
            // A device without an address is known by all that is told about it.
            ? $"{d.Driver} {d.Options.GetValueOrDefault("address") ?? string.Join(",", d.Options.Select(o => $"{o.Key}={o.Value}"))} {plug.Plug}"
            : $"{plug.Device} {plug.Plug}";
}

/// <summary>The plugs of a host are proven to be its own: fencing is armed.</summary>
public sealed record FencingArmed(MemberName Host, string Fingerprint, string Detail) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.With(Host, h => h with { Armed = Fingerprint, ArmingChanged = index });
}

/// <summary>The plugs of a host are another's: fencing is off until it is mended.</summary>
public sealed record FencingDisarmed(MemberName Host, string Detail) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.With(Host, h => h with { Armed = "", ArmingChanged = index });
}

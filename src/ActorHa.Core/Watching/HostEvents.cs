using System.Collections.Immutable;

namespace ActorHa.Core;

/// <summary>
/// A host reports a new boot: proof (kernel rule 7) that all its earlier lives are over, and resolves a request against them.
/// It gives nothing yet: VMs and requests come with <see cref="HostAdmitted"/>.
/// </summary>
public sealed record HostJoined(MemberName Host, Incarnation Incarnation, BootId Boot, ImmutableArray<string> Macs, string CanSleep) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => Incarnation <= s.Host(Host).Joined
        ? s
        : s.With(Host, h => h with
        {
            Boot = Boot,
            Joined = Incarnation,
            Macs = Macs,
            CanSleep = CanSleep,
            Request = h.Request is { } r && r.Incarnation < Incarnation ? null : h.Request,
            Announced = null,
            Refuted = h.Refuted.Clear(),
            Spoke = 0,
            PowerOn = null,
            Watchdog = null,
            SwitchedOff = null,
            Drill = h.Drill is { Off: > 0 } d ? d with { Joined = index } : h.Drill,
        });
}

/// <summary>The host may own VMs, ask for fences and count as the survivor (kernel rule 10).</summary>
public sealed record HostAdmitted(MemberName Host, Incarnation Incarnation) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Host(Host).Joined != Incarnation
        ? s
        : s.With(Host, h => h with
        {
            Admitted = Incarnation,
            OpenSwitches = [],
            Leaving = false,
            Drill = h.Drill is { Joined: > 0 } d ? d with { Admitted = index } : h.Drill,
        });
}

/// <summary>An agent process has taken over its member; ends an announced stop. It may ask for a host that the process before it was deaf to.</summary>
public sealed record AgentStarted(MemberName Member, AgentRun Run, string Version) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index)
    {
        var next = s with { Agents = s.Agents.SetItem(Member, Run) };
        // Deaf was the process before it: who has heard nothing of the host since would else never ask for it again.
        foreach (var (host, h) in s.Hosts)
            if (h.Refuted.ContainsKey(Member)) next = next.With(host, o => o with { Refuted = o.Refuted.Remove(Member) });
        return next.Hosts.ContainsKey(Member) ? next.With(Member, h => h with { Announced = null, Leaving = false }) : next;
    }
}

/// <summary>An agent will stop and be back within a time: nothing happens to its host until then, unless its power is lost.</summary>
public sealed record AgentStopAnnounced(MemberName Member, TimeSpan Within) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Hosts.ContainsKey(Member)
        ? s.With(Member, h => h with { Announced = new AnnouncedStop(Within, index) })
        : s;
}

/// <summary>The host is being shut down in an orderly way: its VMs leave it, it gets none (case 8).</summary>
public sealed record HostLeaving(MemberName Host, Incarnation Incarnation) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.Host(Host).Joined != Incarnation
        ? s
        : s.With(Host, h => h with { Leaving = true });
}

/// <summary>The host was well for a whole window, or an operator released it: its fences are forgotten.</summary>
public sealed record HostReleased(MemberName Host, string By) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.With(Host, h => h with { Fences = 0 });
}

/// <summary>A configuration was applied; its number is one more than the one before.</summary>
public sealed record ConfigurationApplied(long Number, string Sha256, string Text, ClusterConfig Config, string Operator) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index)
    {
        if (Number != s.ConfigNumber + 1) return s;
        // Once all hosts have reported, one that is added is a new one: nobody waits for its report.
        var reported = s.Restored > 0 && RestoreRules.Awaited(s) is null ? index : 0;
        var added = Config.Hosts.Keys.Where(h => !s.Config.Hosts.ContainsKey(h)).ToList();
        return s with
        {
            ConfigNumber = Number,
            ConfigSha256 = Sha256,
            ConfigText = Text,
            Config = Config,
            Hosts = s.Hosts.SetItems(added.Select(h => KeyValuePair.Create(h, s.Host(h) with { Reported = Math.Max(s.Host(h).Reported, reported) }))),
            Vms = s.Vms
                .RemoveRange(s.Vms.Where(v => v.Value.Owner is null && v.Value.Stray is null && !Config.Vms.ContainsKey(v.Key)).Select(v => v.Key))
                .AddRange(Config.Vms.Keys.Where(v => !s.Vms.ContainsKey(v)).Select(v => KeyValuePair.Create(v, s.Restored > 0 ? VmState.New with { Added = index } : VmState.New))),
        };
    }
}

/// <summary>Hands off: nothing is started, stopped or fenced until it ends.</summary>
public sealed record MaintenanceBegan(string Operator, TimeSpan? For) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s with { Maintenance = new Maintenance(Operator, For, index) };
}

/// <summary>Hands on again.</summary>
public sealed record MaintenanceEnded(string By) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s with { Maintenance = null };
}

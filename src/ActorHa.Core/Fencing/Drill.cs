namespace ActorHa.Core;

/// <summary>A fence drill under way: off, proven, on, joined, admitted; each step by its entry, 0 = not yet.</summary>
/// <param name="Operator">Who ordered it.</param>
/// <param name="Executor">The member that carries it out and measures it.</param>
/// <param name="Request">Its fence request.</param>
/// <param name="Index">Entry that began it.</param>
public sealed record Drill(string Operator, MemberName Executor, Epoch Request, long Index)
{
    /// <summary>Proven off.</summary>
    public long Off { get; init; }

    /// <summary>Switching on was ordered.</summary>
    public long On { get; init; }

    /// <summary>The host booted anew.</summary>
    public long Joined { get; init; }

    /// <summary>It may own VMs again.</summary>
    public long Admitted { get; init; }

    /// <summary>From the end of the order to the first reading "off"; the device's refresh time is at most this.</summary>
    public TimeSpan? Visible { get; init; }

    /// <summary>What went wrong.</summary>
    public string Fault { get; init; } = "";
}

/// <summary>How well a drill went.</summary>
public enum DrillGrade
{
    /// <summary>Off, proven within <see cref="DrillRules.GoodWithin"/>, back and admitted.</summary>
    Good,

    /// <summary>All of it, but the proof took longer.</summary>
    Slow,

    /// <summary>A step did not happen.</summary>
    Failed,
}

/// <summary>The newest drill's result.</summary>
/// <param name="Index">Entry that ended it.</param>
/// <param name="Grade">How well it went.</param>
public sealed record DrillResult(long Index, DrillGrade Grade);

/// <summary>A drill begins, in one entry with its request and switching.</summary>
public sealed record DrillBegan(MemberName Host, Epoch Request, MemberName Executor, string Operator) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.With(Host, h => h with { Drill = new Drill(Operator, Executor, Request, index) });
}

/// <summary>A drill is over.</summary>
/// <param name="Host">The host.</param>
/// <param name="Grade">How well it went.</param>
/// <param name="Detail">The times, or what failed.</param>
/// <param name="Settle">The least <c>settle</c> that the device's own slowness asks for; null when it was not measured.</param>
public sealed record DrillEnded(MemberName Host, DrillGrade Grade, string Detail, TimeSpan? Settle) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s.With(Host, h => h with { Drill = null, Drilled = new DrillResult(index, Grade) });
}

/// <summary>
/// The drill proves what no check can: that the credentials may switch, that the plug is the host's, that the host comes back.
/// It goes through the very request, proof and admission of a real fence.
/// </summary>
internal static class DrillRules
{
    /// <summary>A proof that takes longer is called slow: twice the default <see cref="Timers.SuspectAfter"/> would pass before a VM starts.</summary>
    public static readonly TimeSpan GoodWithin = TimeSpan.FromSeconds(2);

    /// <summary>A host that is not back after this has failed its drill: servers test their memory for minutes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    /// <summary>An operator orders a drill.</summary>
    public static Decision Begin(ClusterState s, View v, DrillHost c)
    {
        if (CommandDecider.WhyNotSwitchOff(s, v, c.Host) is { } why) return Decision.Nothing("refused", why);
        if (s.Hosts.FirstOrDefault(h => h.Value.Drill is not null) is { Value: not null } other) return Decision.Nothing("refused", $"{other.Key} is being drilled already");
        var there = s.Vms.Where(vm => s.Owns(c.Host, vm.Key) || vm.Value.Stray?.Host == c.Host).Select(vm => vm.Key).ToList();
        if (there.Count > 0) return Decision.Nothing("refused", $"{c.Host} owns {string.Join(", ", there)}: a drill is for a host without VMs; move or stop them first");
        if (!s.Host(c.Host).IsFit || v.Peer(c.Host).Verdict != Verdict.Alive) return Decision.Nothing("refused", $"{c.Host} is not alive and admitted: a drill shows that a well host goes and comes back");
        var request = s.LastEpoch.Next();
        return Decision.Record("drill", $"{c.Operator} drills {c.Host}: it is switched off ({request})",
            new FenceRequested(request, c.Host, s.Host(c.Host).Joined, v.Self, $"{c.Operator} (drill)"),
            new DrillBegan(c.Host, request, v.Self, c.Operator),
            new FenceSwitching(request, c.Host, v.Self, v.Run));
    }

    /// <summary>The next step of a drill; others end it when its executor is gone.</summary>
    public static Decision? Step(ClusterState s, View v, Refusals no)
    {
        foreach (var (host, h) in s.EachHost())
        {
            if (h.Drill is not { } d) continue;
            if (h.Request?.Number == d.Request)
            {
                no.Say(host.Value, $"{host} is being drilled: not proven off yet");
                continue;
            }
            if (d.Off == 0) return End(host, DrillGrade.Failed, "its request ended without proof", null);
            if (d.Fault.Length > 0) return End(host, DrillGrade.Failed, d.Fault, null);
            if (d.Admitted > 0 && d.Executor == v.Self) return Passed(s, v, host, d);
            if (v.SinceLearned(d.Index) > Patience + (d.Executor == v.Self ? TimeSpan.Zero : s.Config.Timers.TakeoverAfter))
                return End(host, DrillGrade.Failed, d.Joined > 0 ? "it joined and was not admitted" : $"it did not join within {Patience.TotalMinutes:0} min", null);
            if (d.Executor != v.Self) continue;
            if (!h.IsLiving && (d.On == 0 || (h.PowerOn is { } order && order.Run != v.Run)))
                return Decision.Record("drill-on", $"{host} is proven off in its drill: {v.Self} switches it on", new PowerOnOrdered(host, v.Self, v.Run, $"{d.Operator} (drill)"));
            no.Say(host.Value, d.Joined > 0 ? $"{host} is being drilled: joined, not admitted yet" : $"{host} is being drilled: it is off, and is to boot");
        }
        return null;
    }

    private static Decision Passed(ClusterState s, View v, MemberName host, Drill d)
    {
        string After(long index) => $"{(v.Learned.Of(index, v.Now) - v.Learned.Of(d.Index, v.Now)).TotalSeconds:0.00} s";
        var proven = v.Learned.Of(d.Off, v.Now) - v.Learned.Of(d.Index, v.Now);
        var settle = Proposal(d.Visible);
        var device = d.Visible is not { } visible ? "" : $"; it was seen off {visible.TotalMilliseconds:0} ms after the order: settle = {s.Config.Timers.Settle.TotalMilliseconds:0}ms "
            + (settle > s.Config.Timers.Settle ? $"is too short, set it to {settle.Value.TotalMilliseconds:0}ms" : "is enough");
        return End(host, proven <= GoodWithin ? DrillGrade.Good : DrillGrade.Slow,
            $"proven off after {After(d.Off)}, switched on at {After(d.On)}, joined at {After(d.Joined)}, admitted at {After(d.Admitted)}{device}", settle);
    }

    /// <summary>Twice what the device needed, in steps of 50 ms, at least the default: two readings must not come from one refresh.</summary>
    private static TimeSpan? Proposal(TimeSpan? visible) => visible is { } seen
        ? TimeSpan.FromMilliseconds(Math.Max(new Timers().Settle.TotalMilliseconds, Math.Ceiling(seen.TotalMilliseconds * 2 / 50) * 50))
        : null;

    private static Decision End(MemberName host, DrillGrade grade, string detail, TimeSpan? settle) =>
        Decision.Record("drill-ended", $"drill of {host}: {grade.ToString().ToLowerInvariant()}: {detail}", new DrillEnded(host, grade, detail, settle));
}

namespace ActorHa.Core;

/// <summary>Switching hosts on: when it is allowed, how an order ends, what policy does, and the way out when the majority itself is off.</summary>
internal static class PowerRules
{
    /// <summary>Without quorum a host that we switched off may be switched on after this (DESIGN 5); off never.</summary>
    public static readonly TimeSpan WithoutQuorumAfter = TimeSpan.FromSeconds(60);

    /// <summary>Why a host may not be switched on now; null when it may.</summary>
    public static string? WhyNot(ClusterState s, View v, MemberName host)
    {
        if (WhyNever(s, v, host) is { } never) return never;
        // Power-on only after the recovery is recorded: each VM running, waiting with its reason, or refused.
        var open = s.Vms.FirstOrDefault(vm => vm.Value.Owner?.Host == host && !s.IsOwned(vm.Key) && vm.Value.Wanted && vm.Value.Waiting is null);
        return open.Value is not null ? $"the recovery of {open.Key} is not recorded yet" : null;
    }

    /// <summary>Why a host may not be switched on without quorum; null when it may: it only brings a member back, which starts nothing by itself.</summary>
    public static string? WhyNotWithoutQuorum(ClusterState s, View v, MemberName host)
    {
        if (WhyNever(s, v, host) is { } never) return never;
        if (s.Host(host).SwitchedOff is null) return $"not quorate, and {host} was not switched off by us: nothing can be recorded";
        // What it has not read yet may be the answer of a majority (found by the simulation).
        if (v.IsLate(s.Config.Timers)) return $"{v.Self} slept, or is behind: it listens before it switches {host} on";
        var since = v.Now - (v.NotQuorateSince ?? v.Now);
        return since < WithoutQuorumAfter ? $"not quorate for {since.TotalSeconds:0} s: {host} may be switched on without a majority after {WithoutQuorumAfter.TotalSeconds:0} s" : null;
    }

    private static string? WhyNever(ClusterState s, View v, MemberName host)
    {
        if (!s.Config.Hosts.TryGetValue(host, out var config)) return $"there is no host {host}";
        var h = s.Host(host);
        if (h.IsClosed) return $"{host} is being fenced: it is not switched on before that is over";
        if (v.Peer(host).Verdict == Verdict.Alive || host == v.Self) return $"{host} is alive";
        return config.Fencing.IsEmpty ? $"{host} has no fence device that could switch it on" : null;
    }

    /// <summary>An order to switch a host on was carried out, or could not be.</summary>
    public static Decision? End(ClusterState s, View v, Refusals no)
    {
        foreach (var (host, h) in s.EachHost())
        {
            if (v.Fencers.GetValueOrDefault(host) is not { Outcome: FencerOutcome.Proven or FencerOutcome.LevelFailed } report) continue;
            var done = report.Outcome == FencerOutcome.Proven;
            if (h.PowerOn is { } order && order.Executor == v.Self && order.Run == v.Run && report.Switch == order.Index)
                return Decision.Record("power-on", $"{host}: {report.Detail}", new PowerOnEnded(host, done, report.Detail));
            // What was done without a majority is told as soon as there is one.
            if (v.OnWithoutQuorum.TryGetValue(host, out var on) && report.Switch == on.Number)
                return Decision.Record("power-on", $"{host} was switched on without quorum by {on.Operator}: {report.Detail}", new PowerOnEnded(host, done, report.Detail));
        }
        return null;
    }

    /// <summary>Policy: a host that was fenced gets its power back once its recovery is recorded; not one that is fenced again and again.</summary>
    public static Decision? Again(ClusterState s, View v, Refusals no)
    {
        if (s.Config.Policies.PowerOnAfterFence == PowerOnPolicy.StayOff) return null;
        foreach (var (host, h) in s.EachHost())
        {
            if (!StaysOff(h) || h.Drill is not null) continue;
            if (h.PowerOn is { } order && !(order.Executor == v.Self && order.Run != v.Run) && v.SinceLearned(order.Index) < s.Config.Timers.TakeoverAfter * 4) continue;
            if (s.Maintenance is not null) { no.Say(host.Value, $"{host} is not switched on: maintenance"); continue; }
            if (h.Fences >= s.Config.Policies.MaxFences) { no.Say(host.Value, $"{host} was fenced {h.Fences} times: it stays off until released (actorha host release {host})", alarm: true); continue; }
            if (WhyNot(s, v, host) is { } why) { no.Say(host.Value, why); continue; }
            // The surviving host switches; the witness comes in when nobody did.
            var wait = Pause(s.Config.Timers, h.SwitchedOff!) + (v.IsHost ? TimeSpan.Zero : s.Config.Timers.TakeoverAfter);
            if (v.SinceLearned(h.SwitchedOff!.TriedIndex) < wait) { no.Say(host.Value, $"{host} is switched on by policy: waiting"); continue; }
            if (v.IsHost && !s.Host(v.Self).IsFit) continue;
            return Decision.Record("power-on-again", $"{host} was fenced and its recovery is recorded: {v.Self} switches it on (policy)", new PowerOnOrdered(host, v.Self, v.Run, "policy"));
        }
        return null;
    }

    /// <summary>Hosts that policy switches on although nobody has a majority: without them there may never be one again.</summary>
    public static IEnumerable<MemberName> AgainWithoutQuorum(ClusterState s, View v) =>
        s.Config.Policies.PowerOnAfterFence == PowerOnPolicy.StayOff || s.Maintenance is not null
            ? []
            : s.Hosts.Where(e => StaysOff(e.Value) && e.Value.Fences < s.Config.Policies.MaxFences && IsDue(v, e.Key) && WhyNotWithoutQuorum(s, v, e.Key) is null).Select(e => e.Key);

    /// <summary>The first try at once, later ones after twice the time without quorum.</summary>
    private static bool IsDue(View v, MemberName host) => !v.OnWithoutQuorum.TryGetValue(host, out var on)
        || (v.Fencers.GetValueOrDefault(host) is { Outcome: FencerOutcome.LevelFailed } report && report.Switch == on.Number
            && v.Now - (v.NotQuorateSince ?? v.Now) >= WithoutQuorumAfter * Math.Pow(2, Math.Min(-on.Number, 10)));

    /// <summary>Switched off by us, not by a person's order, and not back.</summary>
    private static bool StaysOff(HostState h) => h is { IsLiving: false, IsClosed: false, SwitchedOff.ByOperator: false };

    /// <summary>None before the first try; then doubling.</summary>
    private static TimeSpan Pause(Timers t, SwitchedOff off) => off.Tries == 0
        ? TimeSpan.Zero
        : TimeSpan.FromTicks(Math.Min(t.RetryMost.Ticks, t.RetryFirst.Ticks << Math.Clamp(off.Tries - 1, 0, 20)));
}

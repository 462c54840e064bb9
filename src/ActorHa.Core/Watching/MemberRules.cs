namespace ActorHa.Core;

/// <summary>Rules about the member itself and about the cluster as a whole.</summary>
internal static class MemberRules
{
    /// <summary>A new boot joins; a new agent process on the same boot takes over.</summary>
    public static Decision? Join(ClusterState s, View v, Refusals no)
    {
        var known = s.Config.Hosts.ContainsKey(v.Self) || s.Config.Witnesses.Contains(v.Self);
        if (!known) return no.Say(v.Self.Value, $"{v.Self} is not in configuration {s.ConfigNumber}", alarm: true);
        var started = new AgentStarted(v.Self, v.Run, v.Version);
        var host = s.Host(v.Self);
        if (v.IsHost && host.Boot != v.Boot)
        {
            var life = host.Joined.Next();
            return Decision.Record("join", $"{v.Self} joined as {life}", new HostJoined(v.Self, life, v.Boot, v.Macs, v.CanSleep), started)
                .On($"boot {v.Boot}");
        }
        return s.Agents.GetValueOrDefault(v.Self) == v.Run ? null : Decision.Record("agent", $"the agent of {v.Self} started", started);
    }

    /// <summary>Kernel rule 10, "joined is not admitted": only when no SET can take effect and others have seen the host.</summary>
    public static Decision? Admit(ClusterState s, View v, Refusals no)
    {
        if (!v.IsHost) return null;
        var me = s.Host(v.Self);
        if (me.Boot != v.Boot || me.Joined == Incarnation.None) return null;
        // Said first, and also to a life that was admitted: it was declared over while it lived.
        if (!me.IsLiving) return no.Say(v.Self.Value, $"this life of {v.Self} was declared over: its VMs are killed; it needs a reboot", alarm: true);
        if (me.Admitted == me.Joined) return null;
        if (me.IsClosed) return no.Say(v.Self.Value, $"{v.Self} is closed by request {me.Request!.Number}");
        if (me.Reported < s.Restored) return null;
        if (me.Fences >= s.Config.Policies.MaxFences)
            return no.Say(v.Self.Value, $"{v.Self} was fenced {me.Fences} times: not admitted until released (actorha host release {v.Self})", alarm: true);
        if (!Quiet(s, v, v.Self)) return no.Say(v.Self.Value, $"{v.Self} joined; a SET against it may still take effect: not admitted yet", alarm: true);
        if (!v.Peers.Values.Any(p => p.HearsUs is { } at && v.Now - at < s.Config.Timers.SuspectAfter))
            return no.Say(v.Self.Value, $"{v.Self} joined; nobody says that it hears it: not admitted yet");
        return Decision.Record("admit", $"{v.Self} is admitted", new HostAdmitted(v.Self, me.Joined));
    }

    /// <summary>
    /// True when no SET against the host can take effect any more: each was answered, or is older than it can live. A device
    /// answers before the power is gone (found by the simulation): an answered one is waited for as long as for an answer.
    /// </summary>
    public static bool Quiet(ClusterState s, View v, MemberName host) =>
        s.Host(host).OpenSwitches.All(i => v.SinceLearned(i) > s.Config.Timers.SetLifetime)
        && (s.Host(host).SwitchEnded == 0 || v.SinceLearned(s.Host(host).SwitchEnded) > s.Config.Timers.DevicePatience);

    /// <summary>A maintenance with an end ends by itself.</summary>
    public static Decision? EndMaintenance(ClusterState s, View v, Refusals no) => s.Maintenance switch
    {
        { For: { } time, Index: var at } when v.SinceLearned(at) > time =>
            Decision.Record("maintenance", "maintenance is over: its time has passed", new MaintenanceEnded("time")),
        { } m => no.Say("cluster", $"maintenance, set by {m.Operator}: nothing is started, stopped or fenced", alarm: true),
        null => null,
    };

    /// <summary>
    /// A member that is gone leaves no tolerance: one more, and nothing can be decided (case 15). One whose etcd member answers
    /// still votes: that its beats are lost is said when they stay away, or a bad network would raise the alarm all the time.
    /// </summary>
    public static Decision? Tolerance(ClusterState s, View v, Refusals no)
    {
        foreach (var witness in s.Derived.Witnesses)
        {
            if (witness == v.Self) continue;
            var peer = v.Peer(witness);
            if (peer.Verdict == Verdict.Silent) no.Say(witness.Value, $"{witness} is silent: no tolerance left, with another loss nothing can be decided", alarm: true);
            if (peer.Verdict == Verdict.AgentSilent && v.Now - v.HeardOf(peer) > s.Config.Timers.AgentGrace)
                no.Say(witness.Value, $"the agent of {witness} is silent, its etcd member answers: it votes, but takes no fence over", alarm: true);
        }
        return null;
    }

    /// <summary>
    /// A host that was well for a whole window has its fences forgotten: the health proof that ends a quarantine without a
    /// person. It needs no admission, or a host in quarantine could never give it.
    /// </summary>
    public static Decision? Forget(ClusterState s, View v, Refusals no)
    {
        if (!v.IsHost || s.Host(v.Self) is not { Fences: > 0, IsLiving: true, IsClosed: false } me || me.Boot != v.Boot || !v.Well) return null;
        if (!v.Peers.Values.Any(p => p is { Direct: true, Verdict: Verdict.Alive } && p.HearsUs is { } at && v.Now - at < s.Config.Timers.SuspectAfter)) return null;
        return v.Now - v.Started > s.Config.Timers.FenceWindow
            ? Decision.Record("forget", $"{v.Self} was well for {s.Config.Timers.FenceWindow}: its fences are forgotten", new HostReleased(v.Self, "time"))
            : null;
    }
}

using System.Collections.Immutable;

namespace ActorHa.Core;

/// <summary>
/// The life of a fence request: challenge, switching, proof; withdrawal where the host turns out to live. Each rule here
/// has its story, its mutant and its line in the protocol model under the same name.
/// </summary>
internal static class FenceRules
{
    /// <summary>A host that can append is not silent: it refutes the challenge. After switching only when no SET can take effect (kernel rule 11).</summary>
    public static Decision? WithdrawOwn(ClusterState s, View v, Refusals no)
    {
        if (!v.IsHost || s.Host(v.Self) is not { Request: { } r } me || me.Boot != v.Boot || r.Incarnation != me.Joined) return null;
        if (r.Operator is { } person) return no.Say(v.Self.Value, $"{v.Self} is being powered off by order of {person}");
        if (!v.Well) return no.Say(v.Self.Value, $"{v.Self} is challenged and not well: it does not refute", alarm: true);
        if (r.EverSwitched && !MemberRules.Quiet(s, v, v.Self))
        {
            // Said before anybody switches it once more, who may be deaf to it (found by the simulation).
            return r.IsAnswered(me)
                ? no.Say(v.Self.Value, $"{v.Self} lives, but a SET against it may still take effect: request {r.Number} stays open")
                : Decision.Record("dispute", $"{v.Self} lives: request {r.Number} of {r.Asker} stays open while a SET may still take effect; nobody sends another unasked", new FenceDisputed(r.Number, v.Self));
        }
        return Decision.Record("withdraw-own", $"{v.Self} lives: request {r.Number} of {r.Asker} is refuted", new FenceWithdrawn(r.Number, v.Self, v.Self, ByAnswer: false));
    }

    /// <summary>
    /// Before switching any member that sees the host alive takes the request back; so does one that a process of it answers,
    /// where an agent that is away is no reason to ask (found by the simulation: it cannot refute, and the asker may have been deaf).
    /// </summary>
    public static Decision? WithdrawSeen(ClusterState s, View v, Refusals no)
    {
        foreach (var (host, h) in Others(s, v))
        {
            if (h.Request is not { EverSwitched: false, Operator: null } r) continue;
            var peer = v.Peer(host);
            var asked = v.Learned.Of(r.Index, v.Now);
            if (peer.Verdict == Verdict.Alive && peer.HeardAt > asked)
                return Decision.Record("withdraw-seen", $"{host} is seen alive by {v.Self}: request {r.Number} of {r.Asker} is withdrawn", new FenceWithdrawn(r.Number, host, v.Self))
                    .On(peer.Evidence);
            if (peer.Verdict == Verdict.AgentSilent && (!IsGone(s, v, h, peer) || CannotSay(s, v, h, r)) && peer.AnsweredAt >= asked)
                return Decision.Record("withdraw-seen", $"{host} answers {v.Self}, only its agent is away: request {r.Number} of {r.Asker} is withdrawn", new FenceWithdrawn(r.Number, host, v.Self, ByAnswer: true))
                    .On(peer.Evidence);
        }
        return null;
    }

    /// <summary>
    /// Who heard nobody, now or a moment ago, cannot know since when an agent is away: it takes a request back once, so that the asker
    /// finds out (found by the simulation). Asked again, it lets it be.
    /// </summary>
    private static bool CannotSay(ClusterState s, View v, HostState h, FenceRequest r) =>
        r.Asker != v.Self && !v.HasHeardFor(s.Config.Timers.AgentGrace, v.Now) && !(h.Refuted.TryGetValue(r.Asker, out var taken) && v.SinceLearned(taken) < s.Config.Timers.AgentGrace * 2);

    /// <summary>The executor has stopped, or its level cannot prove anything: it says so.</summary>
    public static Decision? End(ClusterState s, View v, Refusals no)
    {
        foreach (var (host, h) in s.EachHost())
        {
            if (v.Fencers.GetValueOrDefault(host) is not { } report || !v.OwnEntries.Contains(report.Switch)) continue;
            var current = h.Request is { } r && r.SwitchIndex == report.Switch && r.Executor == v.Self;
            if (current && report.Outcome == FencerOutcome.LevelFailed && report.Level == h.Request!.Level)
                return Decision.Record("level-failed", $"level {report.Level + 1} does not prove {host} off: {report.Detail}", new FenceLevelFailed(h.Request.Number, host, report.Level, report.Detail));
            if (report.Outcome != FencerOutcome.StoodDown || !h.OpenSwitches.Contains(report.Switch)) continue;
            if (current || report.AllAnswered)
                return Decision.Record("stand-down", $"{v.Self} sends nothing more against {host}: {report.Detail}",
                    new FenceEnded(h.Request?.Number ?? Epoch.None, host, report.Switch, report.AllAnswered, report.Detail));
        }
        return null;
    }

    /// <summary>Kernel rule 4: proof is stored; in the same entry the survivor takes the VMs that are free now.</summary>
    public static Decision? Prove(ClusterState s, View v, Refusals no)
    {
        foreach (var (host, h) in Others(s, v))
        {
            if (h.Request is not { } r || r.Executor != v.Self || r.ExecutorRun != v.Run) continue;
            if (v.Fencers.GetValueOrDefault(host) is not { Outcome: FencerOutcome.Proven, Proof: { } proof } report) continue;
            if (report.Switch != r.SwitchIndex)
            {
                no.Say(host.Value, $"stale proof about {host} from entry {report.Switch}: request {r.Number} switched at {r.SwitchIndex}");
                continue;
            }
            if (WatchdogRules.NeedsTwo(s, host))
            {
                if (WatchdogRules.Half(host, r, report, proof) is { } half) return half;
                continue;
            }
            var events = ImmutableArray.CreateBuilder<Event>();
            if (report.AllAnswered) events.Add(new FenceEnded(r.Number, host, report.Switch, true, "every SET was answered"));
            events.Add(new HostFenced(r.Number, host, r.Incarnation, proof));
            var after = s.Evolve(events, s.Index + 1);
            var takes = VmRules.Takes(after, v, out var sentence);
            events.AddRange(takes);
            return new Decision("prove", $"{host} is proven off{(sentence.Length > 0 ? $": {sentence}" : "")}", events.ToImmutable(), proof.Says);
        }
        return null;
    }

    /// <summary>Kernel rule 9: one executor, committed before its first SET; taking over is the same entry.</summary>
    public static Decision? Switch(ClusterState s, View v, Refusals no)
    {
        var t = s.Config.Timers;
        foreach (var (host, h) in Others(s, v))
        {
            // What the device has proven off needs no switching any more: the second proof is waited for.
            if (h.Request is not { Half: null } r) continue;
            var peer = v.Peer(host);
            if (r.IsAnswered(h)) no.Say(host.Value, $"{host} says in the journal that it lives; it stays closed while a SET may still take effect", alarm: true);
            else if (r.EverSwitched && peer.Verdict == Verdict.AgentSilent && !IsGone(s, v, h, peer)) no.Say(host.Value, AgentIsAway(host), alarm: true);
            else if (r.EverSwitched && v.SinceLearned(r.Index) > t.TakeoverAfter)
                no.Say(host.Value, $"{host} is still not proven off by its fence device (level {r.Level + 1}; power {peer.Power}): its VMs wait for that, {(h.Watchdog is null ? "" : "for its watchdog, ")}or for a person (actorha fence confirm {host})", alarm: true);
            if (r.Executor == v.Self && r.ExecutorRun == v.Run && v.OwnEntries.Contains(r.SwitchIndex) && !r.IsDisputed(h)) continue;
            if (s.Maintenance is not null) { no.Say(host.Value, $"{host} is not switched off: maintenance", alarm: true); continue; }
            if (v.IsHost && !s.Host(v.Self).IsFit) { no.Say(host.Value, $"{v.Self} does not execute: it is not admitted, or closed"); continue; }
            if (Arming.WhyNot(s, host) is { Length: > 0 } unarmed) { no.Say(host.Value, $"{host} is not protected: {unarmed}; its VMs wait for it, {(h.Watchdog is null ? "" : "for its watchdog, ")}or for a person (actorha fence confirm {host})", alarm: true); continue; }
            if (r.Operator is null && peer.Verdict == Verdict.AgentSilent && NobodyToTakeOver(s, v, host)) { no.Say(host.Value, $"{host} is asked for by {r.Asker}; no other host is alive to take its VMs, or {v.Self} is deaf: not switched"); continue; }
            if (r.Operator is null && v.IsLate(t)) { no.Say(host.Value, $"{v.Self} slept, or is behind: it listens before it switches {host} off"); continue; }
            if (r.Operator is null && !IsGone(s, v, h, peer)) { no.Say(host.Value, $"{host} is asked for by {r.Asker}, but here it is {peer.Verdict}: not switched"); continue; }
            if (r.Executor is { } other && other != v.Self && v.SinceLearned(r.ProgressIndex) < Patience(t, r))
            {
                no.Say(host.Value, $"{host} is being fenced by {other}");
                continue;
            }
            var challenge = r.Operator is not null || peer.Verdict == Verdict.PoweredOff ? TimeSpan.Zero : Challenge(s, v, peer);
            // The surviving host executes; the witness, and hosts that did not ask, come in only on a stall.
            var mine = r.Asker == v.Self || s.Config.Witnesses.Contains(r.Asker);
            var wait = !v.IsHost || !mine ? challenge + t.TakeoverAfter : challenge;
            if (!r.EverSwitched && v.SinceLearned(r.Index) < wait) { no.Say(host.Value, $"{host} is challenged (request {r.Number}): not switched yet"); continue; }
            if (r is { EverSwitched: true, Executor: null } && v.SinceLearned(r.ProgressIndex) < Pause(t, r)) { no.Say(host.Value, $"{host}: the last try ended; the next one follows"); continue; }
            if (r.Operator is null && h.Spoke > r.Index && peer.Verdict != Verdict.PoweredOff)
            {
                if (r.IsAnswered(h) && !(peer.LivedAt > v.Learned.Of(h.Spoke, v.Now)) && v.SinceLearned(h.Spoke) < t.AgentGrace) { no.Say(host.Value, $"{v.Self} is deaf to {host}, which says that it lives: not asked again yet"); continue; }
                if (r.IsAnswered(h)) return Decision.Record("challenge", $"{host} said that it lives, and is {Say(peer.Verdict)} again: challenged anew (request {r.Number})", new FenceChallenged(r.Number, host)).On(peer.Evidence);
                if (v.SinceLearned(r.Challenged) < Challenge(s, v, peer)) { no.Say(host.Value, $"{host} is challenged anew (request {r.Number}): not switched yet"); continue; }
            }
            var because = r.IsDisputed(h) ? $"{host} did not answer the new challenge of request {r.Number}: {v.Self} switches it off"
                : r.Executor == v.Self ? $"{host}: the last switching entry is not this agent's own: {v.Self} switches it off by a new one"
                : r.EverSwitched ? $"{host} is still not proven off: {v.Self} takes over"
                : $"{host} did not answer request {r.Number}: {v.Self} switches it off";
            return Decision.Record("switch", because, new FenceSwitching(r.Number, host, v.Self, v.Run)).On(peer.Evidence);
        }
        return null;
    }

    /// <summary>
    /// The time to refute a request. Who heard nobody, now or a moment ago, cannot know since when an agent is lost: it has its
    /// grace from the question. Where the agent was away before the host fell silent nobody there can refute: whomever a process of it
    /// answers still is given the time to learn of the request, also where its watch on the journal says nothing (both found
    /// by the simulation).
    /// </summary>
    private static TimeSpan Challenge(ClusterState s, View v, PeerView peer)
    {
        var t = s.Config.Timers;
        if (peer.Verdict == Verdict.AgentSilent && !v.HasHeardFor(t.AgentGrace, v.Now)) return t.AgentGrace;
        return peer.LivedAt != peer.HeardAt && !s.Config.Policies.FenceWhenAgentLost ? t.Challenge + t.Reread : t.Challenge;
    }

    /// <summary>Pause after a try that ended without proof; doubles with each.</summary>
    private static TimeSpan Pause(Timers t, FenceRequest r) => TimeSpan.FromTicks(Math.Min(t.RetryMost.Ticks, t.RetryFirst.Ticks << Math.Clamp(r.Switches - 1, 0, 20)));

    /// <summary>Time without progress before somebody else takes over; doubles with each switching, to at most 16 times.</summary>
    private static TimeSpan Patience(Timers t, FenceRequest r) => t.TakeoverAfter * (1 << Math.Clamp(r.Switches - 1, 0, 4));

    /// <summary>A host that is silent, or whose power is off, is challenged; where it reads off both entries are one.</summary>
    public static Decision? Request(ClusterState s, View v, Refusals no)
    {
        foreach (var (host, h) in Others(s, v))
        {
            var peer = v.Peer(host);
            if (h.IsClosed || !(h.IsLiving || RestoreRules.IsAwaited(s, h))) continue;
            if (peer.Verdict == Verdict.Contradiction) { no.Say(host.Value, $"{host} answers while its power reads off: the device is not believed", alarm: true); continue; }
            if (peer.Verdict == Verdict.AgentSilent && peer.HeardAt is { } at && v.Now - at > s.Config.Timers.AgentGrace && !s.Config.Policies.FenceWhenAgentLost)
                no.Say(host.Value, AgentIsAway(host), alarm: true);
            if (peer is { Verdict: Verdict.Alive, Direct: false }) no.Say(host.Value, $"{host} is heard by others, but not by {v.Self}: the link between them is broken", alarm: true);
            if (peer.Verdict == Verdict.Degraded) no.Say(host.Value, $"{host} says that it is not well: its hypervisor does not answer", alarm: true);
            if (!IsGone(s, v, h, peer)) continue;
            if (WhyNoRequest(s, v, host, h, peer) is { } why) { no.Say(host.Value, why.Because, why.Alarm); continue; }

            var request = s.LastEpoch.Next();
            var asked = new FenceRequested(request, host, h.Joined, v.Self, null);
            // A host that is not protected is asked for, too: it may refute, join anew, or a person may confirm. Nobody switches it.
            return peer.Verdict == Verdict.PoweredOff && v.IsHost && Arming.WhyNot(s, host).Length == 0
                ? Decision.Record("request", $"{host} is silent and reads off: fence requested ({request}), {v.Self} switches it off", asked, new FenceSwitching(request, host, v.Self, v.Run)).On(peer.Evidence)
                : Decision.Record("request", $"{host} is {Say(peer.Verdict)} and we are quorate: fence requested ({request})", asked).On(peer.Evidence);
        }
        return null;
    }

    /// <summary>Why no request may be made; null when it may.</summary>
    private static Refusal? WhyNoRequest(ClusterState s, View v, MemberName host, HostState h, PeerView peer)
    {
        Refusal No(string because, bool alarm = true) => new(host.Value, because, alarm);
        var t = s.Config.Timers;
        var off = peer.Verdict == Verdict.PoweredOff;
        var heard = v.HeardOf(peer);
        var lived = peer.AnsweredAt > heard ? peer.AnsweredAt.Value : heard;
        var silence = v.Now - lived;
        if (h.Reported >= s.Restored && !s.Config.Vms.Any(m => m.Value.Failover && Holds(s, host, m.Key))) return No($"{host} is {Say(peer.Verdict)}; it owns nothing that may move: left alone");
        if (s.Maintenance is not null) return No($"{host} is {Say(peer.Verdict)}: it would be fenced, but for maintenance");
        if (h.Announced is { } a && !off && v.SinceLearned(a.Index) <= a.Within) return No($"{host} announced that its agent stops for {a.Within.TotalSeconds:0} s: waiting", alarm: false);
        if (Brake(s, host) is { } brake) return No(brake);
        if (v.IsHost && !s.Host(v.Self).IsFit) return No($"{host} is {Say(peer.Verdict)}; {v.Self} is not admitted, or closed: it asks nothing");
        if (!v.IsHost && silence < t.SuspectAfter + t.TakeoverAfter) return No($"{host} is {Say(peer.Verdict)}: the surviving host comes first", alarm: false);
        if (NobodyToTakeOver(s, v, host)) return No($"{host} is {Say(peer.Verdict)}; no other host is alive to take its VMs");
        if (v.IsLate(t)) return No($"{v.Self} slept, or is behind: it listens before it asks for {host}", alarm: false);
        // Who hears nobody is more likely deaf than alone in a dead world (H12); the device's "off" needs no ears.
        if (!off && !v.HearsAnyone && v.Now - heard < t.AgentGrace) return No($"{v.Self} hears no member at all: it may be deaf, and waits");
        if (!off && h.Refuted.TryGetValue(v.Self, out var refuted) && !(peer.LivedAt > v.Learned.Of(refuted, v.Now))) return No($"{host} lives, as was said when {v.Self} asked, which is deaf to it: no request before it hears it again");
        // The graces of two members do not end at the same moment.
        if (peer.Verdict == Verdict.AgentSilent && h.Refuted.TryGetValue(v.Self, out var taken) && v.SinceLearned(taken) < t.SuspectAfter) return No($"{host} is without its agent, and {v.Self}'s last request was taken back just now", alarm: false);
        if (!off && !peer.EverHeard && v.Now - v.Started < t.StartupGrace) return No($"{v.Self} has not heard {host} since it could first read the journal: it may not fence what it has not seen alive", alarm: false);
        if (!off && WentDownTogether(s, v, host, lived)) return No($"{host} was last heard before any host that could take its VMs came up: it may be booting, too, and has {t.StartupGrace.TotalSeconds:0} s from then", alarm: false);
        return null;
    }

    /// <summary>
    /// Whoever could take its VMs has come up since it was last heard: they went down together, and a host that boots more slowly is not
    /// to be switched off by the quicker one (found by the simulation; decision 0035).
    /// </summary>
    private static bool WentDownTogether(ClusterState s, View v, MemberName host, Instant lived)
    {
        foreach (var (other, h) in s.Derived.Configured)
        {
            if (other == host || !h.IsFit || (other != v.Self && v.Peer(other).Verdict != Verdict.Alive)) continue;
            var came = other == v.Self ? v.CameUp : v.Peer(other).LifeLearned;
            if (!(came > lived) || v.Now - came > s.Config.Timers.StartupGrace) return false;
        }
        return true;
    }

    /// <summary>A witness that hears no other host has nobody to fence for, or is deaf, perhaps to the target, too (found by the simulation).</summary>
    private static bool NobodyToTakeOver(ClusterState s, View v, MemberName host) =>
        !v.IsHost && !Others(s, v).Any(o => o.Host != host && o.State.IsFit && v.Peer(o.Host).Verdict == Verdict.Alive);

    /// <summary>It owns the VM, or a process without permission there keeps it from running elsewhere (found by the simulation).</summary>
    private static bool Holds(ClusterState s, MemberName host, VmName vm) => s.Owns(host, vm) || (s.Vm(vm).Stray?.Host == host && s.HasStray(vm));

    /// <summary>Kernel rule 8: of two hosts at most one is closed; of more, a majority stays admitted and open (the mass-fence brake).</summary>
    public static string? Brake(ClusterState s, MemberName host)
    {
        var hosts = s.Config.Hosts.Count;
        var needed = hosts <= 2 ? 1 : (hosts / 2) + 1;
        var left = s.Config.Hosts.Keys.Count(h => h != host && s.Host(h).IsFit);
        return left >= needed ? null : $"{host} may not be fenced: only {left} other host(s) admitted and open, {needed} needed";
    }

    /// <summary>The mapping host → plugs was proven, or is wrong: armed, or not.</summary>
    public static Decision? Arm(ClusterState s, View v, Refusals no)
    {
        foreach (var (host, h) in s.Derived.Configured)
        {
            var why = Arming.WhyNot(s, host);
            if (v.Protections.GetValueOrDefault(host) is { } p && p.Fingerprint == Arming.Fingerprint(s, host))
            {
                // An older look than the one that was recorded last says nothing new: two members would overrule each other for ever.
                var newer = h.ArmingChanged == 0 || p.At > v.Learned.Of(h.ArmingChanged, v.Now);
                if (newer && p is { Ready: true } && h.Armed != p.Fingerprint)
                    return Decision.Record("arm", $"fencing of {host} is armed: {p.Detail}", new FencingArmed(host, p.Fingerprint, p.Detail));
                if (newer && p is { Wrong: true } && h.Armed.Length > 0)
                    return Decision.Record("disarm", $"fencing of {host} is off: {p.Detail}", new FencingDisarmed(host, p.Detail));
                if (!p.Ready) no.Say(host.Value, $"{host} is not protected: {p.Detail}", alarm: true);
                // The device is well, and yet: the host could sleep, its map is not proven (case 54).
                else if (why.Length > 0) no.Say(host.Value, $"{host} is not protected: {why}", alarm: true);
            }
            else if (why.Length > 0) no.Say(host.Value, $"{host} is not protected: {why}", alarm: true);
        }
        return null;
    }

    /// <summary>Gone, as far as we hear: the verdicts that may end in a fence.</summary>
    private static bool IsGone(ClusterState s, View v, HostState h, PeerView peer) => peer.Verdict switch
    {
        Verdict.PoweredOff or Verdict.Silent => true,
        // An agent that crashed is back within seconds, and finds its VMs (found by the simulation: it had no grace).
        Verdict.AgentSilent => s.Config.Policies.FenceWhenAgentLost && v.Now - SpokeAt(v, h, peer) > s.Config.Timers.AgentGrace,
        _ => false,
    };

    /// <summary>When its agent was last known to live: heard, or refuting a request, where we are deaf to it.</summary>
    private static Instant SpokeAt(View v, HostState h, PeerView peer)
    {
        var heard = v.HeardOf(peer);
        return h.Spoke > 0 && v.Learned.Of(h.Spoke, v.Now) is var spoke && spoke > heard ? spoke : heard;
    }

    private static string AgentIsAway(MemberName host) => $"the agent of {host} is silent, the host answers: its VMs are unwatched";

    private static string Say(Verdict verdict) => verdict switch
    {
        Verdict.PoweredOff => "silent and reads off",
        Verdict.AgentSilent => "without its agent",
        _ => "silent",
    };

    private static ConfiguredHost[] Others(ClusterState s, View v) => s.Derived.Others(v.Self);
}

using System.Collections.Immutable;

namespace ActorHa.Core;

/// <summary>The watchdog level: this host's own promise, and the proof about another that its promise gives.</summary>
internal static class WatchdogRules
{
    /// <summary>The promise about this host's timer is recorded before VMs may start here, and taken back when none is.</summary>
    public static Decision? Arm(ClusterState s, View v, Refusals no)
    {
        var config = s.Config.Hosts.GetValueOrDefault(v.Self)?.Watchdog;
        var me = s.Host(v.Self);
        if (!v.IsHost || me.Boot != v.Boot || !me.IsLiving || me.IsClosed) return null;
        var failed = v.Watchdog.Condition == WatchdogCondition.Failed;
        if (me.Watchdog is { } promise)
        {
            Decision TakeBack(string rule, string because, string reason) => Decision.Record(rule, because, new WatchdogDisarmed(v.Self, me.Joined, reason));
            if (failed) return TakeBack("watchdog-lost", $"the watchdog of {v.Self} no longer protects it: {v.Watchdog.Detail}", v.Watchdog.Detail);
            if (v.Stopping) return TakeBack("watchdog-disarm", $"the agent of {v.Self} stops: its watchdog is disarmed", "the agent stops");
            if (config is null) return TakeBack("watchdog-disarm", $"{v.Self} has no watchdog any more: it is disarmed", "not configured");
            if (!Needed(s, v)) return TakeBack("watchdog-disarm", $"no VM is on {v.Self}: its watchdog is disarmed", "no VM is here");
            if (promise.Timeout != config.Timeout || promise.FeedFor != s.Config.Timers.QuorumTimeout)
                no.Say(v.Self.Value, $"the watchdog of {v.Self} goes by what it was armed with ({promise.Timeout.TotalSeconds:0} s, quorum-timeout {promise.FeedFor.TotalSeconds:0.#} s): new values count when it is armed anew");
            return null;
        }
        if (config is null) return null;
        if (failed) return no.Say(v.Self.Value, $"{v.Self} is not protected by its watchdog: {v.Watchdog.Detail}; it takes and starts no VM", alarm: true);
        if (v.Stopping || !Needed(s, v)) return null;
        return v.Watchdog.Condition == WatchdogCondition.Live
            ? Decision.Record("watchdog-arm", $"the watchdog of {v.Self} is armed: {v.Watchdog.Detail}",
                new WatchdogArmed(v.Self, me.Joined, v.Watchdog.Timeout, s.Config.Timers.QuorumTimeout, v.Watchdog.Detail))
            : no.Say(v.Self.Value, $"the watchdog of {v.Self} is being opened");
    }

    /// <summary>Why this host takes and starts no VM yet for the sake of its watchdog; null when it may.</summary>
    public static string? WhyNotStart(ClusterState s, View v) => s.Config.Hosts.GetValueOrDefault(v.Self)?.Watchdog is null ? null
        : s.Host(v.Self).Watchdog is null ? $"the watchdog of {v.Self} is not armed"
        : v.Watchdog.Condition != WatchdogCondition.Live ? $"the watchdog of {v.Self} is not fed: {v.Watchdog.Detail}"
        : null;

    /// <summary>Whether the timer must run: a VM is or may be here, would come here now, or another host is about to lose its VMs.</summary>
    public static bool Needed(ClusterState s, View v) => v.IsHost && (Occupied(s, v)
        || (!v.Stopping && s.Host(v.Self).IsFit && (s.Config.Hosts.Keys.Any(h => h != v.Self && s.Host(h).IsClosed) || VmRules.Takes(s, v, out _, asIfArmed: true).Any(e => e is VmAssigned))));

    /// <summary>Proof 4: the other host's timer has reset it. Counted on a host's clock, never on a witness's, which may be a VM that was paused.</summary>
    public static Decision? Expired(ClusterState s, View v, Refusals no)
    {
        if (!v.IsHost) return null;
        foreach (var (host, _) in s.Derived.Others(v.Self))
        {
            var two = NeedsTwo(s, host);
            if (s.Host(host).Request is not { } r || (!two && s.Config.Hosts[host].Watchdog is null && s.Host(host).Watchdog is null)) continue;
            if (WhyNotExpired(s, v, host, r) is { } why) { no.Say(host.Value, why.Because, why.Alarm); continue; }
            if (two && r.Half is null) { no.Say(host.Value, $"{host} must have been reset by its watchdog; two proofs are required, the device has not proven it off", alarm: true); continue; }
            var promise = s.Host(host).Watchdog!;
            var wait = WatchdogTiming.Wait(promise.FeedFor, promise.Timeout);
            ImmutableArray<string> says =
            [
                .. r.Half?.Says ?? [],
                $"request {r.Number} (entry {r.Index}), watchdog of {r.Incarnation} armed in entry {promise.Index}: {promise.Timeout.TotalSeconds:0} s, fed for {promise.FeedFor.TotalSeconds:0.#} s after a write",
                $"{v.Self} has known both for more than {wait.TotalSeconds:0.00} s",
            ];
            Event fenced = new HostFenced(r.Number, host, r.Incarnation, new Proof(r.Half is null ? Method : $"{r.Half.Method} and {Method}", says));
            var takes = VmRules.Takes(s.Evolve([fenced], s.Index + 1), v, out var sentence);
            return new Decision("watchdog-expired", $"{host} has been reset by its watchdog{(sentence.Length > 0 ? $": {sentence}" : "")}", [fenced, .. takes], [.. says, v.Peer(host).Evidence]);
        }
        return null;
    }

    /// <summary>Whether the policy asks for two proofs: only the VMs that they would free need them.</summary>
    public static bool NeedsTwo(ClusterState s, MemberName host) => s.Config.Policies.RequireTwoProofs && s.Vms.Values.Any(vm => vm.Owner?.Host == host);

    /// <summary>Where two proofs are required, what the device says is kept as the first of them.</summary>
    public static Decision? Half(MemberName host, FenceRequest r, FencerReport report, Proof proof) => r.Half is not null ? null
        : Decision.Record("half-proof", $"{host} is off by the device: the first of two proofs",
            [.. report.AllAnswered ? [new FenceEnded(r.Number, host, report.Switch, true, "every SET was answered")] : Array.Empty<Event>(), new FenceHalfProven(r.Number, host, r.Incarnation, proof)]).On(proof.Says);

    /// <summary>How proofs of this level are called in the journal.</summary>
    internal const string Method = "watchdog";

    private static Refusal? WhyNotExpired(ClusterState s, View v, MemberName host, FenceRequest r)
    {
        Refusal No(string because, bool alarm = true) => new(host.Value, because, alarm);
        if (s.Host(host).Watchdog is not { } promise || promise.Incarnation != r.Incarnation)
            return No($"{host} is not protected by its watchdog: it was not armed in {r.Incarnation}{(NeedsTwo(s, host) ? $"; without that second proof its VMs wait for a person (actorha fence confirm {host})" : "")}");
        if (s.Maintenance is not null) return No($"{host}: its watchdog proves nothing to us now: maintenance");
        if (!s.Host(v.Self).IsFit) return No($"{v.Self} is not admitted, or closed: it proves nothing about {host}", alarm: false);
        var wait = WatchdogTiming.Wait(promise.FeedFor, promise.Timeout);
        if (v.SinceLearned(Math.Max(r.Index, promise.Index)) < wait) return No($"{host} is reset by its watchdog within {wait.TotalSeconds:0.#} s of request {r.Number}: waiting", alarm: false);
        // It has been silent to all at the end, or the timer did not do what it promised.
        return v.Peer(host).Verdict is Verdict.Silent or Verdict.PoweredOff ? null
            : No($"{host} must have been reset by its watchdog {wait.TotalSeconds:0.#} s after request {r.Number}, but it is {v.Peer(host).Verdict}: its watchdog is not believed");
    }

    /// <summary>A VM is owned here, or a process may be here. What was not looked at yet may be.</summary>
    private static bool Occupied(ClusterState s, View v) => s.Vms.Any(vm => s.Owns(v.Self, vm.Key) || (vm.Value.Stray?.Host == v.Self && s.HasStray(vm.Key))
        || v.Vms.GetValueOrDefault(vm.Key)?.Condition is null or VmCondition.Unknown or VmCondition.Starting or VmCondition.Running or VmCondition.Stopping);
}

using System.Collections.Immutable;

namespace ActorHa.Core;

/// <summary>Rules about VMs: who takes them, when they start, restart, stop, and when they are given up.</summary>
internal static class VmRules
{
    /// <summary>A killed process is usually reaped in much less, however large its memory was.</summary>
    private static readonly TimeSpan KillTakes = TimeSpan.FromSeconds(10);

    /// <summary>A process runs here without permission: it is recorded, then stopped (case 44).</summary>
    public static Decision? Stray(ClusterState s, View v, Refusals no)
    {
        // What a host runs that has not reported yet may be rightly there.
        if (!v.IsHost || s.Host(v.Self).Reported < s.Restored) return null;
        foreach (var (vm, state, seen, owned) in s.Derived.Seen(v))
        {
            if (state.Stray is { } old && old.Host == v.Self && !IsThere(seen))
                return Decision.Record("stray", $"{vm} without permission is gone from {v.Self}", new VmStrayStopped(vm, v.Self));
            if (seen.Condition != VmCondition.Running || MayRun(state, seen, owned)) continue;
            if (s.Maintenance is not null) { no.Say(vm.Value, $"{vm} runs on {v.Self} without permission: left alone, maintenance", alarm: true); continue; }
            no.Say(vm.Value, $"{vm} runs on {v.Self} without permission: it is stopped", alarm: true);
            if (state.Stray is { } known && known.Host == v.Self && known.Run == v.Run && v.OwnEntries.Contains(known.Index)) continue;
            return Decision.Record("stray", $"{vm} runs on {v.Self} without permission (pid {seen.Pid}): it is stopped",
                new VmStrayFound(vm, v.Self, s.Host(v.Self).Joined, v.Run, seen.Pid));
        }
        return null;
    }

    /// <summary>What supervisors see of VMs that we own: running, ended, failed.</summary>
    public static Decision? Observe(ClusterState s, View v, Refusals no)
    {
        foreach (var (vm, state, seen, _) in Own(s, v))
        {
            if (seen.Condition == VmCondition.Running && seen.Epoch == state.Epoch)
            {
                // A stop that this process did not permit is carried out by nobody; without a reason to leave it runs on.
                if (!state.Active && (state.Stop is null || (!Permitted(v, state.Stop) && WhyLeave(s, v, vm, state) is null)))
                    return Decision.Record("active", $"{vm} runs on {v.Self} ({state.Epoch}, pid {seen.Pid})", new VmActive(vm, state.Epoch, seen.Pid));
                if (state.Failures > 0 && s.Config.Vms.GetValueOrDefault(vm) is { } c && v.Now - seen.Since > c.SteadyAfter)
                    return Decision.Record("steady", $"{vm} is steady again", new VmSteady(vm, state.Epoch));
                continue;
            }
            var lost = state.Active && IsGone(seen);
            var ended = state.Start is { } start && start.Run == v.Run && seen.Order == start.Index && IsGone(seen) && seen.Condition != VmCondition.Absent;
            if (!lost && !ended) continue;
            if (s.Maintenance is not null) { no.Say(vm.Value, $"{vm} has ended ({seen.Detail}): nothing is done, maintenance", alarm: true); continue; }
            var failed = new VmFailed(vm, state.Epoch, seen.Detail);
            var after = s.Evolve([failed], s.Index + 1);
            return WhyNotStart(after, v, vm, after.Vm(vm), seen, 0) is null
                ? Decision.Record("restart", $"{vm} has ended ({seen.Detail}): started again on {v.Self}", failed, new VmStarting(vm, state.Epoch, state.Owner!.Incarnation, v.Run))
                : Decision.Record("failed", $"{vm} has ended ({seen.Detail})", failed);
        }
        return null;
    }

    /// <summary>Kernel rule 3: a VM is given up only when drained: stopped by an order of our own, reaped, flushed.</summary>
    public static Decision? Release(ClusterState s, View v, Refusals no)
    {
        if (s.Host(v.Self).Reported < s.Restored) return null;
        foreach (var (vm, state, seen, _) in Own(s, v))
        {
            if (state.MoveTo is { } target && target != v.Self && !s.Host(target).IsFit)
                return Decision.Record("move-dropped", $"{vm} stays on {v.Self}: {target} may not take it", new VmMoveDropped(vm, $"{target} may not take it"));
            if (WhyLeave(s, v, vm, state) is not { } reason) continue;
            if (s.Maintenance is not null) { no.Say(vm.Value, $"{vm} stays: maintenance ({reason})"); continue; }
            if (!Permitted(v, state.Stop)) return Decision.Record("stop", $"{vm} is stopped on {v.Self}: {reason}", new VmStopping(vm, state.Epoch, v.Run, reason));
            if (seen.Order != state.Stop!.Index || seen.Condition != VmCondition.Absent)
            {
                // Uninterruptible sleep, most often: it may still write, so it stays owned here (case 41).
                if (IsThere(seen) && s.Config.Vms.TryGetValue(vm, out var c) && v.SinceLearned(state.Stop.Index) > c.StopGrace + KillTakes)
                    no.Say(vm.Value, $"{vm} does not end on {v.Self}, though it was killed: it starts nowhere before it has", alarm: true);
                else no.Say(vm.Value, $"{vm} is being stopped on {v.Self}: {reason}");
                continue;
            }
            var gaveUp = state.Failures > Restarts(s, vm);
            return Decision.Record("release", $"{vm} is given up by {v.Self}: {reason}", new VmReleased(vm, state.Epoch, gaveUp));
        }
        return null;
    }

    /// <summary>A host takes what placement gives it; one host records what finds no place.</summary>
    public static Decision? Take(ClusterState s, View v, Refusals no)
    {
        if (!v.IsHost) return null;
        if (!v.Well) no.Say(v.Self.Value, $"{v.Self} is not well: {v.WhyUnwell}: it takes no VM", alarm: true);
        var events = Takes(s, v, out var sentence);
        if (!events.IsEmpty) return new Decision("take", sentence, events, []);
        if (RestoreRules.Awaited(s) is { } awaited) return no.Say(awaited.Value, $"the journal was put back: nothing starts before {awaited} has reported what it runs, or is proven off", alarm: true);
        if (WatchdogRules.WhyNotStart(s, v) is { } unarmed && WatchdogRules.Needed(s, v)) no.Say(v.Self.Value, $"{v.Self} takes and starts no VM yet: {unarmed}");
        foreach (var (vm, why) in s.Derived.Waiting) no.Say(vm.Value, $"{vm} {why}", alarm: true);
        return null;
    }

    /// <summary>What this host takes now, with the permission to start where it may start at once.</summary>
    /// <param name="s">The state.</param>
    /// <param name="v">What is seen.</param>
    /// <param name="sentence">For people.</param>
    /// <param name="asIfArmed">What it would take if its watchdog were armed.</param>
    public static ImmutableArray<Event> Takes(ClusterState s, View v, out string sentence, bool asIfArmed = false)
    {
        sentence = "";
        // A boot that has not joined takes nothing: the life that is fit is the one before (a command may come before the join).
        if (!v.IsHost || v.Stopping || s.Maintenance is not null || !s.Host(v.Self).IsFit || s.Host(v.Self).Leaving || !v.Well || s.Host(v.Self).Boot != v.Boot || RestoreRules.Awaited(s) is not null) return [];
        var usable = Usable(s, v);
        var events = ImmutableArray.CreateBuilder<Event>();
        var words = new List<string>();
        var epoch = s.LastEpoch;
        var starts = StartsUnderWay(s, v);
        foreach (var (vm, host, reason) in Placer.Place(s, usable))
        {
            var state = s.Vm(vm);
            if (host is null)
            {
                // Different members may see different reasons: one of them records.
                if (usable.Min() == v.Self && state.Waiting != reason) { events.Add(new VmWaiting(vm, reason)); words.Add($"{vm} {reason}"); }
                continue;
            }
            if (host != v.Self || AwaitsItsHost(s, v, vm, host.Value) || !(asIfArmed || WatchdogRules.WhyNotStart(s, v) is null)) continue;
            epoch = epoch.Next();
            events.Add(new VmAssigned(vm, v.Self, s.Host(v.Self).Joined, epoch));
            words.Add($"{vm} → {v.Self} ({epoch})");
            if (v.Vms.GetValueOrDefault(vm) is not { } seen || !IsGone(seen) || starts >= s.Config.Policies.StartsAtOnce) continue;
            events.Add(new VmStarting(vm, epoch, s.Host(v.Self).Joined, v.Run));
            starts++;
        }
        sentence = string.Join(", ", words);
        return events.ToImmutable();
    }

    /// <summary>Kernel rule 2: each start of a process has its own entry, committed by the agent process that starts it.</summary>
    public static Decision? Start(ClusterState s, View v, Refusals no)
    {
        if (Array.TrueForAll(Own(s, v), o => o.State.Active)) return null;
        var under = StartsUnderWay(s, v);
        foreach (var (vm, state, seen, _) in Own(s, v).OrderByDescending(o => s.Config.Vms.GetValueOrDefault(o.Vm)?.Priority ?? 0))
        {
            if (WhyLeave(s, v, vm, state) is not null || state.Active || !IsGone(seen)) continue;
            if (Permitted(v, state.Start)) continue;
            if (WhyNotStart(s, v, vm, state, seen, under) is { } why) { no.Say(vm.Value, $"{vm} is not started yet: {why}"); continue; }
            return Decision.Record("start", $"{vm} is started on {v.Self} ({state.Epoch})", new VmStarting(vm, state.Epoch, state.Owner!.Incarnation, v.Run));
        }
        return null;
    }

    /// <summary>Why the owner's start must wait; null when it may start now.</summary>
    private static string? WhyNotStart(ClusterState s, View v, VmName vm, VmState state, VmObservation seen, int underWay)
    {
        if (!state.Wanted) return "an operator stopped it";
        if (RestoreRules.Awaited(s) is { } awaited) return $"the journal was put back, and {awaited} has not reported what it runs";
        if (s.Maintenance is not null) return "maintenance";
        if (v.Stopping) return "the agent is stopping";
        if (s.Host(v.Self).IsClosed) return $"{v.Self} is closed";
        if (WatchdogRules.WhyNotStart(s, v) is { } unarmed) return unarmed;
        if (!s.Config.Vms.ContainsKey(vm)) return "it is no longer configured";
        if (s.HasStray(vm)) return "a process without permission is still there";
        if (underWay >= s.Config.Policies.StartsAtOnce) return $"{underWay} starts are under way";
        // What may move is tried elsewhere; what may not is tried here for ever, ever more slowly: no silent dead end.
        if (state.Failures > Restarts(s, vm) && s.Config.Vms[vm].Failover) return "it failed too often here";
        var wait = Backoff(s.Config.Timers, state.Failures);
        return v.Now - seen.Since < wait ? $"it failed {state.Failures} times: next try after {wait.TotalSeconds:0.#} s" : null;
    }

    /// <summary>Why the owner must give the VM up; null when it stays.</summary>
    private static string? WhyLeave(ClusterState s, View v, VmName vm, VmState state)
    {
        if (!s.Config.Vms.TryGetValue(vm, out var config)) return "it is no longer configured";
        if (!state.Wanted) return "an operator stopped it";
        if (state.MoveTo is { } target && target != v.Self) return $"it moves to {target}";
        if (s.Host(v.Self).Leaving) return $"{v.Self} is being shut down";
        if (config.Preemptible && Placer.Displaced(s, Usable(s, v)).TryGetValue(vm, out var other)) return $"it makes room for {other}";
        return state.Failures > Restarts(s, vm) && config.Failover ? $"it failed {state.Failures} times on {v.Self}" : null;
    }

    /// <summary>Hosts that may get VMs, as this member sees them.</summary>
    private static HashSet<MemberName> Usable(ClusterState s, View v)
    {
        var usable = new HashSet<MemberName>();
        foreach (var (host, h) in s.Derived.Configured)
            if (h is { IsFit: true, Leaving: false } && (host == v.Self || v.Peer(host).Verdict == Verdict.Alive)) usable.Add(host);
        return usable;
    }

    /// <summary>In the first minute a VM that never ran waits for the host that it prefers, unless that host's life is over.</summary>
    private static bool AwaitsItsHost(ClusterState s, View v, VmName vm, MemberName chosen)
    {
        var first = Placer.Allowed(s, s.Config.Vms[vm], s.Vm(vm)).FirstOrDefault();
        return s.Vm(vm).Epoch == Epoch.None && first != chosen && !s.Host(first).Leaving
            && (s.Host(first).IsLiving || s.Host(first).Joined == Incarnation.None)
            && Placer.MemoryUsed(s, first) + s.Config.Vms[vm].MemoryMb <= s.Config.Hosts[first].MemoryMb
            && v.Now - v.Started < s.Config.Timers.StartupGrace;
    }

    private static int StartsUnderWay(ClusterState s, View v)
    {
        var starts = 0;
        foreach (var own in Own(s, v))
            if (own.State is { Start: { } p, Active: false } && p.Run == v.Run && v.OwnEntries.Contains(p.Index)) starts++;
        return starts;
    }

    private static int Restarts(ClusterState s, VmName vm) => s.Config.Vms.GetValueOrDefault(vm)?.MaxRestarts ?? 0;

    /// <summary>The first restart follows at once, later ones wait: 1, 2, 4, … times the first pause.</summary>
    private static TimeSpan Backoff(Timers t, int failures) => failures <= 1
        ? TimeSpan.Zero
        : TimeSpan.FromTicks(Math.Min(t.RetryMost.Ticks, t.RetryFirst.Ticks << Math.Min(failures - 2, 20)));

    /// <summary>Permission to run: owned here, in this life, under this epoch.</summary>
    private static bool MayRun(VmState state, VmObservation seen, bool owned) => owned && seen.Epoch == state.Epoch;

    /// <summary>Kernel rule 2: committed by this very process.</summary>
    private static bool Permitted(View v, StartPermission? p) => p?.Run == v.Run && v.OwnEntries.Contains(p.Index);

    private static bool IsThere(VmObservation seen) => seen.Condition is VmCondition.Running or VmCondition.Starting or VmCondition.Stopping or VmCondition.Unknown;

    private static bool IsGone(VmObservation seen) =>
        seen.Condition is VmCondition.Absent or VmCondition.StartFailed or VmCondition.Ended or VmCondition.GuestShutdown;

    private static SeenVm[] Own(ClusterState s, View v) => !v.IsHost || s.Host(v.Self).Boot != v.Boot ? [] : s.Derived.Own(v);
}

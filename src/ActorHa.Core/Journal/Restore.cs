using System.Collections.Immutable;

namespace ActorHa.Core;

/// <summary>A person states that the journal was put back to an older state on purpose: a new line begins after its newest entry.</summary>
/// <param name="TypedName">The cluster's name, typed.</param>
/// <param name="Operator">Who.</param>
public sealed record AcceptJournal(string TypedName, string Operator) : Command(Operator);

/// <summary>
/// The first entry of a new line. What stood in the lost one is unknown: every host is closed to VMs until it has reported what
/// it runs, or was proven off since; permissions, requests, orders and promises are void; a SET may still be on its way to any host.
/// </summary>
public sealed record JournalRestored(string Operator) : Event
{
    /// <summary>Epochs of the lost line are never given again: processes carry them.</summary>
    private const long Lost = 1_000_000;

    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index) => s with
    {
        Restored = index,
        LastEpoch = new Epoch(s.LastEpoch.Number + Lost),
        Hosts = s.Config.Hosts.Keys.Concat(s.Hosts.Keys).Distinct().ToImmutableSortedDictionary(h => h, h => s.Host(h) with
        {
            // What is over here may have been followed by a life that this line does not know.
            Over = Incarnation.None,
            Admitted = Incarnation.None,
            Request = null,
            OpenSwitches = [index],
            Announced = null,
            Leaving = false,
            Refuted = s.Host(h).Refuted.Clear(),
            Watchdog = null,
            PowerOn = null,
            SwitchedOff = null,
            Drill = null,
        }),
        Vms = s.Vms.ToImmutableSortedDictionary(vm => vm.Key, vm => vm.Value with { Start = null, Stop = null, Active = false, MoveTo = null, Stray = null, Waiting = null }),
    };
}

/// <summary>A process that a host reports.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Epoch">The number of the ownership that it was started under.</param>
/// <param name="Pid">The process.</param>
public sealed record ReportedVm(VmName Vm, Epoch Epoch, int Pid);

/// <summary>
/// After a restore: what really runs on a host. By its first report in a line it owns these VMs, and no other; later ones are
/// about VMs that a configuration has brought, and take nothing away: what they do not name may be starting.
/// </summary>
public sealed record HostReported(MemberName Host, Incarnation Incarnation, ImmutableArray<ReportedVm> Running) : Event
{
    /// <inheritdoc/>
    public override ClusterState Apply(ClusterState s, long index)
    {
        if (s.Host(Host).Joined != Incarnation) return s;
        var next = s.With(Host, h => h with { Reported = index });
        if (s.Host(Host).Reported < s.Restored)
            foreach (var (vm, state) in s.Vms)
                if (state.Owner?.Host == Host && !Running.Any(r => r.Vm == vm)) next = next.With(vm, v => v with { Owner = null, Since = index });
        foreach (var r in Running)
            next = new VmAssigned(r.Vm, Host, Incarnation, r.Epoch).Apply(next, index).With(r.Vm, v => v with { Active = true });
        return next;
    }
}

/// <summary>Rules 16 to 19: what follows when the journal was put back to an older state.</summary>
internal static class RestoreRules
{
    /// <summary>What a person's word records, or why it is refused.</summary>
    public static Decision Accept(ClusterState s, AcceptJournal c) => s.ConfigNumber == 0 || c.TypedName != s.Config.Name
        ? Decision.Nothing("refused", $"the name typed is \"{c.TypedName}\", the cluster is {s.Config.Name}: nothing is accepted")
        : Decision.Record("journal accept", $"{c.Operator} accepts the journal as it is: each host reports what it runs, or is proven off, before anything starts", new JournalRestored(c.Operator));

    /// <summary>A host whose report is waited for; null = none. Rule 16: nothing starts before all reported.</summary>
    public static MemberName? Awaited(ClusterState s)
    {
        if (s.Restored == 0) return null;
        foreach (var (host, h) in s.Derived.Configured)
            if (IsAwaited(s, h)) return host;
        return null;
    }

    /// <summary>
    /// Whether the cluster waits for this host. One that had not joined yet where the journal was put back to may never come: it is asked
    /// for like one that has a life, so that a person can say that it is off (found by the simulation).
    /// </summary>
    public static bool IsAwaited(ClusterState s, HostState h) => h.Reported < s.Restored;

    /// <summary>A host that has not looked for a VM since the configuration brought it into a journal that had been put back; null = none.</summary>
    public static MemberName? Unlooked(ClusterState s, VmState vm)
    {
        if (vm.Added == 0) return null;
        foreach (var (host, h) in s.Derived.Configured)
            if (h.Reported < vm.Added && h.IsLiving) return host;
        return null;
    }

    /// <summary>
    /// A host says what it runs, once in a line, and again when a configuration brings VMs. Rule 18, "permissions end with their lineage": not before each VM here was looked
    /// for, and no earlier order to start it can still take effect.
    /// </summary>
    public static Decision? Report(ClusterState s, View v, Refusals no)
    {
        var me = s.Host(v.Self);
        if (s.Restored == 0 || !v.IsHost || me.Boot != v.Boot || me.Reported >= s.Restored && s.Vms.Values.All(vm => vm.Added <= me.Reported)) return null;
        var first = me.Reported < s.Restored;
        var about = s.Vms.Where(vm => first || vm.Value.Added > me.Reported).Select(vm => vm.Key).ToList();
        foreach (var vm in about)
            if (v.Vms.GetValueOrDefault(vm) is not { } seen || seen.Condition is VmCondition.Unknown or VmCondition.Starting or VmCondition.Stopping)
                return no.Say(v.Self.Value, $"the journal was put back; {v.Self} does not know yet whether {vm} runs here", alarm: true);
        var runs = about.Select(vm => KeyValuePair.Create(vm, v.Vms[vm])).Where(vm => vm.Value.Condition == VmCondition.Running).ToList();
        var reported = new HostReported(v.Self, me.Joined, [.. runs.Where(r => !IsCopy(r.Key, r.Value)).Select(r => new ReportedVm(r.Key, r.Value.Epoch!.Value, r.Value.Pid))]);
        // A copy by hand is known with the same entry: nobody starts another beside it.
        var strays = runs.Where(r => IsCopy(r.Key, r.Value)).Select(r => new VmStrayFound(r.Key, v.Self, me.Joined, v.Run, r.Value.Pid));
        return Decision.Record("report", $"{v.Self} reports what it runs: {(runs.Count == 0 ? "nothing" : string.Join(", ", runs.Select(r => r.Key)))}", [reported, .. strays]);

        // What another host has reported runs there. Only a newer ownership takes it away: a leftover does not, nor a copy that
        // was migrated here past us, whose mark is the same (found by the simulation).
        bool IsCopy(VmName vm, VmObservation seen) => seen.Epoch is not { } epoch
            || (s.Vm(vm) is { Owner: { } o } known && o.Host != v.Self && s.Host(o.Host).Reported >= s.Restored && s.IsOwned(vm) && known.Epoch.CompareTo(epoch) >= 0);
    }
}

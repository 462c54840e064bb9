namespace ActorHa.Core;

/// <summary>
/// What no entry may ever do, checked by every member on every entry, in the simulator and in production. A breach means
/// that we are wrong: the member turns read-only and raises an alarm.
/// </summary>
public static class Invariants
{
    /// <summary>The broken invariant, or null.</summary>
    public static string? Breach(ClusterState before, JournalEntry entry, ClusterState after)
    {
        var s = before;
        foreach (var e in entry.Events)
        {
            if (Breach(s, e) is { } breach) return breach;
            s = e.Apply(s, entry.Index);
        }
        // I4: never two open requests in opposite directions; of two hosts at most one is closed.
        var closed = after.Config.Hosts.Keys.Count(h => after.Host(h).IsClosed);
        var brake = Math.Max(1, (after.Config.Hosts.Count - 1) / 2);
        return closed > brake ? $"I4: {closed} hosts are closed at once" : null;
    }

    private static bool Unarmed(ClusterState s, MemberName host) => s.Config.Hosts.GetValueOrDefault(host)?.Watchdog is not null && s.Host(host).Watchdog is null;

    private static string? Breach(ClusterState s, Event e) => e switch
    {
        // I2: a VM leaves an owner only on proof, and goes only to a host that may own it.
        VmAssigned a when s.IsOwned(a.Vm) => $"I2: {a.Vm} is assigned to {a.Host} while {s.Vm(a.Vm).Owner!.Host} owns it",
        VmAssigned a when !s.Host(a.Host).IsFit || s.Host(a.Host).Joined != a.Incarnation => $"I2: {a.Vm} is assigned to {a.Host}, which may not own VMs",
        VmAssigned or VmStarting when RestoreRules.Awaited(s) is { } awaited => $"I2: a VM is given away, and {awaited} has not reported since the journal was put back",
        VmAssigned a when RestoreRules.Unlooked(s, s.Vm(a.Vm)) is { } unlooked => $"I2: {a.Vm} is given away, and {unlooked} has not looked for it since the journal was put back",
        HostAdmitted a when s.Host(a.Host).Reported < s.Restored => $"I2: {a.Host} is admitted, and has not reported since the journal was put back",
        VmAssigned a when a.Epoch.Number <= s.LastEpoch.Number => $"I2: epoch {a.Epoch} is not new",
        // I2: a start belongs to the owner, in its life, under its epoch.
        VmStarting t when s.Vm(t.Vm).Owner is not { } o || s.Vm(t.Vm).Epoch != t.Epoch || o.Incarnation != t.Incarnation || s.IsOver(o.Host, o.Incarnation) => $"I2: {t.Vm} is started without being owned",
        // I2: what is started or taken by a host with a watchdog stands under its promise.
        VmAssigned a when Unarmed(s, a.Host) => $"I2: {a.Vm} is assigned to {a.Host}, whose watchdog is not armed",
        VmStarting t when Unarmed(s, s.Vm(t.Vm).Owner!.Host) => $"I2: {t.Vm} is started on {s.Vm(t.Vm).Owner!.Host}, whose watchdog is not armed",
        // I2: a watchdog proves only the life that promised, and frees VMs only beside the device where two proofs are required.
        HostFenced { Proof.Method: WatchdogRules.Method } f when s.Host(f.Host).Watchdog?.Incarnation != f.Incarnation => $"I2: {f.Host} is proven off by a watchdog that was not armed",
        HostFenced { Proof.Method: not Proof.Person } f when WatchdogRules.NeedsTwo(s, f.Host) && (s.Host(f.Host).Request?.Half is null || s.Host(f.Host).Watchdog is null) => $"I2: {f.Host} is proven off by one proof, two are required",
        // I3: nothing is switched without a request.
        FenceSwitching w when s.Host(w.Host).Request?.Number != w.Request => $"I3: {w.Host} is switched without an open request",
        HostFenced f when s.Host(f.Host).Request?.Number != f.Request => $"I3: {f.Host} is proven off for no open request",
        // I4: who asks must leave another host that may take over.
        FenceRequested r when FenceRules.Brake(s, r.Host) is { } brake => $"I4: {brake}",
        _ => null,
    };
}

/// <summary>We are wrong: the actor restarts or the member stops, and the peers do the rest.</summary>
public sealed class InvariantException(string message) : Exception(message);

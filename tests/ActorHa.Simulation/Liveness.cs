using System.Globalization;
using ActorHa.Core;
using ActorHa.World;

namespace ActorHa.Simulation;

/// <summary>
/// The liveness phase: one host, the witness and the chassis are healed, the other host meets its fate, and an operator does
/// what the alarms ask of a person. Then every VM that fits must run within the bound (I6).
/// </summary>
public sealed class Liveness(WorldModel world, Plan plan)
{
    /// <summary>
    /// The bound, seconds. A SET that was not answered holds a host back for <c>set-lifetime</c> (180 s); a request that was
    /// taken over often has a patience of 80 s and a pause of 30 s; then boot, challenge, proof, starts.
    /// </summary>
    public const double Bound = 420;

    /// <summary>Seconds within which a watchdog must have proven its host off, or a person is asked.</summary>
    private const int WatchdogsTime = 60;

    private const string Caretaker = "caretaker";
    private readonly SimMember _core = world.Members[plan.Core];
    private readonly SimMember _other = world.Members[1 - plan.Core];
    private readonly SimMember _witness = world.Members[2];
    private BootId _boot;

    /// <summary>Seconds until all was well; null = not reached.</summary>
    public double? Took { get; private set; }

    /// <summary>Heals the core and waits; a breach of I6 is noted where the bound passes.</summary>
    public void Demand()
    {
        Heal();
        _boot = _other.Machine.Boot;
        var began = world.Time.Now;
        // Whoever waits does so by its own clock.
        var bound = Math.Ceiling(Bound / world.Members.Min(m => m.Machine.ClockRate));
        var seconds = 0;
        while (true)
        {
            while (Missing() is { } missing)
            {
                if (seconds >= bound) { world.Audit.Breach("I6", $"after {bound} s: {missing}; {Refusals()}"); return; }
                if (seconds % 5 == 0) TakeCare(seconds);
                world.Run(1);
                seconds++;
            }
            Took = (world.Time.Now - began).TotalSeconds;
            // It must also stay so, unless an order or a decision that came late, a host that comes back late, the last act of the one that is
            // lost, or a watchdog that had not been fed while there was no majority, disturbs it: then it becomes well once more.
            var (orders, back, resets, acts) = (world.Audit.Orders + world.Audit.Late, IsBack, Resets, Acts);
            world.Run(3);
            seconds += 3;
            if (Missing(stays: true) is not { } lost) return;
            if (world.Audit.Orders + world.Audit.Late == orders && IsBack == back && Resets == resets && Acts == acts) { world.Audit.Breach("I6", $"it did not stay well: {lost}"); return; }
        }
    }

    private void Heal()
    {
        world.Say("core", $"{_core.Name}, {_witness.Name} and the chassis are healed; {_other.Name} is {plan.Fate.ToString().ToLowerInvariant()}");
        world.Heal();
        world.Chassis.Heal();
        // "another host's MAC is in its slot": somebody puts the cables right.
        world.Chassis.Swapped = false;
        world.Journal.Heal();
        foreach (var m in world.Members)
        {
            (m.Watchdog.Refuses, m.Watchdog.Broken, m.Watchdog.Looked) = (false, false, null);
            m.Machine.SearchLag = TimeSpan.Zero;
            (m.EtcdUp, m.Deaf, m.Lag, m.BeatLag, m.WatchSilent, m.WatchConfused, m.AgentHeldDown) = (true, false, TimeSpan.Zero, TimeSpan.Zero, false, false, false);
            m.Machine.CannotStart.Clear();
            m.Machine.HangsAtStart.Clear();
            m.Machine.Unkillable.Clear();
            m.Machine.StorageStalls = false;
            if (m == _other && plan.Fate != Fate.Healed) continue;
            m.Machine.Thaw();
            m.Machine.PowerOn();
            if (m.MindStuck) m.CrashAgent(TimeSpan.FromMilliseconds(500));
            m.StartAgent();
            JournalFaults.Upgrade(world, m);
        }
        switch (plan.Fate)
        {
            case Fate.Off: _other.Machine.PowerOff(fence: false); break;
            case Fate.Isolated: world.Isolate(_other.Name.Value); break;
            case Fate.Deafened: Deafen(world, _other); break;
            case Fate.Hung: _other.Machine.Freeze(kernelLives: false); break;
        }
    }

    /// <summary>Nothing reaches a host any more, and it reaches the chassis no longer: what it sends goes out.</summary>
    public static void Deafen(WorldModel world, SimMember host)
    {
        foreach (var m in world.Members.Where(m => m != host)) world.Cut(m.Name.Value, host.Name.Value, oneWay: true);
        world.CutChassis(host.Name.Value);
    }

    /// <summary>What a person would do who reads the alarms.</summary>
    private void TakeCare(int seconds)
    {
        var s = world.Journal.State;
        foreach (var m in world.Members.Where(m => m == _core || m == _witness || plan.Fate == Fate.Healed))
        {
            if (!m.Machine.Powered) m.Machine.PowerOn();
            // "this life was declared over: its VMs are killed; it needs a reboot"; or its shutdown has yet to come to its end.
            else if (m.IsHost && s.Host(m.Name) is { Joined.Number: > 0 } h && (!h.IsLiving || h.Leaving) && h.Boot == m.Machine.Boot && m.Machine.Booted && m.Machine.Processes.Count == 0)
            {
                m.Machine.PowerOff(fence: false);
                m.Machine.PowerOn();
            }
        }
        if (s.ConfigNumber == 0) { _witness.Command(new ApplyConfig("text", "sha", plan.Variant.Config(), 0, Caretaker)); return; }
        if (s.Maintenance is not null) { _witness.Command(new SetMaintenance(false, null, Caretaker)); return; }
        foreach (var (host, h) in s.Hosts)
        {
            if (h.Fences >= s.Config.Policies.MaxFences) _witness.Command(new ReleaseHost(host, Caretaker));
            // "… is not protected: its VMs wait for it, or for a person": a watchdog may prove it sooner.
            if (h.IsClosed && (h.Watchdog is null || seconds > WatchdogsTime) && host == _other.Name && plan.Fate != Fate.Healed && (Arming.WhyNot(s, host).Length > 0 || AsksForAPerson(host)))
            {
                _other.Machine.PowerOff(fence: false);
                _core.Command(new ConfirmFence(host, host.Value, Caretaker));
            }
        }
        foreach (var vm in s.Config.Vms.Keys)
            if (s.Vm(vm) is var v && (!v.Wanted || v.Waiting is { } why && (!why.StartsWith("waits for memory", StringComparison.Ordinal) || why.Contains("actorha vm start", StringComparison.Ordinal))) && !s.IsOwned(vm)) _witness.Command(new WantVm(vm, true, Caretaker));
            else if (!v.Wanted) _witness.Command(new WantVm(vm, true, Caretaker));
    }

    private bool AsksForAPerson(MemberName host) =>
        _core.Mind?.Refusals.Any(r => r.Subject == host.Value && r.Because.Contains($"for a person (actorha fence confirm {host})", StringComparison.Ordinal)) == true;

    /// <summary>The other host was reset by its watchdog since, or switched on by an order that came late: it is back whatever its fate was.</summary>
    private bool IsBack => _other.Machine.Boot != _boot && _other.Machine.Runs && world.Journal.State.Host(_other.Name) is { IsFit: true } h && h.Boot == _other.Machine.Boot;

    /// <summary>Resets by watchdogs so far; that each was right is checked where it happens.</summary>
    private int Resets => world.Members.Sum(m => m.Watchdog.Resets);

    /// <summary>What the host that is not healed has written.</summary>
    private int Acts => plan.Fate == Fate.Healed ? 0 : world.Journal.Entries.Count(e => e.Who == _other.Name);

    /// <summary>What is not well yet; null when all is.</summary>
    /// <param name="stays">All was well, and must be still; what an order that came late has stopped since is not missed.</param>
    private string? Missing(bool stays = false)
    {
        var s = world.Journal.State;
        var hosts = plan.Fate == Fate.Healed ? new[] { _core, _other } : [_core];
        var running = hosts.Contains(_other) || !IsBack ? hosts : [.. hosts, _other];
        foreach (var m in hosts.Append(_witness))
        {
            if (m.Mind is not { } mind) return $"the agent of {m.Name} is down";
            if (mind.ReadOnly is { } why) return $"{m.Name} is read-only: {why}";
        }
        if (s.Maintenance is not null) return "maintenance";
        foreach (var m in hosts)
        {
            var h = s.Host(m.Name);
            if (!h.IsFit || h.Boot != m.Machine.Boot) return $"{m.Name} is not admitted";
            if (m.Machine.Processes.Find(p => (p.ByHand && !Adopted(m, p)) || world.Audit.IsDeclaredOver(m.Machine)) is { } stray) return $"{stray.Vm} runs on {m.Name} without permission";
        }
        foreach (var (vm, config) in s.Config.Vms)
        {
            var v = s.Vm(vm);
            if (stays && !v.Wanted) continue;
            if (v.Active && v.MoveTo is null && running.Any(m => s.Owns(m.Name, vm) && m.Machine.Processes.Exists(p => p.Vm == vm && p.Epoch == v.Epoch))) continue;
            var allowed = Placer.Allowed(s, config, v).Where(h => running.Any(m => m.Name == h)).ToList();
            // Not marked for failover: it waits for its home, or for the host that took it when a restored journal was told where it runs.
            if (!config.Failover && (allowed.Count == 0 || (s.IsOwned(vm) && v.Owner!.Host == _other.Name && !running.Contains(_other)))) continue;
            // Where not all fit, the rest waits, by name and reason: for memory, of which there is none indeed, or for a host that comes back.
            var room = allowed.Exists(h => s.Config.Hosts[h].MemoryMb - Placer.MemoryUsed(s, h) + Preemptible(s, h, config.Priority) >= config.MemoryMb);
            if (!room && !s.IsOwned(vm) && v.Waiting?.StartsWith("waits for ", StringComparison.Ordinal) == true) continue;
            return $"{vm} does not run (owner {v.Owner?.Host.ToString() ?? "none"}, {v.Waiting ?? "no reason recorded"})";
        }
        return null;
    }

    /// <summary>After a restore the owner is who runs it and says so: also where it was migrated by hand before.</summary>
    private bool Adopted(SimMember m, SimProcess p) => world.Journal.State is var s && s.Restored > 0 && s.Owns(m.Name, p.Vm) && s.Vm(p.Vm).Epoch == p.Epoch;

    /// <summary>Memory of those on a host that must make room for one of this priority.</summary>
    private static long Preemptible(ClusterState s, MemberName host, int priority) =>
        s.Config.Vms.Where(v => v.Value.Preemptible && v.Value.Priority < priority && s.Owns(host, v.Key)).Sum(v => v.Value.MemoryMb);

    private string Refusals() => string.Join("; ", world.Members.Where(m => m.Mind is not null).SelectMany(m => m.Mind!.Refusals.Select(r => $"{m.Name}: {r.Because}")).Take(12)).ToString(CultureInfo.InvariantCulture);
}

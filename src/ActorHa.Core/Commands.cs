using System.Collections.Immutable;

namespace ActorHa.Core;

/// <summary>An order of a person (or of the system that stops the agent), with the name of who gave it.</summary>
public abstract record Command(string Operator);

/// <summary>Starts a VM, or stops it for good.</summary>
public sealed record WantVm(VmName Vm, bool Running, string Operator) : Command(Operator);

/// <summary>Moves a VM by stop and start; without a target to the best other host.</summary>
public sealed record MoveVm(VmName Vm, MemberName? Target, string Operator) : Command(Operator);

/// <summary>Hands off, or on again.</summary>
public sealed record SetMaintenance(bool On, TimeSpan? For, string Operator) : Command(Operator);

/// <summary>Switches a host off or on, through the same proof as a fence.</summary>
public sealed record PowerHost(MemberName Host, bool On, bool Force, string Operator) : Command(Operator);

/// <summary>Switches a host without VMs off and on again, through the proof, and measures it.</summary>
public sealed record DrillHost(MemberName Host, string Operator) : Command(Operator);

/// <summary>A person states that the host's power is physically removed.</summary>
public sealed record ConfirmFence(MemberName Host, string TypedName, string Operator) : Command(Operator);

/// <summary>Forgets a host's fences: it may be admitted again.</summary>
public sealed record ReleaseHost(MemberName Host, string Operator) : Command(Operator);

/// <summary>Applies a configuration that was checked at the door.</summary>
public sealed record ApplyConfig(string Text, string Sha256, ClusterConfig Config, long? Expected, string Operator) : Command(Operator);

/// <summary>The agent will stop and be back.</summary>
public sealed record AnnounceStop(TimeSpan Within, string Operator) : Command(Operator);

/// <summary>The host is being shut down.</summary>
public sealed record LeaveHost(string Operator) : Command(Operator);

/// <summary>What an operator's command records, or why it is refused. Pure, as everything that decides.</summary>
public static class CommandDecider
{
    /// <summary>A person's confirmation is refused within this time of a sign of life (DESIGN 5.5).</summary>
    public static readonly TimeSpan ConfirmSilence = TimeSpan.FromSeconds(60);

    /// <summary>Decides. A decision without events is a refusal, its sentence the reason.</summary>
    public static Decision Decide(ClusterState s, View v, Command command) => command switch
    {
        ApplyConfig c => Apply(s, c),
        _ when s.ConfigNumber == 0 => No("no configuration is applied yet: actorha config apply FILE"),
        _ when !v.Quorate => No("not quorate: nothing can be recorded"),
        WantVm c => Want(s, c),
        MoveVm c => Move(s, c),
        SetMaintenance c => Maintain(s, c),
        PowerHost { On: true } c => PowerOn(s, v, c),
        PowerHost c => PowerOff(s, v, c),
        DrillHost c => DrillRules.Begin(s, v, c),
        ConfirmFence c => Confirm(s, v, c),
        ReleaseHost c when !s.Config.Hosts.ContainsKey(c.Host) => No($"there is no host {c.Host}"),
        ReleaseHost c => Decision.Record("host release", $"{c.Operator} releases {c.Host}: its fences are forgotten", new HostReleased(c.Host, c.Operator)),
        AnnounceStop c => Decision.Record("agent stop", $"the agent of {v.Self} stops for at most {c.Within.TotalSeconds:0} s", new AgentStopAnnounced(v.Self, c.Within)),
        LeaveHost when !v.IsHost => Decision.Record("agent stop", $"the agent of {v.Self} stops", new AgentStopAnnounced(v.Self, TimeSpan.Zero)),
        LeaveHost => Decision.Record("host leave", $"{v.Self} is being shut down: its VMs leave it", new HostLeaving(v.Self, s.Host(v.Self).Joined)),
        _ => No($"unknown command {command}"),
    };

    private static Decision No(string because) => Decision.Nothing("refused", because);

    private static Decision Apply(ClusterState s, ApplyConfig c)
    {
        if (c.Expected is { } expected && expected != s.ConfigNumber) return No($"configuration {expected} was to be replaced, but {s.ConfigNumber} is applied now: look at the difference again");
        if (c.Sha256 == s.ConfigSha256) return No($"configuration {s.ConfigNumber} is the same already");
        if (s.ConfigNumber > 0 && c.Config.Name != s.Config.Name) return No($"this is cluster {s.Config.Name}, not {c.Config.Name}");
        // What it runs by the line that was lost nobody here knows: without it nobody would wait for its word (rule 16).
        var unheard = s.Derived.Configured.FirstOrDefault(h => !c.Config.Hosts.ContainsKey(h.Host) && RestoreRules.IsAwaited(s, h.State)).Host;
        if (unheard.Value is not null) return No($"{unheard} is missing in it, and has not reported what it runs since the journal was put back: wait for that, or until it is proven off");
        var gone = s.Hosts.Keys.FirstOrDefault(h => !c.Config.Hosts.ContainsKey(h) && s.Vms.Keys.Any(vm => s.Owns(h, vm)));
        if (gone.Value is not null) return No($"{gone} is missing in it and still owns VMs: move them first");
        if (s.Hosts.FirstOrDefault(h => h.Value.IsClosed) is { Value: not null } closed) return No($"{closed.Key} is being fenced: wait");
        var number = s.ConfigNumber + 1;
        return Decision.Record("config apply", $"{c.Operator} applied configuration {number}", new ConfigurationApplied(number, c.Sha256, c.Text, c.Config, c.Operator));
    }

    private static Decision Want(ClusterState s, WantVm c)
    {
        if (!s.Config.Vms.ContainsKey(c.Vm)) return No($"there is no VM {c.Vm}");
        if (s.Maintenance is { } m) return No($"maintenance, set by {m.Operator}: end it first (actorha maintenance off)");
        var state = s.Vm(c.Vm);
        if (state.Wanted == c.Running && (!c.Running || s.IsOwned(c.Vm) && state.GaveUpOn.IsEmpty && state.Failures == 0)) return No($"{c.Vm} is {(c.Running ? "wanted running" : "stopped by an operator")} already");
        return Decision.Record(c.Running ? "vm start" : "vm stop", $"{c.Operator} wants {c.Vm} {(c.Running ? "running" : "stopped")}", new VmWanted(c.Vm, c.Running, c.Operator));
    }

    private static Decision Move(ClusterState s, MoveVm c)
    {
        if (!s.Config.Vms.TryGetValue(c.Vm, out var vm)) return No($"there is no VM {c.Vm}");
        if (s.Maintenance is { } m) return No($"maintenance, set by {m.Operator}: end it first (actorha maintenance off)");
        if (!s.IsOwned(c.Vm) || s.Vm(c.Vm).Owner is not { } owner) return No($"{c.Vm} runs nowhere: actorha vm start {c.Vm}");
        var allowed = vm.Hosts.IsEmpty ? [.. s.Config.Hosts.Keys] : vm.Hosts;
        bool Fits(MemberName h) => s.Host(h) is { IsFit: true, Leaving: false } && s.Config.Hosts[h].MemoryMb - Placer.MemoryUsed(s, h) >= vm.MemoryMb;
        if (!vm.Failover) return No($"{c.Vm} is not marked for failover: it stays with its host");
        if (c.Target is { } t)
        {
            if (!s.Config.Hosts.ContainsKey(t)) return No($"there is no host {t}");
            if (t == owner.Host) return No($"{c.Vm} is on {t} already");
            if (!allowed.Contains(t)) return No($"{c.Vm} may not run on {t}");
            if (!s.Host(t).IsFit) return No($"{t} may not take VMs now: it is not admitted, or closed");
            if (!Fits(t)) return No($"{c.Vm} needs {vm.MemoryMb} MiB, {t} has {Math.Max(0, s.Config.Hosts[t].MemoryMb - Placer.MemoryUsed(s, t))}");
        }
        var target = c.Target ?? allowed.Cast<MemberName?>().FirstOrDefault(h => h != owner.Host && Fits(h!.Value));
        return target is { } to
            ? Decision.Record("vm move", $"{c.Operator} moves {c.Vm} from {owner.Host} to {to}", new VmMoveOrdered(c.Vm, to, c.Operator))
            : No($"no other host can take {c.Vm} now");
    }

    private static Decision Maintain(ClusterState s, SetMaintenance c)
    {
        if (!c.On) return s.Maintenance is null
            ? No("there is no maintenance")
            : Decision.Record("maintenance off", $"{c.Operator} ends maintenance", new MaintenanceEnded(c.Operator));
        if (s.Hosts.FirstOrDefault(h => h.Value.IsClosed) is { Value: not null } closed) return No($"{closed.Key} is being fenced: wait until that is over");
        return Decision.Record("maintenance on", $"{c.Operator} begins maintenance{(c.For is { } t ? $" for {t}" : "")}: nothing is started, stopped or fenced", new MaintenanceBegan(c.Operator, c.For));
    }

    /// <summary>Why a person may not have a host switched off through this member; null when he may.</summary>
    internal static string? WhyNotSwitchOff(ClusterState s, View v, MemberName host)
    {
        if (!s.Config.Hosts.ContainsKey(host)) return $"there is no host {host}";
        var h = s.Host(host);
        if (s.Maintenance is { } m) return $"maintenance, set by {m.Operator}: end it first (actorha maintenance off)";
        if (host == v.Self) return $"{host} cannot switch itself off through the proof: ask another member";
        if (!h.IsLiving) return $"{host} is off already, proven";
        if (h.IsClosed) return $"{host} is being fenced already";
        if (FenceRules.Brake(s, host) is { } brake) return brake;
        if (v.IsHost && !s.Host(v.Self).IsFit) return $"{v.Self} is not admitted, or closed: ask another member";
        return Arming.WhyNot(s, host) is { Length: > 0 } why ? $"{host} is not protected: {why}" : null;
    }

    private static Decision PowerOff(ClusterState s, View v, PowerHost c)
    {
        if (WhyNotSwitchOff(s, v, c.Host) is { } why) return No(why);
        var owned = s.Vms.Keys.Where(vm => s.Owns(c.Host, vm)).ToList();
        if (owned.Count > 0 && !c.Force) return No($"{c.Host} owns {string.Join(", ", owned)}: move or stop them first, or force it (their unwritten data is lost)");
        var request = s.LastEpoch.Next();
        return Decision.Record("power off", $"{c.Operator} switches {c.Host} off ({request})",
            new FenceRequested(request, c.Host, s.Host(c.Host).Joined, v.Self, c.Operator), new FenceSwitching(request, c.Host, v.Self, v.Run));
    }

    private static Decision PowerOn(ClusterState s, View v, PowerHost c)
    {
        if (PowerRules.WhyNot(s, v, c.Host) is { } why) return No(why);
        return Decision.Record("power on", $"{c.Operator} switches {c.Host} on", new PowerOnOrdered(c.Host, v.Self, v.Run, c.Operator));
    }

    private static Decision Confirm(ClusterState s, View v, ConfirmFence c)
    {
        var h = s.Host(c.Host);
        if (!s.Config.Hosts.ContainsKey(c.Host)) return No($"there is no host {c.Host}");
        if (h.Request is not { } r) return No($"there is no open fence request against {c.Host}: nothing to confirm");
        if (c.TypedName != c.Host.Value) return No($"the name typed is \"{c.TypedName}\", the host is {c.Host}: nothing is confirmed");
        // Whoever confirms his own host's death at that host is wrong: an agent lives there, and so may VMs.
        if (c.Host == v.Self) return No($"{c.Host} is this very host, and its agent lives: nothing is confirmed here");
        var peer = v.Peer(c.Host);
        if (peer.Power == Power.On) return No($"the device reads {c.Host} on: remove its power first");
        // Only hosts read the device: where one lives, it may know what a witness cannot.
        foreach (var (reader, _) in s.Config.Hosts)
            if (!v.IsHost && reader != c.Host && v.Peer(reader).Verdict is Verdict.Alive or Verdict.Degraded) return No($"{v.Self} does not read the fence device, {reader} does: confirm it there");
        if (peer.HeardAt is { } at && v.Now - at < ConfirmSilence) return No($"{c.Host} was heard {(v.Now - at).TotalSeconds:0} s ago: refused within {ConfirmSilence.TotalSeconds:0} s of a sign of life");
        // A living host takes its request back when no SET can take effect any more; where it said that it lives, it is asked again before.
        if (r.IsAnswered(h) && v.SinceLearned(h.Spoke) < s.Config.Timers.SetLifetime) return No($"{c.Host} said in the journal {v.SinceLearned(h.Spoke).TotalSeconds:0} s ago that it lives: refused within {s.Config.Timers.SetLifetime.TotalSeconds:0} s of that, until it is asked again and does not answer");
        // It has joined, and was not heard yet: that is a sign of life, too.
        if (peer.HeardAt is null && peer.LifeLearned > v.Started && v.Now - v.HeardOf(peer) < ConfirmSilence) return No($"{c.Host} joined {(v.Now - v.HeardOf(peer)).TotalSeconds:0} s ago: refused within {ConfirmSilence.TotalSeconds:0} s of a sign of life");
        // An agent that has just started has heard nothing because it was not there.
        if (peer.HeardAt is null && v.Now - v.Started < ConfirmSilence) return No($"{v.Self} has listened for {(v.Now - v.Started).TotalSeconds:0} s only, since it could first read the journal: {ConfirmSilence.TotalSeconds:0} s are needed");
        if (peer.Verdict is Verdict.Alive or Verdict.Degraded or Verdict.AgentSilent or Verdict.Contradiction) return No($"{c.Host} still answers ({peer.Verdict})");
        var events = ImmutableArray.Create<Event>(new HostFenced(r.Number, c.Host, r.Incarnation, new Proof(Proof.Person, [$"{c.Operator} states that the power of {c.Host} is physically removed", peer.Evidence])));
        var takes = VmRules.Takes(s.Evolve(events, s.Index + 1), v, out var sentence);
        return new Decision("fence confirm", $"{c.Operator} confirms that {c.Host} is without power{(sentence.Length > 0 ? $": {sentence}" : "")}", events.AddRange(takes), [peer.Evidence]);
    }
}

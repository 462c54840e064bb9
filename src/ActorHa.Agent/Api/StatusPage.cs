using System.Collections.Immutable;
using ActorHa.Agent.Actors;
using ActorHa.Agent.Composition;
using ActorHa.Agent.Heartbeats;
using ActorHa.Agent.Os;
using ActorHa.Agent.Quorum;
using ActorHa.Core;
using ActorHa.Ports.Api;
using VmStateDto = ActorHa.Ports.Api.VmState;

namespace ActorHa.Agent.Api;

/// <summary>Turns what the mind knows into what an operator reads.</summary>
public sealed class StatusPage(MemberIdentity who, Ledger ledger, ActorSystem actors, Func<HeartbeatCounters> beats, Func<string?> notKept, Func<IEnumerable<(MemberName Voter, TimeSpan For)>> silentVoters)
{
    /// <summary>The page now.</summary>
    public StatusDto Page()
    {
        if (ledger.Now is not { } now)
            return new StatusDto(who.Cluster, who.Name.Value, Role, false, "the journal is not read yet", 0, 0, 0, new MaintenanceDto(false), [], [], [], []);
        var (s, v) = (now.State, now.View);
        return new StatusDto(
            s.ConfigNumber == 0 ? who.Cluster : s.Config.Name, who.Name.Value, Role,
            v.Quorate, v.Quorate ? "a majority accepts our writes" : v.NotQuorateSince is null ? "a majority accepts our writes, but what we read of the journal is older" : "no write of ours was accepted lately",
            now.Head.Lineage, now.Head.Index, s.ConfigNumber,
            Maintenance(s),
            [.. Alarms(now)],
            [.. now.Refusals.Where(r => !r.Alarm).Select(r => new RefusalDto(r.Subject, r.Because))],
            [.. s.Config.Hosts.Keys.Concat(s.Config.Witnesses).Order().Select(m => Member(s, v, m))],
            [.. s.Config.Vms.Select(vm => Vm(s, v, vm.Key, vm.Value))],
            Beats(beats()));
    }

    /// <summary>What a person should know before confirming that a host has no power; null when there is no such host.</summary>
    public FenceConfirmationDto? Confirmation(string host)
    {
        if (ledger.Now is not { } now || !now.State.Config.Hosts.ContainsKey(new(host))) return null;
        var (s, v) = (now.State, now.View);
        var name = new MemberName(host);
        var peer = v.Peer(name);
        var request = s.Host(name).Request;
        var heard = peer.HeardAt is { } at ? (MonotonicClock.System.Now - at).TotalMilliseconds : (double?)null;
        return new FenceConfirmationDto(
            host, request is not null,
            request is { } r ? ledger.Entries(r.Index - 1, 1) is [var asked, ..] ? asked.Entry.Because : $"request {r.Number} is open" : $"there is no open fence request against {host}",
            request?.Number.Number, request is { } q ? ledger.When(q.Index) : null,
            peer.Power.ToString().ToLowerInvariant(), heard is { } ms ? (long)ms : null,
            peer.Evidence.Length > 0 ? [$"{peer.Verdict}: {peer.Evidence}"] : [],
            [.. s.Config.Vms.Where(vm => vm.Value.Failover && s.Owns(name, vm.Key)).Select(vm => vm.Key.Value)]);
    }

    private static BeatsDto Beats(HeartbeatCounters c) => new(c.Sent, c.Late, c.Heard, c.Refused.ToDictionary(r => r.Key.ToString(), r => r.Value));

    private string Role => who.IsHost ? "host" : "witness";

    private MaintenanceDto Maintenance(ClusterState s) => s.Maintenance is { } m
        ? new MaintenanceDto(true, m.For is { } time && ledger.When(m.Index) is { } began ? began + time : null)
        : new MaintenanceDto(false);

    private IEnumerable<AlarmDto> Alarms(Snapshot now)
    {
        foreach (var r in now.Refusals.Where(r => r.Alarm)) yield return new AlarmDto(AlarmNames.Of(r.Because), r.Because);
        foreach (var a in actors.Status.Where(a => a.Dropped > 0)) yield return new AlarmDto("mailbox-full", $"{a.Name} lost {a.Dropped} messages: it is too slow");
        if (notKept() is { } why) yield return new AlarmDto("state-not-kept", $"what this member has seen of the journal cannot be kept on its disk: {why}");
        // Of a member that is silent as a whole other alarms tell.
        foreach (var (voter, time) in silentVoters().Where(x => x.Voter == who.Name || now.View.Peer(x.Voter).Verdict is Verdict.Alive or Verdict.Degraded or Verdict.Unheard))
            yield return new AlarmDto("etcd-silent", $"the etcd member of {voter} has not answered here for {time.TotalSeconds:0} s");
        if (beats().Late is var late and > 100) yield return new AlarmDto("late-beats", $"{late} beats were sent late: the processors are starved");
    }

    private MemberDto Member(ClusterState s, View v, MemberName name)
    {
        var h = s.Host(name);
        var isHost = s.Config.Hosts.ContainsKey(name);
        var peer = v.Peer(name);
        var self = name == who.Name;
        var unarmed = isHost ? Arming.WhyNot(s, name) : "";
        var check = v.Protections.GetValueOrDefault(name);
        var wrong = check is { Ready: false } ? check.Detail : "";
        var protection = !isHost ? null : new ProtectionDto(
            unarmed.Length == 0 && wrong.Length == 0,
            (unarmed.Length > 0 ? unarmed : wrong.Length > 0 ? wrong : check?.Detail ?? "armed") + Watchdog(s, name),
            Age(check?.At), Age(check?.ReadyAt), (long?)check?.RoundTrip?.TotalMilliseconds,
            h.LastFenced > 0 ? ledger.When(h.LastFenced) : null,
            h.Drilled is { } drill ? $"{drill.Grade.ToString().ToLowerInvariant()}{(ledger.When(drill.Index) is { } when ? $", {when.UtcDateTime:yyyy-MM-dd HH:mm}Z" : "")}" : null);
        return new MemberDto(
            name.Value, isHost ? "host" : "witness", self ? "alive" : Say(peer.Verdict),
            h.Joined.Number, isHost && h.IsFit, h.IsClosed, h.Leaving, protection,
            self ? s.ConfigNumber : peer.EverHeard ? peer.ConfigNumber : null,
            self ? null : Age(peer.HeardAt),
            isHost ? Placer.MemoryUsed(s, name) : 0, isHost ? s.Config.Hosts[name].MemoryMb : 0, h.Fences);
    }

    private static string Watchdog(ClusterState s, MemberName host) => s.Config.Hosts[host].Watchdog is null ? ""
        : s.Host(host).Watchdog is { } promise ? $"; watchdog armed, {promise.Timeout.TotalSeconds:0} s"
        : s.Vms.Keys.Any(vm => s.Owns(host, vm)) ? "; not protected by its watchdog"
        : "; watchdog not armed: no VM is there";

    private static long? Age(Instant? at) => at is { } then ? (long)(MonotonicClock.System.Now - then).TotalMilliseconds : null;

    private VmDto Vm(ClusterState s, View v, VmName name, VmConfig config)
    {
        var vm = s.Vm(name);
        var owner = s.IsOwned(name) ? vm.Owner : null;
        var state = owner is null ? vm.Wanted ? VmStateDto.Waiting : VmStateDto.Stopped
            : vm.Active ? VmStateDto.Active
            : vm.Failures > 0 ? VmStateDto.Failed
            : vm.Start is not null ? VmStateDto.Starting : VmStateDto.Assigned;
        var reason = state switch
        {
            VmStateDto.Waiting => vm.Waiting ?? "waits for proof about its last host",
            VmStateDto.Stopped => "stopped by an operator",
            VmStateDto.Failed => $"failed {vm.Failures} times",
            _ => owner is { } o && o.Host != who.Name && v.Peer(o.Host).Verdict is not (Verdict.Alive or Verdict.Degraded) ? $"not confirmed: {o.Host} is {Say(v.Peer(o.Host).Verdict)}" : "",
        };
        return new VmDto(name.Value, config.Priority, vm.Wanted, state, owner?.Host.Value, vm.Epoch.Number, ledger.When(vm.Since), reason, config.MemoryMb, config.Failover);
    }

    private static string Say(Verdict verdict) => verdict switch
    {
        Verdict.PoweredOff => "powered-off",
        Verdict.AgentSilent => "agent-silent",
        Verdict.Unheard or Verdict.Looking => "unknown",
        _ => verdict.ToString().ToLowerInvariant(),
    };
}

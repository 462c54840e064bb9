using System.Collections.Concurrent;
using System.Collections.Immutable;
using ActorHa.Agent.Actors;
using ActorHa.Agent.Fencing;
using ActorHa.Agent.Heartbeats;
using ActorHa.Agent.Quorum;
using ActorHa.Agent.Vms;
using ActorHa.Agent.Watching;
using ActorHa.Core;
using ActorHa.Ports;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Composition;

/// <summary>
/// The actors that sense and act. Watchers stand for every peer from the start; fencers and supervisors come with the
/// configuration. Called by Quorum only, one message at a time.
/// </summary>
public sealed class Crew(MemberIdentity who, ActorSystem actors, FenceBench bench, IHypervisor? hypervisor, IPeerProbe probe, BeatHub hub, HeartbeatThread beats, Os.MonotonicClock clock, ChassisTraps traps, ILoggerFactory logs) : ICrew, IDisposable
{
    private readonly Dictionary<MemberName, ActorRef<WatchMessage>> _watchers = [];
    // Watchers look their peer's fencer up from another thread: a configuration may bring it later than them.
    private readonly ConcurrentDictionary<MemberName, ActorRef<FencerLetter>> _fencers = [];
    private readonly ConcurrentDictionary<MemberName, PeerView> _seen = [];
    private readonly Dictionary<VmName, ActorRef<VmMessage>> _supervisors = [];
    // What they have sent, heard and been told would be forgotten by a fresh one, and nobody would tell it again: the agent starts anew, as
    // it does for its mind.
    private static readonly Supervision Whole = Supervision.Escalate;
    // Beats go from watchers to fencers, ten times a second each: both only compute.
    private readonly ActorThread _senses = new("senses");
    private ImmutableArray<MemberName> _peers = [];
    private ActorRef<QuorumMessage>? _quorum;
    private ActorRef<HostLetter>? _host;
    private WatchdogThread? _watchdog;

    private ActorRef<QuorumMessage> Quorum => _quorum ?? throw new InvalidOperationException("the crew has no mind yet");

    /// <summary>Begins: Quorum is there, the peers are known from the member's own file.</summary>
    public void Begin(ActorRef<QuorumMessage> quorum, IEnumerable<MemberName> peers, Func<WatchdogConfig, IWatchdogDevice>? makeWatchdog = null)
    {
        if (makeWatchdog is not null) _watchdog = new WatchdogThread(makeWatchdog, r => quorum.Tell(new WatchdogSaid(r)), () => clock.Now, logs.CreateLogger("watchdog"));
        _quorum = quorum;
        _peers = [.. peers];
        if (hypervisor is not null)
            _host = actors.Start("host", () => new HostWatcherActor(hypervisor, quorum, logs.CreateLogger("host")), new ActorOptions { Capacity = 4096, Supervision = Whole });
    }

    /// <inheritdoc/>
    public void Know(ClusterState state)
    {
        var s = state;
        foreach (var unused in bench.Know(s)) _ = unused.DisposeAsync().AsTask();
        foreach (var host in s.Config.Hosts.Keys.Where(h => h != who.Name && !_fencers.ContainsKey(h)))
        {
            var started = clock.Now;
            _fencers[host] = actors.Start($"fencer-{host}", () => new FencerActor(host, new FenceWalk(new Timers(), started), bench, Quorum, logs.CreateLogger("fencer"), () => _seen.GetValueOrDefault(host)), new ActorOptions { Thread = _senses, Supervision = Whole });
        }
        if (_watchers.Count == 0 && s.ConfigNumber > 0) Watch(s);
        traps.Know(s.Config, _watchers);
        beats.Know(s.Config.Timers, peer => s.Host(peer).Joined);
        hub.Know(s.Config.Timers);
        foreach (var (peer, watcher) in _watchers) watcher.Tell(new LifeKnown(BootKeys.Of(s.Host(peer).Boot), s.Config.Timers, s.Host(peer).Request?.Number, s.Config.Hosts.ContainsKey(peer)));
        foreach (var (host, fencer) in _fencers)
            fencer.Tell(new Walk(new FenceTarget(s.Host(host).Joined, s.Config.Hosts.GetValueOrDefault(host)?.Fencing.Length ?? 0, s.Config.Timers, s.Config.Policies.FenceWhenAgentLost)));
        if (hypervisor is null || _host is not { } searcher) return;
        foreach (var vm in s.Vms.Keys.Where(vm => !_supervisors.ContainsKey(vm)))
        {
            var retry = s.Config.Timers.RetryFirst;
            _supervisors[vm] = actors.Start($"vm-{vm}", () => new VmSupervisorActor(vm, new VmWatch(clock.Now, retry), hypervisor, searcher, Quorum, logs.CreateLogger("vm")));
        }
    }

    /// <inheritdoc/>
    public void Obey(Orders orders)
    {
        foreach (var (host, fencer) in _fencers) fencer.Tell(new Walk(new FenceOrdered(orders.Fences.GetValueOrDefault(host))));
        if (orders.KillAll)
        {
            _host?.Tell(new KillEverything());
            return;
        }
        foreach (var (vm, order) in orders.Vms) _supervisors.GetValueOrDefault(vm)?.Tell(new VmOrdered(order));
    }

    /// <inheritdoc/>
    public void Hold(WatchdogOrder order) => _watchdog?.Hold(order);

    /// <summary>Ends the threads. To be called when the actors have ended.</summary>
    public void Dispose()
    {
        _watchdog?.Dispose();
        _senses.Dispose();
    }

    /// <inheritdoc/>
    public void Stamp(MemberName host) => bench.Stamp(host);

    private void Watch(ClusterState s)
    {
        var started = clock.Now;
        foreach (var peer in _peers)
        {
            var parts = new WatcherParts(Quorum, () => _fencers.GetValueOrDefault(peer), view => _seen[peer] = view, AsksPower: who.IsHost, probe);
            var isHost = s.Config.Hosts.ContainsKey(peer);
            _watchers[peer] = actors.Start($"watcher-{peer}", () => new NodeWatcherActor(new PeerWatch(peer, isHost, s.Config.Timers, started), parts, logs.CreateLogger("watcher")), new ActorOptions { Thread = _senses, Supervision = Whole });
        }
        hub.Connect(_watchers.Select(w => (w.Key, w.Value)));
    }
}

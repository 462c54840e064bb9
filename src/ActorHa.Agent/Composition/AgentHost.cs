using ActorHa.Agent.Actors;
using ActorHa.Agent.Api;
using ActorHa.Agent.Fencing;
using ActorHa.Agent.Heartbeats;
using ActorHa.Agent.Os;
using ActorHa.Agent.Quorum;
using ActorHa.Configuration;
using ActorHa.Core;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Composition;

/// <summary>One agent, put together: the same on hosts and witness, with fewer hands there.</summary>
public sealed class AgentHost : IAsyncDisposable
{
    private static readonly TimeSpan StuckAfter = WatchdogTiming.StuckMind;
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan AwayWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DisarmWithin = TimeSpan.FromSeconds(3);

    private readonly MemberSettings _settings;
    private readonly MemberIdentity _who;
    private readonly AgentParts _parts;
    private readonly ILogger _log;
    private readonly ActorSystem _actors;
    private readonly HeartbeatThread _beats;
    private readonly BeatHub _hub;
    private readonly FenceBench _bench;
    private readonly Crew _crew;
    private readonly Watching.ChassisTraps _traps;
    private readonly Watching.VoterSight _voters;
    private readonly ApiServer _api;
    private readonly SdNotify _systemd;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _tasks = [];

    /// <summary>Puts the agent together; nothing runs before <see cref="StartAsync"/>.</summary>
    public AgentHost(MemberSettings settings, MemberIdentity who, AgentParts parts, ILoggerFactory logs, SdNotify systemd)
    {
        (_settings, _who, _parts, _systemd) = (settings, who, parts, systemd);
        _log = logs.CreateLogger("agent");
        var clock = MonotonicClock.System;
        _actors = new ActorSystem(logs.CreateLogger("actors"), TimeProvider.System);
        Ledger = new Ledger();
        Desk = new CommandDesk();
        _bench = new FenceBench(parts.MakeDevice);
        _hub = new BeatHub(who.Name, Core.Wire.WireIds.Of(who.Boot), clock, Ledger);
        _beats = new HeartbeatThread(
            new HeartbeatOptions(who.Name, who.Boot, who.Run, who.Cluster, settings.Heartbeat.Key.Reveal().ToArray(), settings.Heartbeat.Listen, new Timers().Beat),
            _hub, _hub, logs.CreateLogger("heartbeat"), clock);
        _traps = new Watching.ChassisTraps(TimeProvider.System, logs.CreateLogger("traps"));
        _voters = new Watching.VoterSight(parts.Probe, [who.Name, .. settings.Peers.Where(p => p.Value.Etcd is not null).Select(p => p.Key)], TimeProvider.System);
        var crew = new Crew(who, _actors, _bench, parts.Hypervisor, parts.Probe, _hub, _beats, clock, _traps, logs);
        var seen = new SeenHead(settings.StateDir);
        var view = new View
        {
            Self = who.Name,
            Run = who.Run,
            Version = who.Version,
            IsHost = who.IsHost,
            Boot = who.Boot,
            Macs = who.Macs,
            CanSleep = who.CanSleep,
            Started = clock.Now,
            Now = clock.Now,
        };
        var mind = new QuorumMind(view, seen.Read());
        var quorumParts = new QuorumParts(parts.Journal, crew, Desk, Ledger, head => _ = seen.Keep(head), _hub.Turned, () => DateTimeOffset.UtcNow);
        // The mind is not restarted: what it had in flight would be forgotten. The agent stops, and comes back as a new run.
        var quorum = _actors.Start("quorum", () => new QuorumActor(mind, quorumParts, logs.CreateLogger("quorum")), new ActorOptions { Capacity = 8192, Supervision = Supervision.Escalate });
        Desk.Quorum = quorum;
        crew.Begin(quorum, settings.Peers.Keys, parts.MakeWatchdog);
        _crew = crew;
        _api = new ApiServer(settings.ApiSocket, who.Cluster, new StatusPage(who, Ledger, _actors, () => _beats.Counters, () => seen.Fault, () => _voters.Silent), Ledger, Desk, logs);
        Quorum = quorum;
    }

    /// <summary>What the mind knows.</summary>
    public Ledger Ledger { get; }

    /// <summary>Where commands are given.</summary>
    public CommandDesk Desk { get; }

    /// <summary>The mind's mailbox.</summary>
    public ActorRef<QuorumMessage> Quorum { get; }

    /// <summary>Starts beats, watch, local interface.</summary>
    public async Task StartAsync()
    {
        _beats.Start([.. _settings.Peers.Select(p => new HeartbeatPeer(p.Key, p.Value.Heartbeat))]);
        _tasks.Add(_parts.Journal.WatchAsync(() => Quorum.Tell(new JournalWoken()), _stop.Token));
        if (_parts.KeepLeader is { } keep) _tasks.Add(keep(_stop.Token));
        if (_settings.Traps is { } listen) _tasks.Add(_traps.RunAsync(listen, _stop.Token));
        _tasks.Add(GuardAsync());
        _tasks.Add(_voters.RunAsync(_stop.Token));
        await _api.StartAsync();
        AgentLog.Started(_log, _who.Name, _who.Run, _who.Boot);
        _systemd.Ready($"{_who.Name} of {_who.Cluster}");
    }

    /// <summary>Runs until told to stop, or until the agent itself is wrong. Returns the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken told)
    {
        var stopped = Task.Delay(Timeout.Infinite, told);
        var first = await Task.WhenAny(stopped, _actors.Escalated, _beats.Completion);
        if (first == _actors.Escalated) { AgentLog.Escalated(_log, (await _actors.Escalated).Reason); return 70; }
        if (first == _beats.Completion) { AgentLog.Escalated(_log, "the heartbeat has ended"); return 70; }
        await LeaveAsync();
        return 0;
    }

    /// <summary>A graceful stop is announced; where the host is being shut down its VMs leave it first.</summary>
    private async Task LeaveAsync()
    {
        var shutdown = _who.IsHost && HostShutdown.IsUnderWay(_settings.ApiSocket);
        Quorum.Tell(new StopBegun());
        _systemd.Stopping(shutdown ? "the host is being shut down" : "the agent stops");
        if (shutdown)
        {
            var answer = await SayAsync(new LeaveHost("system"));
            AgentLog.Leaving(_log, answer.Because);
            await new HandOver(Held, _parts.Hypervisor, more => _systemd.Wait(more), TimeProvider.System).RunAsync(answer.Accepted);
        }
        else
        {
            var answer = await SayAsync(new AnnounceStop(AwayWithin, "system"));
            AgentLog.Leaving(_log, answer.Because);
        }
        // The watchdog's promise is taken back before the thread that keeps it ends; without a quorum it stays.
        var disarmed = MonotonicClock.System.Now + DisarmWithin;
        while (MonotonicClock.System.Now < disarmed && Ledger.Now is { } seen && seen.State.Host(_who.Name).Watchdog is not null) await Task.Delay(50);
    }

    private Held? Held() => Ledger.Now is { State: var s }
        ? new(s.Maintenance is not null, [.. s.Vms.Keys.Where(vm => s.Owns(_who.Name, vm)).Select(vm => (vm, s.Config.Vms.GetValueOrDefault(vm)?.StopGrace ?? TimeSpan.Zero))])
        : null;

    private async Task<Ports.Api.CommandResult> SayAsync(Command command)
    {
        try
        {
            return await Desk.IssueAsync(command);
        }
        catch (TimeoutException e)
        {
            return new(false, e.Message);
        }
    }

    /// <summary>A stuck mind does not come loose by itself: the process ends, the init system starts a new one.</summary>
    private async Task GuardAsync()
    {
        var started = MonotonicClock.System.Now;
        var guard = new MindGuard(StuckAfter);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                var age = _hub.MindAge;
                if (age < StuckAfter) _systemd.Watchdog();
                if (guard.IsStuck(age) && MonotonicClock.System.Now - started > StuckAfter * 2)
                {
                    // The log may be what the mind is stuck on.
                    var said = new Thread(() => AgentLog.Escalated(_log, $"the mind has not turned for {age.TotalSeconds:0} s")) { IsBackground = true };
                    said.Start();
                    said.Join(LastWords);
                    Environment.Exit(71);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _api.DisposeAsync();
        await _actors.DisposeAsync();
        _crew.Dispose();
        _beats.Dispose();
        await _bench.DisposeAsync();
        await Task.WhenAny(Task.WhenAll(_tasks), Task.Delay(TimeSpan.FromSeconds(2)));
        await _parts.Dispose();
        _stop.Dispose();
    }
}

internal static partial class AgentLog
{
    [LoggerMessage(1, LogLevel.Information, "{Member} runs as {Run}, boot {Boot}")]
    public static partial void Started(ILogger log, MemberName member, AgentRun run, BootId boot);

    [LoggerMessage(2, LogLevel.Critical, "the agent stops: {Reason}")]
    public static partial void Escalated(ILogger log, string reason);

    [LoggerMessage(3, LogLevel.Information, "leaving: {Because}")]
    public static partial void Leaving(ILogger log, string because);
}

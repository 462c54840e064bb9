using System.Net;
using ActorHa.Agent.Actors;
using ActorHa.Agent.Composition;
using ActorHa.Agent.Fencing;
using ActorHa.Agent.Heartbeats;
using ActorHa.Agent.Os;
using ActorHa.Agent.Quorum;
using ActorHa.Agent.Tests.Fencing;
using ActorHa.Agent.Watching;
using ActorHa.Core;
using ActorHa.Core.Wire;
using ActorHa.Ports;
using ActorHa.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorHa.Agent.Tests.Composition;

/// <summary>What the crew hands on of the state that the mind has come to.</summary>
public sealed class CrewTests
{
    private static readonly MemberName Self = new("rainbowdash"), Peer = new("applejack");

    [Fact]
    public async Task The_beats_follow_the_configuration_that_is_in_force()
    {
        await using var stage = new CrewStage(new PowerOnly());
        var state = PowerOnly.Site(Peer, "192.0.2.7");
        stage.Crew.Know(state with { Config = state.Config with { Timers = state.Config.Timers with { Beat = TimeSpan.FromMilliseconds(20) } } });
        // At the pace it starts with sixty beats would take two minutes.
        await Eventually.True(() => stage.Beats.Counters.Sent >= 60, "it beats fifty times a second");
    }

    /// <summary>Every start reads the configurations one after the other: whom the first one did not know is a host all the same.</summary>
    [Fact]
    public async Task A_host_that_a_later_configuration_brings_is_watched_as_one()
    {
        var asked = 0;
        await using var stage = new CrewStage(new PowerOnly { Reading = () => { Interlocked.Increment(ref asked); return Task.FromResult(PowerReading.Unknown("")); } });
        var state = PowerOnly.Site(Peer, "192.0.2.7");
        stage.Crew.Know(state with { Config = state.Config with { Hosts = state.Config.Hosts.Clear() } });
        stage.Crew.Know(state with { ConfigNumber = 2 });
        await Eventually.True(() => Volatile.Read(ref asked) > 0, "nothing is heard of it: its power is asked");
    }

    /// <summary>A fresh one would not know of the SET that the one before has sent, and call it answered.</summary>
    [Fact]
    public async Task A_fencer_that_fails_ends_the_agent()
    {
        await using var stage = new CrewStage(new PowerOnly(), new Broken("fencer"));
        stage.Crew.Know(PowerOnly.Site(Peer, "192.0.2.7"));
        stage.Crew.Obey(Orders.Nothing with { Fences = Orders.Nothing.Fences.Add(Peer, new FenceOrder(7, new Epoch(5), new Incarnation(1), 0, SwitchOn: false, StandDown: false, Listen: false)) });
        Assert.Equal($"fencer-{Peer}", (await Eventually.Done(stage.Escalated)).Actor);
    }

    /// <summary>A life that was declared over kills its VMs, and switches nobody off any more.</summary>
    [Fact]
    public async Task Who_has_to_kill_everything_takes_its_fence_orders_back()
    {
        await using var stage = new CrewStage(new PowerOnly { Off = () => new SwitchAnswer(SwitchResult.Answered, "") });
        stage.Crew.Know(PowerOnly.Site(Peer, "192.0.2.7"));
        stage.Crew.Obey(Orders.Nothing with { Fences = Orders.Nothing.Fences.Add(Peer, new FenceOrder(7, new Epoch(5), new Incarnation(1), 0, SwitchOn: false, StandDown: false, Listen: false)) });
        stage.Crew.Obey(Orders.Nothing with { KillAll = true });
        // Others speak as well. What never comes is told by the probe's own patience.
        while (await stage.Mind.ExpectAsync() is not FencerSaid { Report: { Outcome: FencerOutcome.StoodDown, Switch: 7 } })
            Assert.False(stage.Escalated.IsCompleted);
    }

    /// <summary>A log that fails whoever writes into it.</summary>
    private sealed class Broken(string category) : ILoggerFactory, ILogger
    {
        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public ILogger CreateLogger(string categoryName) => categoryName == category ? this : NullLogger.Instance;

        public void Dispose()
        {
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("broken");
    }

    /// <summary>A crew whose mind is a probe, and whose only peer is silent.</summary>
    private sealed class CrewStage : IAsyncDisposable
    {
        private readonly ActorSystem _actors = new(NullLogger.Instance, TimeProvider.System);
        private readonly FenceBench _bench;

        public CrewStage(PowerOnly device, ILoggerFactory? logs = null)
        {
            _bench = new FenceBench((_, _, _) => device);
            var clock = MonotonicClock.System;
            var boot = new BootId(Guid.NewGuid().ToString());
            var run = new AgentRun("run");
            var hub = new BeatHub(Self, WireIds.Of(boot), clock, new Ledger());
            Beats = new HeartbeatThread(
                new HeartbeatOptions(Self, boot, run, "pony", new byte[32], new IPEndPoint(IPAddress.Loopback, 0), TimeSpan.FromSeconds(2)), hub, hub, NullLogger.Instance, clock);
            Beats.Start([new HeartbeatPeer(Peer, Beats.Local)]);
            Crew = new Crew(new MemberIdentity(Self, "pony", true, boot, run, [], "", "0"), _actors, _bench, null, new Deaf(), hub, Beats, clock,
                new ChassisTraps(TimeProvider.System, NullLogger.Instance), logs ?? NullLoggerFactory.Instance);
            Crew.Begin(Mind, [Peer]);
        }

        public TestProbe<QuorumMessage> Mind { get; } = new("quorum", TimeProvider.System);

        public Task<Escalation> Escalated => _actors.Escalated;

        public HeartbeatThread Beats { get; }

        public Crew Crew { get; }

        public async ValueTask DisposeAsync()
        {
            Assert.Empty(await _actors.StopAsync());
            Crew.Dispose();
            Beats.Dispose();
            await _bench.DisposeAsync();
            await _actors.DisposeAsync();
        }
    }

    private sealed class Deaf : IPeerProbe
    {
        public Task<bool> AnswersAsync(MemberName peer, TimeSpan patience, CancellationToken cancel) => Task.FromResult(false);
    }
}

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
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorHa.Agent.Tests.Composition;

/// <summary>What the crew hands on of the state that the mind has come to.</summary>
public sealed class CrewTests
{
    private static readonly MemberName Self = new("rainbowdash"), Peer = new("applejack");

    [Fact]
    public async Task The_beats_follow_the_configuration_that_is_in_force()
    {
        await using var actors = new ActorSystem(NullLogger.Instance, TimeProvider.System);
        await using var bench = new FenceBench((_, _, _) => new PowerOnly());
        var clock = MonotonicClock.System;
        var boot = new BootId(Guid.NewGuid().ToString());
        var run = new AgentRun("run");
        var hub = new BeatHub(Self, WireIds.Of(boot), clock, new Ledger());
        // At this pace sixty beats would take two minutes.
        using var beats = new HeartbeatThread(
            new HeartbeatOptions(Self, boot, run, "pony", new byte[32], new IPEndPoint(IPAddress.Loopback, 0), TimeSpan.FromSeconds(2)), hub, hub, NullLogger.Instance, clock);
        beats.Start([new HeartbeatPeer(Peer, beats.Local)]);
        using var crew = new Crew(new MemberIdentity(Self, "pony", true, boot, run, [], "", "0"), actors, bench, null, new Deaf(), hub, beats, clock,
            new ChassisTraps(TimeProvider.System, NullLogger.Instance), NullLoggerFactory.Instance);
        crew.Begin(new TestProbe<QuorumMessage>("quorum", TimeProvider.System), [Peer]);
        var state = PowerOnly.Site(Peer, "192.0.2.7");
        crew.Know(state with { Config = state.Config with { Timers = state.Config.Timers with { Beat = TimeSpan.FromMilliseconds(20) } } });
        await Eventually.True(() => beats.Counters.Sent >= 60, "it beats fifty times a second");
        Assert.Empty(await actors.StopAsync());
    }

    private sealed class Deaf : IPeerProbe
    {
        public Task<bool> AnswersAsync(MemberName peer, TimeSpan patience, CancellationToken cancel) => Task.FromResult(false);
    }
}

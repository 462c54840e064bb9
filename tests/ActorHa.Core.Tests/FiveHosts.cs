using System.Collections.Immutable;
using ActorHa.World;

namespace ActorHa.Core.Tests;

/// <summary>Rules that two hosts cannot show, because the brake already holds there.</summary>
public sealed class FiveHosts
{
    private static readonly ImmutableArray<MemberName> Hosts = [new("a"), new("b"), new("c"), new("d"), new("e")];
    private static readonly MemberName Self = Hosts[0];
    private static readonly MemberName Gone = Hosts[1];

    [Fact]
    public void Rule_8_a_closed_host_asks_nothing()
    {
        var open = Decide(closed: false);
        Assert.Contains(open.Next!.Events, e => e is FenceRequested r && r.Host == Gone);

        var closed = Decide(closed: true);
        Assert.DoesNotContain(closed.Next?.Events ?? [], e => e is FenceRequested);
        Assert.Contains(closed.Refusals, r => r.Because.Contains("not admitted, or closed", StringComparison.Ordinal));
    }

    private static Findings Decide(bool closed)
    {
        var vm = new VmName("mail");
        var config = Site.Config(b =>
        {
            b.Hosts.Clear();
            b.Vms.Clear();
            foreach (var host in Hosts) b.Hosts[host] = new HostConfig(512, [new FenceLevel([new FencePlug("ims", host.Value)])]);
            b.Vms[vm] = Site.Builder.Vm(1, 64, Hosts);
        });
        var run = new AgentRun("run");
        List<Event> past = [new ConfigurationApplied(1, "sha", "text", config, "operator"), new AgentStarted(Self, run, "")];
        foreach (var host in Hosts)
        {
            past.Add(new HostJoined(host, new Incarnation(1), new BootId($"boot-{host}"), [$"02:00:00:00:00:0{host.Value}"], ""));
            past.Add(new HostAdmitted(host, new Incarnation(1)));
        }
        past.Add(new VmAssigned(vm, Gone, new Incarnation(1), new Epoch(1)));
        if (closed) past.Add(new FenceRequested(new Epoch(2), Self, new Incarnation(1), Hosts[2], null));
        var s = ClusterState.Empty.Evolve(past, 1);
        foreach (var host in Hosts) s = s.Evolve([new FencingArmed(host, Arming.Fingerprint(s, host), "")], s.Index + 1);
        var now = new Instant(TimeSpan.FromMinutes(10).Ticks);
        var alive = new PeerView(Verdict.Alive, "", true, now, now, true, Power.Unknown, 1);
        var view = new View
        {
            Self = Self,
            Run = run,
            Boot = new BootId("boot-a"),
            Now = now,
            Quorate = true,
            // Not well: it does not refute the request against itself, so that the rule is asked at all.
            Well = !closed,
            Learned = LearnedAt.Nothing.Add(s.Index, now - TimeSpan.FromMinutes(5)),
            Peers = Hosts.Skip(2).ToImmutableSortedDictionary(h => h, _ => alive)
                .Add(Gone, alive with { Verdict = Verdict.Silent, HeardAt = now - TimeSpan.FromSeconds(3) }),
        };
        return ClusterDecider.Decide(s, view);
    }
}

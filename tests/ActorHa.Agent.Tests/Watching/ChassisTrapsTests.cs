using System.Net;
using System.Net.Sockets;
using ActorHa.Agent.Actors;
using ActorHa.Agent.Watching;
using ActorHa.Configuration;
using ActorHa.Core;
using ActorHa.Snmp;
using ActorHa.Snmp.Traps;
using ActorHa.TestKit;

namespace ActorHa.Agent.Tests.Watching;

/// <summary>A trap is a reason to look at the hosts of its chassis, and nothing more.</summary>
public sealed class ChassisTrapsTests
{
    private static readonly IPAddress Chassis = IPAddress.Loopback;
    private static readonly Notification Event = new(Oid.Parse("1.3.6.1.4.1.343.2.19.1.0.10"), 0, []);

    private static readonly ClusterConfig Config = ClusterConfigReader.Parse("""
        cluster {
          name = c
          devices { ims { driver = modular-server, address = 127.0.0.1, user = u } }
          hosts {
            applejack { memory = 1G, fencing = [ { device = ims, plug = 1 } ] }
            rainbowdash { memory = 1G, fencing = [ { device = ims, plug = 2 } ] }
            rarity { memory = 1G, fencing = [] }
          }
        }
        """).Whole();

    private readonly FakeTimeProvider time = new();
    private readonly ListLogger log = new();
    private readonly Dictionary<MemberName, TestProbe<WatchMessage>> probes;
    private readonly ChassisTraps traps;

    public ChassisTrapsTests()
    {
        probes = Config.Hosts.Keys.ToDictionary(host => host, host => new TestProbe<WatchMessage>($"{host}", time));
        traps = new ChassisTraps(time, log);
        traps.Know(Config, Watchers);
    }

    private Dictionary<MemberName, ActorRef<WatchMessage>> Watchers => probes.ToDictionary(p => p.Key, p => (ActorRef<WatchMessage>)p.Value);

    private TestProbe<WatchMessage> Of(string host) => probes[new MemberName(host)];

    [Fact]
    public async Task All_hosts_of_the_chassis_are_looked_at_and_no_other()
    {
        Assert.Equal(2, traps.Heard(Chassis));
        await Of("applejack").ExpectAsync<LookNow>();
        await Of("rainbowdash").ExpectAsync<LookNow>();
        Assert.Equal(0, Of("rarity").Waiting);
    }

    [Fact]
    public void Strangers_change_nothing()
    {
        Assert.Equal(0, traps.Heard(IPAddress.Parse("192.0.2.99")));
        Assert.All(probes.Values, probe => Assert.Equal(0, probe.Waiting));
    }

    [Fact]
    public void A_flood_stays_out_of_the_mailboxes()
    {
        for (var i = 0; i < 1000; i++)
        {
            traps.Heard(Chassis.MapToIPv6());
            time.Advance(TimeSpan.FromMilliseconds(1));
        }
        Assert.Equal(10, Of("applejack").Waiting);
    }

    [Fact]
    public async Task Any_trap_in_any_version_is_heard_at_the_port_and_noise_is_not()
    {
        var port = FreePort();
        using var stop = new CancellationTokenSource();
        var running = traps.RunAsync(port, stop.Token);
        using (var noise = new UdpClient())
        {
            noise.Send([1, 2, 3], port);
        }
        foreach (var version in new[] { SnmpVersion.V1, SnmpVersion.V2c })
        {
            using var sender = new TrapSender(port, new Community(version, "whatever"));
            Assert.True(sender.Send(Event));
            await Of("applejack").ExpectAsync<LookNow>();
            time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(0, Of("applejack").Waiting);
        await stop.CancelAsync();
        await Eventually.Done(running);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_and_the_agent_goes_on()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await Eventually.Done(traps.RunAsync((IPEndPoint)other.LocalEndPoint!, default));
        Assert.StartsWith("Warning: traps are not heard", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    private static IPEndPoint FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }
}

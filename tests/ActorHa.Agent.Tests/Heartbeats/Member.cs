using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ActorHa.Agent.Heartbeats;
using ActorHa.Core;
using ActorHa.Core.Wire;
using ActorHa.TestKit;

namespace ActorHa.Agent.Tests.Heartbeats;

/// <summary>A member that beats on loopback and keeps what it hears.</summary>
internal sealed class Member : IBeatSource, IBeatSink, IDisposable
{
    public static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private readonly ConcurrentDictionary<string, (Beat Beat, Instant At)> _last = new();
    private long _before;

    public Member(string name, long incarnation = 1, IPEndPoint? bind = null)
    {
        Name = new MemberName(name);
        Incarnation = incarnation;
        var options = new HeartbeatOptions(Name, Boot, new AgentRun("run"), "pony", Key, bind ?? new IPEndPoint(IPAddress.Loopback, 0), TimeSpan.FromMilliseconds(10));
        Heart = new HeartbeatThread(options, this, this, Log);
    }

    public MemberName Name { get; }
    public BootId Boot { get; } = new(Guid.NewGuid().ToString());
    public ListLogger Log { get; } = new();
    public HeartbeatThread Heart { get; }
    public long Incarnation { get; set; }
    public int Fills { get; private set; }
    public long LastFillAllocated { get; private set; }
    public int FillsThatFollowedAllocations { get; private set; }
    public Exception? FailWith { get; set; }
    public Action<Instant>? OnHeard { get; set; }
    public BlockingCollection<BeatRefusal> Refusals { get; } = [];

    public static void Connect(params Member[] members)
    {
        foreach (var one in members)
            one.Heart.Start([.. members.Where(m => m != one).Select(m => new HeartbeatPeer(m.Name, m.Heart.Local))]);
    }

    public void Fill(ref Beat beat)
    {
        if (FailWith is { } failure) throw failure;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        if (++Fills > 50 && allocated != _before) FillsThatFollowedAllocations++;
        _before = allocated;
        beat.Incarnation = new Incarnation(Incarnation);
        beat.Health = BeatHealth.HypervisorOk;
        beat.MindAgeMs = 7;
        beat.JournalPosition = 11;
    }

    public void Heard(in Beat beat, Instant receivedAt)
    {
        _last[beat.Sender.ToString()] = (beat, receivedAt);
        OnHeard?.Invoke(receivedAt);
    }

    public void Refused(BeatRefusal why) => Refusals.Add(why);

    public (Beat Beat, Instant At)? LastOf(Member peer) => _last.TryGetValue(peer.Name.Value, out var last) ? last : null;

    /// <summary>What <paramref name="teller"/> last told us of <paramref name="peer"/>.</summary>
    public Sighting? Told(Member teller, Member peer) =>
        LastOf(teller) is { } last && last.Beat.TryFind(WireName.Of(peer.Name), out var sighting) ? sighting : null;

    public void Dispose() => Heart.Dispose();
}

/// <summary>Somebody who can put any bytes on the wire.</summary>
internal sealed class Stranger : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public Stranger() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public IPEndPoint Local => (IPEndPoint)_socket.LocalEndPoint!;

    public static byte[] Beat(string sender, long sequence, Guid boot, long incarnation = 1, byte[]? key = null, string cluster = "pony")
    {
        var beat = new Beat { Sender = WireName.Of(new MemberName(sender)), Boot = boot, Incarnation = new Incarnation(incarnation), Sequence = sequence };
        var buffer = new byte[BeatCodec.MaxLength];
        return buffer[..new BeatCodec(cluster, key ?? Member.Key).Encode(beat, buffer)];
    }

    public void Send(byte[] datagram, Member to) => _socket.SendTo(datagram, to.Heart.Local);

    /// <summary>The next beat that was sent to us.</summary>
    public Beat Receive()
    {
        _socket.ReceiveTimeout = (int)Eventually.Limit.TotalMilliseconds;
        var buffer = new byte[BeatCodec.MaxLength];
        var length = _socket.Receive(buffer);
        Assert.True(new BeatCodec("pony", Member.Key).TryDecode(buffer.AsSpan(0, length), out var beat, out var why), why.ToString());
        return beat;
    }

    public void Dispose() => _socket.Dispose();
}

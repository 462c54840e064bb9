using System.Net;
using System.Net.Sockets;
using ActorHa.Snmp.Security;

namespace ActorHa.Snmp.Traps;

/// <summary>A trap or an inform that a receiver understood.</summary>
/// <param name="Version">How it came.</param>
/// <param name="What">What it says.</param>
/// <param name="At">The sender's engine and time, of an SNMPv3 trap; null otherwise.</param>
/// <param name="Authenticated">Whether it was signed. Even then it may be a copy of an earlier one: SNMP knows no duplicates.</param>
public sealed record TrapHeard(SnmpVersion Version, Notification What, EngineMoment? At, bool Authenticated);

/// <summary>Whom a trap receiver understands.</summary>
/// <param name="Engine">The receiver's own engine: informs are signed with keys made for it.</param>
/// <param name="Boots">Its boots, 1 or more; see <see cref="Agent.EngineBoots"/>.</param>
/// <param name="Users">Users of SNMPv3, each at its own level and no other.</param>
/// <param name="Communities">Communities of v1 and v2c.</param>
public sealed record TrapUsers(EngineId Engine, int Boots, IReadOnlyList<UsmUser> Users, IReadOnlyList<Community> Communities)
{
    /// <summary>Nobody: every message is told as not believed. Enough for whom a trap is only a reason to look.</summary>
    public static TrapUsers Nobody { get; } = new(EngineId.Parse("8000000004"), 1, [], []);
}

/// <summary>
/// Receives traps (SNMPv1, v2c, v3) and informs (v2c, v3), which it answers. One datagram at a time; nothing is kept of
/// what was not signed.
/// </summary>
public sealed class TrapReceiver : IAsyncDisposable
{
    private readonly Socket socket;
    private readonly TrapSession session;
    private readonly Action<IPEndPoint, TrapHeard> heard;
    private readonly Action<IPEndPoint, DropReason>? notBelieved;

    /// <summary>Binds the socket at once: a port that is taken throws <see cref="SocketException"/> here.</summary>
    /// <param name="listen">Address and port (162 by custom); port 0 takes a free one, see <see cref="LocalEndPoint"/>.</param>
    /// <param name="users">Whom it understands.</param>
    /// <param name="heard">Told of each notification, from the receiving task: it must not wait.</param>
    /// <param name="notBelieved">Told of each other datagram and why; may be left out.</param>
    /// <param name="time">Clock for the time window (monotonic).</param>
    public TrapReceiver(
        IPEndPoint listen, TrapUsers users, Action<IPEndPoint, TrapHeard> heard, Action<IPEndPoint, DropReason>? notBelieved = null,
        TimeProvider? time = null)
    {
        (this.heard, this.notBelieved) = (heard, notBelieved);
        session = new TrapSession(users.Engine, users.Boots, users.Users, users.Communities, time ?? TimeProvider.System);
        socket = new Socket(listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(listen);
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Datagrams that were not believed. The discovery before an inform counts as <see cref="DropReason.WrongContent"/>.</summary>
    public DropCounters Dropped { get; } = new();

    /// <summary>Receives until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var buffer = new byte[V3Message.LargestSize + 1];
        var anywhere = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, anywhere, cancel);
                if (Take((IPEndPoint)got.RemoteEndPoint, buffer.AsSpan(0, got.ReceivedBytes)) is { } answer)
                    await socket.SendToAsync(answer, SocketFlags.None, got.RemoteEndPoint, cancel);
            }
            catch (SocketException)
            {
                // The sender went away, or its network: the next one is heard all the same.
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private byte[]? Take(IPEndPoint from, ReadOnlySpan<byte> datagram)
    {
        var (what, answer, dropped) = session.Hear(datagram);
        if (what is not null) heard(from, what);
        if (dropped is { } why)
        {
            Dropped.Count(why);
            notBelieved?.Invoke(from, why);
        }
        return answer;
    }
}

using System.Net;
using System.Net.Sockets;
using ActorHa.Snmp.Security;

namespace ActorHa.Snmp.Agent;

/// <summary>
/// Answers for a device: SNMPv3 with USM and, where wished, v1 and v2c; Get, GetNext, GetBulk and Set on a tree. One datagram at a time, as small
/// devices do: while one answer takes long, all wait.
/// </summary>
public sealed class SnmpAgent : IAsyncDisposable
{
    private readonly Socket socket;
    private readonly AgentSession session;
    private readonly CommunityResponder open;
    private readonly Func<IPEndPoint, CancellationToken, ValueTask<bool>> mayAnswer;
    private readonly Func<TimeSpan> late;

    /// <summary>Binds the socket at once: a port that is taken throws <see cref="SocketException"/> here.</summary>
    /// <param name="listen">Address and port; port 0 takes a free one, see <see cref="LocalEndPoint"/>.</param>
    /// <param name="engine">The engine's name.</param>
    /// <param name="boots">Its boots, 1 or more; see <see cref="EngineBoots"/>.</param>
    /// <param name="users">Who may ask.</param>
    /// <param name="tree">What there is.</param>
    /// <param name="time">The engine's clock (monotonic).</param>
    /// <param name="mayAnswer">Asked before each datagram is processed, with its sender; may wait; false swallows it.</param>
    /// <param name="communities">Who may ask without a signature, by v1 and v2c; nobody where left out.</param>
    /// <param name="late">
    /// How much later than made each answer is sent, as over a network that holds it back; others do not wait for it.
    /// </param>
    public SnmpAgent(
        IPEndPoint listen, EngineId engine, int boots, IReadOnlyList<AgentUser> users, IMibTree tree,
        TimeProvider? time = null, Func<IPEndPoint, CancellationToken, ValueTask<bool>>? mayAnswer = null,
        IReadOnlyList<AgentCommunity>? communities = null, Func<TimeSpan>? late = null)
    {
        this.late = late ?? (() => TimeSpan.Zero);
        open = new CommunityResponder(communities ?? [], new PduResponder(tree));
        session = new AgentSession(engine, boots, users, tree, time ?? TimeProvider.System);
        this.mayAnswer = mayAnswer ?? ((_, _) => ValueTask.FromResult(true));
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

    /// <summary>The engine's own time.</summary>
    public EngineMoment Now => session.Now;

    /// <summary>Answers until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var buffer = new byte[V3Message.LargestSize + 1];
        var anywhere = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, anywhere, cancel);
                if (!await mayAnswer((IPEndPoint)got.RemoteEndPoint, cancel)) continue;
                if (Answer(buffer.AsSpan(0, got.ReceivedBytes)) is not { } answer) continue;
                if (late() is var hold && hold > TimeSpan.Zero) _ = SendLateAsync(answer, got.RemoteEndPoint, hold, cancel);
                else await socket.SendToAsync(answer, SocketFlags.None, got.RemoteEndPoint, cancel);
            }
            catch (SocketException)
            {
                // The asker went away, or its network: the next one is answered all the same.
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task SendLateAsync(byte[] answer, EndPoint to, TimeSpan hold, CancellationToken cancel)
    {
        try
        {
            await Task.Delay(hold, cancel);
            await socket.SendToAsync(answer, SocketFlags.None, to, cancel);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Nobody waits for it any more.
        }
    }

    private byte[]? Answer(ReadOnlySpan<byte> datagram) => Wire.CommunityMessage.VersionOf(datagram) switch
    {
        SnmpVersion.V3 => session.Answer(datagram),
        SnmpVersion.V1 or SnmpVersion.V2c => open.Answer(datagram),
        _ => null,
    };

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}

using System.Net;
using System.Net.Sockets;
using ActorHa.Snmp.Manager;
using ActorHa.Snmp.Security;
using ActorHa.Snmp.Wire;

namespace ActorHa.Snmp.Traps;

/// <summary>Sends traps to one receiver. Nobody answers a trap: whether it arrived is not known.</summary>
public sealed class TrapSender : IDisposable
{
    private readonly Socket socket;
    private readonly Func<Notification, byte[]> encode;

    /// <summary>SNMPv1 or v2c.</summary>
    public TrapSender(IPEndPoint to, Community community) : this(to, trap => Encode(community, trap))
    {
    }

    /// <summary>SNMPv3: the sender's engine and time count, the user's level is the trap's.</summary>
    /// <param name="to">The receiver.</param>
    /// <param name="user">Who signs.</param>
    /// <param name="now">The sender's engine and its time by now.</param>
    public TrapSender(IPEndPoint to, UsmUser user, Func<EngineMoment> now) : this(to, trap => Encode(user, now(), trap))
    {
    }

    private TrapSender(IPEndPoint to, Func<Notification, byte[]> encode)
    {
        this.encode = encode;
        socket = new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(to);
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends one. False: the network would not take it.</summary>
    public bool Send(Notification trap)
    {
        var datagram = encode(trap);
        // That nobody listened to an earlier one is told at this one, which was not sent then: once more.
        return Try(datagram) || Try(datagram);
    }

    private bool Try(byte[] datagram)
    {
        try
        {
            socket.Send(datagram);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    internal static byte[] Encode(Community community, Notification trap) => community.Version == SnmpVersion.V1
        ? new CommunityMessage(SnmpVersion.V1, community.Octets, null, trap).Encode()
        : new CommunityMessage(SnmpVersion.V2c, community.Octets, trap.ToPdu(PduType.Trap, Question.RandomId()), null).Encode();

    internal static byte[] Encode(UsmUser user, EngineMoment at, Notification trap) => Sealing.Seal(
        user, at, user.Level, reportable: false, Question.RandomId(), V3Message.LargestSize,
        new ScopedPdu(at.Engine.Octets.ToArray(), "", trap.ToPdu(PduType.Trap, Question.RandomId())));
}

using ActorHa.Snmp.Agent;
using ActorHa.Snmp.Security;
using ActorHa.Snmp.Wire;

namespace ActorHa.Snmp.Traps;

/// <summary>What a datagram to a trap receiver was.</summary>
/// <param name="What">The notification, believed as far as its version and user allow; null when it was dropped or is no news.</param>
/// <param name="Answer">To be sent back: the answer to an inform, or a report; null where none is due.</param>
/// <param name="Dropped">Why it was not believed.</param>
internal readonly record struct TrapTurn(TrapHeard? What, byte[]? Answer, DropReason? Dropped)
{
    public static TrapTurn Drop(DropReason why) => new(null, null, why);
}

/// <summary>
/// The receiver's side of traps and informs, without sockets. For informs it is the authoritative engine itself and
/// answers as an agent does; for SNMPv3 traps the sender is, with keys and a clock of its own (RFC 3414 section 1.5.1).
/// </summary>
internal sealed class TrapSession
{
    /// <summary>Most senders whose clocks are kept. Only who has signed gets one.</summary>
    private const int MostEngines = 256;

    private readonly EngineId self;
    private readonly IReadOnlyList<Community> communities;
    private readonly Dictionary<string, UsmUser> users;
    private readonly Dictionary<EngineId, EngineClock> clocks = [];
    private readonly AgentSession informs;
    private readonly TimeProvider time;
    private TrapHeard? informed;

    public TrapSession(EngineId self, int boots, IReadOnlyList<UsmUser> users, IReadOnlyList<Community> communities, TimeProvider time)
    {
        (this.self, this.communities, this.time) = (self, communities, time);
        this.users = users.ToDictionary(user => user.Name);
        informs = new AgentSession(self, boots, [.. users.Select(user => new AgentUser(user, MayWrite: false))], Inform, time);
    }

    /// <summary>Engines whose clock is kept.</summary>
    public IReadOnlyCollection<EngineClock> Clocks => clocks.Values;

    public TrapTurn Hear(ReadOnlySpan<byte> datagram) => CommunityMessage.VersionOf(datagram) switch
    {
        SnmpVersion.V3 => V3(datagram),
        SnmpVersion.V1 or SnmpVersion.V2c => Open(datagram),
        _ => TrapTurn.Drop(DropReason.Malformed),
    };

    private TrapTurn Open(ReadOnlySpan<byte> datagram)
    {
        if (!CommunityMessage.TryDecode(datagram, out var message, out _)) return TrapTurn.Drop(DropReason.Malformed);
        if (!communities.Any(c => c.Version == message.Version && c.Octets.AsSpan().SequenceEqual(message.Community)))
            return TrapTurn.Drop(DropReason.UnknownUser);
        if ((message.V1Trap ?? Notification.Of(message.Pdu!)) is not { } what) return TrapTurn.Drop(DropReason.WrongContent);
        var answer = message.Pdu is { Type: PduType.Inform } inform ? message with { Pdu = inform with { Type = PduType.Response } } : null;
        return new TrapTurn(new TrapHeard(message.Version, what, null, false), answer?.Encode(), null);
    }

    private TrapTurn V3(ReadOnlySpan<byte> datagram)
    {
        if (!V3Message.TryDecode(datagram, out var message, out _)) return TrapTurn.Drop(DropReason.Malformed);
        // Whoever wants reports asks: an inform, or the discovery before one.
        return message.Has(MessageFlags.Reportable) || self.Octets.SequenceEqual(message.Security.Engine)
            ? Informed(datagram)
            : Trap(message, datagram);
    }

    private TrapTurn Informed(ReadOnlySpan<byte> datagram)
    {
        informed = null;
        var answer = informs.Answer(datagram);
        return new TrapTurn(informed, answer, informed is null ? DropReason.WrongContent : null);
    }

    private Pdu? Inform(Pdu pdu, AgentUser who)
    {
        if (pdu.Type != PduType.Inform || Notification.Of(pdu) is not { } what) return null;
        informed = new TrapHeard(SnmpVersion.V3, what, null, who.User.Auth != AuthProtocol.None);
        return pdu with { Type = PduType.Response };
    }

    /// <summary>RFC 3414 section 3.2, for messages whose authoritative engine is the sender.</summary>
    private TrapTurn Trap(V3Message message, ReadOnlySpan<byte> datagram)
    {
        var security = message.Security;
        if (security.Engine.Length == 0) return TrapTurn.Drop(DropReason.WrongSource);
        if (!users.TryGetValue(security.User, out var user)) return TrapTurn.Drop(DropReason.UnknownUser);
        if ((message.Flags & (MessageFlags.Auth | MessageFlags.Priv)) != user.Level) return TrapTurn.Drop(DropReason.WrongLevel);
        var (engine, signs) = (EngineId.Of(security.Engine), user.Auth != AuthProtocol.None);
        var keys = user.KeysFor(engine);
        if (signs)
        {
            if (!Sealing.IsGenuine(datagram, message, keys)) return TrapTurn.Drop(DropReason.WrongDigest);
            user.Remember(keys);
            if (!clocks.TryGetValue(engine, out var clock))
            {
                if (clocks.Count == MostEngines) clocks.Clear();
                clocks[engine] = clock = new EngineClock(engine, time);
            }
            if (clock.IsLate(security.Boots, security.Seconds)) return TrapTurn.Drop(DropReason.OutsideTimeWindow);
            clock.Hear(security.Boots, security.Seconds);
        }
        if (!Sealing.TryOpen(message, keys, out var scoped, out _)) return TrapTurn.Drop(DropReason.DecryptionError);
        return scoped.Pdu.Type == PduType.Trap && Notification.Of(scoped.Pdu) is { } what
            ? new TrapTurn(new TrapHeard(SnmpVersion.V3, what, new EngineMoment(engine, security.Boots, security.Seconds), signs), null, null)
            : TrapTurn.Drop(DropReason.WrongContent);
    }
}

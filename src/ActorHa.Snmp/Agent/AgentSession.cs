using ActorHa.Snmp.Security;

namespace ActorHa.Snmp.Agent;

/// <summary>
/// An engine that is asked, without sockets: one datagram in, at most one out (RFC 3414 section 3.2, the authoritative
/// engine's side). What a genuine PDU is answered with is <paramref name="respond"/>'s business.
/// </summary>
internal sealed class AgentSession(
    EngineId engine, int boots, IReadOnlyList<AgentUser> users, Func<Pdu, AgentUser, Pdu?> respond, TimeProvider time)
{
    private readonly Dictionary<string, AgentUser> users = users.ToDictionary(u => u.User.Name);
    private readonly uint[] reports = new uint[Enum.GetValues<UsmReport>().Length];
    private readonly long startedAt = time.GetTimestamp();

    /// <summary>An agent that shows a tree.</summary>
    public AgentSession(EngineId engine, int boots, IReadOnlyList<AgentUser> users, IMibTree tree, TimeProvider time)
        : this(engine, boots, users, Answering(new PduResponder(tree)), time)
    {
    }

    public EngineMoment Now =>
        new(engine, boots, (int)Math.Min(int.MaxValue, (long)time.GetElapsedTime(startedAt).TotalSeconds));

    /// <summary>The answer, or null where none is due.</summary>
    public byte[]? Answer(ReadOnlySpan<byte> datagram)
    {
        if (!V3Message.TryDecode(datagram, out var message, out _)) return null;
        var security = message.Security;
        if (!engine.Octets.SequenceEqual(security.Engine)) return Report(message, UsmReport.UnknownEngineId);
        if (!users.TryGetValue(security.User, out var who)) return Report(message, UsmReport.UnknownUserName);
        var (user, level) = (who.User, message.Flags & (MessageFlags.Auth | MessageFlags.Priv));
        if ((level & ~user.Level) != 0) return Report(message, UsmReport.UnsupportedSecurityLevel);

        var keys = user.KeysFor(engine);
        if (message.Has(MessageFlags.Auth))
        {
            if (!Sealing.IsGenuine(datagram, message, keys)) return Report(message, UsmReport.WrongDigest);
            // The keys of one's own engine: they need making once.
            user.Remember(keys);
            if (!InWindow(security)) return Report(message, UsmReport.NotInTimeWindow, signer: user);
        }
        if (!Sealing.TryOpen(message, keys, out var scoped, out _)) return Report(message, UsmReport.DecryptionError);

        // A user that can sign but did not is not admitted, as net-snmp has it: an answer, not a report.
        var answer = level == user.Level
            ? respond(scoped.Pdu, who)
            : PduResponder.Bad(scoped.Pdu, SnmpError.AuthorizationError, 0);
        return answer is null ? null : Fitting(message, user, level, scoped, answer);
    }

    private static Func<Pdu, AgentUser, Pdu?> Answering(PduResponder responder) => (pdu, who) => responder.Answer(pdu, who.MayWrite);

    /// <summary>RFC 3414 section 3.2, 7a: the same boots, and not further than 150 s from our time.</summary>
    private bool InWindow(SecurityParameters its)
    {
        var now = Now;
        return its.Boots == now.Boots && its.Boots != int.MaxValue
            && Math.Abs((long)its.Seconds - now.Seconds) <= EngineMoment.WindowSeconds;
    }

    private byte[] Fitting(V3Message message, UsmUser user, MessageFlags level, ScopedPdu scoped, Pdu answer)
    {
        var most = Math.Min(message.MaxSize, V3Message.LargestSize);
        while (true)
        {
            var datagram = Seal(answer);
            if (datagram.Length <= most || answer.Binds.Count == 0) return datagram;
            // A GetBulk gets fewer rows; whoever asked for named things gets all or "too big".
            answer = scoped.Pdu.Type == PduType.GetBulk
                ? answer with { Binds = [.. answer.Binds.Take(answer.Binds.Count / 2)] }
                : PduResponder.Bad(scoped.Pdu, SnmpError.TooBig, 0);
        }

        byte[] Seal(Pdu pdu) => Sealing.Seal(
            user, Now, level, reportable: false, message.MessageId, V3Message.LargestSize, scoped with { Pdu = pdu });
    }

    private byte[]? Report(V3Message message, UsmReport why, UsmUser? signer = null)
    {
        var counted = ++reports[(int)why];
        // RFC 3412 section 7.1.3: a report to a report would go round in circles.
        if (!message.Has(MessageFlags.Reportable)) return null;
        var binds = new VarBind[] { new(UsmStats.Name(why), new SnmpValue.Counter(counted)) };
        // The request id cannot be known of an encrypted message: 0 then (RFC 3412 section 7.1.3 c).
        var pdu = new Pdu(PduType.Report, message.Scoped?.Pdu.RequestId ?? 0, 0, 0, binds);
        var scoped = new ScopedPdu(engine.Octets.ToArray(), "", pdu);
        if (signer is not null)
            return Sealing.Seal(signer, Now, MessageFlags.Auth, false, message.MessageId, V3Message.LargestSize, scoped);
        var now = Now;
        var security = new SecurityParameters(engine.Octets.ToArray(), now.Boots, now.Seconds, message.Security.User, [], []);
        return new V3Message(message.MessageId, V3Message.LargestSize, 0, security, scoped, null).Encode();
    }
}

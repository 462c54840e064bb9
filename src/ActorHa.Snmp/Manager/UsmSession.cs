using ActorHa.Snmp.Security;

namespace ActorHa.Snmp.Manager;

/// <summary>
/// A manager's side of USM towards one device, without sockets: builds the datagrams of a question and judges what
/// comes back (RFC 3414 sections 3.2 and 4). Not thread-safe: one question at a time.
/// </summary>
internal sealed class UsmSession(UsmUser user, TimeProvider time) : IManagerSession
{
    private volatile EngineClock? clock;

    /// <summary>An unsigned word has it that the device is another engine by now: the next question discovers first.</summary>
    private bool doubted;

    public SnmpVersion Version => SnmpVersion.V3;

    public EngineMoment? Now => clock is { IsSet: true } known ? known.Now : null;

    public int ClockWentBack { get; private set; }

    public byte[] Build(Question question)
    {
        if (question.At is null && (doubted || Believed(question) is null))
        {
            var discovery = new ScopedPdu([], "", Pdu.Request(PduType.Get, question.RequestId, []));
            return new V3Message(
                question.Try(Question.Step.Discovery), V3Message.LargestSize, MessageFlags.Reportable,
                SecurityParameters.Discovery, discovery, null).Encode();
        }
        var at = question.At ?? Believed(question)!.Now;
        var scoped = new ScopedPdu(at.Engine.Octets.ToArray(), "", question.Pdu);
        // Not the moment that is written: a stamp of the past says less about the device's clock than we know by now.
        var earliest = Believed(question) is { } known && known.Engine.Equals(at.Engine) ? known.Earliest : null;
        question.Sent = true;
        return Sealing.Seal(
            user, at, user.Level, reportable: true, question.Try(Question.Step.Request, earliest), V3Message.LargestSize, scoped);
    }

    public Heard Hear(Question question, ReadOnlySpan<byte> datagram)
    {
        if (!V3Message.TryDecode(datagram, out var message, out var why)) return new Heard.Dropped(DropReason.Malformed, why);
        if (question.Asked(message.MessageId) is not { } attempt)
            return new Heard.Dropped(DropReason.NotAsked, $"msgID {message.MessageId} was not asked");
        if (!message.Has(MessageFlags.Auth) && message.Scoped is { Pdu.Type: PduType.Report } report)
            return Unsigned(question, attempt.Step, message, report.Pdu);
        return attempt.Step == Question.Step.Discovery
            ? new Heard.Dropped(DropReason.WrongContent, "only an unsigned report answers a discovery")
            : Signed(question, message, datagram, attempt.Earliest);
    }

    /// <summary>An unsigned report steers the discovery; it never says anything about the device's state.</summary>
    private Heard Unsigned(Question question, Question.Step step, V3Message message, Pdu pdu)
    {
        var report = UsmStats.Read(pdu.Binds);
        // A SET that was sent is not sent again on the word of a report that anybody may have sent.
        var mayAskAgain = question.At is null && !(question.Type == PduType.Set && step == Question.Step.Request);
        if (report == UsmReport.UnknownEngineId && mayAskAgain)
        {
            if (message.Security.Engine.Length == 0) return new Heard.Dropped(DropReason.WrongContent, "a report without engine id");
            var engine = EngineId.Of(message.Security.Engine);
            doubted = false;
            question.Candidate = engine.Equals(clock?.Engine) ? null : new EngineClock(engine, time);
            return StepOn(question, "names its engine again and again");
        }
        // The time is taken from signed messages only.
        if (report == UsmReport.NotInTimeWindow && user.Auth != AuthProtocol.None)
            return new Heard.Dropped(DropReason.WrongLevel, "an unsigned report about the time");
        if (step == Question.Step.Discovery) return new Heard.Dropped(DropReason.WrongContent, $"{report} to a discovery");
        doubted |= report == UsmReport.UnknownEngineId;
        return new Heard.Answer(new SnmpAnswer.Refused(report, Authenticated: false, Sentence(report)));
    }

    private Heard Signed(Question question, V3Message message, ReadOnlySpan<byte> datagram, EngineMoment? earliest)
    {
        var (security, expected) = (message.Security, question.At?.Engine ?? Believed(question)!.Engine);
        if (!message.Has(user.Level & MessageFlags.Auth)) return new Heard.Dropped(DropReason.WrongLevel, "not signed");
        if (!expected.Octets.SequenceEqual(security.Engine) || security.User != user.Name)
            return new Heard.Dropped(DropReason.WrongSource, "from another engine or for another user");
        var keys = user.KeysFor(expected);
        if (user.Auth != AuthProtocol.None && !Sealing.IsGenuine(datagram, message, keys))
            return new Heard.Dropped(DropReason.WrongDigest, "wrong signature");
        if (!Sealing.TryOpen(message, keys, out var scoped, out var why)) return new Heard.Dropped(DropReason.DecryptionError, why);

        // Signed by the engine: now it is known, and not before.
        if (user.Auth != AuthProtocol.None) user.Remember(keys);
        var known = new[] { clock, question.Candidate }.FirstOrDefault(c => c?.Engine.Equals(expected) == true) ?? new EngineClock(expected, time);
        (clock, question.Candidate) = (known, null);
        var pdu = scoped.Pdu;
        if (pdu.Type == PduType.Report) return SignedReport(question, security, UsmStats.Read(pdu.Binds), known, earliest);
        if (!message.Has(user.Level)) return new Heard.Dropped(DropReason.WrongLevel, "not encrypted");
        if (user.Auth != AuthProtocol.None && known.IsLate(security.Boots, security.Seconds))
            return new Heard.Dropped(DropReason.OutsideTimeWindow, "older than the time window");
        if (question.Mismatch(pdu) is { } mismatch) return new Heard.Dropped(DropReason.WrongContent, mismatch);
        // What nobody has signed sets no clock back.
        if (known.Hear(security.Boots, security.Seconds, user.Auth != AuthProtocol.None ? earliest : null)) ClockWentBack++;
        return new Heard.Answer(new SnmpAnswer.Response(
            pdu.Binds, pdu.Error, pdu.Index, new EngineMoment(expected, security.Boots, security.Seconds),
            user.Auth != AuthProtocol.None));
    }

    private Heard SignedReport(Question question, SecurityParameters security, UsmReport report, EngineClock known, EngineMoment? earliest)
    {
        if (report == UsmReport.NotInTimeWindow)
        {
            if (known.Resync(security.Boots, security.Seconds, earliest)) ClockWentBack++;
            // A message with a moment of its own is *meant* to be refused when that moment is over: never sent with another.
            if (question.At is null)
            {
                // The device has signed that it did not process this try.
                question.Sent = false;
                return StepOn(question, "refuses the time that it tells");
            }
        }
        return new Heard.Answer(new SnmpAnswer.Refused(report, user.Auth != AuthProtocol.None, Sentence(report)));
    }

    private static Heard StepOn(Question question, string otherwise) => question.MayStepOn()
        ? new Heard.AskAgain()
        : new Heard.Answer(new SnmpAnswer.NoAnswer(question.Sent, $"the device {otherwise}"));

    /// <summary>The engine to speak to: the one that a report has just named for this question, else the one that has signed.</summary>
    private EngineClock? Believed(Question question) => question.Candidate ?? clock;

    private static string Sentence(UsmReport report) => report switch
    {
        UsmReport.UnsupportedSecurityLevel => "the device does not know this user at this security level",
        UsmReport.NotInTimeWindow => "the message is outside the device's time window",
        UsmReport.UnknownUserName => "the device has no such user",
        UsmReport.UnknownEngineId => "the message is for another engine",
        UsmReport.WrongDigest => "wrong password or authentication protocol",
        UsmReport.DecryptionError => "wrong privacy password or protocol",
        _ => "the device refused the message",
    };
}

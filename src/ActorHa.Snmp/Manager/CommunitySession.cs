using ActorHa.Snmp.Security;
using ActorHa.Snmp.Wire;

namespace ActorHa.Snmp.Manager;

/// <summary>
/// SNMPv1 and v2c: nothing is signed, so nothing is proven. The request id, drawn at random for the question, and the
/// community are all that tells an answer from a stranger's word.
/// </summary>
internal sealed class CommunitySession(Community community) : IManagerSession
{
    public SnmpVersion Version => community.Version;

    public EngineMoment? Now => null;

    public int ClockWentBack => 0;

    public byte[] Build(Question question)
    {
        question.Sent = true;
        return new CommunityMessage(Version, community.Octets, question.Pdu, null).Encode();
    }

    public Heard Hear(Question question, ReadOnlySpan<byte> datagram)
    {
        if (!CommunityMessage.TryDecode(datagram, out var message, out var why)) return new Heard.Dropped(DropReason.Malformed, why);
        if (message.Version != Version || !message.Community.AsSpan().SequenceEqual(community.Octets))
            return new Heard.Dropped(DropReason.WrongSource, "of another version or community");
        if (message.Pdu is not { Type: PduType.Response } pdu) return new Heard.Dropped(DropReason.WrongContent, "no answer");
        if (pdu.RequestId != question.RequestId)
            return new Heard.Dropped(DropReason.NotAsked, $"request id {pdu.RequestId} was not asked");
        if (question.Mismatch(pdu) is { } mismatch) return new Heard.Dropped(DropReason.WrongContent, mismatch);
        return new Heard.Answer(new SnmpAnswer.Response(pdu.Binds, pdu.Error, pdu.Index, At: null, Authenticated: false));
    }
}

using System.Security.Cryptography;
using ActorHa.Snmp.Wire;

namespace ActorHa.Snmp.Agent;

/// <summary>A community that an agent answers to.</summary>
/// <param name="Community">Version and word.</param>
/// <param name="MayWrite">Whether its SETs are taken.</param>
public sealed record AgentCommunity(Community Community, bool MayWrite);

/// <summary>The agent's side of SNMPv1 and v2c: one datagram in, at most one out.</summary>
internal sealed class CommunityResponder(IReadOnlyList<AgentCommunity> communities, PduResponder responder)
{
    /// <summary>The answer; null for what is no question, and for unknown communities, which get silence (RFC 1157 section 4.1).</summary>
    public byte[]? Answer(ReadOnlySpan<byte> datagram)
    {
        if (!CommunityMessage.TryDecode(datagram, out var message, out _) || message.Pdu is not { } asked) return null;
        var who = communities.FirstOrDefault(c =>
            c.Community.Version == message.Version && CryptographicOperations.FixedTimeEquals(c.Community.Octets, message.Community));
        if (who is null) return null;
        var answer = message.Version == SnmpVersion.V1 ? Version1(asked, who.MayWrite) : responder.Answer(asked, who.MayWrite);
        if (answer is null) return null;
        var datagramOut = Encode(answer);
        return datagramOut.Length <= V3Message.LargestSize ? datagramOut : Encode(PduResponder.Bad(asked, SnmpError.TooBig, 0));

        byte[] Encode(Pdu pdu) => new CommunityMessage(message.Version, message.Community, pdu, null).Encode();
    }

    /// <summary>What version 1 cannot say, in its own words (RFC 3584 sections 4.2.2 and 4.4).</summary>
    private Pdu? Version1(Pdu asked, bool mayWrite)
    {
        var answer = responder.Answer(asked, mayWrite);
        if (answer is null) return null;
        if (answer.Error != SnmpError.None) return PduResponder.Bad(asked, Older(answer.Error), answer.Index);
        for (var i = 0; i < answer.Binds.Count; i++)
        {
            if (answer.Binds[i].Value is SnmpValue.NoSuchObject or SnmpValue.NoSuchInstance or SnmpValue.EndOfMibView or SnmpValue.BigCounter)
                return PduResponder.Bad(asked, SnmpError.NoSuchName, i + 1);
        }
        return answer;
    }

    private static SnmpError Older(SnmpError error) => error switch
    {
        SnmpError.TooBig => SnmpError.TooBig,
        SnmpError.WrongValue or SnmpError.WrongEncoding or SnmpError.WrongType or SnmpError.WrongLength or SnmpError.InconsistentValue =>
            SnmpError.BadValue,
        SnmpError.NoAccess or SnmpError.NotWritable or SnmpError.NoCreation or SnmpError.InconsistentName or SnmpError.AuthorizationError =>
            SnmpError.NoSuchName,
        _ => SnmpError.General,
    };
}

using ActorHa.Snmp.Security;

namespace ActorHa.Snmp;

/// <summary>What became of one question. Nothing here is thrown: a fault is an answer.</summary>
public abstract record SnmpAnswer
{
    private SnmpAnswer() { }

    /// <summary>The device answered this very question.</summary>
    /// <param name="Binds">Names and values, in the order asked; values may be exceptions (no such row).</param>
    /// <param name="Error">The device's objection, or <see cref="SnmpError.None"/>.</param>
    /// <param name="ErrorIndex">Which varbind, from 1.</param>
    /// <param name="At">The engine that answered, and its time; null with SNMPv1 and v2c, which know neither.</param>
    /// <param name="Authenticated">Whether it was signed; false only for users without signature and for communities.</param>
    public sealed record Response(
        IReadOnlyList<VarBind> Binds, SnmpError Error, int ErrorIndex, EngineMoment? At, bool Authenticated) : SnmpAnswer;

    /// <summary>The device did not process the message.</summary>
    /// <param name="Report">Why.</param>
    /// <param name="Authenticated">Signed: then it is the device's word, and the message has had and will have no effect.
    /// Unsigned (unknown user, wrong digest: nobody could sign these): anybody on the path may have said it.</param>
    /// <param name="Detail">For the operator.</param>
    public sealed record Refused(UsmReport Report, bool Authenticated, string Detail) : SnmpAnswer;

    /// <summary>No answer in time.</summary>
    /// <param name="Sent">False: the question itself never left (a SET has no effect). True: it may still be processed.</param>
    /// <param name="Why">For the operator.</param>
    public sealed record NoAnswer(bool Sent, string Why) : SnmpAnswer;
}

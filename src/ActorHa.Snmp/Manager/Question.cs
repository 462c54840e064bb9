using System.Security.Cryptography;
using ActorHa.Snmp.Security;

namespace ActorHa.Snmp.Manager;

/// <summary>
/// One question and all its tries. Its ids are drawn for it alone: whatever answers an older question cannot fit.
/// </summary>
/// <param name="type">Its kind.</param>
/// <param name="binds">Names, with values where it writes.</param>
/// <param name="at">The moment that the message must carry.</param>
/// <param name="once">Of a GetBulk: how many names from the first are asked for one row (non-repeaters).</param>
/// <param name="rounds">Of a GetBulk: how many rows of each other name (max-repetitions).</param>
internal sealed class Question(PduType type, IReadOnlyList<VarBind> binds, EngineMoment? at, int once = 0, int rounds = 0)
{
    // Every loop has a bound: a device (or a liar) that keeps telling us another engine or time is not followed for ever.
    private const int MostSteps = 4;

    private readonly Dictionary<int, Attempt> outstanding = [];

    public PduType Type => Pdu.Type;

    public IReadOnlyList<VarBind> Binds => Pdu.Binds;

    /// <summary>What is asked, with its own request id.</summary>
    public Pdu Pdu { get; } = new(type, RandomId(), once, rounds, binds);

    /// <summary>The moment that the message must carry, however late it is sent; null = the device's time by now.</summary>
    public EngineMoment? At { get; } = at;

    /// <summary>Asked before each datagram is sent: a text holds it back and ends the question.</summary>
    public Func<string?>? WhyNot { get; init; }

    public int RequestId => Pdu.RequestId;

    /// <summary>
    /// The engine that an unsigned report named. It steers this question and nothing else, until that engine has signed.
    /// </summary>
    public EngineClock? Candidate { get; set; }

    /// <summary>How often it was begun anew, because engine or time were learnt.</summary>
    public int Steps { get; private set; }

    /// <summary>Whether the question itself (not only a discovery) was sent.</summary>
    public bool Sent { get; set; }

    /// <summary>Tries that may still be answered.</summary>
    public int Outstanding => outstanding.Count;

    /// <summary>Draws a message id for a try.</summary>
    /// <param name="step">What it asks.</param>
    /// <param name="earliest">The least time that an answer to this very try can tell; null where nothing is known of it.</param>
    public int Try(Step step, EngineMoment? earliest = null)
    {
        int id;
        do { id = RandomId(); } while (!outstanding.TryAdd(id, new Attempt(step, earliest)));
        return id;
    }

    public Attempt? Asked(int messageId) => outstanding.GetValueOrDefault(messageId);

    /// <summary>Forgets the tries so far: they were answered "not so", and are not sent again.</summary>
    public bool MayStepOn()
    {
        outstanding.Clear();
        return ++Steps <= MostSteps;
    }

    /// <summary>Why a PDU is no answer to this question; null when it is one.</summary>
    public string? Mismatch(Pdu pdu)
    {
        if (pdu.Type != PduType.Response) return $"{pdu.Type} is no answer";
        if (pdu.RequestId != RequestId) return "answers another request";
        if (pdu.Error != SnmpError.None) return null;
        var (most, single) = ((long)Binds.Count, Math.Clamp(Pdu.Status, 0, Binds.Count));
        if (Type == PduType.GetBulk) most = single + ((long)Pdu.Index * (Binds.Count - single));
        if (pdu.Binds.Count > most || (Type != PduType.GetBulk && pdu.Binds.Count < most)) return "answers another number of names";
        if (Type is PduType.GetNext or PduType.GetBulk) return null;
        return pdu.Binds.Zip(Binds).All(pair => pair.First.Name.Equals(pair.Second.Name)) ? null : "answers other names";
    }

    public static int RandomId() => RandomNumberGenerator.GetInt32(1, int.MaxValue);

    internal enum Step { Discovery, Request }

    internal sealed record Attempt(Step Step, EngineMoment? Earliest);
}

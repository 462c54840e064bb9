using System.Security.Cryptography;
using ActorHa.Snmp.Security;

namespace ActorHa.Snmp.Manager;

/// <summary>
/// One question and all its tries. Its ids are drawn for it alone: whatever answers an older question cannot fit.
/// </summary>
internal sealed class Question(PduType type, IReadOnlyList<VarBind> binds, EngineMoment? at)
{
    // Every loop has a bound: a device (or a liar) that keeps telling us another engine or time is not followed for ever.
    private const int MostSteps = 4;

    private readonly Dictionary<int, Step> outstanding = [];

    public PduType Type { get; } = type;

    public IReadOnlyList<VarBind> Binds { get; } = binds;

    /// <summary>The moment that the message must carry, however late it is sent; null = the device's time by now.</summary>
    public EngineMoment? At { get; } = at;

    public int RequestId { get; } = RandomId();

    /// <summary>How often it was begun anew, because engine or time were learnt.</summary>
    public int Steps { get; private set; }

    /// <summary>Whether the question itself (not only a discovery) was sent.</summary>
    public bool Sent { get; set; }

    /// <summary>Draws a message id for a try.</summary>
    public int Try(Step step)
    {
        int id;
        do { id = RandomId(); } while (!outstanding.TryAdd(id, step));
        return id;
    }

    public Step? Asked(int messageId) => outstanding.TryGetValue(messageId, out var step) ? step : null;

    /// <summary>Forgets the tries so far: they were answered "not so", and are not sent again.</summary>
    public bool MayStepOn()
    {
        outstanding.Clear();
        return ++Steps <= MostSteps;
    }

    public static int RandomId() => RandomNumberGenerator.GetInt32(1, int.MaxValue);

    internal enum Step { Discovery, Request }
}

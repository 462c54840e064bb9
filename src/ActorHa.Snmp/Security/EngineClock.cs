namespace ActorHa.Snmp.Security;

/// <summary>
/// What a manager knows of a device's clock (RFC 3414 section 2.3): learnt from authenticated messages only, carried on
/// by the monotonic clock between them.
/// </summary>
internal sealed class EngineClock(EngineId engine, TimeProvider time)
{
    /// <summary>Less than this is no step back: times are told in whole seconds.</summary>
    private const int Tolerance = 2;

    /// <summary>Two monotonic clocks part by no more than one in this many seconds.</summary>
    private const int Drift = 100;

    // One reference, exchanged whole: a reader on another thread sees an old or a new reading, never half of each.
    private volatile Reading? last;

    public EngineId Engine { get; } = engine;

    /// <summary>Whether any authenticated message was heard.</summary>
    public bool IsSet => last is not null;

    /// <summary>The device's time by now; zeros before anything was heard, which the device answers with its time.</summary>
    public EngineMoment Now => last is { } l ? new EngineMoment(Engine, l.Boots, At(l, Since(l))) : new EngineMoment(Engine, 0, 0);

    /// <summary>
    /// The earliest time that the device can tell from now on unless its clock goes back; null before anything was heard.
    /// To be taken when a question is built: the device answers it later than that, however long we sleep before we hear it.
    /// </summary>
    public EngineMoment? Earliest => last is { } l && Since(l) is var since
        ? new EngineMoment(Engine, l.Boots, (int)Math.Max(0, At(l, since) - Tolerance - (since / Drift)))
        : null;

    /// <summary>Whether an authenticated message is too old to be believed (RFC 3414 section 3.2, 7b).</summary>
    public bool IsLate(int itsBoots, int itsSeconds) =>
        last is { } l && (itsBoots == int.MaxValue || itsBoots < l.Boots
            || (itsBoots == l.Boots && itsSeconds < Now.Seconds - EngineMoment.WindowSeconds));

    /// <summary>
    /// Learns from an authenticated answer: forwards (RFC 3414 section 3.2, 7b 1), and back where it tells less than the
    /// earliest time that its own question allows. A device that starts again inside the time window refuses nothing; who
    /// only moves forward would stamp its SETs with moments that are still to come there, and they would live longer. No
    /// recorded answer can do this: it does not bear the question's random ids.
    /// </summary>
    /// <returns>True when the clock went back.</returns>
    public bool Hear(int itsBoots, int itsSeconds, EngineMoment? earliest = null)
    {
        var back = IsBack(itsBoots, itsSeconds, earliest);
        if (back || last is not { } l || itsBoots > l.Boots || (itsBoots == l.Boots && itsSeconds > l.Seconds)) Adopt(itsBoots, itsSeconds);
        return back;
    }

    /// <summary>
    /// Takes the device's word in whichever direction: only for an authenticated "not in time window" that answers a
    /// question asked just now under a fresh random id. A device that forgets its boots starts again at zero; who only
    /// moves forward is locked out of it for as long as it was up before.
    /// </summary>
    /// <returns>True when the clock went back.</returns>
    public bool Resync(int itsBoots, int itsSeconds, EngineMoment? earliest)
    {
        Adopt(itsBoots, itsSeconds);
        return IsBack(itsBoots, itsSeconds, earliest);
    }

    private static bool IsBack(int itsBoots, int itsSeconds, EngineMoment? earliest) =>
        earliest is { } e && (itsBoots < e.Boots || (itsBoots == e.Boots && itsSeconds < e.Seconds));

    private static int At(Reading reading, long since) => (int)Math.Min(int.MaxValue, reading.Seconds + since);

    private long Since(Reading reading) => (long)time.GetElapsedTime(reading.HeardAt).TotalSeconds;

    private void Adopt(int itsBoots, int itsSeconds) => last = new Reading(itsBoots, itsSeconds, time.GetTimestamp());

    private sealed record Reading(int Boots, int Seconds, long HeardAt);
}

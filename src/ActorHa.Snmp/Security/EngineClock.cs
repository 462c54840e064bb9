namespace ActorHa.Snmp.Security;

/// <summary>
/// What a manager knows of a device's clock (RFC 3414 section 2.3): learnt from authenticated messages only, carried on
/// by the monotonic clock between them.
/// </summary>
internal sealed class EngineClock(EngineId engine, TimeProvider time)
{
    // One reference, exchanged whole: a reader on another thread sees an old or a new reading, never half of each.
    private volatile Reading? last;

    public EngineId Engine { get; } = engine;

    /// <summary>Whether any authenticated message was heard.</summary>
    public bool IsSet => last is not null;

    /// <summary>The device's time by now; zeros before anything was heard, which the device answers with its time.</summary>
    public EngineMoment Now => last is { } l
        ? new EngineMoment(Engine, l.Boots, (int)Math.Min(int.MaxValue, l.Seconds + (long)time.GetElapsedTime(l.HeardAt).TotalSeconds))
        : new EngineMoment(Engine, 0, 0);

    /// <summary>Whether an authenticated message is too old to be believed (RFC 3414 section 3.2, 7b).</summary>
    public bool IsLate(int itsBoots, int itsSeconds) =>
        last is { } l && (itsBoots == int.MaxValue || itsBoots < l.Boots
            || (itsBoots == l.Boots && itsSeconds < Now.Seconds - EngineMoment.WindowSeconds));

    /// <summary>Learns from an authenticated message, forwards only (RFC 3414 section 3.2, 7b 1).</summary>
    public void Hear(int itsBoots, int itsSeconds)
    {
        if (last is not { } l || itsBoots > l.Boots || (itsBoots == l.Boots && itsSeconds > l.Seconds)) Adopt(itsBoots, itsSeconds);
    }

    /// <summary>
    /// Takes the device's word in whichever direction: only for an authenticated "not in time window" that answers a
    /// question asked just now under a fresh random id. A device that forgets its boots starts again at zero; who only
    /// moves forward is locked out of it for as long as it was up before.
    /// </summary>
    /// <returns>True when the clock went back.</returns>
    public bool Resync(int itsBoots, int itsSeconds)
    {
        var back = last is { } l && (itsBoots < l.Boots || (itsBoots == l.Boots && itsSeconds < Now.Seconds - EngineMoment.WindowSeconds));
        Adopt(itsBoots, itsSeconds);
        return back;
    }

    private void Adopt(int itsBoots, int itsSeconds) => last = new Reading(itsBoots, itsSeconds, time.GetTimestamp());

    private sealed record Reading(int Boots, int Seconds, long HeardAt);
}

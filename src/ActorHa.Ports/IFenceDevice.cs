using ActorHa.Core;

namespace ActorHa.Ports;

/// <summary>
/// One plug of one fence device: cuts one host's power and says truthfully whether it is off.
/// One outstanding request per device. Nothing here throws for what the world does: a fault is an answer.
/// A patience is the caller's; a device whose own configuration grants it longer takes that, and says so in its options.
/// </summary>
public interface IFenceDevice : IAsyncDisposable
{
    /// <summary>For people: <c>modular-server 192.0.2.2 blade 1</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Asks for the power. Each call is a new question: an answer to an older one is discarded, never returned.
    /// </summary>
    Task<PowerReading> ReadAsync(TimeSpan patience, CancellationToken cancel);

    /// <summary>
    /// Takes the stamp that bounds the SETs of one switching (SNMPv3: the device's engine boots and time at this
    /// moment; the device refuses a message outside 150 s of it, RFC 3414 section 3.2). Called once, just before the append of
    /// FenceSwitching is sent: never younger than the commit. Null when the device has not been heard yet.
    /// </summary>
    SwitchStamp? Stamp();

    /// <summary>Forces the power off, in a message that carries the stamp's time however late it is sent.</summary>
    Task<SwitchAnswer> ForceOffAsync(SwitchStamp? stamp, TimeSpan patience, CancellationToken cancel);

    /// <summary>Switches the power on.</summary>
    Task<SwitchAnswer> PowerOnAsync(TimeSpan patience, CancellationToken cancel);

    /// <summary>Checks without switching whether fencing would work and hits the right host.</summary>
    /// <param name="hostMacs">The host's own network addresses, lower case with colons.</param>
    /// <param name="patience">Bound of the whole check.</param>
    /// <param name="cancel">Ends it.</param>
    Task<ProtectionCheck> CheckAsync(IReadOnlyList<string> hostMacs, TimeSpan patience, CancellationToken cancel);
}

/// <summary>Bounds the time in which SETs can take effect. What it holds is the driver's own.</summary>
public abstract record SwitchStamp;

/// <summary>Answer to a switching order.</summary>
/// <param name="Result">What is known.</param>
/// <param name="Detail">For the operator.</param>
public sealed record SwitchAnswer(SwitchResult Result, string Detail);

/// <summary>What is known of a SET.</summary>
public enum SwitchResult
{
    /// <summary>The device acknowledged. Proves nothing about the power: read it.</summary>
    Answered,

    /// <summary>The device said no in an answer that it signed (no right to write, outside the time window): this SET had and will have no effect.</summary>
    Refused,

    /// <summary>No answer: it may still take effect.</summary>
    Unanswered,

    /// <summary>It was never sent (no route, stamp missing).</summary>
    NotSent,
}

/// <summary>Whether fencing would work.</summary>
/// <param name="Ready">It would.</param>
/// <param name="Detail">Why, or why not.</param>
/// <param name="RoundTrip">Duration of the power question.</param>
/// <param name="Wrong">Positively wrong: the plug is another host's. Fencing is then disarmed, not only unproven.</param>
public sealed record ProtectionCheck(bool Ready, string Detail, TimeSpan RoundTrip, bool Wrong = false)
{
    /// <summary>
    /// What the plug reads, where nothing but this can show that it is the host's: on while the host is heard. Null where
    /// the device itself showed it (by network addresses), or where the check did not come so far.
    /// </summary>
    public Power? Shown { get; init; }
}

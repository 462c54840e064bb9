using ActorHa.Core;
using ActorHa.Ports;
using ActorHa.Snmp;
using ActorHa.Snmp.Security;

namespace ActorHa.Drivers.Fencing.ModularServer;

/// <summary>The chassis' clock at one moment: SETs that carry it die 150 s later (RFC 3414 section 3.2).</summary>
/// <param name="Moment">Engine, boots and time.</param>
/// <param name="TakenAt">When it was taken, on our own monotonic clock (the unit of <see cref="TimeProvider.GetTimestamp"/>).</param>
public sealed record ModularServerStamp(EngineMoment Moment, long TakenAt) : SwitchStamp;

/// <summary>One slot of an Intel Modular Server, switched over SNMPv3.</summary>
public sealed class ModularServerDevice : IFenceDevice
{
    private readonly ModularServerChassis chassis;
    private readonly SlotCheck check;
    private readonly int slot;

    internal ModularServerDevice(ModularServerChassis chassis, int slot)
    {
        this.chassis = chassis;
        this.slot = slot;
        check = new SlotCheck(chassis, slot, ReadAsync);
    }

    /// <inheritdoc/>
    public string Name => $"modular-server {chassis.Options.Address.Address} blade {slot}";

    /// <summary>
    /// Presence, power LED and chassis serial in one question, so that they belong together. Off is only presence 1 with
    /// LED 0, signed. The source is the engine's id and the chassis' serial.
    /// </summary>
    public async Task<PowerReading> ReadAsync(TimeSpan patience, CancellationToken cancel)
    {
        var asked = new[] { ChassisObjects.Presence(slot), ChassisObjects.PowerLed(slot), ChassisObjects.Serial };
        return ChassisObjects.Read(await chassis.Manager.GetAsync(asked, patience, cancel), chassis.Options.Serial);
    }

    /// <inheritdoc/>
    public SwitchStamp? Stamp()
    {
        // Before the moment is read: who sleeps between the two has an old stamp, and must see that it is.
        var takenAt = chassis.Time.GetTimestamp();
        return chassis.Manager.Now is { } now ? new ModularServerStamp(now, takenAt) : null;
    }

    /// <summary>
    /// Writes 3, forced off, in one datagram that carries the stamp's time. Not repeated: who wants another SET calls
    /// again, with the same stamp.
    /// </summary>
    /// <remarks>
    /// A chassis that forgets its boots and has restarted would take an old stamp again when its clock has come that far: an
    /// executor that froze before its SET must not rely on the chassis alone. The age is looked at once more when the SET has
    /// had its turn and lies ready, as the last thing before it is sent. A freeze between that look and the kernel's taking it
    /// cannot be seen from here: only the chassis' own clock is then left.
    /// </remarks>
    public Task<SwitchAnswer> ForceOffAsync(SwitchStamp? stamp, TimeSpan patience, CancellationToken cancel)
    {
        var called = chassis.Time.GetTimestamp();
        return stamp switch
        {
            ModularServerStamp(_, var takenAt) when TooOld(takenAt) is { } why => Task.FromResult(new SwitchAnswer(SwitchResult.NotSent, why)),
            ModularServerStamp(var moment, var takenAt) =>
                SwitchAsync(ChassisObjects.SwitchOff, moment, patience, () => TooOld(takenAt) ?? Late(called, patience), cancel),
            // Without a stamp nothing would bound the time in which this SET can strike.
            null => Task.FromResult(new SwitchAnswer(SwitchResult.NotSent, "no stamp: the chassis has not been heard yet")),
            _ => throw new ArgumentException($"a stamp of another driver: {stamp.GetType().Name}", nameof(stamp)),
        };
    }

    /// <summary>Writes 2, on, with the chassis' time by now.</summary>
    public Task<SwitchAnswer> PowerOnAsync(TimeSpan patience, CancellationToken cancel) =>
        SwitchAsync(ChassisObjects.SwitchOn, null, patience, null, cancel);

    /// <summary>
    /// Whether power can be read, and whether the slot is the host's: the slot's network addresses against the host's
    /// own. Whether the user may *write* cannot be known without switching; only a drill shows it.
    /// </summary>
    public Task<ProtectionCheck> CheckAsync(IReadOnlyList<string> hostMacs, TimeSpan patience, CancellationToken cancel) =>
        check.RunAsync(hostMacs, patience, cancel);

    /// <summary>Nothing: the chassis is shared by its slots, and closed by whoever opened it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private string? TooOld(long takenAt) => chassis.Time.GetElapsedTime(takenAt).TotalSeconds > EngineMoment.WindowSeconds
        ? $"the stamp is older than {EngineMoment.WindowSeconds} s"
        : null;

    /// <summary>Who slept while it waited for its turn wakes with an order that may be taken back by now: whoever gave it looks first.</summary>
    private string? Late(long called, TimeSpan patience) =>
        chassis.Time.GetElapsedTime(called) > patience ? $"its {patience.TotalSeconds:0.###} s were over before its turn came" : null;

    private async Task<SwitchAnswer> SwitchAsync(
        int value, EngineMoment? at, TimeSpan patience, Func<string?>? whyNot, CancellationToken cancel)
    {
        var bind = new VarBind(ChassisObjects.PowerLed(slot), new SnmpValue.Integer(value));
        return await chassis.Manager.SetAsync([bind], at, patience, whyNot, cancel) switch
        {
            SnmpAnswer.Response { Error: SnmpError.None } => new SwitchAnswer(SwitchResult.Answered, "acknowledged"),
            SnmpAnswer.Response { Error: var error } when HadNoEffect(error) =>
                new SwitchAnswer(SwitchResult.Refused, $"the chassis refused: {Explain(error)}"),
            // An error from half-way: it is over and will not strike later, but what it did is for a reading to say.
            SnmpAnswer.Response { Error: var error } => new SwitchAnswer(SwitchResult.Answered, $"answered with an error: {error}"),
            SnmpAnswer.Refused { Authenticated: true } refused => new SwitchAnswer(SwitchResult.Refused, refused.Detail),
            // Nobody can sign "unknown user" or "wrong password". With two devices at one address one may refuse while the
            // other obeys, so an unsigned refusal does not end the time in which the SET can strike.
            SnmpAnswer.Refused refused => new SwitchAnswer(SwitchResult.Unanswered, $"{refused.Detail} (not signed, so not relied on)"),
            SnmpAnswer.NoAnswer { Sent: false } none => new SwitchAnswer(SwitchResult.NotSent, none.Why),
            SnmpAnswer.NoAnswer none => new SwitchAnswer(SwitchResult.Unanswered, none.Why),
            var other => throw new System.Diagnostics.UnreachableException($"no switching answer for {other}"),
        };
    }

    /// <summary>Errors of a SET's first phase, in which nothing is done yet (RFC 3416 section 4.2.5).</summary>
    private static bool HadNoEffect(SnmpError error) => error is
        SnmpError.TooBig or SnmpError.NoSuchName or SnmpError.BadValue or SnmpError.ReadOnly or SnmpError.NoAccess
        or SnmpError.WrongType or SnmpError.WrongLength or SnmpError.WrongEncoding or SnmpError.WrongValue or SnmpError.NoCreation
        or SnmpError.InconsistentValue or SnmpError.AuthorizationError or SnmpError.NotWritable or SnmpError.InconsistentName;

    private static string Explain(SnmpError error) => error switch
    {
        SnmpError.NoAccess or SnmpError.NotWritable or SnmpError.AuthorizationError or SnmpError.ReadOnly or SnmpError.NoSuchName =>
            $"the user may not switch this slot ({error})",
        _ => error.ToString(),
    };
}

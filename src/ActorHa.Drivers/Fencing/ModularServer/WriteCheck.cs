using ActorHa.Snmp;

namespace ActorHa.Drivers.Fencing.ModularServer;

/// <summary>Whether the user may write, as far as it can be known without switching.</summary>
internal enum MayWrite
{
    /// <summary>A harmless SET was taken.</summary>
    Yes,

    /// <summary>The chassis refused it for who asked.</summary>
    No,

    /// <summary>Nothing says either.</summary>
    NotKnown,
}

/// <summary>
/// Writes the value that the blade's identify lamp has already: it stands in the same table as the power and is written
/// with the same right, and nothing changes by it. A user with read-only rights looks well in every reading, and is found
/// here instead of at the first fence.
/// </summary>
internal sealed class WriteCheck(ModularServerChassis chassis, int slot)
{
    public async Task<(MayWrite May, string Said)> RunAsync(TimeSpan patience, CancellationToken cancel)
    {
        var began = chassis.Time.GetTimestamp();
        var lamp = ChassisObjects.IdentifyLamp(slot);
        var read = await chassis.Manager.GetAsync([lamp], patience, cancel);
        // Only what is off is written, as off: a lamp that somebody has lit stays lit, and a strange value is not sent back.
        if (read is not SnmpAnswer.Response { Error: SnmpError.None, Binds: [{ Value: SnmpValue.Integer { Number: 0 } off }] })
            return (MayWrite.NotKnown, "whether the user may write is not known");
        var answer = await chassis.Manager.SetAsync([new VarBind(lamp, off)], null, patience - chassis.Time.GetElapsedTime(began), cancel: cancel);
        return answer switch
        {
            SnmpAnswer.Response { Error: SnmpError.None } => (MayWrite.Yes, ""),
            // Not "not writable": that may be said of the lamp alone.
            SnmpAnswer.Response { Error: SnmpError.NoAccess or SnmpError.AuthorizationError } =>
                (MayWrite.No, $"the user {chassis.Options.User} may read but not write: it cannot switch this slot"),
            _ => (MayWrite.NotKnown, $"whether the user may write is not known ({ChassisObjects.Why(answer)})"),
        };
    }
}

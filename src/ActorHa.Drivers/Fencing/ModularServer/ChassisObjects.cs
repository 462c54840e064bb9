using System.Text;
using ActorHa.Core;
using ActorHa.Snmp;

namespace ActorHa.Drivers.Fencing.ModularServer;

/// <summary>
/// The objects of the chassis' MIB (INTELCORPORATION-MULTI-FLEX-SERVER-BLADES-MIB) that fencing uses, and what their
/// values mean. Here alone it is decided what counts as off.
/// </summary>
internal static class ChassisObjects
{
    /// <summary>Written to bladePowerLed: on.</summary>
    public const int SwitchOn = 2;

    /// <summary>
    /// Written to bladePowerLed: forced off. Not 0, the soft off, which a hung host ignores; never 4, the hard reset,
    /// after which the host runs again and nothing can be proven.
    /// </summary>
    public const int SwitchOff = 3;

    private static readonly Oid Root = Oid.Parse("1.3.6.1.4.1.343.2.19.1.2.10");

    /// <summary>The chassis' serial number, 16 octets.</summary>
    public static readonly Oid Serial = Root.With(5, 0);

    /// <summary>bladeNicTable's only column, indexed by slot and the address's six octets.</summary>
    public static readonly Oid Nics = Root.With(202, 3, 1, 1);

    /// <summary>bladePresence: 1 present, 0 absent; negative: cannot tell.</summary>
    public static Oid Presence(int slot) => Root.With(202, 1, 1, 2, (uint)slot);

    /// <summary>bladePowerLed: 0 off, 1 standby, 2 on; negative: cannot tell.</summary>
    public static Oid PowerLed(int slot) => Root.With(202, 1, 1, 6, (uint)slot);

    /// <summary>bladePresenceLed, the lamp that shows a person which blade is meant: 0 off; writable as the power is.</summary>
    public static Oid IdentifyLamp(int slot) => Root.With(202, 1, 1, 8, (uint)slot);

    /// <summary>What one answer about presence, power LED and serial says. Everything unclear is unknown, with what was read.</summary>
    public static PowerReading Read(SnmpAnswer answer, string? expectedSerial)
    {
        if (answer is not SnmpAnswer.Response response) return PowerReading.Unknown(Why(answer));
        // The options offer no user that does not sign; should one come all the same, its readings prove nothing.
        if (response is not { Authenticated: true, At: { } at }) return PowerReading.Unknown("the answer is not signed");
        if (response.Error != SnmpError.None) return PowerReading.Unknown($"the chassis objects: {response.Error}");
        var (presence, led, serial) = (response.Binds[0].Value, response.Binds[1].Value, SerialText(response.Binds[2].Value));
        var detail = $"presence {Show(presence)}, power LED {Show(led)}";
        // Readings of a proof are compared by their source: without a serial they could be of two chassis.
        if (serial is null) return PowerReading.Unknown($"{detail}, but no chassis serial");
        if (expectedSerial is not null && expectedSerial != serial)
            return PowerReading.Unknown($"{detail}, but of the chassis {serial} where {expectedSerial} is expected");
        return new PowerReading(Meaning(presence, led), $"{at.Engine}/{serial}", detail);
    }

    /// <summary>Slot and address of a row of the NIC table; null for a row of another shape.</summary>
    public static (int Slot, string Mac)? Nic(VarBind row)
    {
        var index = row.Name.Arcs[Nics.Length..];
        // An index of fixed length has no length before it (RFC 2578 section 7.7); some agents write it nevertheless.
        var octets = index.Length switch
        {
            7 => index[1..],
            8 when index[1] == 6 => index[2..],
            _ => default,
        };
        if (octets.Length != 6 || index[0] > int.MaxValue) return null;
        var mac = new StringBuilder(17);
        foreach (var octet in octets)
        {
            if (octet > 255) return null;
            if (mac.Length > 0) mac.Append(':');
            mac.Append($"{octet:x2}");
        }
        return ((int)index[0], mac.ToString());
    }

    /// <summary>Why there is no value, for the operator.</summary>
    public static string Why(SnmpAnswer answer) => answer switch
    {
        SnmpAnswer.Refused refused => refused.Detail,
        SnmpAnswer.NoAnswer none => none.Why,
        SnmpAnswer.Response { Error: not SnmpError.None } response => $"the chassis objects: {response.Error}",
        _ => "answered",
    };

    private static Power Meaning(SnmpValue presence, SnmpValue led) => (presence, led) switch
    {
        (SnmpValue.Integer { Number: 1 }, SnmpValue.Integer { Number: 0 }) => Power.Off,
        (SnmpValue.Integer { Number: 1 }, SnmpValue.Integer { Number: 2 }) => Power.On,
        (SnmpValue.Integer { Number: 1 }, SnmpValue.Integer { Number: 1 }) => Power.Standby,
        (SnmpValue.Integer { Number: 0 }, _) => Power.Absent,
        _ => Power.Unknown,
    };

    private static string? SerialText(SnmpValue value) =>
        value is SnmpValue.Octets octets && octets.Text.Trim('\0', ' ') is { Length: > 0 } text ? text : null;

    private static string Show(SnmpValue value) => value switch
    {
        SnmpValue.Integer integer => $"{integer.Number}",
        SnmpValue.NoSuchInstance or SnmpValue.NoSuchObject => "does not exist",
        _ => $"is no number ({value})",
    };
}

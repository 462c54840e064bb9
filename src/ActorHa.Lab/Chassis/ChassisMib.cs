using System.Text;
using ActorHa.Snmp;
using ActorHa.Snmp.Agent;
using static ActorHa.Snmp.SnmpValue;

namespace ActorHa.Lab.Chassis;

/// <summary>
/// The part of the Intel Modular Server's MIB that fencing needs (module INTELCORPORATION-MULTI-FLEX-SERVER-BLADES-MIB
/// and its chassis scalars). Each row names its object; what the MIB leaves open says so.
/// </summary>
internal sealed class ChassisMib(string serial, IReadOnlyList<IBlade> blades, ChassisFaults faults, Action<IBlade, int> switchPower)
    : IMibTree
{
    /// <summary>Slots of the chassis (bladeMax): all have rows, also the empty ones.</summary>
    public const int Slots = 6;

    private const int Present = 1, Absent = 0, NotApplicable = -32;

    private static readonly Oid Root = Oid.Parse("1.3.6.1.4.1.343.2.19.1.2.10");
    private static readonly Oid PowerLed = Root.With(202, 1, 1, 6);
    private static readonly Oid Lamp = Root.With(202, 1, 1, 8);

    /// <summary>bladePresenceLed by slot, as it was written; no light goes out by itself here.</summary>
    private readonly Dictionary<int, int> lamps = [];

    /// <inheritdoc/>
    public SnmpValue Get(Oid name) =>
        Rows().TryGetValue(name, out var value) ? value
        // Our choice; the real agent's word for a row that is not there is not known.
        : name.IsIn(Root) ? new NoSuchInstance()
        : new NoSuchObject();

    /// <inheritdoc/>
    public VarBind? Next(Oid after) =>
        Rows().Where(row => row.Key.CompareTo(after) > 0).Select(row => new VarBind(row.Key, row.Value)).FirstOrDefault();

    /// <inheritdoc/>
    public SnmpError Check(Oid name, SnmpValue value) => (Slot(name, PowerLed), value) switch
    {
        (null, Integer { Number: var shine }) when Slot(name, Lamp) is { } shown =>
            BladeIn(shown) is null ? SnmpError.InconsistentValue : IsShine(shine) ? SnmpError.None : SnmpError.WrongValue,
        // bladePowerLed and bladePresenceLed are the only writable objects here.
        (null, _) => SnmpError.NotWritable,
        (_, not Integer) => SnmpError.WrongType,
        // bladePowerLed, written: 0 soft off, 2 on, 3 forced off, 4 hard reset.
        (_, Integer { Number: not (0 or 2 or 3 or 4) }) => SnmpError.WrongValue,
        // Our choice: the MIB does not say what switching an empty slot gives.
        ({ } slot, _) when BladeIn(slot) is null => SnmpError.InconsistentValue,
        _ => SnmpError.None,
    };

    /// <inheritdoc/>
    public SnmpError Set(Oid name, SnmpValue value)
    {
        if (Slot(name, Lamp) is { } shown)
        {
            lamps[shown] = ((Integer)value).Number;
            return SnmpError.None;
        }
        // Acknowledged and not done, as a device whose blade controller does not follow (seen as power_timeout in the fence agent).
        if (!faults.IgnoresSet) switchPower(BladeIn(Slot(name, PowerLed)!.Value)!, ((Integer)value).Number);
        return SnmpError.None;
    }

    private static int? Slot(Oid name, Oid column) =>
        name.IsIn(column) && name.Length == column.Length + 1 && name[column.Length] is >= 1 and <= Slots
            ? (int)name[column.Length]
            : null;

    /// <summary>bladePresenceLed, written: 0 off, seconds of light, -3 always on.</summary>
    private static bool IsShine(int value) => value is 0 or 15 or 30 or 60 or 120 or -3;

    private IBlade? BladeIn(int slot)
    {
        var truth = faults.SwappedSlots ? slot switch { 1 => 2, 2 => 1, _ => slot } : slot;
        return blades.FirstOrDefault(blade => blade.Slot == truth);
    }

    private SortedDictionary<Oid, SnmpValue> Rows()
    {
        var mask = string.Concat(Enumerable.Range(1, Slots).Select(slot => BladeIn(slot) is null ? '0' : '1'));
        var rows = new SortedDictionary<Oid, SnmpValue>
        {
            // chassisSerialNumber, 16 octets.
            [Root.With(5, 0)] = Octets.Of(serial),
            // Blades: how many fit, how many are there, and where, as ASCII digits, the leftmost = slot 1.
            [Root.With(12, 0)] = new Unsigned(Slots),
            [Root.With(22, 0)] = new Unsigned((uint)mask.Count(digit => digit == '1')),
            [Root.With(32, 0)] = new Octets(Encoding.ASCII.GetBytes(mask)),
        };
        for (var slot = 1; slot <= Slots; slot++) AddBlade(rows, (uint)slot, BladeIn(slot));
        return rows;
    }

    private void AddBlade(SortedDictionary<Oid, SnmpValue> rows, uint slot, IBlade? blade)
    {
        // bladeTable: rows of all possible slots exist even when empty, so presence must be read.
        rows[Root.With(202, 1, 1, 1, slot)] = new Unsigned(slot);
        rows[Root.With(202, 1, 1, 2, slot)] = new Integer(blade is null ? Absent : faults.OddPresence ?? Present);
        rows[PowerLed.With(slot)] = new Integer(Led(blade));
        // bladeFaultLed: 0 normal.
        rows[Root.With(202, 1, 1, 7, slot)] = new Integer(blade is null ? NotApplicable : 0);
        // bladePresenceLed: which blade is meant.
        rows[Lamp.With(slot)] = new Integer(blade is null ? NotApplicable : lamps.GetValueOrDefault((int)slot));
        // bladeBootCount: 0 = unknown.
        rows[Root.With(202, 1, 1, 14, slot)] = new Unsigned(blade?.BootCount ?? 0);
        // bladeNicTable, indexed by slot and the address's octets: rows only when the blade has had power once.
        if (blade is not { BootCount: > 0 }) return;
        foreach (var mac in blade.Macs)
            rows[Root.With([202, 3, 1, 1, slot, .. mac.Select(octet => (uint)octet)])] = new Octets(mac);
    }

    /// <summary>bladePowerLed, read: 0 off, 1 standby, 2 on; -1 no data, -4 identify, -16 unknown, -32 not applicable.</summary>
    private int Led(IBlade? blade) => blade switch
    {
        null => NotApplicable,
        _ when faults.OddReading is { } odd => odd,
        _ when faults.ReadsOff => 0,
        { HasPower: true } => 2,
        _ => 0,
    };
}

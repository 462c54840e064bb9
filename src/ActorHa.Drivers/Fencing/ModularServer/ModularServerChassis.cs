using ActorHa.Snmp;
using ActorHa.Snmp.Security;

namespace ActorHa.Drivers.Fencing.ModularServer;

/// <summary>One chassis: one SNMP manager, shared by the plugs of its slots, so that one question is asked at a time.</summary>
public sealed class ModularServerChassis : IAsyncDisposable
{
    /// <summary>Slots of a chassis (MFSYS25, MFSYS35).</summary>
    public const int Slots = 6;

    private readonly SnmpManager manager;

    /// <param name="options">How it is reached.</param>
    /// <param name="password">Of the user, 8 octets at least.</param>
    /// <param name="time">Monotonic clock; default: one that counts suspended time.</param>
    /// <param name="privacyPassword">For the encryption, 8 octets at least; needed at level authPriv only.</param>
    /// <exception cref="ArgumentException">User or password cannot be used; the text does not hold the password.</exception>
    public ModularServerChassis(
        ModularServerOptions options, string password, TimeProvider? time = null, string? privacyPassword = null)
    {
        Options = options;
        Time = time ?? BootClock.Instance;
        manager = new SnmpManager(options.Address, new UsmUser(options.User, options.Auth, password, options.Priv, privacyPassword), time: Time);
    }

    /// <summary>How it is reached.</summary>
    public ModularServerOptions Options { get; }

    /// <summary>
    /// How often the chassis' clock went back: it forgets its boots at a restart, and the bound on late SETs is only as
    /// good as nobody records them. Worth an alarm.
    /// </summary>
    public int ClockWentBack => manager.ClockWentBack;

    /// <summary>Datagrams that were not believed.</summary>
    public DropCounters Dropped => manager.Dropped;

    internal SnmpManager Manager => manager;

    internal TimeProvider Time { get; }

    /// <summary>The fence device of one slot.</summary>
    /// <param name="plug">The slot's number, <c>1</c> to <c>6</c>, as the configuration writes it.</param>
    /// <exception cref="FormatException">There is no such slot.</exception>
    public ModularServerDevice Plug(string plug) =>
        int.TryParse(plug, out var slot) ? Plug(slot) : throw new FormatException($"'{plug}' is no slot of a chassis");

    /// <summary>The fence device of one slot, 1 to 6.</summary>
    /// <exception cref="FormatException">There is no such slot.</exception>
    public ModularServerDevice Plug(int slot) => slot is >= 1 and <= Slots
        ? new ModularServerDevice(this, slot)
        : throw new FormatException($"a chassis has slots 1 to {Slots}, not {slot}");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => manager.DisposeAsync();
}

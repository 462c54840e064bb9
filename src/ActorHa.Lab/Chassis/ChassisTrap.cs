using System.Globalization;
using System.Net;
using ActorHa.Snmp;
using ActorHa.Snmp.Traps;

namespace ActorHa.Lab.Chassis;

/// <summary>
/// The chassis' only trap, genericChassisEvent, sent when a blade's power is another than before. A silent chassis sends
/// none. What the real one writes into it is not known beyond the objects' names; whoever hears it should only look.
/// </summary>
internal sealed class ChassisTrap(IPEndPoint to, IReadOnlyList<IBlade> blades, ChassisFaults faults, Func<uint> upTime) : IDisposable
{
    private const int SeverityWarning = 4, SeverityGood = 2;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);
    private static readonly Oid GenericChassisEvent = Oid.Parse("1.3.6.1.4.1.343.2.19.1.0.10");

    /// <summary>1 component, 2 severity, 6 detail.</summary>
    private static readonly Oid Objects = Oid.Parse("1.3.6.1.4.1.343.2.19.1.3");

    private readonly TrapSender sender = new(to, new Community(SnmpVersion.V2c, "public"));

    /// <summary>Looks at the blades until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var before = blades.ToDictionary(blade => blade, blade => blade.HasPower);
        using var timer = new PeriodicTimer(LookEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel))
            {
                foreach (var blade in blades.Where(blade => blade.HasPower != before[blade]))
                {
                    before[blade] = !before[blade];
                    if (!faults.Silent) sender.Send(Event(blade.Slot, before[blade]));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => sender.Dispose();

    private Notification Event(int slot, bool on) => new(GenericChassisEvent, upTime(), [
        new VarBind(Objects.With(1), SnmpValue.Octets.Of(string.Create(CultureInfo.InvariantCulture, $"blade {slot}"))),
        new VarBind(Objects.With(2), new SnmpValue.Integer(on ? SeverityGood : SeverityWarning)),
        new VarBind(Objects.With(6), SnmpValue.Octets.Of(on ? "power on" : "power off")),
    ]);
}

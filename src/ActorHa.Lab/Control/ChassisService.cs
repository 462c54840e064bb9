using System.Globalization;
using System.Net;
using ActorHa.Lab.Chassis;
using ActorHa.Snmp.Security;

namespace ActorHa.Lab;

/// <summary>The simulated chassis in the lab's daemon: its blades are the lab's hosts, its faults those that people ask for.</summary>
public sealed class ChassisService : IAsyncDisposable
{
    private readonly ChassisAgent _agent;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;

    /// <summary>Listens at the chassis' address, port 161.</summary>
    public ChassisService(SiteDescription site, IReadOnlyList<IBlade> blades, ChassisSettings settings, Action<string> say)
    {
        var faults = new ChassisFaults();
        settings.Changed += (fault, value) => Apply(faults, fault, value);
        ChassisUser[] users = [new ChassisUser(site.Chassis.User, AuthProtocol.Sha1, site.Chassis.Password, MayWrite: true)];
        _agent = new ChassisAgent(new IPEndPoint(IPAddress.Parse(site.Chassis.Address), 161), site.Chassis.Serial, blades, users, faults);
        say($"chassis {site.Chassis.Name}: {blades.Count} blades, SNMPv3 at {_agent.EndPoint}");
        _running = _agent.RunAsync(_end.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }
        await _agent.DisposeAsync();
        _end.Dispose();
    }

    private static void Apply(ChassisFaults faults, string fault, string value)
    {
        var on = value == "on";
        var number = int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : (int?)null;
        switch (fault)
        {
            case "silent": faults.Silent = on; break;
            case "ignores-set": faults.IgnoresSet = on; break;
            case "swapped": faults.SwappedSlots = on; break;
            case "lies": faults.Lies = on; break;
            case "odd-reading": faults.OddReading = number; break;
            case "odd-presence": faults.OddPresence = number; break;
            case "delay": faults.Delay = TimeSpan.FromMilliseconds(number ?? 0); break;
            case "off-latency": faults.OffLatency = TimeSpan.FromMilliseconds(number ?? 0); break;
            default: throw new LabException($"the chassis cannot show the fault {fault}");
        }
    }
}

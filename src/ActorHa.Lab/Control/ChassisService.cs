using System.Globalization;
using System.Net;
using ActorHa.Lab.Chassis;
using ActorHa.Lab.Guests;
using ActorHa.Snmp.Security;

namespace ActorHa.Lab;

/// <summary>
/// The simulated chassis in the lab's daemon: its blades are the lab's hosts, its faults those that people ask for. Where a
/// fault makes it another engine, or lets another user in, its management module restarts; the blades' power stays.
/// </summary>
public sealed class ChassisService : IAsyncDisposable
{
    private const int Remembered = 200;

    private readonly SiteDescription _site;
    private readonly IReadOnlyList<IBlade> _blades;
    private readonly string _bootsFile;
    private readonly Action<string> _say;
    private readonly ChassisFaults _faults = new();
    private readonly HashSet<string> _identity = [];
    private readonly Queue<ChassisQuestion> _asked = [];
    private readonly Lock _gate = new();
    private ChassisAgent _agent;
    private CancellationTokenSource _end = new();
    private Task _running;

    /// <summary>Listens at the chassis' address, port 161.</summary>
    /// <param name="site">The site.</param>
    /// <param name="blades">Its blades.</param>
    /// <param name="settings">Its faults.</param>
    /// <param name="bootsFile">Where its engine's boots are kept.</param>
    /// <param name="say">For the lab's log.</param>
    public ChassisService(SiteDescription site, IReadOnlyList<IBlade> blades, ChassisSettings settings, string bootsFile, Action<string> say)
    {
        (_site, _blades, _bootsFile, _say) = (site, blades, bootsFile, say);
        // As a device that has been booted before: one that forgets its boots then shows fewer than it did.
        if (!File.Exists(bootsFile)) File.WriteAllText(bootsFile, "6");
        settings.Changed += Apply;
        (_agent, _running) = Start();
    }

    /// <summary>The newest datagrams that came to it.</summary>
    public IReadOnlyList<ChassisQuestion> Asked
    {
        get
        {
            lock (_gate) return [.. _asked];
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _end.Dispose();
    }

    private (ChassisAgent, Task) Start()
    {
        var chassis = _site.Chassis;
        var password = _identity.Contains("other-password") ? chassis.Password + "-another" : chassis.Password;
        var serial = _identity.Contains("other-engine") ? "LAB0000099" : chassis.Serial;
        ChassisUser[] users = [new ChassisUser(chassis.User, AuthProtocol.Sha1, password, MayWrite: !_identity.Contains("read-only"))];
        IPEndPoint[] traps = chassis.Traps ? [.. _site.Members.Select(m => new IPEndPoint(IPAddress.Parse(m.Address), SiteFiles.TrapPort))] : [];
        if (_identity.Contains("forgets-boots")) File.Delete(_bootsFile);
        var agent = new ChassisAgent(new IPEndPoint(IPAddress.Parse(chassis.Address), 161), serial, _blades, users, _faults, _bootsFile, trapsTo: traps, asked: Ask);
        _say($"chassis {chassis.Name}: {_blades.Count} blades, SNMPv3 at {agent.EndPoint}{(_identity.Count > 0 ? $" ({string.Join(", ", _identity)})" : "")}");
        return (agent, agent.RunAsync(_end.Token));
    }

    private async Task StopAsync()
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
    }

    private async Task RestartAsync()
    {
        await StopAsync();
        _end.Dispose();
        _end = new CancellationTokenSource();
        (_agent, _running) = Start();
    }

    private void Ask(IPAddress from)
    {
        lock (_gate)
        {
            _asked.Enqueue(new ChassisQuestion(LabClock.Now, _site.Members.FirstOrDefault(m => m.Address == from.ToString())?.Name ?? from.ToString()));
            if (_asked.Count > Remembered) _asked.Dequeue();
        }
    }

    private void Apply(string fault, string value)
    {
        var on = value == "on";
        var number = int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : (int?)null;
        var time = TimeSpan.FromMilliseconds(number ?? 0);
        switch (fault)
        {
            case "silent": _faults.Silent = on; break;
            case "ignores-set": _faults.IgnoresSet = on; break;
            case "swapped": _faults.SwappedSlots = on; break;
            case "lies": _faults.Lies = on; break;
            case "odd-reading": _faults.OddReading = number; break;
            case "odd-presence": _faults.OddPresence = number; break;
            case "delay": _faults.Delay = time; break;
            case "off-latency": _faults.OffLatency = time; break;
            case "late": _faults.Late = time; break;
            case "flicker": _faults.Flicker = time; break;
            case "self-on": _faults.SelfOn = time; break;
            case "other-password" or "other-engine" or "read-only" or "forgets-boots":
                if (on) _identity.Add(fault);
                else _identity.Remove(fault);
                // The lab's commands are answered when they are done.
                RestartAsync().GetAwaiter().GetResult();
                break;
            default: throw new LabException($"the chassis cannot show the fault {fault}");
        }
    }
}

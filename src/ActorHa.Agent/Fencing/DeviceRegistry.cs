using ActorHa.Configuration;
using ActorHa.Core;
using ActorHa.Drivers.Fencing.ModularServer;
using ActorHa.Ports;
using ActorHa.Snmp.Security;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Fencing;

/// <summary>Fence drivers by name: a new device is its folder in the drivers and one line here.</summary>
public sealed class DeviceRegistry(MemberSettings settings, ILogger? log = null) : IAsyncDisposable
{
    private readonly Dictionary<(string Name, DeviceConfig Config), ModularServerChassis> _chassis = [];

    /// <summary>The plug's device; one that cannot be made answers every question with the reason.</summary>
    public IFenceDevice Make(string name, DeviceConfig device, string plug) => device.Driver switch
    {
        "modular-server" => ModularServer(name, device, plug),
        _ => new NoDevice($"{name}: there is no fence driver \"{device.Driver}\""),
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var chassis in _chassis.Values) await chassis.DisposeAsync();
    }

    private IFenceDevice ModularServer(string name, DeviceConfig device, string plug)
    {
        if (settings.PasswordOf(name) is not { } password) return new NoDevice($"{name}: this member has no {name}-password-file");
        if (!int.TryParse(plug, out var slot)) return new NoDevice($"{name}: plug \"{plug}\" is not a slot number");
        try
        {
            if (!_chassis.TryGetValue((name, device), out var chassis))
            {
                var options = ModularServerOptions.Parse(device.Options);
                if (options.Priv != PrivProtocol.None && settings.PrivacyPasswordOf(name) is null)
                    return new NoDevice($"{name}: this member has no {name}-privacy-password-file, which level = authPriv needs");
                _chassis[(name, device)] = chassis = new ModularServerChassis(options, password.RevealText(), privacyPassword: settings.PrivacyPasswordOf(name)?.RevealText());
                foreach (var weak in options.Warnings)
                {
                    if (log is not null) DeviceLog.Weak(log, name, weak);
                }
            }
            return chassis.Plug(slot);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return new NoDevice($"{name}: {e.Message}");
        }
    }
}

/// <summary>Stands where a device cannot be made: nothing is ever off by its word.</summary>
public sealed class NoDevice(string why) : IFenceDevice
{
    /// <inheritdoc/>
    public string Name => why;

    /// <inheritdoc/>
    public Task<PowerReading> ReadAsync(TimeSpan patience, CancellationToken cancel) => Task.FromResult(PowerReading.Unknown(why));

    /// <inheritdoc/>
    public SwitchStamp? Stamp() => null;

    /// <inheritdoc/>
    public Task<SwitchAnswer> ForceOffAsync(SwitchStamp? stamp, TimeSpan patience, CancellationToken cancel) => Task.FromResult(new SwitchAnswer(SwitchResult.NotSent, why));

    /// <inheritdoc/>
    public Task<SwitchAnswer> PowerOnAsync(TimeSpan patience, CancellationToken cancel) => Task.FromResult(new SwitchAnswer(SwitchResult.NotSent, why));

    /// <inheritdoc/>
    public Task<ProtectionCheck> CheckAsync(IReadOnlyList<string> hostMacs, TimeSpan patience, CancellationToken cancel) => Task.FromResult(new ProtectionCheck(false, why, TimeSpan.Zero));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

internal static partial class DeviceLog
{
    [LoggerMessage(310, LogLevel.Warning, "device {Name}: {Weakness}")]
    public static partial void Weak(ILogger log, string name, string weakness);
}

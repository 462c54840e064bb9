using ActorHa.Configuration;
using ActorHa.Core;
using ActorHa.Drivers.Fencing.FenceAgent;
using ActorHa.Drivers.Fencing.ModularServer;
using ActorHa.Ports;
using ActorHa.Snmp.Security;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Fencing;

/// <summary>Fence drivers by name: a new device is its folder in the drivers and one line here.</summary>
public sealed class DeviceRegistry(MemberSettings settings, ILogger? log = null) : IAsyncDisposable
{
    private static readonly Dictionary<string, Func<DeviceRegistry, string, DeviceConfig, string, IFenceDevice>> Makers = new()
    {
        ["modular-server"] = (r, name, device, plug) => r.ModularServer(name, device, plug),
        ["fence-agent"] = (r, name, device, plug) => r.FenceAgent(name, device, plug),
    };

    private readonly Dictionary<(string Name, DeviceConfig Config), IAsyncDisposable> _shared = [];

    /// <summary>Names of all drivers; contract tests run over them.</summary>
    public static IReadOnlyCollection<string> Drivers => Makers.Keys;

    /// <summary>Where the programs of fence agents are.</summary>
    public string AgentFolder { get; init; } = FenceAgentUnit.Folder;

    /// <summary>The plug's device; one that cannot be made answers every question with the reason.</summary>
    public IFenceDevice Make(string name, DeviceConfig device, string plug)
    {
        if (!Makers.TryGetValue(device.Driver, out var make)) return new NoDevice($"{name}: there is no fence driver \"{device.Driver}\"");
        try
        {
            return make(this, name, device, plug);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return new NoDevice($"{name}: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var shared in _shared.Values) await shared.DisposeAsync();
    }

    private IFenceDevice ModularServer(string name, DeviceConfig device, string plug)
    {
        if (settings.PasswordOf(name) is not { } password) return new NoDevice($"{name}: this member has no {name}-password-file");
        if (!int.TryParse(plug, out var slot)) return new NoDevice($"{name}: plug \"{plug}\" is not a slot number");
        return Shared(name, device, () => Chassis(name, device, password)).Plug(slot);
    }

    private ModularServerChassis Chassis(string name, DeviceConfig device, Secret password)
    {
        var options = ModularServerOptions.Parse(device.Options);
        var privacy = settings.PrivacyPasswordOf(name);
        if (options.Priv != PrivProtocol.None && privacy is null)
            throw new FormatException($"this member has no {name}-privacy-password-file, which level = authPriv needs");
        foreach (var weak in options.Warnings)
        {
            if (log is not null) DeviceLog.Weak(log, name, weak);
        }
        return new ModularServerChassis(options, password.RevealText(), privacyPassword: privacy?.RevealText());
    }

    private IFenceDevice FenceAgent(string name, DeviceConfig device, string plug)
    {
        var options = FenceAgentOptions.Parse(device.Options);
        if (PowerlessAgents.WhyNot(options.Agent) is { } why) return new NoDevice($"{name}: {options.Agent} is no fence device: {why}");
        var missing = options.Secrets.Where(o => settings.SecretOf(name, o) is null).Select(o => $"{MemberSettings.SecretName(name, o)}-file").ToArray();
        if (missing.Length > 0) return new NoDevice($"{name}: this member has no {string.Join(", ", missing)}");
        return Shared(name, device, () => new FenceAgentUnit(options, options.Secrets.ToDictionary(o => o, o => settings.SecretOf(name, o)!.RevealText()), AgentFolder)).Plug(plug);
    }

    /// <summary>One for all plugs of a device: one question at a time.</summary>
    private T Shared<T>(string name, DeviceConfig device, Func<T> make) where T : IAsyncDisposable
    {
        if (!_shared.TryGetValue((name, device), out var shared)) _shared[(name, device)] = shared = make();
        return (T)shared;
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

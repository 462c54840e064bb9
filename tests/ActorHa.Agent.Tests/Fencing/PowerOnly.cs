using System.Collections.Immutable;
using ActorHa.Core;
using ActorHa.Ports;

namespace ActorHa.Agent.Tests.Fencing;

/// <summary>A device that can show nothing but what its plug reads.</summary>
internal sealed class PowerOnly : IFenceDevice
{
    public Power? Shown { get; set; }

    public string Name => "power only";

    /// <summary>What answers a question for the power; null = at once, and nothing.</summary>
    public Func<Task<PowerReading>>? Reading { get; set; }

    public Task<PowerReading> ReadAsync(TimeSpan patience, CancellationToken cancel) => Reading?.Invoke() ?? Task.FromResult(PowerReading.Unknown("not asked"));

    public SwitchStamp? Stamp() => null;

    /// <summary>What becomes of an order to switch off; null = it is not sent.</summary>
    public Func<SwitchAnswer>? Off { get; set; }

    public Task<SwitchAnswer> ForceOffAsync(SwitchStamp? stamp, TimeSpan patience, CancellationToken cancel) => Task.FromResult(Off?.Invoke() ?? new SwitchAnswer(SwitchResult.NotSent, ""));

    public Task<SwitchAnswer> PowerOnAsync(TimeSpan patience, CancellationToken cancel) => Task.FromResult(new SwitchAnswer(SwitchResult.NotSent, ""));

    /// <summary>What a check says; null = by what the plug shows.</summary>
    public ProtectionCheck? Says { get; set; }

    public Task<ProtectionCheck> CheckAsync(IReadOnlyList<string> hostMacs, TimeSpan patience, CancellationToken cancel) =>
        Task.FromResult(Says ?? new ProtectionCheck(Shown != Power.Off, "said", TimeSpan.Zero) { Shown = Shown });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A cluster that knows one host, whose plug is this device's only one.</summary>
    public static ClusterState Site(MemberName host, string ip) =>
        (ClusterState.Empty with
        {
            ConfigNumber = 1,
            Config = ClusterConfig.None with
            {
                Hosts = ImmutableSortedDictionary<MemberName, HostConfig>.Empty.Add(host, new(1024, [new FenceLevel([new FencePlug("ipmi", "-")])])),
                Devices = ImmutableSortedDictionary<string, DeviceConfig>.Empty.Add("ipmi", new("fence-agent", ImmutableSortedDictionary<string, string>.Empty.Add("option.ip", ip))),
            },
        }).With(host, h => h with { Macs = ["02:00:00:00:00:01"] });
}

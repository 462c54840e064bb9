using System.Diagnostics;
using System.Threading.Channels;
using ActorHa.Agent.Composition;
using ActorHa.Configuration;
using ActorHa.Core;
using ActorHa.Ports;
using Microsoft.Extensions.Logging;

namespace ActorHa.FaultyAgent;

/// <summary>
/// The parts that ship, each with a place to die before and after what it does. Steps:
/// <c>before-append:EVENT</c>, <c>after-append:EVENT</c> (committed, and nobody was told), <c>before-set</c>,
/// <c>after-set</c>, <c>before-second-reading</c>, <c>before-start</c>, <c>after-start</c>; and <see cref="StickyLog.Step"/>.
/// At <c>freeze-before-set</c> it stands still as a whole, until it is told to go on. On a host of the lab its watchdog is the lab's.
/// </summary>
public static class Faulty
{
    /// <summary>As <see cref="RealParts.Build"/>.</summary>
    public static AgentParts Build(MemberSettings settings, ILoggerFactory logs)
    {
        var wish = new DeathWish(settings.StateDir);
        logs.AddProvider(new StickyLog(wish));
        var real = RealParts.Build(settings, logs);
        return real with
        {
            Journal = new MortalJournal(real.Journal, wish),
            Hypervisor = real.Hypervisor is null ? null : new MortalHypervisor(real.Hypervisor, wish),
            MakeWatchdog = LabWatchdogDevice.Socket() is { } socket ? _ => new LabWatchdogDevice(socket) : real.MakeWatchdog,
            MakeDevice = (name, device, plug) => new MortalDevice(real.MakeDevice(name, device, plug), wish),
        };
    }
}

internal sealed class MortalJournal(IJournalStore inner, DeathWish wish) : IJournalStore
{
    public async Task<AppendOutcome> AppendAsync(JournalHead expected, JournalHead next, ReadOnlyMemory<byte> entry, TimeSpan patience, CancellationToken cancel)
    {
        var events = JournalCodec.Decode(entry.Span).Events.Select(e => e.GetType().Name).ToList();
        foreach (var name in events) wish.At($"before-append:{name}");
        var outcome = await inner.AppendAsync(expected, next, entry, patience, cancel);
        if (outcome is AppendCommitted)
            foreach (var name in events) wish.At($"after-append:{name}");
        return outcome;
    }

    public Task<JournalTail> ReadAsync(long after, TimeSpan patience, CancellationToken cancel) => inner.ReadAsync(after, patience, cancel);

    public Task<PulseOutcome> PulseAsync(MemberName member, ReadOnlyMemory<byte> payload, TimeSpan patience, CancellationToken cancel) => inner.PulseAsync(member, payload, patience, cancel);

    public Task WatchAsync(Action wake, CancellationToken cancel) => inner.WatchAsync(wake, cancel);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

internal sealed class MortalDevice(IFenceDevice inner, DeathWish wish) : IFenceDevice
{
    private static readonly TimeSpan OneRecovery = TimeSpan.FromSeconds(3);
    private long? _readOff;

    public string Name => inner.Name;

    public async Task<PowerReading> ReadAsync(TimeSpan patience, CancellationToken cancel)
    {
        // The proof's second reading: one that read off was there just now.
        if (_readOff is { } at && Stopwatch.GetElapsedTime(at) < OneRecovery) wish.At("before-second-reading");
        var reading = await inner.ReadAsync(patience, cancel);
        _readOff = reading.Power == Power.Off ? Stopwatch.GetTimestamp() : null;
        return reading;
    }

    public SwitchStamp? Stamp() => inner.Stamp();

    public async Task<SwitchAnswer> ForceOffAsync(SwitchStamp? stamp, TimeSpan patience, CancellationToken cancel)
    {
        wish.FreezeAt("freeze-before-set");
        wish.At("before-set");
        var answer = await inner.ForceOffAsync(stamp, patience, cancel);
        wish.At("after-set");
        return answer;
    }

    public Task<SwitchAnswer> PowerOnAsync(TimeSpan patience, CancellationToken cancel) => inner.PowerOnAsync(patience, cancel);

    public Task<ProtectionCheck> CheckAsync(IReadOnlyList<string> hostMacs, TimeSpan patience, CancellationToken cancel) => inner.CheckAsync(hostMacs, patience, cancel);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

internal sealed class MortalHypervisor(IHypervisor inner, DeathWish wish) : IHypervisor
{
    public ChannelReader<VmNotice> Notices => inner.Notices;

    public Task<IReadOnlyList<FoundVm>> FindAsync(CancellationToken cancel) => inner.FindAsync(cancel);

    public async Task<StartAnswer> StartAsync(StartOrder order, CancellationToken cancel)
    {
        wish.At("before-start");
        var answer = await inner.StartAsync(order, cancel);
        wish.At("after-start");
        return answer;
    }

    public Task<StopAnswer> StopAsync(VmName vm, TimeSpan grace, CancellationToken cancel) => inner.StopAsync(vm, grace, cancel);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

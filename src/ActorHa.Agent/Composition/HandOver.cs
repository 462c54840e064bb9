using ActorHa.Core;
using ActorHa.Ports;

namespace ActorHa.Agent.Composition;

/// <summary>What a host that goes down still owns.</summary>
/// <param name="HandsOff">Maintenance: nothing is stopped or given up.</param>
/// <param name="Vms">Its VMs, each with the time for its guest's own shutdown.</param>
public sealed record Held(bool HandsOff, IReadOnlyList<(VmName Vm, TimeSpan Grace)> Vms);

/// <summary>
/// A host that goes down gives its VMs up before its agent ends, for then the init system signals their processes, and QEMU ends at once
/// without a word to its guest. Where nothing can be given up (no majority, maintenance) the guests are asked all the same.
/// </summary>
/// <param name="look">What is still owned; null where the journal was never read.</param>
/// <param name="hypervisor">Null on a witness.</param>
/// <param name="wait">Told each second how much longer the init system must have patience.</param>
/// <param name="time">Monotonic clock.</param>
public sealed class HandOver(Func<Held?> look, IHypervisor? hypervisor, Action<TimeSpan> wait, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan More = TimeSpan.FromSeconds(30);

    /// <summary>Beyond the longest grace: a kill, a search, a flush, an entry, and the grace of one that was just starting.</summary>
    private static readonly TimeSpan Beyond = TimeSpan.FromSeconds(60);

    /// <summary>Ends when nothing is owned any more, when the guests have ended, or when all have had their time.</summary>
    /// <param name="accepted">Whether it is recorded that this host leaves.</param>
    public async Task RunAsync(bool accepted)
    {
        var began = time.GetTimestamp();
        var most = Beyond + (look()?.Vms.Select(v => v.Grace).DefaultIfEmpty().Max() ?? TimeSpan.Zero);
        TimeSpan Past() => time.GetElapsedTime(began);
        if (accepted)
        {
            await UntilAsync(() => look() is not { HandsOff: false, Vms.Count: > 0 } || Past() > most);
            if (Past() > most) return;
        }
        if (hypervisor is null || look() is not { Vms: var left }) return;
        var ends = left.Select(v => hypervisor.StopAsync(v.Vm, v.Grace, CancellationToken.None)).ToArray();
        await UntilAsync(() => ends.All(e => e.IsCompleted) || Past() > most + most);
    }

    private async Task UntilAsync(Func<bool> done)
    {
        long? told = null;
        while (!done())
        {
            if (told is not { } t || time.GetElapsedTime(t) > Second)
            {
                wait(More);
                told = time.GetTimestamp();
            }
            await Task.Delay(Pause, time);
        }
    }
}

using ActorHa.Core;
using System.Threading.Channels;

namespace ActorHa.Ports;

/// <summary>
/// Starts, finds, watches and stops VM processes on this host. Every order carries the epoch, every answer and notice
/// repeats it. Processes live outside the agent's control group: they survive the agent.
/// </summary>
public interface IHypervisor : IAsyncDisposable
{
    /// <summary>All VM processes of this driver on this host, also those that no agent of ours started (without epoch).</summary>
    Task<IReadOnlyList<FoundVm>> FindAsync(CancellationToken cancel);

    /// <summary>
    /// Starts a VM. Returns when the process was executed and answered once, or failed. Looks for leftovers first
    /// (process, pid file). From then on its end is noticed.
    /// </summary>
    Task<StartAnswer> StartAsync(StartOrder order, CancellationToken cancel);

    /// <summary>
    /// Stops a VM: asks the guest first where <paramref name="grace"/> is more than zero, then kills; returns when the
    /// process is reaped and its images' page cache is flushed, or says why it could not be stopped. Stopping what does
    /// not run is success: it also makes sure that no earlier start order can still take effect.
    /// </summary>
    Task<StopAnswer> StopAsync(VmName vm, TimeSpan grace, CancellationToken cancel);

    /// <summary>Ends of processes and events of guests, as they are noticed (pidfd, QMP), also for found processes.</summary>
    ChannelReader<VmNotice> Notices { get; }
}

/// <summary>A running VM process.</summary>
/// <param name="Vm">Its name.</param>
/// <param name="Epoch">The epoch that it was started with; null when it was not started by us.</param>
/// <param name="Pid">Process id.</param>
public sealed record FoundVm(VmName Vm, Epoch? Epoch, int Pid);

/// <summary>Order to start a VM.</summary>
/// <param name="Vm">Its name.</param>
/// <param name="Epoch">Number of the ownership.</param>
/// <param name="Definition">The driver's own text (QEMU: a JSON array of arguments).</param>
public sealed record StartOrder(VmName Vm, Epoch Epoch, string Definition);

/// <summary>Answer to a start.</summary>
public sealed record StartAnswer(VmName Vm, Epoch Epoch, bool Started, int Pid, string Detail);

/// <summary>Answer to a stop. <see cref="Drained"/>: the process is gone and no start order can still take effect.</summary>
public sealed record StopAnswer(VmName Vm, bool Drained, string Detail);

/// <summary>Something happened to a VM process.</summary>
public sealed record VmNotice(VmName Vm, Epoch? Epoch, int Pid, VmNoticeKind Kind, string Detail);

/// <summary>Kinds of notices.</summary>
public enum VmNoticeKind
{
    /// <summary>The process ended without our order and not by the guest's own shutdown.</summary>
    Exited,

    /// <summary>The guest shut itself down and the process ended.</summary>
    GuestShutdown,

    /// <summary>The guest panicked; the process may still be there.</summary>
    GuestPanicked,

    /// <summary>The guest met an I/O error; the process is paused or running.</summary>
    IoError,
}

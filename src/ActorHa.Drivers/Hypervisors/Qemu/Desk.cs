using System.Diagnostics.CodeAnalysis;

namespace ActorHa.Drivers.Hypervisors.Qemu;

/// <summary>
/// The desk that all orders for one VM pass, one at a time. A stop voids every start asked before it, also the one whose
/// turn it is: after the stop's answer no earlier order can take effect any more.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as the driver; a semaphore without a wait handle holds nothing.")]
internal sealed class Desk
{
    private readonly SemaphoreSlim _turn = new(1);
    private long _asked;
    private long _voidUpTo;
    private CancellationTokenSource? _starting;

    /// <summary>Images of its last process here: they are flushed at a stop even when that process ended by itself.</summary>
    internal IReadOnlyCollection<string> Images { get; set; } = [];

    /// <summary>Carries out a start in its turn; <paramref name="voided"/> instead where a stop was given after it.</summary>
    internal async Task<T> StartAsync<T>(Func<CancellationToken, Task<T>> start, Func<T> voided, CancellationToken cancel)
    {
        var number = Interlocked.Increment(ref _asked);
        await _turn.WaitAsync(cancel);
        try
        {
            using var mayGoOn = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            // Full fences on both sides: either the stop sees this start and calls it off, or this start sees the stop.
            Interlocked.Exchange(ref _starting, mayGoOn);
            try
            {
                return number <= Interlocked.Read(ref _voidUpTo) ? voided() : await Task.Run(() => start(mayGoOn.Token), CancellationToken.None);
            }
            finally
            {
                Interlocked.Exchange(ref _starting, null);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Calls off the start at work, voids those in line, and carries out a stop.</summary>
    internal async Task<T> StopAsync<T>(Func<Task<T>> stop, CancellationToken cancel)
    {
        Interlocked.Exchange(ref _voidUpTo, Interlocked.Read(ref _asked));
        try
        {
            Interlocked.CompareExchange(ref _starting, null, null)?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // That start has just given its answer.
        }

        await _turn.WaitAsync(cancel);
        try
        {
            return await Task.Run(stop, CancellationToken.None);
        }
        finally
        {
            _turn.Release();
        }
    }
}

using System.Diagnostics.CodeAnalysis;

namespace ActorHa.Drivers.Hypervisors.Qemu;

/// <summary>
/// The desk that all orders for one VM pass, one at a time. A stop voids every start asked before it, also the one whose
/// turn it is: after the stop's answer no earlier order can take effect any more. A kill does not wait out the grace of a stop
/// before it: that stop kills.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as the driver; a semaphore without a wait handle holds nothing.")]
internal sealed class Desk
{
    private readonly Lock _learning = new();
    private readonly StickyWork<string?> _flush;
    private readonly Dictionary<int, Task> _listings = [];
    private readonly SemaphoreSlim _turn = new(1);
    private long _asked;
    private long _voidUpTo;
    private CancellationTokenSource? _starting;
    private CancellationTokenSource? _waiting;
    private int _kills;

    internal Desk(Func<IEnumerable<string>, string?> flush) => _flush = new StickyWork<string?>(() => flush(Images));

    /// <summary>Images of its last process here: they are flushed at a stop even when that process ended by itself.</summary>
    internal IReadOnlyCollection<string> Images { get; private set; } = [];

    /// <summary>A new process, and its images.</summary>
    internal void Begin(IReadOnlyCollection<string> images)
    {
        lock (_learning) Images = images;
    }

    /// <summary>Further images.</summary>
    internal void Learn(IEnumerable<string> images)
    {
        lock (_learning) Images = new HashSet<string>([.. Images, .. images]);
    }

    /// <summary>Flushes all images, beginning after this call. A flush may be stuck for ever, and stops are given again each second.</summary>
    internal Task<string?> FlushAsync() => _flush.Ask();

    /// <summary>Learns the files that a process holds open, on a thread of its own; where one is at it already, that one.</summary>
    internal Task ListAsync(int pid, Func<int, List<string>> list)
    {
        if (!_listings.TryGetValue(pid, out var listing) || listing.IsCompleted)
            _listings[pid] = listing = Task.Factory.StartNew(() => Learn(list(pid)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return listing;
    }

    /// <summary>Processes whose files are still being listed, or could not be: what they wrote may be unflushed.</summary>
    internal List<int> Unlisted()
    {
        foreach (var (pid, listing) in _listings)
            if (listing.IsCompletedSuccessfully) _listings.Remove(pid);
        return [.. _listings.Keys];
    }

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
    /// <param name="kill">It has no grace: nor has a stop that is at work or in line before it, from now on.</param>
    /// <param name="stop">Its token ends the grace.</param>
    /// <param name="cancel">Ends the waiting for the turn.</param>
    internal async Task<T> StopAsync<T>(bool kill, Func<CancellationToken, Task<T>> stop, CancellationToken cancel)
    {
        Interlocked.Exchange(ref _voidUpTo, Interlocked.Read(ref _asked));
        CallOff(ref _starting);
        if (kill) Interlocked.Increment(ref _kills);
        try
        {
            if (kill) CallOff(ref _waiting);
            await _turn.WaitAsync(cancel);
            try
            {
                using var grace = new CancellationTokenSource();
                // Full fences on both sides: either the kill sees this stop and hurries it, or this stop sees the kill.
                Interlocked.Exchange(ref _waiting, grace);
                if (Volatile.Read(ref _kills) > 0) await grace.CancelAsync();
                try
                {
                    return await Task.Run(() => stop(grace.Token), CancellationToken.None);
                }
                finally
                {
                    Interlocked.Exchange(ref _waiting, null);
                }
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            if (kill) Interlocked.Decrement(ref _kills);
        }
    }

    private static void CallOff(ref CancellationTokenSource? what)
    {
        try
        {
            Interlocked.CompareExchange(ref what, null, null)?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just given its answer.
        }
    }
}

namespace ActorHa.Drivers.Fencing.FenceAgent;

#pragma warning disable CA1001 // Neither the semaphore nor the source holds anything of the system's; a process may come out of the door after the device was given up.

/// <summary>
/// One process per device at a time: many devices serve one session, and two agents at once confuse each other. A
/// switching order does not wait for readings: the one that runs is ended, those that wait give way.
/// </summary>
internal sealed class OneAtATime
{
    private readonly SemaphoreSlim _door = new(1, 1);
    private readonly Lock _lock = new();
    private CancellationTokenSource _giveWay = new();
    private int _switching;

    /// <summary>Runs a question; its time at the door counts.</summary>
    public async Task<FenceRun> AskAsync(TimeSpan patience, Func<TimeSpan, CancellationToken, Task<FenceRun>> run, CancellationToken cancel)
    {
        CancellationToken giveWay;
        lock (_lock)
        {
            if (_switching > 0) return FenceRun.Not("it gives way to a switching order");
            giveWay = _giveWay.Token;
        }
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, giveWay);
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            if (!await _door.WaitAsync(patience, either.Token)) return FenceRun.Not("the device is busy with another order of ours");
        }
        catch (OperationCanceledException)
        {
            return FenceRun.Not(cancel.IsCancellationRequested ? "given up" : "it gives way to a switching order");
        }
        return await HoldAsync(() => run(patience - TimeProvider.System.GetElapsedTime(began), either.Token));
    }

    /// <summary>Runs a switching order.</summary>
    public async Task<FenceRun> SwitchAsync(TimeSpan patience, Func<CancellationToken, Task<FenceRun>> run, CancellationToken cancel)
    {
        CancellationTokenSource before;
        lock (_lock)
        {
            _switching++;
            (before, _giveWay) = (_giveWay, new CancellationTokenSource());
        }
        try
        {
            await before.CancelAsync();
            if (!await _door.WaitAsync(patience, cancel)) return FenceRun.Not("the device is busy with another order of ours");
        }
        catch (OperationCanceledException)
        {
            return FenceRun.Not("given up");
        }
        finally
        {
            lock (_lock) _switching--;
        }
        return await HoldAsync(() => run(cancel));
    }

    private async Task<FenceRun> HoldAsync(Func<Task<FenceRun>> run)
    {
        FenceRun? done = null;
        try
        {
            return done = await run();
        }
        finally
        {
            // A process that even SIGKILL does not end at once (it waits for a disk) keeps the door until it is gone.
            if (done is null || done.Gone.IsCompleted) _door.Release();
            else _ = done.Gone.ContinueWith(_ => _door.Release(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }
}

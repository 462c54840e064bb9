namespace ActorHa.Drivers.Hypervisors.Qemu;

/// <summary>
/// Work that may be stuck in the kernel for ever: on a thread of its own, one at a time. Who asks gets a run that begins
/// after the question; while one is stuck all later ones wait for the same next run, and no further thread is lost.
/// </summary>
internal sealed class StickyWork<T>(Func<T> work)
{
    private readonly Lock _gate = new();
    private Task<T>? _atWork;
    private Task<T>? _next;

    internal Task<T> Ask()
    {
        lock (_gate)
        {
            if (_next is not null) return _next;
            return _atWork is { IsCompleted: false } ? _next = AfterAsync(_atWork) : _atWork = Begin();
        }
    }

    private async Task<T> AfterAsync(Task before)
    {
        // Never at once: Ask() still holds the gate, and has to note this run first.
        await Task.Yield();
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task<T> mine;
        lock (_gate)
        {
            // First: where no thread can be had now, the next who asks tries again.
            _next = null;
            mine = _atWork = Begin();
        }

        return await mine;
    }

    private Task<T> Begin() => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}

using System.Collections.Immutable;
using System.Text;
using ActorHa.Lab.Guests;

namespace ActorHa.Lab.Referee;

/// <summary>
/// Looks at a guest's raw disk every 100 ms and notes which epoch's area has changed (one 512-byte block
/// <c>vm host epoch counter</c> per 4096 bytes, see <c>ops/guest-init</c>).
/// </summary>
public sealed class DiskSampler : IAsyncDisposable
{
    private const int AreaSize = 4096, BlockSize = 512;
    private readonly string _path;
    private readonly TimeSpan _interval;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<DiskAdvance> _advances = [];
    private readonly Task _running;

    /// <summary>Begins to look.</summary>
    /// <param name="path">The raw image; it must exist and keep its size.</param>
    /// <param name="interval">Time between two looks; 100 ms by default.</param>
    public DiskSampler(string path, TimeSpan? interval = null)
    {
        _path = path;
        _interval = interval ?? TimeSpan.FromMilliseconds(100);
        _running = Task.Run(RunAsync);
    }

    /// <summary>All changes so far.</summary>
    /// <exception cref="LabException">It could not go on looking.</exception>
    public ImmutableArray<DiskAdvance> Advances
    {
        get
        {
            _running.MustGoOn($"the look at {_path}");
            lock (_advances) return [.. _advances];
        }
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(_interval);
        using var file = File.OpenHandle(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var before = new byte[RandomAccess.GetLength(file)];
        var now = new byte[before.Length];
        var lastLook = double.NegativeInfinity;
        try
        {
            do
            {
                var from = LabClock.Now;
                for (int at = 0, n; at < now.Length && (n = RandomAccess.Read(file, now.AsSpan(at), at)) > 0;) at += n;
                Compare(before, now, lastLook, LabClock.Now);
                (before, now, lastLook) = (now, before, from);
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // Closed.
        }
    }

    private void Compare(byte[] before, byte[] now, double notBefore, double seen)
    {
        for (var at = 0; at + BlockSize <= now.Length; at += AreaSize)
        {
            var block = now.AsSpan(at, BlockSize);
            if (block.SequenceEqual(before.AsSpan(at, BlockSize))) continue;
            var text = Encoding.ASCII.GetString(block).Split('\n')[0].Split(' ');
            if (text is [var vm, var host, var epoch, var counter] && long.TryParse(epoch, out var e) && long.TryParse(counter, out var c))
                lock (_advances) _advances.Add(new DiskAdvance(vm, host, e, c, notBefore, seen));
        }
    }

    /// <summary>Stops looking.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}

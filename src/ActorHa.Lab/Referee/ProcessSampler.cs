using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ActorHa.Lab.Guests;

namespace ActorHa.Lab.Referee;

/// <summary>
/// Scans the machine's process table (the root process namespace sees the processes of all lab hosts) every 25 ms for
/// QEMU processes of lab VMs: their arguments name VM, host and epoch (<c>ah.vm= ah.host= ah.epoch=</c>).
/// </summary>
/// <remarks>
/// A process that has been something else for a second is looked at again only every tenth scan: a QEMU is executed
/// within milliseconds of its fork, and reading every process 40 times a second would cost the machine that is measured.
/// </remarks>
public sealed partial class ProcessSampler : IAsyncDisposable
{
    private const double YoungMs = 1000, TickMs = 10;
    private const int SeldomScans = 10;
    private readonly TimeSpan _interval;
    private readonly string _table;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<int, ProcessLife> _alive = [];
    private readonly Dictionary<int, double> _others = [];
    private readonly List<ProcessLife> _ended = [];
    private readonly double _suspendedMs = SuspendedMs();
    private readonly Task _running;
    private double _lastScan = double.NegativeInfinity;
    private int _scans;

    /// <summary>Begins to scan.</summary>
    /// <param name="interval">Time between two scans; 25 ms by default.</param>
    /// <param name="table">Where the process table is.</param>
    public ProcessSampler(TimeSpan? interval = null, string table = "/proc")
    {
        _table = table;
        _interval = interval ?? TimeSpan.FromMilliseconds(25);
        _running = Task.Run(RunAsync);
    }

    /// <summary>All lives so far, ended and running.</summary>
    /// <exception cref="LabException">It could not go on looking.</exception>
    public ImmutableArray<ProcessLife> Lives
    {
        get
        {
            _running.MustGoOn("the look at the process table");
            lock (_ended) return [.. _ended, .. _alive.Values];
        }
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(_interval);
        try
        {
            do Scan();
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // Closed.
        }
    }

    private void Scan()
    {
        var begun = LabClock.Now;
        var seldom = ++_scans % SeldomScans == 0;
        var present = new HashSet<int>();
        foreach (var path in Directory.EnumerateDirectories(_table))
        {
            if (!int.TryParse(Path.GetFileName(path.AsSpan()), out var pid)) continue;
            present.Add(pid);
            if (!seldom && _others.TryGetValue(pid, out var since) && begun - since > YoungMs) continue;
            Look(pid);
        }

        lock (_ended)
            foreach (var pid in _alive.Keys.Where(p => !present.Contains(p)).ToArray()) End(pid);
        foreach (var pid in _others.Keys.Where(p => !present.Contains(p)).ToArray()) _others.Remove(pid);
        _lastScan = begun;
    }

    private void Look(int pid)
    {
        var before = LabClock.Now;
        var seen = Read(pid);
        var after = LabClock.Now;
        lock (_ended)
        {
            if (_alive.TryGetValue(pid, out var known))
            {
                // Its arguments were there: it lived when the reading began. A dead one not yet reaped has none.
                if (seen is not null && (seen.Vm, seen.Host, seen.Epoch) == (known.Vm, known.Host, known.Epoch))
                {
                    _alive[pid] = known with { LastAliveMs = before };
                    return;
                }

                End(pid);
            }

            if (seen is null)
            {
                _others.TryAdd(pid, before);
                return;
            }

            _others.Remove(pid);
            // The kernel's start time is sharper than our scan, but it is the fork's: where the last scan had seen the
            // process as something else (a wrapper), the sighting counts.
            var forked = StartedMs(pid) ?? after;
            var started = forked >= _lastScan ? Math.Min(forked, after) : after;
            _alive[pid] = seen with { StartedByMs = started, LastAliveMs = before };
        }
    }

    private void End(int pid)
    {
        if (_alive.Remove(pid, out var life)) _ended.Add(life with { GoneByMs = LabClock.Now });
    }

    private ProcessLife? Read(int pid)
    {
        try
        {
            var line = File.ReadAllText($"{_table}/{pid}/cmdline").Replace('\0', ' ');
            if (!line.Contains("qemu", StringComparison.Ordinal)) return null;
            return Value(Vm().Match(line)) is { } vm && Value(Host().Match(line)) is { } host && long.TryParse(Value(Number().Match(line)), out var epoch)
                ? new ProcessLife(vm, host, epoch, pid, 0, 0, null, line.Contains(" -incoming ", StringComparison.Ordinal))
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? Value(Match m) => m.Success ? m.Groups[1].Value : null;

    /// <summary>Field 22 of /proc/PID/stat, in hundredths of a second since boot; the end of that hundredth.</summary>
    private double? StartedMs(int pid)
    {
        try
        {
            var text = File.ReadAllText($"{_table}/{pid}/stat");
            return (long.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[19]) + 1) * TickMs - _suspendedMs;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"ah\.vm=([^\s,]+)")]
    private static partial Regex Vm();

    [GeneratedRegex(@"ah\.host=([^\s,]+)")]
    private static partial Regex Host();

    [GeneratedRegex(@"ah\.epoch=(\d+)")]
    private static partial Regex Number();

    /// <summary>CLOCK_BOOTTIME (7) counts a suspended machine's time, CLOCK_MONOTONIC (1) does not.</summary>
    private static double SuspendedMs()
    {
        _ = clock_gettime(7, out var boot);
        _ = clock_gettime(1, out var monotonic);
        return (boot.Seconds - monotonic.Seconds) * 1000.0 + (boot.Nanoseconds - monotonic.Nanoseconds) / 1e6;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    [DllImport("libc")]
    private static extern int clock_gettime(int clock, out TimeSpec time);

    /// <summary>Stops scanning.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}

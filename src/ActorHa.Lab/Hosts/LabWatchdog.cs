using System.Globalization;
using System.Net.Sockets;

namespace ActorHa.Lab;

/// <summary>
/// One host's watchdog timer, as hardware has it: opening, feeding and setting the time-out restart it; where it is not fed
/// in time it resets the host, whatever that is doing. There is no driver of the kernel in it: the host's agent speaks to
/// a unix socket instead of <c>/dev/watchdog0</c>, one word a line, each answered by a line.
/// </summary>
public sealed class LabWatchdog : IAsyncDisposable
{
    /// <summary>What it calls itself.</summary>
    public const string Identity = "Lab watchdog";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    private readonly LabHost _host;
    private readonly Action<string> _say;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly Task _watching;
    private TimeSpan _timeout = TimeSpan.FromSeconds(60);
    private (string Boot, double FedMs)? _running;
    private bool _held;

    /// <summary>Listens at <see cref="SocketOf"/>.</summary>
    public LabWatchdog(LabHost host, string socket, Action<string> say)
    {
        (_host, _say) = (host, say);
        File.Delete(socket);
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(socket));
        _listener.Listen(4);
        _watching = Task.WhenAll(Task.Run(WatchAsync), Task.Run(ServeAsync));
    }

    /// <summary>Where a host's agent finds it: below its home, which the lab names to it as LAB_HOME.</summary>
    public static string SocketOf(string home) => Path.Combine(home, "watchdog.sock");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _watching;
        _end.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            if (Expired() is { } after)
            {
                _say($"{_host.Name}: its watchdog was not fed for {after.TotalSeconds:0.00} s: reset");
                _host.CutPower();
                _host.RestorePower();
            }
            await Task.Delay(LookEvery, CancellationToken.None);
        }
    }

    /// <summary>How long it was not fed, if that is too long; it then stands still, as after any reset.</summary>
    private TimeSpan? Expired()
    {
        lock (_gate)
        {
            if (_running is not { } running) return null;
            var unfed = TimeSpan.FromMilliseconds(Guests.LabClock.Now - running.FedMs);
            // Without power, or after another reset, it stands still too.
            var sameLife = _host.HasPower && _host.BootId == running.Boot;
            if (sameLife && unfed < _timeout) return null;
            _running = null;
            return sameLife ? unfed : null;
        }
    }

    private async Task ServeAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptAsync(_end.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var opened = false;
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            using var reader = new StreamReader(stream);
            while (await reader.ReadLineAsync(_end.Token) is { } line)
            {
                var answer = Answer(line, ref opened);
                await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer + "\n"), _end.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The host has lost its power, or the lab ends.
        }
        if (opened) Closed();
    }

    private string Answer(string line, ref bool opened)
    {
        lock (_gate)
        {
            var words = line.Split(' ');
            if (words is ["state"]) return _running is { } running && running.Boot == _host.BootId ? "active" : "inactive";
            if (words is ["open"])
            {
                if (_held) return "busy";
                opened = _held = true;
            }
            else if (words is ["timeout", var seconds] && opened)
            {
                _timeout = TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture));
            }
            else if (words is ["timeout"])
            {
                return _timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            }
            else if (words is not ["feed"] || !opened)
            {
                return "not understood";
            }
            Restart();
            return "ok";
        }
    }

    // The kernel restarts the timer once more when its device is closed without the magic letter.
    private void Closed()
    {
        lock (_gate)
        {
            _held = false;
            if (_running is { } running && running.Boot == _host.BootId) Restart();
        }
    }

    private void Restart() => _running = (_host.BootId, Guests.LabClock.Now);
}

/// <summary>The watchdogs of all hosts.</summary>
public sealed class WatchdogBoard(IReadOnlyList<LabHost> hosts, LabPaths paths, Action<string> say) : IAsyncDisposable
{
    private readonly IReadOnlyList<LabWatchdog> _all = [.. hosts.Where(h => h.Member.Slot is not null).Select(h => new LabWatchdog(h, LabWatchdog.SocketOf(paths.Home(h.Name)), say))];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var one in _all) await one.DisposeAsync();
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using ActorHa.Lab.Referee;

namespace ActorHa.Lab.Guests;

/// <summary>
/// Listens to the serial lines of the guests: one socket per VM (<c>DIR/serial/&lt;vm&gt;.sock</c>, any number of
/// connections at once), one log per VM (<c>DIR/serial/&lt;vm&gt;.log</c>: <c>arrival-ms connection-id line</c>).
/// </summary>
/// <remarks>
/// The arrival is <see cref="LabClock"/>'s, taken when the bytes were read: it may be late, never early. A process that
/// died may have left bytes in its socket, which are read, and stamped, after its death; the referee knows that.
/// Each log is flushed per batch of lines, so a reader beside us sees them within the blink of a writer's turn.
/// </remarks>
public sealed class SerialRecorder : IAsyncDisposable
{
    private const int LongestLine = 512;
    private readonly string _directory;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<ChannelWriter<string>> _lines = [];
    private readonly List<Task> _accepting = [];
    private readonly List<Task> _writing = [];
    private readonly ConcurrentBag<Task> _reading = [];
    private readonly List<Socket> _sockets = [];
    private int _connections;

    /// <summary>Makes a recorder that keeps its files in <c>DIR/serial</c>.</summary>
    public SerialRecorder(string directory)
    {
        _directory = Path.Combine(directory, "serial");
        Directory.CreateDirectory(_directory);
    }

    /// <summary>The socket of a VM.</summary>
    public static string SocketOf(string directory, string vm) => Path.Combine(directory, "serial", $"{vm}.sock");

    /// <summary>The log of a VM.</summary>
    public static string LogOf(string directory, string vm) => Path.Combine(directory, "serial", $"{vm}.log");

    /// <summary>Begins to listen for a VM; a socket of an earlier life is replaced, its log continued.</summary>
    public void Listen(string vm)
    {
        var path = Path.Combine(_directory, $"{vm}.sock");
        File.Delete(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _sockets.Add(socket);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen(64);
        var lines = Channel.CreateBounded<string>(new BoundedChannelOptions(4096) { SingleReader = true });
        _lines.Add(lines.Writer);
        _accepting.Add(AcceptAsync(socket, lines.Writer));
        _writing.Add(WriteAsync(vm, lines.Reader));
    }

    /// <summary>Throws where a line is heard no more: what it says later would be missed, and called silence.</summary>
    /// <exception cref="LabException">With the reason.</exception>
    public void MustListen()
    {
        foreach (var task in _accepting.Concat(_writing)) task.MustGoOn("the recorder of serial lines");
    }

    private async Task AcceptAsync(Socket socket, ChannelWriter<string> lines)
    {
        try
        {
            while (true)
            {
                var connection = await socket.AcceptAsync(_stop.Token);
                _reading.Add(ReadAsync(connection, Interlocked.Increment(ref _connections), lines));
            }
        }
        catch (Exception e) when (_stop.IsCancellationRequested && e is (OperationCanceledException or ObjectDisposedException or SocketException))
        {
            // Closed.
        }
    }

    private async Task ReadAsync(Socket connection, int id, ChannelWriter<string> lines)
    {
        using var _ = connection;
        var buffer = new byte[8192];
        var line = new StringBuilder();
        try
        {
            while (true)
            {
                var n = await connection.ReceiveAsync(buffer, _stop.Token);
                if (n == 0) break;
                var arrival = LabClock.Now.ToString("0.000", CultureInfo.InvariantCulture);
                foreach (var b in buffer.AsSpan(0, n).ToArray())
                {
                    // Long nonsense (a guest gone wild) is cut into lines: it must not fill our memory.
                    if (b is not ((byte)'\n' or (byte)'\r') && line.Length < LongestLine) line.Append((char)b);
                    if (b != '\n' && line.Length < LongestLine) continue;
                    await lines.WriteAsync($"{arrival} {id} {line}", _stop.Token);
                    line.Clear();
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The guest's process was killed, or we are closed. A line without its end is not told.
        }
    }

    private async Task WriteAsync(string vm, ChannelReader<string> lines)
    {
        await using var log = new StreamWriter(new FileStream(Path.Combine(_directory, $"{vm}.log"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite));
        while (await lines.WaitToReadAsync())
        {
            while (lines.TryRead(out var line)) await log.WriteLineAsync(line);
            await log.FlushAsync();
        }
    }

    /// <summary>Stops listening; what was read is written.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var socket in _sockets) socket.Dispose();
        await Task.WhenAll(_accepting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var lines in _lines) lines.TryComplete();
        await Task.WhenAll(_writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}

using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ActorHa.Drivers.Hypervisors.Qemu;

/// <summary>
/// One conversation with one QEMU (QEMU Machine Protocol: JSON lines, a greeting first, events between the replies).
/// QEMU serves one client at a time; further ones wait unanswered until the first has gone.
/// </summary>
internal sealed class Qmp : IDisposable
{
    private readonly Socket _socket;
    private readonly StreamReader _reader;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement?>> _asked = new();
    private readonly SemaphoreSlim _writing = new(1);
    private long _number;

    private Qmp(Socket socket)
    {
        _socket = socket;
        _reader = new StreamReader(new NetworkStream(socket, ownsSocket: true), Encoding.UTF8);
    }

    /// <summary>Connects and waits for the greeting; throws where nobody listens or the line ends before it.</summary>
    internal static async Task<Qmp> ConnectAsync(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var qmp = new Qmp(socket);
        try
        {
            if (await qmp._reader.ReadLineAsync(cancel) is null) throw new IOException("QMP ended before its greeting");
            return qmp;
        }
        catch
        {
            qmp.Dispose();
            throw;
        }
    }

    /// <summary>Hands each event (its name, its data) to <paramref name="heard"/> until the line ends. Never throws for the line's end.</summary>
    internal async Task ListenAsync(Action<string, JsonElement> heard)
    {
        try
        {
            while (await _reader.ReadLineAsync() is { } line) Hear(line, heard);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or JsonException or SocketException)
        {
            // A dead QEMU resets the line; its end is told by its pidfd.
        }
        finally
        {
            foreach (var one in _asked.Keys)
                if (_asked.TryRemove(one, out var waiting)) waiting.TrySetResult(null);
        }
    }

    private void Hear(string line, Action<string, JsonElement> heard)
    {
        using var json = JsonDocument.Parse(line);
        var root = json.RootElement;
        if (root.TryGetProperty("event", out var name))
            heard(name.GetString() ?? "", root.TryGetProperty("data", out var data) ? data : default);
        else if (root.TryGetProperty("id", out var id) && _asked.TryRemove(id.GetInt64(), out var waiting))
            waiting.TrySetResult(root.TryGetProperty("return", out var value) ? value.Clone() : null);
    }

    /// <summary>Gives a command without arguments; its return value, or null where it was refused or the line has ended.</summary>
    internal async Task<JsonElement?> AskAsync(string command, CancellationToken cancel)
    {
        var id = Interlocked.Increment(ref _number);
        var answer = new TaskCompletionSource<JsonElement?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[id] = answer;
        try
        {
            await _writing.WaitAsync(cancel);
            try
            {
                await _socket.SendAsync(Encoding.UTF8.GetBytes($"{{\"execute\":\"{command}\",\"id\":{id}}}\n"), cancel);
            }
            finally
            {
                _writing.Release();
            }

            return await answer.Task.WaitAsync(cancel);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
        finally
        {
            _asked.TryRemove(id, out _);
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _socket.Dispose();
        _writing.Dispose();
    }
}

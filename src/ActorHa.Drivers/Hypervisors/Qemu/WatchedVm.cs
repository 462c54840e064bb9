using System.Net.Sockets;
using System.Text.Json;
using ActorHa.Core;
using ActorHa.Ports;

namespace ActorHa.Drivers.Hypervisors.Qemu;

/// <summary>One VM process under our eyes, started or adopted: what it says (QMP) and how it ends (pidfd).</summary>
internal sealed class WatchedVm : IDisposable
{
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Young = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Old = TimeSpan.FromSeconds(1);
    private readonly PidFd _fd;
    private readonly Func<VmNotice, Task> _tell;
    private readonly TaskCompletionSource<string?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Qmp?> _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _over = new();
    private Task _listening = Task.CompletedTask;
    private volatile Qmp? _line;
    private string? _shutdown;
    private bool _ioError;
    private volatile bool _ordered;

    internal WatchedVm(VmProcess process, PidFd fd, Func<VmNotice, Task> tell)
    {
        Process = process;
        _fd = fd;
        _tell = tell;
    }

    internal VmProcess Process { get; }

    /// <summary>Done when the process has ended and its files are given up; how it ended, where that could be learnt.</summary>
    internal Task<string?> Ended => _ended.Task;

    /// <summary>Done with QEMU's first answer to a command, or with null when it ended without one.</summary>
    internal Task<Qmp?> Greeted => _greeted.Task;

    /// <summary>The start of this process has been answered: the end of a started one is news, that of a failed one is not.</summary>
    internal void Answer(bool started) => _answered.TrySetResult(started);

    /// <summary>From here on the end is our own doing and no notice.</summary>
    internal void Order() => _ordered = true;

    internal bool Kill() => _fd.Kill();

    /// <summary>Told by the watch of ends, on its thread.</summary>
    internal void End(string? how)
    {
        _ended.TrySetResult(how);
        _over.Cancel();
    }

    /// <summary>
    /// Follows the process to its end and tells what happened. A process that was just executed has no socket yet:
    /// <paramref name="young"/> tries again every 2 ms for as long as it lives (its start's patience bounds that). One that
    /// was found is as a rule older, but may have been executed just before the last agent died: each second. Where
    /// another client talks to it we wait in line.
    /// </summary>
    internal async Task FollowAsync(bool young)
    {
        if (Process.QmpSocket is { } path) await GreetAsync(path, young);
        if (!young) _greeted.TrySetResult(null);
        var how = await Ended;
        _greeted.TrySetResult(null);
        // What QEMU said last is in the socket still: it explains the end. The line ends with the process, unless a child of
        // QEMU's holds it.
        await Task.WhenAny(_listening, Task.Delay(LastWords));
        // The end of a start that failed is that start's answer and no news.
        if ((young && !await _answered.Task) || _ordered) return;
        var (kind, why) = _shutdown switch
        {
            "guest-shutdown" => (VmNoticeKind.GuestShutdown, "the guest shut itself down"),
            null => (VmNoticeKind.Exited, how ?? "the process has ended"),
            var s => (VmNoticeKind.Exited, $"QEMU ended: {s}"),
        };
        await _tell(new VmNotice(Process.Vm, Process.Epoch, Process.Pid, kind, why));
    }

    private async Task GreetAsync(string path, bool young)
    {
        while (!_over.IsCancellationRequested)
        {
            try
            {
                var qmp = await Qmp.ConnectAsync(path, _over.Token);
                _line = qmp;
                _listening = ListenAsync(qmp);
                // The greeting comes from QEMU's monitor thread while its disks are still being opened. The first command
                // is carried out by the main loop: only its reply says that the machine is there.
                if (await qmp.AskAsync("qmp_capabilities", _over.Token) is not null) _greeted.TrySetResult(qmp);
                return;
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // Nobody listens yet, or nobody who greets.
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.WhenAny(Ended, Task.Delay(young ? Young : Old));
        }
    }

    private async Task ListenAsync(Qmp qmp)
    {
        using var _ = qmp;
        var listening = qmp.ListenAsync(Hear);
        try
        {
            await Greeted.WaitAsync(_over.Token);
            // What was said while nobody listened (an adopted VM) is lost; what became of it is not.
            if (await qmp.AskAsync("query-status", _over.Token) is { } s && s.TryGetProperty("status", out var status))
                Hear(status.GetString() switch { "guest-panicked" => "GUEST_PANICKED", "io-error" => "BLOCK_IO_ERROR", _ => "" }, default);
        }
        catch (OperationCanceledException)
        {
            // It ended while we asked.
        }

        await listening;
    }

    private void Hear(string name, JsonElement data)
    {
        switch (name)
        {
            case "SHUTDOWN" when data.ValueKind == JsonValueKind.Object:
                _shutdown = data.TryGetProperty("reason", out var reason) ? reason.GetString() : "shutdown";
                break;
            case "GUEST_PANICKED":
                Tell(VmNoticeKind.GuestPanicked, "the guest panicked");
                break;
            case "BLOCK_IO_ERROR" when !_ioError:
                // One request in trouble is seldom alone: one notice until the guest goes on.
                _ioError = true;
                Tell(VmNoticeKind.IoError, data.ValueKind == JsonValueKind.Object && data.TryGetProperty("reason", out var why)
                    ? $"I/O error on {(data.TryGetProperty("node-name", out var node) ? node.GetString() : "a disk")}: {why.GetString()}"
                    : "the guest is paused by an I/O error");
                break;
            case "RESUME":
                _ioError = false;
                _shutdown = null;
                break;
        }
    }

    private void Tell(VmNoticeKind kind, string why) => _ = _tell(new VmNotice(Process.Vm, Process.Epoch, Process.Pid, kind, why));

    /// <summary>Lets go of the process, which goes on: gives up the QMP line, so that the next agent is answered.</summary>
    public void Dispose()
    {
        _over.Cancel();
        _line?.Dispose();
    }
}

using System.Diagnostics;

namespace ActorHa.Drivers.Hypervisors.Qemu;

/// <summary>
/// Notices the ends of processes, ours and adopted ones, as the kernel tells them: one thread sleeps in poll(2) over their
/// pidfds. A pidfd turns readable when the last thread has left, thus after the process's files and locks are given up.
/// </summary>
internal sealed class EndWatch : IDisposable
{
    private readonly Dictionary<int, (PidFd Fd, bool Reap, Action<string?> Ended)> _watched = [];
    private readonly int _wake = Native.EventFd(0, Native.OCloseOnExec | Native.ONonBlock);
    private readonly Thread _thread;
    private volatile bool _stop;

    internal EndWatch()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "vm-ends" };
        _thread.Start();
    }

    /// <summary>
    /// Calls <paramref name="ended"/> once, on this watch's thread, when the process has ended: with how it ended
    /// ("exit code 1", "signal 9") where <paramref name="reap"/> says that we spawned it, else with null. It must not block.
    /// </summary>
    /// <remarks>
    /// Only what <see cref="Spawn"/> made is reaped: the framework ends the whole program when a child of its own process
    /// class is taken from under it.
    /// </remarks>
    internal void Add(PidFd fd, bool reap, Action<string?> ended)
    {
        lock (_watched)
        {
            // After the end nobody watches, and the number of our wake-up call may be another file's.
            if (_stop) return;
            _watched[(int)fd.DangerousGetHandle()] = (fd, reap, ended);
            Wake();
        }
    }

    public void Dispose()
    {
        lock (_watched) _stop = true;
        Wake();
        _thread.Join();
        _ = Native.Close(_wake);
        foreach (var (fd, _, _) in _watched.Values) fd.Dispose();
        _watched.Clear();
    }

    private void Wake() => _ = Native.Write(_wake, BitConverter.GetBytes(1L), 8);

    private void Run()
    {
        var drain = new byte[8];
        while (!_stop)
        {
            Native.PollFd[] fds;
            lock (_watched)
                fds = [new() { Fd = _wake, Events = Native.PollIn }, .. _watched.Keys.Select(fd => new Native.PollFd { Fd = fd, Events = Native.PollIn })];
            if (Native.Poll(fds, (nuint)fds.Length, -1) <= 0) continue;
            if (fds[0].Returned != 0) _ = Native.Read(_wake, drain, 8);
            foreach (var ready in fds.AsSpan(1))
                if (ready.Returned != 0) End(ready.Fd);
        }
    }

    private void End(int fd)
    {
        (PidFd Fd, bool Reap, Action<string?> Ended) entry;
        lock (_watched)
            if (!_watched.Remove(fd, out entry)) throw new UnreachableException("only this thread removes");
        var how = entry.Reap ? Reap(fd) : null;
        entry.Ended(how);
        entry.Fd.Dispose();
    }

    /// <summary>siginfo_t: code at 8 (1 = exited, else by a signal), status at 24.</summary>
    private static string? Reap(int fd)
    {
        var info = new byte[128];
        if (Native.WaitId(3, fd, info, 5) != 0 || BitConverter.ToInt32(info) == 0) return null;
        var status = BitConverter.ToInt32(info, 24);
        return BitConverter.ToInt32(info, 8) == 1 ? $"exit code {status}" : $"signal {status}";
    }
}

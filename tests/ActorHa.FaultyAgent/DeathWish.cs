using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ActorHa.FaultyAgent;

/// <summary>
/// A file in the agent's state directory that names the step at which the agent dies (or a thread of it hangs): once, by SIGKILL, with nothing
/// flushed, closed or said. The file is gone before the death, so that the next life lives.
/// </summary>
/// <param name="stateDirectory">The agent's own directory.</param>
public sealed class DeathWish(string stateDirectory)
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "die-at";

    private readonly string _file = Path.Combine(stateDirectory, FileName);
    private readonly Lock _gate = new();
    private volatile string? _hung;

    /// <summary>Dies here if this is the step.</summary>
    public void At(string step)
    {
        lock (_gate)
        {
            if (!Granted(step)) return;
            using var self = Process.GetCurrentProcess();
            self.Kill();
            // The signal is on its way; not one instruction more of the step must be done meanwhile.
            Thread.Sleep(Timeout.Infinite);
        }
    }

    /// <summary>Hangs here for ever if this is the step: only the thread that came here.</summary>
    public void HangAt(string step)
    {
        lock (_gate)
            if (Granted(step)) _hung = step;
            else return;
        HangBehind(step);
    }

    /// <summary>Hangs here for ever if another thread hangs at that step.</summary>
    public void HangBehind(string step)
    {
        if (_hung == step) Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>The whole process stands still here, as by SIGSTOP, until it is sent SIGCONT.</summary>
    public void FreezeAt(string step)
    {
        lock (_gate)
        {
            if (!Granted(step)) return;
            const int stop = 19;
            if (Raise(stop) != 0) throw new InvalidOperationException("the process cannot stand still");
        }
    }

    /// <summary>To this very thread: one to the process may be taken by another, and this one ran on until that had its turn.</summary>
    [DllImport("libc", EntryPoint = "raise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Raise(int signal);

    private bool Granted(string step)
    {
        if (!File.Exists(_file) || File.ReadAllText(_file).Trim() != step) return false;
        File.Delete(_file);
        return true;
    }
}

using System.Diagnostics;

namespace ActorHa.Agent.Os;

/// <summary>Tells a stop of the agent from a shutdown of its host.</summary>
public static class HostShutdown
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>
    /// True when the host goes down: systemd says "stopping" (systemctl(1), is-system-running), or a file <c>shutdown</c> lies
    /// beside the agent's socket (for other init systems).
    /// </summary>
    public static bool IsUnderWay(string apiSocket)
    {
        if (File.Exists(Path.Combine(Path.GetDirectoryName(apiSocket) ?? "/", "shutdown"))) return true;
        if (!Directory.Exists("/run/systemd/system")) return false;
        try
        {
            using var ask = Process.Start(new ProcessStartInfo("systemctl", "is-system-running") { RedirectStandardOutput = true });
            if (ask is null) return false;
            // It asks process 1, which may be busy; our time to stop is running.
            var answer = ask.StandardOutput.ReadToEndAsync();
            if (answer.Wait(Patience)) return answer.Result.Trim() == "stopping";
            ask.Kill();
            return false;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

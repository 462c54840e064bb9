using System.Diagnostics;

namespace ActorHa.Agent.Os;

/// <summary>Tells a stop of the agent from a shutdown of its host.</summary>
public static class HostShutdown
{
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
            return ask is not null && ask.StandardOutput.ReadToEnd().Trim() == "stopping";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

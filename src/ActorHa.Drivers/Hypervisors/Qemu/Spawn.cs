using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ActorHa.Drivers.Hypervisors.Qemu;

/// <summary>
/// Starts a program that outlives us: its own session, no pipe to us, no signal state of the .NET runtime, ordinary
/// scheduling and memory priority whatever this agent has. No shell and no helper in between: the pid returned is the program's.
/// </summary>
/// <remarks>
/// The framework's own process class inherits our output, knows no session and blocks on a lock shared with every other
/// child; posix_spawn (vfork inside) takes a millisecond. Descriptors of ours are all close-on-exec.
/// </remarks>
internal static class Spawn
{
    private const short SetSigDef = 0x04, SetSigMask = 0x08, SetScheduler = 0x20, SetSid = 0x80;

    /// <summary>Room for glibc's and musl's structures (the largest, posix_spawnattr_t, has 336 bytes).</summary>
    private const int Opaque = 1024;

    /// <exception cref="Win32Exception">The program could not be executed; its code is errno.</exception>
    internal static int Start(string program, IReadOnlyList<string> arguments, string logFile)
    {
        var attributes = Marshal.AllocHGlobal(Opaque);
        var actions = Marshal.AllocHGlobal(Opaque);
        var argv = Texts([program, .. arguments]);
        var envp = Texts(Surroundings());
        try
        {
            _ = Native.AttrInit(attributes);
            _ = Native.ActionsInit(actions);
            var all = new byte[128];
            Array.Fill(all, (byte)0xff);
            var ordinary = 0;
            Check(Native.AttrSetFlags(attributes, SetSigDef | SetSigMask | SetScheduler | SetSid));
            Check(Native.AttrSetSigDefault(attributes, all));
            Check(Native.AttrSetSigMask(attributes, new byte[128]));
            Check(Native.AttrSetSchedPolicy(attributes, 0));
            Check(Native.AttrSetSchedParam(attributes, ref ordinary));
            Check(Native.ActionsOpen(actions, 0, "/dev/null", Native.OReadOnly, 0));
            Check(Native.ActionsOpen(actions, 1, logFile, Native.OWriteOnly | Native.OCreate | Native.OAppend, 0x180));
            Check(Native.ActionsDup2(actions, 1, 2));
            Check(Native.PosixSpawn(out var pid, program, actions, attributes, argv, envp));
            Ordinary(pid);
            return pid;
        }
        finally
        {
            _ = Native.AttrDestroy(attributes);
            _ = Native.ActionsDestroy(actions);
            Marshal.FreeHGlobal(attributes);
            Marshal.FreeHGlobal(actions);
            Array.ForEach(argv, Marshal.FreeCoTaskMem);
            Array.ForEach(envp, Marshal.FreeCoTaskMem);
        }
    }

    /// <summary>An agent with a raised priority must not hand it to its guests. Best effort: it is no matter of safety.</summary>
    private static void Ordinary(int pid)
    {
        _ = Native.SetPriority(0, pid, 0);
        try
        {
            File.WriteAllText($"/proc/{pid}/oom_score_adj", "0");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static List<string> Surroundings()
    {
        // Only what a program needs to find its way: our own variables hold passwords of fence devices, and a service manager's
        // words (NOTIFY_SOCKET and its kin) are for us alone.
        var list = new List<string>();
        foreach (System.Collections.DictionaryEntry e in Environment.GetEnvironmentVariables())
            if (e.Key is string k && (k is "PATH" or "HOME" or "LANG" or "TZ" or "TMPDIR" or "LD_LIBRARY_PATH" || k.StartsWith("LC_", StringComparison.Ordinal) || k.StartsWith("QEMU_", StringComparison.Ordinal)))
                list.Add($"{k}={e.Value}");
        return list;
    }

    private static nint[] Texts(IEnumerable<string> texts) => [.. texts.Select(Marshal.StringToCoTaskMemUTF8), 0];

    private static void Check(int error)
    {
        if (error != 0) throw new Win32Exception(error);
    }
}

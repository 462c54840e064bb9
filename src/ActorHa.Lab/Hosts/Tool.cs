using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ActorHa.Lab;

/// <summary>Runs the small programs of the system: ip, nft.</summary>
internal static class Tool
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="input">What it reads; null = nothing.</param>
    /// <param name="words">The program and its arguments.</param>
    /// <returns>What it wrote.</returns>
    /// <exception cref="LabException">It is missing, failed or did not end in time.</exception>
    public static string Run(string? input, params IReadOnlyList<string> words)
    {
        using var process = Start(words);
        if (input != null) process.StandardInput.Write(input);
        process.StandardInput.Close();
        // Both pipes are read at once: a program that fills the one nobody reads would wait for ever.
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            throw new LabException($"{string.Join(' ', words)} did not end within {Patience.TotalSeconds:0} s");
        }
        if (process.ExitCode != 0) throw new LabException($"{string.Join(' ', words)}: {errors.Result.Trim()}");
        return output.Result;
    }

    private static Process Start(IReadOnlyList<string> words)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(words[0], words.Skip(1))
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception e)
        {
            throw new LabException($"{words[0]} cannot be run ({e.Message}); ops/lab installs what is missing", e);
        }
    }

    /// <summary>Sends a signal; a process that is already gone is no error.</summary>
    public static void Signal(int pid, Signal signal)
    {
        const int noSuchProcess = 3;
        if (Kill(pid, (int)signal) != 0 && Marshal.GetLastPInvokeError() is var error and not noSuchProcess)
            throw new LabException($"cannot send {signal} to process {pid}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>Whether a process can still do anything; dead ones may stay on the list until their parent has looked at them.</summary>
    public static bool Lives(int pid)
    {
        try
        {
            // proc(5): "pid (name) state …"; the name may hold anything, also a parenthesis.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}

/// <summary>Signals by their Linux numbers (signal(7); the same on x86 and ARM).</summary>
internal enum Signal
{
    /// <summary>Ends at once.</summary>
    Kill = 9,

    /// <summary>Asks to end.</summary>
    Terminate = 15,

    /// <summary>Goes on.</summary>
    Continue = 18,

    /// <summary>Stands still.</summary>
    Stop = 19,
}

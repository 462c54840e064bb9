using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ActorHa.Drivers.Hypervisors.Qemu;

namespace ActorHa.Drivers.Fencing.FenceAgent;

/// <summary>How a run of an agent ended.</summary>
internal enum RunEnd
{
    /// <summary>The agent was not told what to do: it did nothing and will do nothing.</summary>
    NotStarted,

    /// <summary>It ended by itself, with an exit code.</summary>
    Exited,

    /// <summary>It ended by a signal: ours at the deadline, or another's.</summary>
    Killed,

    /// <summary>It printed more than is listened to, and was killed for it.</summary>
    Flooded,
}

/// <summary>One run of an agent, and what it left behind.</summary>
/// <param name="End">How it ended.</param>
/// <param name="ExitCode">Where it exited.</param>
/// <param name="Output">Its standard output; may hold secrets until it went through a <see cref="Redactor"/>.</param>
/// <param name="Errors">Its standard error; likewise.</param>
/// <param name="Why">Of an end that is not an exit.</param>
/// <param name="Gone">Ends when the agent and all that it started are gone.</param>
internal sealed record FenceRun(RunEnd End, int ExitCode, string Output, string Errors, string Why, Task Gone)
{
    private const int Sigkill = 9;

    /// <summary>The guard outside of us strikes this much after our own deadline, should we be frozen or dead.</summary>
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(1);

    /// <summary>After SIGKILL a process is gone at once, unless it waits for a disk.</summary>
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(2);

    /// <summary>A run that never was.</summary>
    public static FenceRun Not(string why) => new(RunEnd.NotStarted, -1, "", "", why, Task.CompletedTask);

    /// <summary>Runs a program under a hard deadline and gives back how it ended, always after it has ended.</summary>
    /// <param name="program">Path of the agent.</param>
    /// <param name="input">
    /// The text for its standard input, asked for when the process already waits for it: the last moment at which an order
    /// can still be held back. Null: held back.
    /// </param>
    /// <param name="deadline">From the start of the process.</param>
    /// <param name="mostBytes">Of output that are listened to, each of the two streams.</param>
    /// <param name="cancel">Ends it like the deadline.</param>
    /// <remarks>
    /// The agent runs as the first process of a PID namespace of its own (unshare(1) of util-linux): when it ends, the
    /// kernel kills all that it started, also what left its process group (ssh under a pseudo terminal does), and unshare
    /// returns only then. Around it stands timeout(1) of coreutils in a process group of its own: it kills at the deadline
    /// also when this agent is frozen, or dead. The surroundings are clean: variables of ours may hold secrets.
    /// </remarks>
    public static async Task<FenceRun> RunAsync(string program, Func<string?> input, TimeSpan deadline, int mostBytes, CancellationToken cancel)
    {
        if (!File.Exists(program)) return Not($"there is no {program}");
        if (deadline <= TimeSpan.Zero || cancel.IsCancellationRequested) return Not("no time left");
        var process = new Process { StartInfo = StartInfo(program, deadline) };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            process.Dispose();
            return Not($"{program} cannot be started: {e.Message}");
        }
        return await AttendAsync(process, input, deadline, mostBytes, cancel);
    }

    /// <summary>The agent with what stands around it.</summary>
    internal static ProcessStartInfo StartInfo(string program, TimeSpan deadline)
    {
        var start = new ProcessStartInfo("/usr/bin/timeout")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var word in new[] { "-s", "KILL", (deadline + Guard).TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture), "/usr/bin/unshare", "--fork", "--pid", "--kill-child", "--", program })
            start.ArgumentList.Add(word);
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LC_ALL"] = "C.UTF-8";
        // Agents that speak ssh look there for known hosts and keys.
        start.Environment["HOME"] = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home ? home : "/root";
        return start;
    }

    private static async Task<FenceRun> AttendAsync(Process process, Func<string?> input, TimeSpan deadline, int mostBytes, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        over.CancelAfter(deadline);
        var flood = new TaskCompletionSource();
        // All that is needed of the process is taken before anybody waits for its end, which gives it up.
        var told = process.StandardInput.BaseStream;
        var output = ListenAsync(process.StandardOutput.BaseStream, mostBytes, flood);
        var errors = ListenAsync(process.StandardError.BaseStream, mostBytes, flood);
        var group = process.Id;
        var gone = GoneAsync(process, output, errors);

        var end = RunEnd.Killed;
        string? why = null;
        if (!await TellAsync(told, input())) (end, why) = (RunEnd.NotStarted, "it was held back");
        try
        {
            if (why is null && await Task.WhenAny(gone, flood.Task).WaitAsync(over.Token) != gone) (end, why) = (RunEnd.Flooded, $"it printed more than {mostBytes} bytes");
        }
        catch (OperationCanceledException)
        {
            why = cancel.IsCancellationRequested ? "ended before it was done" : $"killed after {deadline.TotalSeconds:0.#} s";
        }
        if (why is not null && !gone.IsCompleted) Kill(process, group);
        if (await Task.WhenAny(gone, Task.Delay(KillTime, CancellationToken.None)) != gone) return new(end, -1, "", "", $"{why}, but not gone yet: the kernel waits for something", gone);
        if (end == RunEnd.Flooded) return new(end, -1, "", "", why!, gone);
        var (code, said, complained) = (await gone, await output, await errors);
        return why is not null ? new(end, -1, said, complained, why, gone)
            : code > 128 ? new(end, code, said, complained, $"ended by signal {code - 128}", gone)
            : new(RunEnd.Exited, code, said, complained, "", gone);
    }

    /// <summary>The exit code, when the process has ended and nothing holds its pipes any more.</summary>
    private static async Task<int> GoneAsync(Process process, params Task[] pipes)
    {
        using (process)
        {
            await process.WaitForExitAsync(CancellationToken.None);
            await Task.WhenAll(pipes);
            return process.ExitCode;
        }
    }

    private static async Task<bool> TellAsync(Stream told, string? text)
    {
        try
        {
            await using (told)
            {
                if (text is not null) await told.WriteAsync(Encoding.UTF8.GetBytes(text));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It ended without reading; its exit code says what to think of that.
        }
        return text is not null;
    }

    /// <summary>Hears a stream to its end, but keeps no more than the cap: one that has no end is ended.</summary>
    private static async Task<string> ListenAsync(Stream stream, int mostBytes, TaskCompletionSource flood)
    {
        var (kept, buffer) = (new MemoryStream(), new byte[4096]);
        int read;
        while ((read = await stream.ReadAsync(buffer, CancellationToken.None)) > 0)
        {
            if (kept.Length + read > mostBytes) flood.TrySetResult();
            else kept.Write(buffer, 0, read);
        }
        return Encoding.UTF8.GetString(kept.ToArray());
    }

    /// <summary>Kills the group. Where timeout(1) has not made it yet, it has not started the agent either.</summary>
    private static void Kill(Process process, int group)
    {
        if (Native.Kill(-group, Sigkill) == 0) return;
        try
        {
            process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended by itself.
        }
    }
}

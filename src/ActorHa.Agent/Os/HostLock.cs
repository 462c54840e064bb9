using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ActorHa.Agent.Os;

/// <summary>
/// One agent per host: an exclusive lock on a file in the state directory, held until disposal or the process's end
/// however it ends. Two agents would each believe to be the only one that starts VMs here. The file is never deleted: a
/// new one of the same name would be another lock.
/// </summary>
public sealed partial class HostLock : IDisposable
{
    private readonly FileStream _file;

    private HostLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, at once or not at all.</summary>
    /// <param name="stateDirectory">A directory on a local file system; created where it is missing.</param>
    /// <exception cref="HostLockException">Another process holds it, or the file cannot be locked: one line for the operator.</exception>
    public static HostLock Take(string stateDirectory)
    {
        var path = Path.Combine(stateDirectory, "agent.lock");
        var holder = Path.Combine(stateDirectory, "agent.pid"); // for the message only
        FileStream? file = null;
        try
        {
            Directory.CreateDirectory(stateDirectory);
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            // The runtime has locked it by now (flock(2)), but passes over a file system that cannot lock: ask again.
            if (OperatingSystem.IsLinux()) Lock(file.SafeFileHandle);
            Name(holder);
            return new HostLock(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new HostLockException(file is null && IsHeld(e)
                ? $"another agent{Holder(holder)} runs on this host already: it holds {path}"
                : $"the lock {path} cannot be taken: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // What the runtime says of a lock held by another: EWOULDBLOCK (11) on Linux, a sharing violation on Windows.
    private static bool IsHeld(Exception e) => e.HResult == (OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : 11);

    // On a full disk the agent runs all the same: nobody is told its number.
    private static void Name(string file)
    {
        try
        {
            File.WriteAllText(file, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The lock is the lock.
        }
    }

    private static string Holder(string file)
    {
        try
        {
            return int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var pid) ? $" (process {pid})" : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [SupportedOSPlatform("linux")]
    private static void Lock(SafeFileHandle file)
    {
        const int exclusiveNow = 2 | 4; // LOCK_EX | LOCK_NB
        if (Flock(file, exclusiveNow) != 0) throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);
}

/// <summary>The host's lock was not to be had. The message is one line for the operator.</summary>
public sealed class HostLockException(string message, Exception? inner = null) : Exception(message, inner);

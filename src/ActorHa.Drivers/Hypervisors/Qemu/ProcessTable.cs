using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace ActorHa.Drivers.Hypervisors.Qemu;

/// <summary>The VM processes of this process namespace, read from <c>/proc</c> (proc(5)).</summary>
internal static class ProcessTable
{
    private const int NoEntry = 2, NoProcess = 3, NoAccess = 13;

    /// <summary>
    /// All VM processes now. A dead process that nobody has reaped yet has no arguments any more and is not listed: its
    /// files and locks are already given up. Plain system calls: some hundred processes in 2 ms, since a start waits for it.
    /// </summary>
    internal static List<VmProcess> Scan()
    {
        var found = new List<VmProcess>();
        foreach (var path in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(path.AsSpan()), out var pid) && Read(pid) is { } vm) found.Add(vm);
        return found;
    }

    /// <summary>One process; null where it is gone or no VM.</summary>
    /// <exception cref="IOException">The table could not be read (out of descriptors): nothing is known.</exception>
    internal static VmProcess? Read(int pid)
    {
        var fd = Native.Open($"/proc/{pid}/cmdline", Native.OReadOnly | Native.OCloseOnExec, 0);
        if (fd < 0)
        {
            // A process that cannot be looked at is not a process that is not there.
            var error = Marshal.GetLastPInvokeError();
            return error is NoEntry or NoProcess or NoAccess ? null : throw new IOException($"/proc/{pid}/cmdline: {Marshal.GetPInvokeErrorMessage(error)}");
        }

        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            // One read brings all: the kernel fills whatever buffer it is given.
            var length = (int)Native.Read(fd, buffer, buffer.Length);
            if (length <= 0 || buffer.AsSpan(0, length).IndexOf("-name"u8) < 0) return null;
            return CommandLine.Read(pid, Encoding.UTF8.GetString(buffer, 0, length).TrimEnd('\0').Split('\0'));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _ = Native.Close(fd);
        }
    }

    /// <summary>Files and disks that the process holds open, among them images that its arguments do not name (backing files, snapshots).</summary>
    internal static List<string> OpenFiles(int pid)
    {
        var files = new List<string>();
        try
        {
            foreach (var link in Directory.EnumerateFiles($"/proc/{pid}/fd"))
                if (new FileInfo(link).LinkTarget is { } target && target.StartsWith('/') && IsStorage(target)) files.Add(target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone meanwhile, or not ours to look into: the arguments must do.
        }

        return files;
    }

    private static bool IsStorage(string path) =>
        path.StartsWith("/dev/", StringComparison.Ordinal) ? PageCache.IsDisk(path) : File.Exists(path);
}

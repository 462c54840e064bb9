using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using ActorHa.Core;

namespace ActorHa.Drivers.Hypervisors.Qemu;

/// <summary>The VM processes of this process namespace, read from <c>/proc</c> (proc(5)).</summary>
internal sealed class ProcessTable(Func<string, byte[]?> read, string runtimeDirectory)
{
    private const int NoEntry = 2, NoProcess = 3, NoAccess = 13;

    /// <summary>The kernel keeps so many letters of a process's name.</summary>
    private const int NameLength = 15;

    private const ulong KernelThread = 0x00200000;
    private volatile int _at;

    /// <summary>The process that is being looked at. Its arguments lie in its memory: where that is locked by a stuck thread, the look hangs.</summary>
    internal int At => _at;

    /// <summary>All VM processes now. Plain system calls: some hundred processes in 2 ms, since a start waits for it.</summary>
    /// <exception cref="IOException">The table could not be read (out of descriptors): nothing is known.</exception>
    internal List<VmProcess> Scan()
    {
        var found = new List<VmProcess>();
        foreach (var path in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(path.AsSpan()), out var pid) && Look(pid) is { } vm) found.Add(vm);
        return found;
    }

    /// <summary>One process; null where it is gone or no VM.</summary>
    /// <exception cref="IOException">The table could not be read (out of descriptors): nothing is known.</exception>
    internal VmProcess? Look(int pid)
    {
        _at = pid;
        for (var tries = 0; read($"/proc/{pid}/cmdline") is { } arguments; tries++)
        {
            if (arguments.Length > 0) return Parse(pid, arguments);
            if (LookWithoutArguments(pid, out var isBeingExecuted) is { } vm) return vm;
            if (!isBeingExecuted) return null;
            if (tries == 1000) throw new IOException($"process {pid} is being executed and shows no arguments");
            // On the search's own thread, which nobody else waits on: an execution takes microseconds, and the kernel tells nobody of its end.
            Thread.Sleep(1);
        }

        return null;
    }

    /// <summary>
    /// No arguments: a thread of the kernel, a process that has given up all and waits to be reaped, or one whose main
    /// thread is dead while another is stuck in the storage and may still write. The last is a VM for as long as a
    /// thread of it is left. Or it is executed at this moment: what it will be is known in an instant.
    /// </summary>
    private VmProcess? LookWithoutArguments(int pid, out bool isBeingExecuted)
    {
        isBeingExecuted = false;
        if (read($"/proc/{pid}/stat") is not { Length: > 0 } line) return null;
        var stat = Encoding.UTF8.GetString(line);
        // The name stands in brackets and may hold anything; behind it: state (3rd), flags (9th), threads (20th),
        // size of the memory (23rd), start of its code (26th; 1 where addresses are hidden from us), end of the environment
        // in it (51st; the last that an execution sets).
        var end = stat.LastIndexOf(')');
        var fields = stat[(end + 2)..].Split(' ');
        if ((ulong.Parse(fields[6]) & KernelThread) != 0) return null;
        if (fields[0] is "Z" or "X" && int.Parse(fields[17]) <= 1) return null;
        isBeingExecuted = fields[20] != "0" && fields[23] != "1" && fields[48] == "0";
        try
        {
            // Each thread shows the same arguments, until it has let go of the process's memory.
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{pid}/task"))
                if (read($"{thread}/cmdline") is { Length: > 0 } arguments) return Parse(pid, arguments);
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            return null;
        }

        return ByName(pid, stat[(stat.IndexOf('(') + 1)..end]);
    }

    /// <summary>Known by the name that its arguments gave it (<see cref="CommandLine.Build"/>), and by its pid file where the kernel cut that name.</summary>
    private VmProcess? ByName(int pid, string name)
    {
        if (!name.StartsWith(CommandLine.NameMark, StringComparison.Ordinal) || name.Length == CommandLine.NameMark.Length) return null;
        var vm = new VmProcess(new VmName(name[CommandLine.NameMark.Length..]), null, pid, null, []) { NameIsCut = name.Length >= NameLength };
        if (!vm.NameIsCut) return vm;
        foreach (var known in NamesLike(vm))
            if (read(Path.Combine(runtimeDirectory, known.Value, "pid")) is { } file && Encoding.UTF8.GetString(file).Trim() == $"{pid}")
                return vm with { Vm = known, NameIsCut = false };
        return vm;
    }

    /// <summary>The VMs that have run in this boot and whose name begins so.</summary>
    internal IEnumerable<VmName> NamesLike(VmProcess process) => Directory.Exists(runtimeDirectory)
        ? Directory.EnumerateDirectories(runtimeDirectory).Select(d => new VmName(Path.GetFileName(d))).Where(process.Is)
        : [];

    private static VmProcess? Parse(int pid, byte[] arguments) => arguments.AsSpan().IndexOf("-name"u8) < 0
        ? null
        : CommandLine.Read(pid, Encoding.UTF8.GetString(arguments).TrimEnd('\0').Split('\0'));

    /// <summary>Reads a file of <c>/proc</c>; null where it is not there.</summary>
    internal static byte[]? ReadFile(string path)
    {
        var fd = Native.Open(path, Native.OReadOnly | Native.OCloseOnExec, 0);
        // A process that cannot be looked at is not a process that is not there.
        if (fd < 0) return Marshal.GetLastPInvokeError() is NoEntry or NoProcess or NoAccess ? null : throw Failure(path);
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            // One read brings all: the kernel fills whatever buffer it is given.
            var length = (int)Native.Read(fd, buffer, buffer.Length);
            if (length < 0) return Marshal.GetLastPInvokeError() is NoProcess ? null : throw Failure(path);
            return buffer[..length];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _ = Native.Close(fd);
        }
    }

    private static IOException Failure(string path) => new($"{path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    /// <summary>
    /// Files and disks that the process holds open, among them images that its arguments do not name (backing files,
    /// snapshots). Names only: looking at a file itself would wait for its storage. What is no image is left out by the flush.
    /// </summary>
    internal static List<string> OpenFiles(int pid)
    {
        var files = new List<string>();
        // Not the framework's listing: that looks behind each link.
        var directory = Native.OpenDirectory($"/proc/{pid}/fd");
        // Gone meanwhile, or not ours to look into: the arguments must do.
        if (directory == 0) return files;
        try
        {
            while (Native.ReadDirectory(directory) is not 0 and var entry)
            {
                // struct dirent of 64-bit Linux: the name stands at 19.
                if (Marshal.PtrToStringUTF8(entry + 19) is { } fd && fd[0] != '.' && new FileInfo($"/proc/{pid}/fd/{fd}").LinkTarget is ['/', ..] target)
                    files.Add(target);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone meanwhile: the arguments must do.
        }
        finally
        {
            _ = Native.CloseDirectory(directory);
        }

        return files;
    }
}

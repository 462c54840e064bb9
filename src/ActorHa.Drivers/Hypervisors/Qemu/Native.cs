using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ActorHa.Drivers.Hypervisors.Qemu;

/// <summary>A Linux file descriptor that names one process for good: it never comes to mean another one.</summary>
internal sealed class PidFd() : SafeHandleZeroOrMinusOneIsInvalid(true)
{
    /// <summary>Opens it; null where the process does not exist (any more).</summary>
    internal static PidFd? Open(int pid)
    {
        var fd = Native.Syscall(Native.PidfdOpen, pid, 0, 0, 0);
        if (fd < 0) return null;
        var it = new PidFd();
        it.SetHandle((nint)fd);
        return it;
    }

    /// <summary>Sends SIGKILL; false where the process has ended.</summary>
    internal bool Kill()
    {
        var counted = false;
        try
        {
            DangerousAddRef(ref counted);
            return Native.Syscall(Native.PidfdSendSignal, handle, 9, 0, 0) == 0;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            if (counted) DangerousRelease();
        }
    }

    protected override bool ReleaseHandle() => Native.Close((int)handle) == 0;
}

/// <summary>The few calls of Linux that the framework does not offer. Numbers are the same on x86-64 and arm64.</summary>
internal static class Native
{
    internal const long PidfdSendSignal = 424;
    internal const long PidfdOpen = 434;
    internal const int OReadOnly = 0;
    internal const int OWriteOnly = 1;
    internal const int OCreate = 0x40;
    internal const int OAppend = 0x400;
    internal const int ONonBlock = 0x800;
    internal const int OCloseOnExec = 0x80000;
    internal const short PollIn = 1;

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollFd
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    [DllImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static extern long Syscall(long number, long a, long b, long c, long d);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static extern int Close(int fd);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    internal static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, int mode);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static extern nint Read(int fd, [Out] byte[] buffer, nint count);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static extern nint Write(int fd, byte[] buffer, nint count);

    [DllImport("libc", EntryPoint = "opendir", SetLastError = true)]
    internal static extern nint OpenDirectory([MarshalAs(UnmanagedType.LPUTF8Str)] string path);

    [DllImport("libc", EntryPoint = "readdir", SetLastError = true)]
    internal static extern nint ReadDirectory(nint directory);

    [DllImport("libc", EntryPoint = "closedir", SetLastError = true)]
    internal static extern int CloseDirectory(nint directory);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    internal static extern int Fsync(int fd);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static extern int Poll([In, Out] PollFd[] fds, nuint count, int milliseconds);

    [DllImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    internal static extern int EventFd(uint initial, int flags);

    /// <summary>idtype 3 = P_PIDFD, options WEXITED | WNOHANG = 5; siginfo has 128 bytes.</summary>
    [DllImport("libc", EntryPoint = "waitid", SetLastError = true)]
    internal static extern int WaitId(int idType, int id, [Out] byte[] siginfo, int options);

    [DllImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    internal static extern int SetPriority(int which, int who, int priority);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static extern int Kill(int pid, int signal);

    [DllImport("libc", EntryPoint = "posix_spawn")]
    internal static extern int PosixSpawn(out int pid, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, nint fileActions, nint attributes, nint[] argv, nint[] envp);

    [DllImport("libc", EntryPoint = "posix_spawnattr_init")]
    internal static extern int AttrInit(nint attr);

    [DllImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    internal static extern int AttrDestroy(nint attr);

    [DllImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    internal static extern int AttrSetFlags(nint attr, short flags);

    [DllImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    internal static extern int AttrSetSigDefault(nint attr, byte[] set);

    [DllImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    internal static extern int AttrSetSigMask(nint attr, byte[] set);

    [DllImport("libc", EntryPoint = "posix_spawnattr_setschedpolicy")]
    internal static extern int AttrSetSchedPolicy(nint attr, int policy);

    [DllImport("libc", EntryPoint = "posix_spawnattr_setschedparam")]
    internal static extern int AttrSetSchedParam(nint attr, ref int priority);

    [DllImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    internal static extern int ActionsInit(nint actions);

    [DllImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    internal static extern int ActionsDestroy(nint actions);

    [DllImport("libc", EntryPoint = "posix_spawn_file_actions_addopen")]
    internal static extern int ActionsOpen(nint actions, int fd, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, int mode);

    [DllImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    internal static extern int ActionsDup2(nint actions, int from, int to);
}

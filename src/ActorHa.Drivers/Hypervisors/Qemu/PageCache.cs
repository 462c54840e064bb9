using System.Runtime.InteropServices;

namespace ActorHa.Drivers.Hypervisors.Qemu;

/// <summary>
/// Brings what a dead process left in this host's page cache to the storage. A survivor that reads the image from shared
/// storage must see all of it; a release before that would hand over an older disk.
/// </summary>
internal static class PageCache
{
    private const int NoEntry = 2, NoDevice = 6, NoDirectory = 20, Invalid = 22, ReadOnlyFileSystem = 30;

    /// <summary>Flushes each file or disk; null when all are flushed, else what went wrong. Files that are gone need none; one that only cannot be reached is not gone.</summary>
    internal static string? Flush(IEnumerable<string> images)
    {
        foreach (var image in images)
        {
            if (image.StartsWith("/dev/", StringComparison.Ordinal) && !IsDisk(image)) continue;
            var fd = Native.Open(image, Native.OReadOnly | Native.OCloseOnExec | Native.ONonBlock, 0);
            var error = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (fd >= 0)
            {
                if (Native.Fsync(fd) != 0) error = Marshal.GetLastPInvokeError();
                _ = Native.Close(fd);
            }

            if (error is not (0 or NoEntry or NoDevice or NoDirectory or Invalid or ReadOnlyFileSystem))
                return $"{image} could not be flushed: {Marshal.GetPInvokeErrorMessage(error)}";
        }

        return null;
    }

    /// <summary>Whether a path under /dev is a block device. Others are not even opened: opening a watchdog arms it.</summary>
    internal static bool IsDisk(string path)
    {
        try
        {
            var real = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
            return Directory.Exists($"/sys/class/block/{Path.GetFileName(real)}");
        }
        catch (IOException)
        {
            return false;
        }
    }
}

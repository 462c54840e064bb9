namespace ActorHa.Drivers.Hypervisors.Qemu;

/// <summary>What QEMU writes to its standard output and error: the reason of a failed start stands there. Bounded.</summary>
internal static class VmLog
{
    /// <summary>Puts the last process's log aside, as the only old one.</summary>
    internal static void Begin(string log)
    {
        if (File.Exists(log)) File.Move(log, log + ".1", overwrite: true);
    }

    /// <summary>Cuts a log that is too long; QEMU writes with O_APPEND and goes on at the beginning.</summary>
    internal static void Shorten(string log, long limit)
    {
        try
        {
            var file = new FileInfo(log);
            if (!file.Exists || file.Length <= limit) return;
            using var open = file.Open(FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            open.SetLength(0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Housekeeping; the next round tries again.
        }
    }

    /// <summary>The last three lines, for the answer to a start that failed.</summary>
    internal static string LastLines(string log)
    {
        try
        {
            return string.Join(" | ", File.ReadLines(log).Where(l => l.Length > 0).TakeLast(3));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}

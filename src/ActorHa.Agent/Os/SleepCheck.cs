namespace ActorHa.Agent.Os;

/// <summary>
/// Whether this host can be suspended or hibernated. If so, it is not protected: its power reads off while its VMs' life
/// is only stored, and comes back later beside the recovered one.
/// </summary>
public static class SleepCheck
{
    private static readonly string[] Targets = ["sleep.target", "suspend.target", "hibernate.target", "hybrid-sleep.target"];

    private static readonly char[] Blanks = [' ', '\n', '\t'];
    private static readonly string[] UnitFolders = ["etc/systemd/system", "run/systemd/system"];

    /// <summary>Looks at the kernel and at systemd. What cannot be read counts as "can sleep".</summary>
    /// <param name="root">Root of the file tree, for tests.</param>
    public static SleepAnswer Look(string root = "/")
    {
        try
        {
            return Judge(root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new SleepAnswer(true, $"it is unknown whether this host can sleep: {e.Message}");
        }
    }

    private static SleepAnswer Judge(string root)
    {
        if (!Directory.Exists(Path.Combine(root, "sys/kernel"))) return new SleepAnswer(true, "it is unknown whether this host can sleep: there is no /sys");
        var state = Words(root, "sys/power/state");
        if (state.Length == 0) return new SleepAnswer(false, "the kernel knows no sleep state");
        var faults = new List<string>();
        // nohibernate shows as disk missing in state, too; the command line alone counts only where the kernel took it.
        var hibernates = state.Contains("disk") && !Words(root, "proc/cmdline").Contains("nohibernate") && !Words(root, "sys/power/disk").Contains("[disabled]");
        if (hibernates) faults.Add("the kernel can hibernate (add nohibernate to its command line)");
        var open = Targets.Where(t => !IsMasked(root, t)).ToList();
        if (open.Count > 0) faults.Add($"not masked: {string.Join(", ", open)} (systemctl mask {string.Join(' ', open)})");
        return faults.Count > 0
            ? new SleepAnswer(true, string.Join("; ", faults))
            : new SleepAnswer(false, $"sleep targets are masked and the kernel does not hibernate (it offers {string.Join(' ', state)})");
    }

    private static string[] Words(string root, string path)
    {
        var file = Path.Combine(root, path);
        return File.Exists(file) ? File.ReadAllText(file).Split(Blanks, StringSplitOptions.RemoveEmptyEntries) : [];
    }

    // A masked unit is a link to /dev/null, or an empty file (systemd.unit(5)).
    private static bool IsMasked(string root, string target) =>
        UnitFolders
            .Select(folder => new FileInfo(Path.Combine(root, folder, target)))
            .Any(file => file.LinkTarget == "/dev/null" || (file is { Exists: true, LinkTarget: null, Length: 0 }));
}

/// <summary>Whether a host can sleep.</summary>
/// <param name="CanSleep">It can, or nobody knows.</param>
/// <param name="Detail">Why, and what to do about it.</param>
public sealed record SleepAnswer(bool CanSleep, string Detail);

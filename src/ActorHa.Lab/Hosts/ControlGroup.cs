using System.Globalization;

namespace ActorHa.Lab;

/// <summary>
/// A version 2 control group: all processes of one host, whatever they fork, so that they can be frozen and killed as
/// one. <c>cgroup.kill</c> (Linux 5.14) also kills what is frozen; the old freezer's processes ignored SIGKILL.
/// </summary>
public sealed class ControlGroup(string path)
{
    /// <summary>The directory.</summary>
    public string Path => path;

    /// <summary>The file that takes the processes.</summary>
    public string ProcsFile => System.IO.Path.Combine(path, "cgroup.procs");

    /// <summary>Whether it exists.</summary>
    public bool Exists => Directory.Exists(path);

    /// <summary>Whether a process lives in it; one that is dead but not yet reaped does not count.</summary>
    public bool Populated => Exists && Event("populated");

    /// <summary>Whether its processes stand still.</summary>
    public bool Frozen => Exists && Event("frozen");

    /// <summary>The group of a lab that holds its hosts' groups.</summary>
    /// <exception cref="LabException">No version 2 hierarchy is mounted.</exception>
    public static ControlGroup Of(string labName)
    {
        // A pure version 2 Debian mounts it at /sys/fs/cgroup, a hybrid system below it.
        var root = File.ReadLines("/proc/self/mounts").Select(l => l.Split(' ')).FirstOrDefault(f => f[2] == "cgroup2")?[1]
            ?? throw new LabException("no cgroup v2 hierarchy is mounted: the lab needs one to freeze and power off its hosts");
        return new ControlGroup(System.IO.Path.Combine(root, labName == LabPaths.DefaultName ? "actorha-lab" : $"actorha-lab-{labName}"));
    }

    /// <summary>The group of one host.</summary>
    public ControlGroup Child(string name) => new(System.IO.Path.Combine(path, name));

    /// <summary>Groups inside.</summary>
    public IEnumerable<ControlGroup> Children() =>
        Exists ? Directory.EnumerateDirectories(path).Select(p => new ControlGroup(p)).ToList() : [];

    /// <summary>Makes it, empty and not frozen.</summary>
    /// <exception cref="LabException">The kernel cannot do what the lab needs, or refuses.</exception>
    public void Create()
    {
        try
        {
            Directory.CreateDirectory(path);
            if (!File.Exists(Control("cgroup.kill"))) throw new LabException("this kernel has no cgroup.kill: Linux 5.14 or newer is needed");
            File.WriteAllText(Control("cgroup.freeze"), "0");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"cannot make the control group {path}: {e.Message}", e);
        }
    }

    /// <summary>Ids of its processes and of those in groups inside (a host's systemd makes some), as seen from here.</summary>
    public IReadOnlyList<int> Processes()
    {
        try
        {
            return [.. File.ReadLines(ProcsFile).Select(l => int.Parse(l, CultureInfo.InvariantCulture)), .. Children().SelectMany(c => c.Processes())];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Orders standstill, without waiting for it.</summary>
    public void OrderFreeze() => File.WriteAllText(Control("cgroup.freeze"), "1");

    /// <summary>All stand still when it returns.</summary>
    public void Freeze()
    {
        OrderFreeze();
        Await(() => Frozen, "freeze");
    }

    /// <summary>All go on.</summary>
    public void Thaw()
    {
        File.WriteAllText(Control("cgroup.freeze"), "0");
        Await(() => !Frozen, "thaw");
    }

    /// <summary>Kills everything inside; when it returns all are gone, their files, locks and sockets closed.</summary>
    public void Kill()
    {
        if (!Exists) return;
        var doomed = Processes();
        File.WriteAllText(Control("cgroup.kill"), "1");
        // An empty group has closed its files; the first process of a namespace then still waits for its children to be
        // reaped. Whoever counts processes afterwards must not meet it.
        Await(() => !Populated && !doomed.Any(Tool.Lives), "die");
    }

    /// <summary>Removes the empty group, if it is there.</summary>
    public void Remove()
    {
        if (!Exists) return;
        foreach (var child in Children()) child.Remove();
        // The kernel may hold a group for a moment after its last process has left.
        Await(() =>
        {
            try
            {
                Directory.Delete(path);
                return true;
            }
            catch (DirectoryNotFoundException)
            {
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }, "leave");
    }

    private bool Event(string key)
    {
        try
        {
            return File.ReadLines(Control("cgroup.events")).Any(l => l == key + " 1");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private string Control(string file) => System.IO.Path.Combine(path, file);

    private void Await(Func<bool> done, string what)
    {
        if (!SpinWait.SpinUntil(done, TimeSpan.FromSeconds(10)))
            throw new LabException($"the processes of {path} did not {what} within 10 s: {string.Join(", ", Processes())}");
    }
}

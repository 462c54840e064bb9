using System.Diagnostics;

namespace ActorHa.Lab;

/// <summary>Builds a lab and removes it. Both may be repeated, and both cope with whatever an earlier run left behind.</summary>
public static class LabBuilder
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EtcdPatience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Builds the site and waits until every member's etcd is healthy.</summary>
    /// <param name="site">What to build.</param>
    /// <param name="paths">Where its state is.</param>
    /// <param name="fresh">Empty the hosts' disks first.</param>
    /// <param name="progress">Takes one line per step.</param>
    /// <exception cref="LabException">It cannot be built; nothing of it is left running.</exception>
    public static async Task<LabClient> UpAsync(SiteDescription site, LabPaths paths, bool fresh, Action<string> progress)
    {
        DemandRoot();
        site.Checked();
        DemandAgent(site);
        using var held = LabRecord.Lock(site.Name);
        var client = new LabClient(paths.Dir);
        if (LabRecord.Find(site.Name) is { } old)
        {
            if (await new LabClient(old.Dir).TryAskAsync("status") != null)
            {
                if (old.Dir != paths.Dir) throw new LabException($"a lab named {site.Name} is up in {old.Dir}; --name chooses another name");
                progress($"the lab {site.Name} is up already in {paths.Dir}");
                await AwaitEtcdAsync(client, progress);
                return client;
            }
            progress($"clearing away what the lab {site.Name} left behind");
            old.Sweep();
        }
        var record = LabRecord.Of(site, paths);
        Directory.CreateDirectory(paths.Dir);
        if (fresh) Empty(paths, site);
        record.Write();
        try
        {
            new SiteFiles(site, paths).Write();
            new LabNetwork(site).Create();
            progress($"network: {site.Chassis.Name} {site.Chassis.Address}, {string.Join(", ", site.Members.Select(m => $"{m.Name} {m.Address}"))}");
            await StartDaemonAsync(site, paths, client, progress);
            await AwaitEtcdAsync(client, progress);
        }
        catch
        {
            record.Sweep();
            throw;
        }
        return client;
    }

    /// <summary>Ends the lab of that name. Its directory, with the hosts' disks, stays.</summary>
    /// <returns>False if there was none.</returns>
    public static async Task<bool> DownAsync(string name, Action<string> progress)
    {
        DemandRoot();
        using var held = LabRecord.Lock(name);
        if (LabRecord.Find(name) is not { } record) return false;
        // Politely first, for the sake of what the services still have to write; then thoroughly.
        var asked = new LabClient(record.Dir).TryAskAsync("end");
        if (await Task.WhenAny(asked, Task.Delay(EndPatience)) == asked && await asked != null)
            await AwaitAsync(() => Task.FromResult(!File.Exists(LabPaths.In(record.Dir).PidFile)), EndPatience);
        record.Sweep();
        progress($"the lab {name} is down; its state stays in {record.Dir}");
        return true;
    }

    private static async Task StartDaemonAsync(SiteDescription site, LabPaths paths, LabClient client, Action<string> progress)
    {
        var group = ControlGroup.Of(site.Name).Child(site.Chassis.Name);
        group.Create();
        const string script =
            """
            procs=$1 log=$2 net=$3; shift 3
            echo $$ >"$procs" && exec </dev/null >>"$log" 2>&1 && exec setsid nsenter --net="$net" "$@"
            """;
        using var daemon = Process.Start(new ProcessStartInfo("bash",
        [
            "-c", script, "lab", group.ProcsFile, paths.Log, new LabNetwork(site).NamespaceFile(site.Chassis.Name),
            .. OwnProgram(), "daemon", "--dir", paths.Dir,
        ])
        { WorkingDirectory = "/" })!;
        var up = await AwaitAsync(
            async () => daemon.HasExited || await client.TryAskAsync("status") != null, StartPatience);
        if (!up || daemon.HasExited)
            throw new LabException($"the lab's daemon {(up ? "ended" : "does not answer")}: {LastLine(paths.Log)} (see {paths.Log})");
        progress($"daemon: process {daemon.Id}, log {paths.Log}");
        foreach (var host in site.Members) progress($"{host.Name}: has power{(host.Slot is { } slot ? $", blade {slot}" : "")}");
    }

    private static async Task AwaitEtcdAsync(LabClient client, Action<string> progress)
    {
        var start = Stopwatch.GetTimestamp();
        var healthy = new HashSet<string>();
        IReadOnlyDictionary<string, string> last = new Dictionary<string, string>();
        var all = await AwaitAsync(async () =>
        {
            last = await client.HealthAsync();
            foreach (var name in last.Where(m => m.Value.Length == 0).Select(m => m.Key).Where(healthy.Add))
                progress($"{name}: etcd is healthy after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
            return last.Values.All(v => v.Length == 0);
        }, EtcdPatience);
        if (!all)
        {
            var bad = last.Where(m => m.Value.Length > 0).Select(m => $"{m.Key}: {m.Value}");
            throw new LabException($"etcd did not become healthy within {EtcdPatience.TotalSeconds:0} s ({string.Join("; ", bad)}); see hosts/*/log/etcd.log");
        }
    }

    private static async Task<bool> AwaitAsync(Func<Task<bool>> done, TimeSpan patience)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await done())
        {
            if (Stopwatch.GetElapsedTime(start) > patience) return false;
            await Task.Delay(Poll);
        }
        return true;
    }

    private static void Empty(LabPaths paths, SiteDescription site)
    {
        foreach (var dir in site.Members.Select(m => paths.Home(m.Name)).Append(paths.Serial).Where(Directory.Exists))
            Directory.Delete(dir, recursive: true);
        File.Delete(paths.HeartbeatKey);
    }

    // How this very program was started: by dotnet, by its own name, or as a library of a test.
    private static IReadOnlyList<string> OwnProgram()
    {
        var library = typeof(LabBuilder).Assembly.Location;
        return Path.GetFileName(Environment.ProcessPath) switch
        {
            "actorha-lab" => [Environment.ProcessPath!],
            "dotnet" => [Environment.ProcessPath!, library],
            _ => [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", library],
        };
    }

    private static string LastLine(string file) => File.Exists(file) ? File.ReadLines(file).LastOrDefault() ?? "" : "it said nothing";

    private static void DemandRoot()
    {
        if (!OperatingSystem.IsLinux()) throw new LabException("the lab needs Linux: it is made of network namespaces and control groups");
        if (!Environment.IsPrivilegedProcess) throw new LabException("the lab needs root: it makes network namespaces and control groups");
    }

    private static void DemandAgent(SiteDescription site)
    {
        var missing = site.AgentCommand.Split(' ').Where(w => w.StartsWith("{artifacts}", StringComparison.Ordinal))
            .Select(w => w.Replace("{artifacts}", SiteFiles.Artifacts)).FirstOrDefault(f => !File.Exists(f));
        if (missing != null) throw new LabException($"{missing} is missing: build the agent (ops/lab does) or give --agent-command");
    }
}

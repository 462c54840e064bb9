using System.Diagnostics;
using System.Globalization;

namespace ActorHa.Lab;

/// <summary>The command line: words in, one call of the builder or the client, sentences out.</summary>
public static class LabCli
{
    /// <summary>Exit codes: 0 done, 1 refused or failed, 2 not understood.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter errors)
    {
        try
        {
            var words = args.ToList();
            var dir = Take(words, "--dir");
            var name = Take(words, "--name");
            if (words is [] or ["help"] or ["--help"] or ["-h"])
            {
                Help(output);
                return words.Count == 0 ? 2 : 0;
            }
            var paths = LabPaths.In(dir ?? DirOf(name));
            return await RunAsync(words, name, paths, output);
        }
        // The file system speaks for itself: a full disk, no rights, no such directory.
        catch (Exception e) when (e is LabException or IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"actorha-lab: {e.Message}");
            return 1;
        }
    }

    private static async Task<int> RunAsync(List<string> words, string? name, LabPaths paths, TextWriter output)
    {
        switch (words)
        {
            case ["up", ..]:
                words.RemoveAt(0);
                await UpAsync(words, name, paths, output);
                return 0;
            case ["down"]:
                var known = name ?? KnownName(paths);
                if (!await LabBuilder.DownAsync(known, output.WriteLine)) await output.WriteLineAsync($"no lab named {known} is up");
                return 0;
            case ["daemon"]:
                await LabDaemon.RunAsync(paths);
                return 0;
            case ["status"]:
                await output.WriteAsync(Table(await new LabClient(paths.Dir).StatusAsync()));
                return 0;
            case ["status", "--json"]:
                await output.WriteLineAsync(LabJson.Pretty(await new LabClient(paths.Dir).StatusAsync()));
                return 0;
            case ["demo", ..]:
                return await new Demo.Demonstration(paths, output).RunAsync(stay: words.Contains("--stay"));
            case ["bench", "snmp", ..]:
                return await Chassis.SnmpBench.RunAsync(words[2..], output);
            case ["bench", ..]:
                return await Benches.Bench.RunAsync(paths, words[1..], output);
            case ["run", var host, .. { Count: > 0 } command]:
                return await RunInAsync(await new LabClient(paths.Dir).StatusAsync(), host, command);
            case ["referee"]:
                var report = await new LabClient(paths.Dir).RefereeAsync();
                await output.WriteAsync(report.ToText());
                return report.Clean ? 0 : 1;
            case [var command, .. var rest]:
                var reply = await new LabClient(paths.Dir).AskAsync(command, rest);
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{reply.Text} ({reply.Milliseconds:0.0} ms)"));
                return 0;
            default:
                return 2;
        }
    }

    // Inside the host's namespaces, as if logged in there.
    private static async Task<int> RunInAsync(LabStatus status, string host, IEnumerable<string> command)
    {
        var init = status.Hosts.FirstOrDefault(h => h.Name == host)?.Process("init") ?? throw new LabException($"{host} does not run");
        using var process = Process.Start(new ProcessStartInfo("nsenter", ["-t", $"{init.Pid}", "-m", "-n", "-p", "-u", "-i", "--", .. command]))!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static async Task UpAsync(List<string> words, string? name, LabPaths paths, TextWriter output)
    {
        var file = Take(words, "--site");
        var agent = Take(words, "--agent-command");
        var fresh = words.Remove("--fresh");
        if (words.Count > 0) throw new LabException($"up does not understand {string.Join(' ', words)}");
        if (file != null && !File.Exists(file)) throw new LabException($"there is no file {file}");
        var site = file == null ? new SiteDescription() : SiteDescription.Parse(await File.ReadAllTextAsync(file), file);
        site = site with { Name = name ?? (file == null ? paths.DerivedName() : site.Name), AgentCommand = agent ?? site.AgentCommand };
        await LabBuilder.UpAsync(site, paths, fresh, output.WriteLine);
    }

    // A lab that was given a name but no directory: where it is, or where it would be.
    private static string DirOf(string? name) => name switch
    {
        null or LabPaths.DefaultName => LabPaths.DefaultDir,
        _ => LabRecord.Find(name)?.Dir ?? $"{LabPaths.DefaultDir}-{name}",
    };

    private static string KnownName(LabPaths paths) =>
        File.Exists(paths.Site) ? SiteDescription.Parse(File.ReadAllText(paths.Site), paths.Site).Name : paths.DerivedName();

    private static string? Take(List<string> words, string option)
    {
        var at = words.IndexOf(option);
        if (at < 0) return null;
        if (at + 1 >= words.Count) throw new LabException($"{option} needs a value");
        var value = words[at + 1];
        words.RemoveRange(at, 2);
        return value;
    }

    private static string Table(LabStatus status)
    {
        var lines = new List<string> { $"lab {status.Name} in {status.Dir}, daemon {status.DaemonPid}", "host          power  state    boots  uptime  processes" };
        foreach (var h in status.Hosts)
        {
            var state = !h.Power ? "-" : h.Frozen ? "frozen" : h.Process("init") == null ? "dead" : "running";
            var processes = string.Join(", ", h.Processes.Where(Interesting).Select(p => $"{p.Role} {p.Pid}{(p.Paused ? " paused" : "")}"));
            lines.Add(string.Create(CultureInfo.InvariantCulture,
                $"{h.Name,-13} {(h.Power ? "on" : "off"),-6} {state,-8} {h.Boots,5}  {Uptime(h.UptimeSeconds),6}  {processes}"));
        }
        lines.AddRange(status.Cuts.Select(c => $"cut: {c.To} does not hear {c.From}"));
        lines.AddRange(status.Chassis.Select(f => $"chassis: {f.Key} {f.Value}"));
        return string.Concat(lines.Select(l => l + "\n"));
    }

    private static bool Interesting(HostProcess p) => p.Role is "init" or "agent" or "etcd" || p.Role.StartsWith("vm:", StringComparison.Ordinal);

    private static string Uptime(double? seconds) => seconds is { } s ? string.Create(CultureInfo.InvariantCulture, $"{s:0} s") : "-";

    private static void Help(TextWriter output)
    {
        output.WriteLine(
            """
            actorha-lab [--dir DIR] [--name NAME] COMMAND: a whole site on one machine
              up [--fresh] [--agent-command COMMAND] [--site FILE]   build it; --fresh empties the hosts' disks
              down                           end everything; the directory stays
              status [--json]                how it stands
              run HOST COMMAND…              a command inside a host, as if logged in there
              referee                        which VM ran where, judged from disks, serial lines and process tables
            """);
        foreach (var line in LabCommands.Usage) output.WriteLine($"  {line}");
    }
}

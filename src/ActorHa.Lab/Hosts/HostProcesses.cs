using System.Globalization;

namespace ActorHa.Lab;

/// <summary>A process of a host.</summary>
/// <param name="Role"><c>init</c>, <c>agent</c>, <c>etcd</c>, <c>vm:NAME</c>, or the program's name.</param>
/// <param name="Pid">Its id on the machine.</param>
/// <param name="HostPid">Its id as the host sees it.</param>
/// <param name="Paused">Stopped by SIGSTOP.</param>
public sealed record HostProcess(string Role, int Pid, int HostPid, bool Paused);

/// <summary>Finds out what runs in a host.</summary>
internal static class HostProcesses
{
    /// <summary>Where init keeps process ids and holds, seen from inside.</summary>
    public const string InitDirectory = "run/lab";

    /// <summary>All processes of a host; those that only carry its namespaces are left out.</summary>
    public static IReadOnlyList<HostProcess> Of(ControlGroup group)
    {
        var found = group.Processes().Select(Read).OfType<Raw>().ToList();
        var init = found.FirstOrDefault(p => p.HostPid == 1);
        if (init == null) return [];
        var agent = PidFile(init.Pid, "agent");
        var etcd = PidFile(init.Pid, "etcd");
        return [.. found.Select(p => new HostProcess(Role(p, agent, etcd), p.Pid, p.HostPid, p.Paused)).OrderBy(p => p.HostPid)];
    }

    private static string Role(Raw p, int agent, int etcd) => p switch
    {
        { HostPid: 1 } => "init",
        _ when p.HostPid == agent => "agent",
        _ when p.HostPid == etcd => "etcd",
        _ when VmName(p) is { } vm => $"vm:{vm}",
        _ => p.Program,
    };

    /// <summary>
    /// QEMU is told its VM's name: <c>-name mail</c>, <c>-name guest=mail,…</c>; also a name for its process, so that the
    /// kernel's name for it need not be the program's.
    /// </summary>
    private static string? VmName(Raw p)
    {
        if (!IsQemu(p.Program) && !IsQemu(Path.GetFileName(p.Words[0]))) return null;
        var at = p.Words.IndexOf("-name");
        if (at < 0 || at + 1 >= p.Words.Count) return null;
        var first = p.Words[at + 1].Split(',')[0];
        return first.StartsWith("guest=", StringComparison.Ordinal) ? first["guest=".Length..] : first;
    }

    private static bool IsQemu(string program) => program.StartsWith("qemu", StringComparison.Ordinal);

    private static int PidFile(int init, string name)
    {
        try
        {
            return int.Parse(File.ReadAllText($"/proc/{init}/root/{InitDirectory}/{name}.pid"), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or FormatException or UnauthorizedAccessException)
        {
            // Between two lives of the program there is no file, or an unfinished one.
            return 0;
        }
    }

    private static Raw? Read(int pid)
    {
        try
        {
            var status = File.ReadLines($"/proc/{pid}/status")
                .Select(l => l.Split(':', 2)).Where(f => f.Length == 2).ToDictionary(f => f[0], f => f[1].Trim());
            // "NSpid: 4711 12": the id here, then the id inside; only one = outside the host's namespace.
            var ids = status["NSpid"].Split('\t', StringSplitOptions.RemoveEmptyEntries);
            if (ids.Length < 2) return null;
            return new Raw(
                pid,
                int.Parse(ids[^1], CultureInfo.InvariantCulture),
                status["State"].StartsWith('T'),
                status["Name"],
                [.. File.ReadAllText($"/proc/{pid}/cmdline").Split('\0')]);
        }
        catch (Exception e) when (e is IOException or KeyNotFoundException or UnauthorizedAccessException)
        {
            // It ended while it was looked at.
            return null;
        }
    }

    private sealed record Raw(int Pid, int HostPid, bool Paused, string Program, List<string> Words);
}

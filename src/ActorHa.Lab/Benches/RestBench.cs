using System.Diagnostics;
using System.Globalization;
using System.Text;
using ActorHa.Lab.Demo;

namespace ActorHa.Lab.Benches;

/// <summary>
/// What the members cost while nothing happens: every process of theirs that an installation would have as well, so
/// neither the VMs nor the lab's own init. Beside them run guests, referee and chassis, as hosts have other work too.
/// </summary>
public static class RestBench
{
    /// <summary>The runtime compiles what is called often for some minutes; by then it and the connections have settled.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromMinutes(3);

    /// <summary>Clock ticks of /proc/PID/stat: sysconf(_SC_CLK_TCK), 100 on every Linux of our kinds.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>Measures for a time.</summary>
    public static async Task<RestResult> RunAsync(RunningSite site, TimeSpan time)
    {
        Bench.Progress($"at rest: {WarmUp.TotalSeconds:0} s to settle, then {time.TotalSeconds:0} s measured");
        await Task.Delay(WarmUp);
        var watched = (await site.Lab.StatusAsync()).Hosts
            .SelectMany(h => h.Processes.Where(IsOurs).Select(p => (Member: h.Name, p.Role, p.Pid))).ToList();
        var before = watched.ToDictionary(p => p.Pid, p => Ticks(p.Pid));
        var start = Stopwatch.GetTimestamp();
        await Task.Delay(time);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var rows = watched.Select(p => new RestRow(
            p.Member, p.Role, Memory(p.Pid, "Rss:"), Memory(p.Pid, "Pss:"), 100 * (Ticks(p.Pid) - before[p.Pid]) / TicksPerSecond / seconds)).ToList();
        return new RestResult(seconds, Environment.ProcessorCount, File.ReadAllText("/proc/loadavg").Split(' ')[0], rows);
    }

    // init.sh and what it starts stand for systemd and its journal.
    private static bool IsOurs(HostProcess p) => p.Role is not ("init" or "bash" or "sleep") && !p.Role.StartsWith("vm:", StringComparison.Ordinal);

    /// <summary>proc(5): utime and stime are the fields 14 and 15; the name before them may hold blanks.</summary>
    private static long Ticks(int pid)
    {
        var stat = Read($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    private static double Memory(int pid, string key) =>
        double.Parse(Read($"/proc/{pid}/smaps_rollup").Split('\n').First(l => l.StartsWith(key, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException e)
        {
            throw new LabException($"a member's process ended while it was measured: {e.Message}", e);
        }
    }
}

/// <summary>One process at rest; memory in MiB, processor in per cent of one.</summary>
public sealed record RestRow(string Member, string Process, double RssMb, double PssMb, double CpuPercent);

/// <summary>Members at rest.</summary>
/// <param name="Seconds">How long it was measured.</param>
/// <param name="Processors">Processors of the machine.</param>
/// <param name="Load">Its load (1 min) at the end: far above the processors, the figures are those of cold caches.</param>
/// <param name="Processes">Process by process.</param>
public sealed record RestResult(double Seconds, int Processors, string Load, IReadOnlyList<RestRow> Processes) : BenchResult
{
    /// <summary>Sums per member.</summary>
    public IReadOnlyList<RestRow> Members =>
        [.. Processes.GroupBy(p => p.Member).Select(g => new RestRow(g.Key, "all", g.Sum(p => p.RssMb), g.Sum(p => p.PssMb), g.Sum(p => p.CpuPercent)))];

    /// <inheritdoc/>
    public override string ToText()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"at rest, {Seconds:0} s; {Processors} processors, load {Load}\n");
        text.Append(CultureInfo.InvariantCulture, $"{"member",-12} {"process",-8} {"RSS MiB",8} {"PSS MiB",8} {"% of one processor",19}\n");
        foreach (var p in Processes.Concat(Members).OrderBy(p => p.Member, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"{p.Member,-12} {p.Process,-8} {p.RssMb,8:0} {p.PssMb,8:0} {p.CpuPercent,19:0.0}\n");
        return text.ToString();
    }
}

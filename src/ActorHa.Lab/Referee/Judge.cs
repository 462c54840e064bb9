using System.Collections.Immutable;

namespace ActorHa.Lab.Referee;

/// <summary>
/// Says from outside evidence whether any VM ever ran twice. Pure: the same evidence, the same verdict. Three witnesses,
/// each enough for a conviction:
/// <list type="bullet">
/// <item><b>Process table</b>: a process certainly lived after another one of the same VM certainly existed. No tolerance:
/// both bounds are on the safe side. An overlap shorter than one scan may go unseen.</item>
/// <item><b>Disk</b>: an older epoch's area was written after a newer epoch's area had been seen; or one epoch's area was
/// written by two hosts in turn. No tolerance: a dead process's writes are finished before it is gone. An overlap in
/// which the older one wrote nothing between two samples may go unseen.</item>
/// <item><b>Serial line</b>: lines of an older instance arrive after the first line of a newer one. Bytes of a dead process
/// may still lie in its socket, so the process table goes first: where it shows the older instance gone and last alive
/// before the newer's first line, its late lines are no evidence. Where the table does not say (no process of that host
/// and epoch was seen, or never its end, or both instances are of one host and epoch), lines later than
/// <see cref="LateMs"/> after the newer's first line convict.</item>
/// </list>
/// </summary>
public static class Judge
{
    /// <summary>
    /// How late a dead process's last line may arrive where the process table is silent, ms: the recorder's reading on a
    /// machine whose processors are all busy. A guest's first line comes seconds after its process, so a real double run
    /// is far longer than this.
    /// </summary>
    public const double LateMs = 500;

    /// <summary>Judges each VM that occurs in the evidence.</summary>
    public static Verdict Try(Evidence evidence)
    {
        var vms = evidence.Serial.Select(l => l.Vm).Concat(evidence.Disk.Select(d => d.Vm)).Concat(evidence.Processes.Select(p => p.Vm));
        return new Verdict(vms.Distinct().Order(StringComparer.Ordinal).ToImmutableSortedDictionary(vm => vm, vm => TryOne(new Evidence(
            [.. evidence.Serial.Where(l => l.Vm == vm)],
            [.. evidence.Disk.Where(d => d.Vm == vm)],
            [.. evidence.Processes.Where(p => p.Vm == vm)]))));
    }

    private static VmVerdict TryOne(Evidence e) => new(Runs(e), [.. ByProcesses(e.Processes), .. ByDisk(e.Disk), .. BySerial(e)]);

    private static IEnumerable<Violation> ByProcesses(ImmutableArray<ProcessLife> lives)
    {
        var sorted = lives.OrderBy(l => l.StartedByMs).ToArray();
        for (var i = 0; i < sorted.Length; i++)
            for (var j = i + 1; j < sorted.Length; j++)
            {
                var (a, b) = (sorted[i], sorted[j]);
                // A migration's target waits beside its source; when it runs, disk and serial line tell.
                if (b.Incoming || a.LastAliveMs <= b.StartedByMs) continue;
                yield return new Violation(Witness.ProcessTable, b.StartedByMs, Math.Min(a.LastAliveMs, b.LastAliveMs),
                    $"{Who(a.Host, a.Epoch)} (pid {a.Pid}) lived at {a.LastAliveMs:0.0}, {Who(b.Host, b.Epoch)} (pid {b.Pid}) existed at {b.StartedByMs:0.0}");
            }
    }

    private static IEnumerable<Violation> ByDisk(ImmutableArray<DiskAdvance> advances)
    {
        var sorted = advances.OrderBy(d => d.SeenMs).ToArray();
        foreach (var older in sorted.Select(d => d.Epoch).Distinct())
        {
            if (sorted.Where(d => d.Epoch > older).MinBy(d => d.SeenMs) is not { } newer) continue;
            var late = sorted.Where(d => d.Epoch == older && d.NotBeforeMs >= newer.SeenMs).ToArray();
            if (late.Length > 0)
                yield return new Violation(Witness.Disk, newer.SeenMs, late[^1].SeenMs,
                    $"{Who(late[0].Host, older)} wrote {late[0].Counter} after {late[0].NotBeforeMs:0.0}, {Who(newer.Host, newer.Epoch)} had written {newer.Counter} by {newer.SeenMs:0.0} ({late.Length} such writes)");
        }

        // Two hosts in one epoch write to one area: host A, host B, host A again. One change of hands may be a migration.
        foreach (var epoch in sorted.GroupBy(d => d.Epoch))
        {
            var hands = epoch.Aggregate(new List<DiskAdvance>(), (list, d) =>
            {
                if (list.Count == 0 || list[^1].Host != d.Host) list.Add(d);
                return list;
            });
            if (hands.Count > 2)
                yield return new Violation(Witness.Disk, hands[1].SeenMs, hands[^1].SeenMs,
                    $"{Who(hands[0].Host, epoch.Key)} and {hands[1].Host} wrote in turn, {hands.Count - 1} changes of hands");
        }
    }

    private static IEnumerable<Violation> BySerial(Evidence e)
    {
        var instances = e.Serial.GroupBy(l => (l.Host, l.Epoch, l.Connection)).Select(g => g.OrderBy(l => l.ArrivalMs).ToArray())
            .OrderBy(lines => lines[0].ArrivalMs).ToArray();
        for (var i = 0; i < instances.Length; i++)
            for (var j = i + 1; j < instances.Length; j++)
            {
                var (a, b) = (instances[i], instances[j][0]);
                var convicts = BelievedUntil(a[0], b, e.Processes);
                var late = Array.FindAll(a, l => l.ArrivalMs > convicts);
                if (late.Length > 0)
                    yield return new Violation(Witness.Serial, b.ArrivalMs, late[^1].ArrivalMs,
                        $"{Who(a[0].Host, a[0].Epoch)} (connection {a[0].Connection}) said {late[0].Counter} at {late[0].ArrivalMs:0.0}, {Who(b.Host, b.Epoch)} (connection {b.Connection}) spoke first at {b.ArrivalMs:0.0} ({late.Length} such lines)");
            }
    }

    /// <summary>Lines of the older instance convict from this moment on (see the class).</summary>
    private static double BelievedUntil(SerialLine older, SerialLine newer, ImmutableArray<ProcessLife> lives)
    {
        if ((older.Host, older.Epoch) == (newer.Host, newer.Epoch)) return newer.ArrivalMs + LateMs;
        var its = lives.Where(l => (l.Host, l.Epoch) == (older.Host, older.Epoch)).ToArray();
        if (its.Length == 0) return newer.ArrivalMs + LateMs;
        if (its.Max(l => l.LastAliveMs) > newer.ArrivalMs) return newer.ArrivalMs;
        return its.All(l => l.GoneByMs is not null) ? double.PositiveInfinity : newer.ArrivalMs + LateMs;
    }

    private static ImmutableArray<Run> Runs(Evidence e)
    {
        var runs = e.Processes.Select(p => new Run(p.Host, p.Epoch, p.StartedByMs, p.LastAliveMs)).ToList();
        var known = runs.Select(r => (r.Host, r.Epoch)).ToHashSet();
        // What spoke or wrote without a process that was seen ran nevertheless.
        runs.AddRange(e.Serial.Select(l => (l.Host, l.Epoch, At: l.ArrivalMs)).Concat(e.Disk.Select(d => (d.Host, d.Epoch, At: d.SeenMs)))
            .GroupBy(x => (x.Host, x.Epoch)).Where(g => !known.Contains(g.Key))
            .Select(g => new Run(g.Key.Host, g.Key.Epoch, g.Min(x => x.At), g.Max(x => x.At))));
        return [.. runs.OrderBy(r => r.FromMs)];
    }

    private static string Who(string host, long epoch) => $"{host} e{epoch}";
}

/// <summary>What the judge found, by VM.</summary>
public sealed record Verdict(ImmutableSortedDictionary<string, VmVerdict> Vms)
{
    /// <summary>No VM ran twice, as far as the evidence reaches.</summary>
    public bool Clean => Vms.Values.All(v => v.Violations.IsEmpty);
}

/// <summary>One VM's lives and the breaches of single-active.</summary>
public sealed record VmVerdict(ImmutableArray<Run> Runs, ImmutableArray<Violation> Violations);

/// <summary>A life of a VM as seen from outside: certainly existing from, last certainly alive at.</summary>
public sealed record Run(string Host, long Epoch, double FromMs, double ToMs);

/// <summary>Two instances at once.</summary>
/// <param name="By">The witness.</param>
/// <param name="FromMs">First moment proven.</param>
/// <param name="ToMs">Last moment proven.</param>
/// <param name="Story">The pieces of evidence, in a sentence.</param>
public sealed record Violation(Witness By, double FromMs, double ToMs, string Story);

/// <summary>Kinds of evidence.</summary>
public enum Witness
{
    /// <summary>Processes in the machine's table.</summary>
    ProcessTable,

    /// <summary>Areas on the VM's disk.</summary>
    Disk,

    /// <summary>Lines on the VM's serial line.</summary>
    Serial,
}

using System.Globalization;
using ActorHa.Core;
using ActorHa.Hocon;

namespace ActorHa.Configuration;

/// <summary>The difference between two configurations as an operator reads it before saying yes.</summary>
public static class ConfigDiff
{
    /// <summary>
    /// One line for each change, in a fixed order: <c>timers.suspect-after: 2s → 3s</c>, <c>vms.mail: added</c>.
    /// Empty when both mean the same, however they were written.
    /// </summary>
    public static IReadOnlyList<string> Between(ClusterConfig before, ClusterConfig after)
    {
        var lines = new List<string>();
        Compare(lines, "name", before.Name, after.Name);
        foreach (var key in TimerKeys.All)
            Compare(lines, $"timers.{key.Key}", Units.Print(key.Get(before.Timers)), Units.Print(key.Get(after.Timers)));
        CompareValues(lines, "policies", Show(before.Policies), Show(after.Policies));
        CompareEntries(lines, "devices", before.Devices, after.Devices, Show);
        CompareEntries(lines, "hosts", before.Hosts, after.Hosts, Show);
        foreach (var witness in before.Witnesses.Union(after.Witnesses))
            if (before.Witnesses.Contains(witness) != after.Witnesses.Contains(witness))
                lines.Add($"witnesses.{witness}: {(after.Witnesses.Contains(witness) ? "added" : "removed")}");
        CompareEntries(lines, "vms", before.Vms, after.Vms, Show);
        return lines;
    }

    private static void CompareEntries<TKey, TValue>(
        List<string> lines, string group, IReadOnlyDictionary<TKey, TValue> before, IReadOnlyDictionary<TKey, TValue> after,
        Func<TValue, List<(string, string)>> show) where TKey : notnull
    {
        foreach (var key in before.Keys.Union(after.Keys).OrderBy(k => k.ToString(), StringComparer.Ordinal))
        {
            var was = before.TryGetValue(key, out var old);
            var becomes = after.TryGetValue(key, out var @new);
            if (was && becomes) CompareValues(lines, $"{group}.{key}", show(old!), show(@new!));
            else lines.Add($"{group}.{key}: {(becomes ? "added" : "removed")}");
        }
    }

    private static void CompareValues(List<string> lines, string path, List<(string Key, string Value)> before, List<(string Key, string Value)> after)
    {
        foreach (var key in before.Concat(after).Select(v => v.Key).Distinct())
            Compare(lines, $"{path}.{key}", Of(before, key), Of(after, key));

        static string Of(List<(string Key, string Value)> values, string key) => values.Where(v => v.Key == key).Select(v => v.Value).FirstOrDefault("(not set)");
    }

    private static void Compare(List<string> lines, string path, string before, string after)
    {
        if (before != after) lines.Add($"{path}: {(before.Length > 0 ? before : "(empty)")} → {(after.Length > 0 ? after : "(empty)")}");
    }

    private static string YesNo(bool value) => value ? "yes" : "no";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static List<(string, string)> Show(Policies p) =>
    [
        ("max-fences", Number(p.MaxFences)), ("fence-when-agent-lost", YesNo(p.FenceWhenAgentLost)),
        ("starts-at-once", Number(p.StartsAtOnce)), ("power-on-after-fence", p.PowerOnAfterFence == PowerOnPolicy.StayOff ? "stay-off" : "on"),
        ("shutdown", p.Shutdown == ShutdownPolicy.Release ? "release" : "freeze"),
    ];

    private static List<(string, string)> Show(DeviceConfig d) => [("driver", d.Driver), .. d.Options.Select(o => (o.Key, o.Value))];

    private static List<(string, string)> Show(HostConfig h) =>
    [
        ("memory", Units.PrintMebibytes(h.MemoryMb)),
        ("fencing", h.Fencing.IsEmpty ? "none" : string.Join(", then ", h.Fencing.Select(l => string.Join(" and ", l.Plugs.Select(p => $"{p.Device} plug {p.Plug}"))))),
    ];

    private static List<(string, string)> Show(VmConfig v) =>
    [
        ("priority", Number(v.Priority)), ("memory", Units.PrintMebibytes(v.MemoryMb)), ("failover", YesNo(v.Failover)), ("preemptible", YesNo(v.Preemptible)),
        ("hosts", v.Hosts.IsEmpty ? "all" : string.Join(", ", v.Hosts)), ("max-restarts", Number(v.MaxRestarts)),
        ("steady-after", Units.Print(v.SteadyAfter)), ("stop-grace", Units.Print(v.StopGrace)),
        ("driver", v.Driver), ("definition", v.Definition),
    ];
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ActorHa.Lab.Guests;
using ActorHa.Lab.Referee;

namespace ActorHa.Lab;

/// <summary>The referee in the lab's daemon: records serial lines, disks and process tables from the first moment on.</summary>
public sealed class RefereeService : IAsyncDisposable
{
    private readonly LabPaths _paths;
    private readonly SerialRecorder _serial;
    private readonly ProcessSampler _processes = new(TimeSpan.FromMilliseconds(50));
    private readonly IReadOnlyList<DiskSampler> _disks;

    /// <summary>Begins to look.</summary>
    public RefereeService(LabPaths paths)
    {
        _paths = paths;
        _serial = new SerialRecorder(paths.Dir);
        foreach (var vm in SiteFiles.Vms) _serial.Listen(vm);
        _disks = [.. SiteFiles.Vms.Select(vm => new DiskSampler(Path.Combine(paths.Shared, $"{vm}.img")))];
    }

    /// <summary>The verdict on all that was seen so far.</summary>
    /// <exception cref="LabException">One of the witnesses could not go on looking: there is no verdict.</exception>
    public RefereeReport Judge()
    {
        _serial.MustListen();
        // Read once: the logs of a long session are long, and this is asked again and again.
        var serial = SiteFiles.Vms.ToDictionary(vm => vm, vm => SerialLine.ReadLog(SerialRecorder.LogOf(_paths.Dir, vm)));
        var lives = _processes.Lives;
        var verdict = Referee.Judge.Try(new Evidence([.. serial.Values.SelectMany(l => l)], [.. _disks.SelectMany(d => d.Advances)], lives));
        return new RefereeReport(
            verdict.Clean,
            LabClock.Now,
            [.. verdict.Vms.Select(v => new RefereedVm(v.Key,
                [.. v.Value.Runs.Select(r => new RefereedRun(r.Host, r.Epoch, r.FromMs, r.ToMs, FirstWord(serial.GetValueOrDefault(v.Key, []), r), Started(lives, v.Key, r)))],
                [.. v.Value.Violations.Select(b => b.Story)]))]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var disk in _disks) await disk.DisposeAsync();
        await _processes.DisposeAsync();
        await _serial.DisposeAsync();
    }

    private static double? FirstWord(ImmutableArray<SerialLine> serial, Run run) =>
        serial.FirstOrDefault(l => l.Host == run.Host && l.Epoch == run.Epoch && l.ArrivalMs >= run.FromMs - 1000)?.ArrivalMs;

    private static double? Started(IEnumerable<ProcessLife> lives, string vm, Run run) =>
        lives.FirstOrDefault(l => l.Vm == vm && l.Host == run.Host && l.Epoch == run.Epoch && l.StartedByMs >= run.FromMs - 1000)?.StartedByMs;
}

/// <summary>What the referee says.</summary>
/// <param name="Clean">No VM was ever seen running twice.</param>
/// <param name="NowMs">The referee's clock (CLOCK_MONOTONIC, ms).</param>
/// <param name="Vms">VM by VM.</param>
public sealed record RefereeReport(bool Clean, double NowMs, IReadOnlyList<RefereedVm> Vms)
{
    /// <summary>For people.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var vm in Vms)
        {
            foreach (var run in vm.Runs)
                text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"{vm.Vm,-8} on {run.Host,-12} e{run.Epoch,-4} from {run.FromMs / 1000:0.000} to {run.ToMs / 1000:0.000} s"));
            foreach (var violation in vm.Violations) text.AppendLine($"{vm.Vm,-8} RAN TWICE: {violation}");
        }
        text.AppendLine(Clean ? "referee: no VM ran twice" : "referee: a VM ran twice");
        return text.ToString();
    }
}

/// <summary>One VM.</summary>
public sealed record RefereedVm(string Vm, IReadOnlyList<RefereedRun> Runs, IReadOnlyList<string> Violations);

/// <summary>One run of a VM: process seen, first word of the guest; ms of the referee's clock.</summary>
public sealed record RefereedRun(string Host, long Epoch, double FromMs, double ToMs, double? FirstWordMs, double? ProcessMs);

using System.Diagnostics;
using System.Globalization;
using ActorHa.Lab.Demo;
using ActorHa.Ports.Api;

namespace ActorHa.Lab.Benches;

/// <summary>Keeps every processor busy with other work, beside agents and guests, and counts what that does: a busy host is no dead one.</summary>
public static class BusyBench
{
    private static readonly string[] Members = ["applejack", "rainbowdash", "witness"];

    /// <summary>Runs for a time.</summary>
    public static async Task<BusyResult> RunAsync(RunningSite site, TimeSpan time)
    {
        var after = (await Status(site, "witness")).Index;
        var before = await BeatsAsync(site);
        using var end = new CancellationTokenSource();
        var workers = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() => Burn(end.Token)) { IsBackground = true, Name = "work" }).ToList();
        foreach (var worker in workers) worker.Start();
        Bench.Progress($"{workers.Count} threads of other work for {time.TotalSeconds:0} s");
        var verdicts = new SortedDictionary<string, int>();
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            await Task.Delay(1000, CancellationToken.None);
            // A verdict of a second's look: what was doubted and cleared between two looks is in the agents' logs.
            foreach (var member in Members)
                foreach (var seen in (await site.StatusAsync(member))?.Members.Where(m => m.Verdict != "alive").Select(m => $"{member} calls {m.Name} {m.Verdict}") ?? [$"{member} does not answer"])
                    verdicts[seen] = verdicts.GetValueOrDefault(seen) + 1;
        }
        await end.CancelAsync();
        foreach (var worker in workers) worker.Join();
        var events = (await site.HistoryAsync("witness", after)).SelectMany(e => e.Events).ToList();
        int Count(string name) => events.Count(e => e.Contains($"\"{name}\"", StringComparison.Ordinal));
        return new BusyResult(
            Stopwatch.GetElapsedTime(start).TotalSeconds, workers.Count, Count("FenceRequested"), Count("HostFenced"),
            (await BeatsAsync(site)).ToDictionary(m => m.Key, m => new BeatsUnderLoad(m.Value.Sent - before[m.Key].Sent, m.Value.Late - before[m.Key].Late)), verdicts);
    }

    private static async Task<StatusDto> Status(RunningSite site, string member) => await site.StatusAsync(member) ?? throw new LabException($"{member}'s agent does not answer");

    private static async Task<Dictionary<string, BeatsDto>> BeatsAsync(RunningSite site)
    {
        var beats = new Dictionary<string, BeatsDto>();
        foreach (var member in Members) beats[member] = (await Status(site, member)).Beats ?? throw new LabException($"{member}'s agent counts no beats: it is of another version");
        return beats;
    }

    private static void Burn(CancellationToken end)
    {
        Span<byte> hash = stackalloc byte[32];
        while (!end.IsCancellationRequested) System.Security.Cryptography.SHA256.HashData(hash, hash);
    }
}

/// <summary>Beats of one member under load.</summary>
public sealed record BeatsUnderLoad(long Sent, long Late);

/// <summary>A busy time.</summary>
/// <param name="Seconds">How long.</param>
/// <param name="Workers">Threads of other work.</param>
/// <param name="FenceRequests">Requests in the journal.</param>
/// <param name="Fences">Hosts fenced.</param>
/// <param name="Beats">Member by member.</param>
/// <param name="Doubts">Verdicts other than alive, and how many of the looks, one a second, met them.</param>
public sealed record BusyResult(
    double Seconds, int Workers, int FenceRequests, int Fences, IReadOnlyDictionary<string, BeatsUnderLoad> Beats, IReadOnlyDictionary<string, int> Doubts) : BenchResult
{
    /// <inheritdoc/>
    public override string ToText() => string.Create(CultureInfo.InvariantCulture,
        $"busy for {Seconds:0} s, {Workers} threads of other work: {FenceRequests} fence requests, {Fences} fences\n")
        + string.Concat(Beats.Select(b => string.Create(CultureInfo.InvariantCulture, $"{b.Key,-12} {b.Value.Sent} beats, {b.Value.Late} of them late\n")))
        + string.Concat(Doubts.Select(d => $"{d.Value} looks: {d.Key}\n"));
}

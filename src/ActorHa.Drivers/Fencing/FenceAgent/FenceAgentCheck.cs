using ActorHa.Configuration;
using ActorHa.Core;
using ActorHa.Ports;

namespace ActorHa.Drivers.Fencing.FenceAgent;

/// <summary>Looks, without switching, whether an agent would fence.</summary>
internal sealed class FenceAgentCheck(FenceAgentUnit unit, FenceAgentPlug plug)
{
    /// <summary>A vCenter lists thousands of machines.</summary>
    private const int MostList = 1024 * 1024;

    private const int MostShown = 8;

    public async Task<ProtectionCheck> RunAsync(TimeSpan patience, CancellationToken cancel)
    {
        // Two runs of the agent, the first time three, one after the other, each with its own patience.
        var roundTrip = TimeSpan.Zero;
        var agent = unit.Options.Agent;
        ProtectionCheck Not(string why) => new(false, $"{agent}: {why}", roundTrip);

        var (metadata, why) = await unit.MetadataAsync(patience, cancel);
        if (metadata is null) return Not(why);
        var judgement = BelievedAgents.Of(agent);
        var problems = metadata.Problems(unit.Options, plug.Id).ToList();
        if (!judgement.Believed && !unit.Options.TrustOff)
            problems.Add($"it cannot prove a host off: it {judgement.Why} (trust-off = yes would take its word)");
        if (problems.Count > 0) return Not(string.Join("; ", problems));

        var began = TimeProvider.System.GetTimestamp();
        var reading = await plug.ReadAsync(patience, cancel);
        roundTrip = TimeProvider.System.GetElapsedTime(began);
        if (reading.Power is not (Power.On or Power.Off)) return Not($"plug {plug.Id} cannot be read: {reading.Detail}");

        if (await NotListed(metadata, patience, cancel) is { } missing) return Not(missing);
        var trust = judgement.Believed ? "" : $"; TRUST-OFF: it {judgement.Why}, and two such readings start this host's VMs elsewhere";
        // Off: whether that is wrong is for those to say who know whether the host lives.
        return reading.Power == Power.On
            ? new(true, $"{reading.Detail}; that plug {plug.Id} is this host's is shown only by its being on while the host lives: prove it with a drill{trust}", roundTrip) { Shown = Power.On }
            : new(false, $"{reading.Detail}; a plug that reads off cannot be shown to be this host's{trust}", roundTrip) { Shown = Power.Off };
    }

    /// <summary>Why the plug is not in the agent's list, or the device does not answer; null when all is well.</summary>
    private async Task<string?> NotListed(FenceAgentMetadata metadata, TimeSpan patience, CancellationToken cancel)
    {
        var lists = metadata.Actions.Contains("list");
        if (!lists && !metadata.Actions.Contains("monitor")) return null;
        var action = lists ? "list" : "monitor";
        var run = await unit.AskAsync(action, plug.Id, patience, cancel, MostList);
        if (run is not { End: RunEnd.Exited, ExitCode: 0 }) return $"{action} fails: {unit.Say(run)}";
        if (!lists || plug.Id == FenceAgentUnit.OnlyPlug) return null;
        // "plug,alias", a line each. Agents that offer the action but cannot list print a sentence without a comma.
        var rows = run.Output.Split('\n').Where(l => l.Contains(',', StringComparison.Ordinal)).Select(l => l.Trim().Split(',', 2)).ToArray();
        if (rows.Length == 0 || rows.Any(r => r[0] == plug.Id || r[1] == plug.Id)) return null;
        var some = unit.Redactor.LastLine(string.Join(" ", rows.Take(MostShown).Select(r => r[0])));
        return $"plug {plug.Id} is not in its list: {some}{(rows.Length > MostShown ? ", …" : "")}";
    }
}

using ActorHa.Ports.Api;

namespace ActorHa.Cli.Commands;

/// <summary>A person accepts a journal that was put back to an older state.</summary>
internal static class JournalAcceptCommands
{
    public static async Task<int> RunAsync(Call call)
    {
        var status = await call.Agent.GetAsync<StatusDto>(ApiContract.Status, call.Cancel);
        string[] lines =
        [
            $"The journal of {status.Cluster}, as {status.Member} reads it, ends at {status.Lineage}:{status.Index}.",
            "Accepting it begins a new line: whatever was recorded after that entry is lost for good, agents that know more start anew,",
            "and nothing is started before each host has reported what it runs, or is proven off. Running virtual machines run on.",
            "If a member with newer data is left, bring that one back instead (runbook read-only).",
        ];
        foreach (var line in lines) await call.Terminal.Out.WriteLineAsync(Terminal.Plain(line));
        return await TypedName.AskAsync(call, $"If the newer entries of the cluster {status.Cluster} are lost for good", status.Cluster) is { } typed
            ? await call.SendAsync(ApiContract.JournalAccept, new JournalAcceptCommand(typed, call.Terminal.Operator))
            : ExitCodes.Bad;
    }
}

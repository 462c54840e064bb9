using ActorHa.Ports.Api;

namespace ActorHa.Cli.Commands;

/// <summary>Orders a drill and tells its steps until it has ended: 0 = good or slow, 1 = refused or failed.</summary>
internal static class FenceDrillCommands
{
    /// <summary>The cluster itself ends a drill after 20 min; who waits longer waits for an agent that is gone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(25);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(Call call, string host)
    {
        var taken = await call.Agent.PostAsync(ApiContract.FenceDrill, new FenceDrillCommand(host, call.Terminal.Operator), call.Cancel);
        if (!taken.Accepted || taken.Index is not { } index)
        {
            await call.Terminal.Error.WriteLineAsync($"refused: {Terminal.Plain(taken.Because)}");
            return ExitCodes.Refused;
        }
        var began = call.Terminal.Clock.GetTimestamp();
        await TellAsync(call, began, taken.Because);
        using var timer = new PeriodicTimer(Pause, call.Terminal.Clock);
        while (call.Terminal.Clock.GetElapsedTime(began) < Patience && await timer.WaitForNextTickAsync(call.Cancel))
        {
            HistoryDto page;
            try
            {
                page = await call.Agent.GetAsync<HistoryDto>($"{ApiContract.History}?after={index}&limit=1000", call.Cancel);
            }
            catch (NoAnswerException)
            {
                // An agent that restarts goes on with the drill; only the patience ends this.
                continue;
            }
            foreach (var entry in page.Entries)
            {
                index = entry.Index;
                await TellAsync(call, began, entry.Because);
                if (entry.Command == "drill-ended" && entry.Because.StartsWith($"drill of {host}: ", StringComparison.Ordinal))
                    return entry.Because.StartsWith($"drill of {host}: failed", StringComparison.Ordinal) ? ExitCodes.Refused : ExitCodes.Ok;
            }
        }
        await call.Terminal.Error.WriteLineAsync($"actorha: no result of the drill after {Patience.TotalMinutes:0} min; actorha history tells how it ended");
        return ExitCodes.NoAnswer;
    }

    private static Task TellAsync(Call call, long began, string because) =>
        call.Terminal.Out.WriteLineAsync(Terminal.Plain($"{call.Terminal.Clock.GetElapsedTime(began).TotalSeconds,6:0.0} s  {because}"));
}

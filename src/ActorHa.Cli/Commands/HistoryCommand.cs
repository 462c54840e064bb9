using System.Text.Json;
using ActorHa.Ports.Api;

namespace ActorHa.Cli.Commands;

internal static class HistoryCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private const int Most = 1000;

    public static async Task<int> RunAsync(Call call, int limit, bool follow, bool evidence, bool json)
    {
        var page = await call.Agent.GetAsync<HistoryDto>($"{ApiContract.History}?limit={limit}", call.Cancel);
        Print(call.Terminal, page, evidence, json);
        if (!follow) return ExitCodes.Ok;
        var seen = page.Entries.Count > 0 ? page.Entries[^1].Index : page.LastIndex;
        using var timer = new PeriodicTimer(Pause, call.Terminal.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(call.Cancel))
            {
                page = await call.Agent.GetAsync<HistoryDto>($"{ApiContract.History}?after={seen}&limit={Most}", call.Cancel);
                Print(call.Terminal, page, evidence, json);
                if (page.Entries.Count > 0) seen = page.Entries[^1].Index;
            }
        }
        catch (OperationCanceledException) when (call.Cancel.IsCancellationRequested)
        {
            // interrupted: how following ends
        }
        return ExitCodes.Ok;
    }

    private static void Print(Terminal terminal, HistoryDto page, bool evidence, bool json)
    {
        foreach (var entry in page.Entries)
        {
            if (json)
            {
                terminal.Out.WriteLine(JsonSerializer.Serialize(entry, ApiContract.Json));
                continue;
            }
            terminal.Out.WriteLine(Terminal.Plain($"#{entry.Index}  {entry.When.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z  {entry.Who}  {entry.Command}"));
            terminal.Out.WriteLine(Terminal.Plain($"    {entry.Because}"));
            if (!evidence) continue;
            foreach (var line in entry.Evidence) terminal.Out.WriteLine(Terminal.Plain($"      seen: {line}"));
            foreach (var line in entry.Events) terminal.Out.WriteLine(Terminal.Plain($"      fact: {line}"));
        }
        terminal.Out.Flush();
    }
}

using System.Text.Json;
using ActorHa.Cli.Views;
using ActorHa.Ports.Api;

namespace ActorHa.Cli.Commands;

internal static class StatusCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly JsonSerializerOptions Indented = new(ApiContract.Json) { WriteIndented = true };

    public static async Task<int> RunAsync(Call call, bool json, bool watch)
    {
        if (!watch) return await OnceAsync(call, json);
        var last = ExitCodes.NoAnswer;
        using var timer = new PeriodicTimer(Pause, call.Terminal.Clock);
        try
        {
            do
            {
                // Home and clear: only a terminal understands that. A pipe gets one page after the other.
                if (call.Terminal.OutputIsTerminal) await call.Terminal.Out.WriteAsync("\u001b[H\u001b[2J");
                try
                {
                    last = await OnceAsync(call, json);
                }
                catch (NoAnswerException e) // an agent that restarts is what one watches for
                {
                    last = ExitCodes.NoAnswer;
                    await call.Terminal.Out.WriteLineAsync($"actorha: {e.Message}");
                }
                await call.Terminal.Out.FlushAsync(call.Cancel);
            }
            while (await timer.WaitForNextTickAsync(call.Cancel));
        }
        catch (OperationCanceledException) when (call.Cancel.IsCancellationRequested)
        {
            // interrupted: the exit code tells the last page's news
        }
        return last;
    }

    private static async Task<int> OnceAsync(Call call, bool json)
    {
        var status = await call.Agent.GetAsync<StatusDto>(ApiContract.Status, call.Cancel);
        if (json) await call.Terminal.Out.WriteLineAsync(JsonSerializer.Serialize(status, Indented));
        else StatusView.Print(call.Terminal, status);
        return IsWell(status) ? ExitCodes.Ok : ExitCodes.NotWell;
    }

    private static bool IsWell(StatusDto status) =>
        status.Quorate && status.ConfigNumber > 0 && status.Members.Any(m => m.Role == "host")
        && status.Members.Where(m => m.Role == "host").All(m => m.Protection is { Ready: true });
}

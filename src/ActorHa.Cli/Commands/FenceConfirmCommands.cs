using ActorHa.Cli.Views;
using ActorHa.Ports.Api;

namespace ActorHa.Cli.Commands;

/// <summary>A person vouches for what no device can prove. So there is no --yes, and no pipe can answer.</summary>
internal static class FenceConfirmCommands
{
    public static async Task<int> RunAsync(Call call, string host)
    {
        var terminal = call.Terminal;
        var known = await call.Agent.GetAsync<FenceConfirmationDto>($"{ApiContract.FenceConfirm}/{Uri.EscapeDataString(host)}", call.Cancel);
        if (!known.Open)
        {
            await terminal.Error.WriteLineAsync($"refused: {Terminal.Plain(known.Because)}");
            return ExitCodes.Refused;
        }
        await PrintAsync(terminal, known);
        if (!terminal.InputIsTerminal)
        {
            await terminal.Error.WriteLineAsync("actorha: only a person at a terminal can confirm this");
            return ExitCodes.Bad;
        }
        await terminal.Out.WriteAsync($"\nIf the power of {known.Host} is physically removed, type its name: ");
        await terminal.Out.FlushAsync(call.Cancel);
        var typed = (await terminal.In.ReadLineAsync(call.Cancel))?.Trim() ?? "";
        if (typed != known.Host)
        {
            await terminal.Error.WriteLineAsync("actorha: that is not its name, nothing was confirmed");
            return ExitCodes.Bad;
        }
        return await call.SendAsync(ApiContract.FenceConfirm, new FenceConfirmCommand(known.Host, typed, terminal.Operator));
    }

    private static async Task PrintAsync(Terminal terminal, FenceConfirmationDto known)
    {
        var now = terminal.Clock.GetUtcNow();
        var lines = new List<string>
        {
            $"Fence request{(known.Request is { } number ? $" e{number}" : "")} against {known.Host}{(known.Since is { } since ? $", open for {Ages.Of(now - since)}" : "")}",
            $"  because              {known.Because}",
            $"  the device reads     {known.PowerReads}",
            $"  last sign of life    {(known.LastSignOfLifeMs is { } age ? $"{Ages.Of(TimeSpan.FromMilliseconds(age))} ago" : "none known")}",
        };
        lines.AddRange(known.Evidence.Select(e => $"  known                {e}"));
        lines.Add($"  starts elsewhere     {(known.Vms.Count > 0 ? string.Join(", ", known.Vms) : "nothing")}");
        lines.Add("");
        lines.Add("If the host lives after all, these virtual machines run twice and destroy their disks.");
        foreach (var line in lines) await terminal.Out.WriteLineAsync(Terminal.Plain(line));
    }
}

using ActorHa.Cli.Views;
using ActorHa.Ports.Api;

namespace ActorHa.Cli.Commands;

/// <summary>A person vouches for what no device can prove.</summary>
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
        return await TypedName.AskAsync(call, $"If the power of {known.Host} is physically removed", known.Host) is { } typed
            ? await call.SendAsync(ApiContract.FenceConfirm, new FenceConfirmCommand(known.Host, typed, terminal.Operator))
            : ExitCodes.Bad;
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

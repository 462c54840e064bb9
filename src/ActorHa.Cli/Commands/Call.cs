using ActorHa.Ports.Api;

namespace ActorHa.Cli.Commands;

/// <summary>One run of one command: its terminal, its agent, its end.</summary>
internal sealed record Call(Terminal Terminal, AgentClient Agent, CancellationToken Cancel)
{
    /// <summary>Sends a command and prints what became of it.</summary>
    public async Task<int> SendAsync<T>(string path, T command)
    {
        var result = await Agent.PostAsync(path, command, Cancel);
        if (!result.Accepted)
        {
            await Terminal.Error.WriteLineAsync($"refused: {Terminal.Plain(result.Because)}");
            return ExitCodes.Refused;
        }
        await Terminal.Out.WriteLineAsync($"accepted{(result.Index is { } index ? $" (#{index})" : "")}: {Terminal.Plain(result.Because)}");
        return ExitCodes.Ok;
    }
}

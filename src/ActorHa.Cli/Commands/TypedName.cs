namespace ActorHa.Cli.Commands;

/// <summary>What cannot be taken back is confirmed by typing a name. There is no --yes for it, and no pipe can answer.</summary>
internal static class TypedName
{
    /// <summary>The name, when the person typed it; else null, and the reason has been said.</summary>
    public static async Task<string?> AskAsync(Call call, string question, string name)
    {
        var terminal = call.Terminal;
        if (!terminal.InputIsTerminal)
        {
            await terminal.Error.WriteLineAsync("actorha: only a person at a terminal can confirm this");
            return null;
        }
        await terminal.Out.WriteAsync($"\n{question}, type its name: ");
        await terminal.Out.FlushAsync(call.Cancel);
        var typed = (await terminal.In.ReadLineAsync(call.Cancel))?.Trim() ?? "";
        if (typed == name) return typed;
        await terminal.Error.WriteLineAsync("actorha: that is not its name, nothing was confirmed");
        return null;
    }
}

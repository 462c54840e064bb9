using ActorHa.Configuration;
using ActorHa.Core;
using ActorHa.Hocon;
using ActorHa.Ports.Api;

namespace ActorHa.Cli.Commands;

internal static class ConfigCommands
{
    public static int Check(Call call, string file)
    {
        if (Read(call, file) is not { Config: { } config }) return ExitCodes.Bad;
        if (SiteFileCheck.Load(file, config) is { Count: > 0 } errors) return Refuse(call, file, errors);
        call.Terminal.Out.WriteLine(
            $"{file}: well: {config.Name}, {Count(config.Hosts.Count, "host", "s")}, {Count(config.Witnesses.Count, "witness", "es")}, {Count(config.Vms.Count, "virtual machine", "s")}");
        return ExitCodes.Ok;
    }

    public static async Task<int> DiffAsync(Call call, string file) =>
        await DifferenceAsync(call, file) is { } difference && Print(call, difference) >= 0 ? ExitCodes.Ok : ExitCodes.Bad;

    public static async Task<int> ApplyAsync(Call call, string file, bool yes)
    {
        if (await DifferenceAsync(call, file) is not { } difference) return ExitCodes.Bad;
        if (Print(call, difference) == 0) return ExitCodes.Ok;
        if (!yes && !call.Terminal.Confirm($"Apply as configuration {difference.Number + 1}?")) return ExitCodes.Bad;
        return await call.SendAsync(ApiContract.ConfigApply, new ApplyConfigCommand(difference.Text, difference.Number, call.Terminal.Operator));
    }

    public static async Task<int> ShowAsync(Call call)
    {
        var config = await call.Agent.GetAsync<ConfigDto>(ApiContract.Config, call.Cancel);
        await call.Terminal.Out.WriteLineAsync(config.Number == 0
            ? "# no configuration was applied yet"
            : $"# configuration {config.Number}, sha256 {config.Sha256}");
        await call.Terminal.Out.WriteAsync(config.Text.Length == 0 || config.Text.EndsWith('\n') ? config.Text : config.Text + "\n");
        return ExitCodes.Ok;
    }

    private sealed record Difference(long Number, IReadOnlyList<string> Lines, string Text);

    private static int Print(Call call, Difference difference)
    {
        if (difference.Lines.Count == 0) call.Terminal.Out.WriteLine($"no difference from configuration {difference.Number}");
        else call.Terminal.Out.WriteLine(difference.Number == 0 ? "no configuration was applied yet; this one brings:" : $"difference from configuration {difference.Number}:");
        foreach (var line in difference.Lines) call.Terminal.Out.WriteLine($"  {Terminal.Plain(line)}");
        return difference.Lines.Count;
    }

    private static async Task<Difference?> DifferenceAsync(Call call, string file)
    {
        if (Read(call, file) is not { Config: { } wanted } read) return null;
        var current = await call.Agent.GetAsync<ConfigDto>(ApiContract.Config, call.Cancel);
        if (current.Number == 0) return new(0, ConfigDiff.Between(ClusterConfig.None, wanted), read.Text);
        var inForce = ClusterConfigReader.Parse(current.Text, $"configuration {current.Number}");
        if (inForce.Config is { } config) return new(current.Number, ConfigDiff.Between(config, wanted), read.Text);
        // Written by a version that knew other keys: comparing with half of it would hide changes.
        foreach (var error in inForce.Errors) await call.Terminal.Error.WriteLineAsync(error.ToString());
        await call.Terminal.Error.WriteLineAsync("actorha: the configuration in force cannot be read by this version; use the version of the agent");
        return null;
    }

    private static ClusterConfigResult? Read(Call call, string file)
    {
        var read = ClusterConfigReader.Load(file);
        if (read.Config is not null) return read;
        Refuse(call, file, read.Errors);
        return null;
    }

    private static int Refuse(Call call, string file, IReadOnlyList<HoconError> errors)
    {
        foreach (var error in errors) call.Terminal.Error.WriteLine(Terminal.Plain(error.ToString()));
        call.Terminal.Error.WriteLine($"actorha: {Count(errors.Count, "error", "s")} in {file}");
        return ExitCodes.Bad;
    }

    private static string Count(int number, string one, string plural) => $"{number} {one}{(number == 1 ? "" : plural)}";
}

using System.Text.Json;
using ActorHa.Cli.Views;
using ActorHa.Ports.Api;

namespace ActorHa.Cli.Commands;

/// <summary>Whether each host could be fenced now, since when that is known, and by what: for a person and for a monitor.</summary>
internal static class ProtectionCommand
{
    private static readonly JsonSerializerOptions Indented = new(ApiContract.Json) { WriteIndented = true };

    public static async Task<int> RunAsync(Call call, bool json)
    {
        var status = await call.Agent.GetAsync<StatusDto>(ApiContract.Status, call.Cancel);
        var hosts = status.Members.Where(m => m.Role == "host").ToList();
        if (json) await call.Terminal.Out.WriteLineAsync(JsonSerializer.Serialize(hosts.ToDictionary(h => h.Name, h => h.Protection), Indented));
        else ProtectionView.Print(call.Terminal, hosts);
        return hosts.Count > 0 && hosts.All(h => h.Protection is { Ready: true }) ? ExitCodes.Ok : ExitCodes.NotWell;
    }
}

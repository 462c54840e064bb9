using System.Text.Json;
using ActorHa.Agent.Quorum;
using ActorHa.Configuration;
using ActorHa.Core;
using ActorHa.Ports.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Api;

/// <summary>The local interface (see <see cref="ApiContract"/>): whoever may open the socket may operate the cluster, so only root may.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _socket;

    /// <summary>Builds it; nothing listens yet.</summary>
    public ApiServer(string socket, string cluster, StatusPage page, Ledger ledger, CommandDesk desk, ILoggerFactory logs)
    {
        _socket = socket;
        // Empty: the usual builders look for appsettings.json below the working directory and watch it, which is "/" for a
        // service. The watcher's thread then wakes for every file of the machine that changes.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        builder.Services.AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(o => o.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.CamelCase);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k =>
        {
            k.ListenUnixSocket(socket);
            k.Limits.MaxRequestBodySize = 1 << 20;
        });
        _app = builder.Build();
        Map(cluster, page, ledger, desk);
    }

    /// <summary>Listens. A socket left by an earlier agent is replaced (one agent per host is held by a lock).</summary>
    public async Task StartAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_socket)!);
        File.Delete(_socket);
        await _app.StartAsync();
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private void Map(string cluster, StatusPage page, Ledger ledger, CommandDesk desk)
    {
        _app.MapGet(ApiContract.Status, () => Json(page.Page()));
        _app.MapGet(ApiContract.History, (long? after, int? limit) => limit is < 1 or > 1000
            ? Problem(StatusCodes.Status400BadRequest, "limit: 1 to 1000")
            : Json(new HistoryDto([.. ledger.Entries(after, limit ?? 50).Select(Entry)], ledger.Now?.Head.Index ?? 0)));
        _app.MapGet(ApiContract.Config, () => ledger.Now is { } now
            ? Json(new ConfigDto(now.State.ConfigNumber, now.State.ConfigSha256, now.State.ConfigText))
            : Problem(StatusCodes.Status503ServiceUnavailable, "the journal is not read yet"));
        _app.MapGet($"{ApiContract.FenceConfirm}/{{host}}", (string host) => page.Confirmation(host) is { } dto
            ? Json(dto)
            : Problem(StatusCodes.Status404NotFound, $"there is no host {host}"));
        Post<ApplyConfigCommand>(ApiContract.ConfigApply, desk, c => ConfigCommand(cluster, c));
        Post<VmCommand>(ApiContract.Vm, desk, c => c.Action switch
        {
            VmAction.Start => new WantVm(new(c.Vm), true, c.Operator),
            VmAction.Stop => new WantVm(new(c.Vm), false, c.Operator),
            _ => new MoveVm(new(c.Vm), c.Target is { } t ? new MemberName(t) : null, c.Operator),
        });
        Post<MaintenanceCommand>(ApiContract.Maintenance, desk, c => new SetMaintenance(c.On, c.ForSeconds is { } s ? TimeSpan.FromSeconds(s) : null, c.Operator));
        Post<PowerCommand>(ApiContract.Power, desk, c => new PowerHost(new(c.Host), c.Action == PowerAction.On, c.Force, c.Operator));
        Post<FenceConfirmCommand>(ApiContract.FenceConfirm, desk, c => new ConfirmFence(new(c.Host), c.TypedName, c.Operator));
        Post<FenceDrillCommand>(ApiContract.FenceDrill, desk, c => new DrillHost(new(c.Host), c.Operator));
        Post<HostReleaseCommand>(ApiContract.HostRelease, desk, c => new ReleaseHost(new(c.Host), c.Operator));
        Post<JournalAcceptCommand>(ApiContract.JournalAccept, desk, c => new AcceptJournal(c.TypedName, c.Operator));
    }

    private static Command ConfigCommand(string cluster, ApplyConfigCommand c)
    {
        var read = ClusterConfigReader.Parse(c.Text);
        // Once it is in force no other name can replace it.
        if (read.Config?.Name is { } name && name != cluster) throw new BadCommandException($"cluster.name: found {name}, expected {cluster}, the cluster of this member (member.cluster)");
        return read.Config is { } config
            ? new ApplyConfig(c.Text, JournalCodec.Hash(System.Text.Encoding.UTF8.GetBytes(c.Text)), config, c.ExpectedNumber, c.Operator)
            : throw new BadCommandException(string.Join("\n", read.Errors));
    }

    private void Post<TBody>(string path, CommandDesk desk, Func<TBody, Command> command) => _app.MapPost(path, async (HttpRequest request) =>
    {
        try
        {
            var body = await request.ReadFromJsonAsync<TBody>(ApiContract.Json);
            return body is null ? Problem(StatusCodes.Status400BadRequest, "an empty request") : Json(await desk.IssueAsync(command(body)));
        }
        catch (Exception e) when (e is JsonException or BadCommandException)
        {
            return Problem(StatusCodes.Status400BadRequest, e.Message);
        }
        catch (TimeoutException e)
        {
            return Problem(StatusCodes.Status504GatewayTimeout, e.Message);
        }
    });

    private static HistoryEntryDto Entry(LearnedEntry l) =>
        new(l.Entry.Index, l.Entry.When, l.Entry.Who.Value, l.Entry.Command, l.Entry.Because, l.Entry.Evidence, [.. l.Entry.Events.Select(Print)], l.Learned);

    /// <summary>A configuration's text is long and stands under /config.</summary>
    private static string Print(Event e) => e is ConfigurationApplied c ? $"ConfigurationApplied {c.Number} sha256 {c.Sha256}" : JournalCodec.Print(e);

    private static IResult Json<T>(T value) => Results.Json(value, ApiContract.Json);

    private static IResult Problem(int status, string error) => Results.Json(new ApiProblem(error), ApiContract.Json, statusCode: status);

    private sealed class BadCommandException(string message) : Exception(message);
}

using System.Collections.Concurrent;
using ActorHa.Ports.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ActorHa.Cli.Tests;

/// <summary>An agent that says what it was told to say, on a real unix socket.</summary>
internal sealed class FakeAgent : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("actorha-cli-").FullName;
    private readonly WebApplication app;

    private FakeAgent()
    {
        Socket = Path.Combine(folder, "a.sock");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.ListenUnixSocket(Socket));
        app = builder.Build();
        app.Run(AnswerAsync);
    }

    public string Socket { get; }

    /// <summary>By "GET /status"; a Func&lt;HttpContext, Task&gt; answers by itself.</summary>
    public ConcurrentDictionary<string, object> Answers { get; } = new();

    /// <summary>Method, path with query, body.</summary>
    public ConcurrentQueue<(string Request, string Body)> Heard { get; } = new();

    public static async Task<FakeAgent> StartAsync()
    {
        var agent = new FakeAgent();
        await agent.app.StartAsync();
        return agent;
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await app.StopAsync(soon.Token);
        await app.DisposeAsync();
        Directory.Delete(folder, true);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        Heard.Enqueue(($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}", body));
        switch (Answers.GetValueOrDefault($"{context.Request.Method} {context.Request.Path}"))
        {
            case Func<HttpContext, Task> act:
                await act(context);
                break;
            case null:
                context.Response.StatusCode = 404;
                await context.Response.WriteAsJsonAsync(new ApiProblem($"nothing at {context.Request.Path}"), ApiContract.Json);
                break;
            case var answer:
                await context.Response.WriteAsJsonAsync(answer, answer.GetType(), ApiContract.Json);
                break;
        }
    }
}

/// <summary>Runs a command line with strings for a terminal.</summary>
internal sealed class Run
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    public StringWriter Out { get; } = new() { NewLine = "\n" };

    public StringWriter Error { get; } = new() { NewLine = "\n" };

    public string Typed { get; init; } = "";

    public bool Person { get; init; }

    public bool Colour { get; init; }

    public Dictionary<string, string> Variables { get; init; } = new() { ["SUDO_USER"] = "twilight", ["USER"] = "root" };

    public async Task<(int Code, string Out, string Error)> Of(IEnumerable<string> args, CancellationToken cancel = default)
    {
        var terminal = new Terminal
        {
            Out = Out,
            Error = Error,
            In = new StringReader(Typed),
            InputIsTerminal = Person,
            OutputIsTerminal = Colour,
            Variable = Variables.GetValueOrDefault,
            Clock = new StoppedClock(),
        };
        var code = await new CommandLine(terminal).RunAsync([.. args], cancel);
        return (code, Out.ToString().ReplaceLineEndings("\n"), Error.ToString().ReplaceLineEndings("\n"));
    }

    public static Task<(int Code, string Out, string Error)> Plain(FakeAgent agent, params string[] args) => new Run().Of([.. args, "--socket", agent.Socket]);

    // The time of day stands still; timers run, faster.
    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime / 20, period / 20);
    }
}

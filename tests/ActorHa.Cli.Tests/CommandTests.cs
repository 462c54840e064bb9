using System.Net.Sockets;
using System.Text.Json;
using ActorHa.Ports.Api;
using Microsoft.AspNetCore.Http;

namespace ActorHa.Cli.Tests;

public sealed class CommandTests
{
    private static readonly CommandResult Yes = new(true, "mail is wanted again", 42);

    [Theory]
    [InlineData("vm start mail", "/vm", "{\"vm\":\"mail\",\"action\":\"start\",\"target\":null,\"operator\":\"twilight\"}")]
    [InlineData("vm stop mail", "/vm", "{\"vm\":\"mail\",\"action\":\"stop\",\"target\":null,\"operator\":\"twilight\"}")]
    [InlineData("vm move mail", "/vm", "{\"vm\":\"mail\",\"action\":\"move\",\"target\":null,\"operator\":\"twilight\"}")]
    [InlineData("vm move mail rainbowdash", "/vm", "{\"vm\":\"mail\",\"action\":\"move\",\"target\":\"rainbowdash\",\"operator\":\"twilight\"}")]
    [InlineData("maintenance on", "/maintenance", "{\"on\":true,\"forSeconds\":null,\"operator\":\"twilight\"}")]
    [InlineData("maintenance on --for 2h", "/maintenance", "{\"on\":true,\"forSeconds\":7200,\"operator\":\"twilight\"}")]
    [InlineData("maintenance off", "/maintenance", "{\"on\":false,\"forSeconds\":null,\"operator\":\"twilight\"}")]
    [InlineData("power off applejack --yes", "/power", "{\"host\":\"applejack\",\"action\":\"off\",\"operator\":\"twilight\",\"force\":false}")]
    [InlineData("power on applejack --yes", "/power", "{\"host\":\"applejack\",\"action\":\"on\",\"operator\":\"twilight\",\"force\":false}")]
    public async Task A_command_is_sent_with_the_operators_name_and_exits_0_or_1(string line, string path, string body)
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers[$"POST {path}"] = Yes;
        var taken = await Run.Plain(agent, line.Split(' '));
        Assert.Equal((ExitCodes.Ok, "accepted (#42): mail is wanted again\n", ""), taken);
        Assert.Equal(($"POST {path}", body), Assert.Single(agent.Heard));

        agent.Answers[$"POST {path}"] = new CommandResult(false, "not quorate");
        Assert.Equal((ExitCodes.Refused, "", "refused: not quorate\n"), await Run.Plain(agent, line.Split(' ')));
    }

    [Fact]
    public async Task Power_is_not_cut_without_a_yes()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers["POST /power"] = Yes;
        Assert.Equal(ExitCodes.Bad, (await Run.Plain(agent, "power", "off", "applejack")).Code);
        Assert.Equal(ExitCodes.Bad, (await new Run { Person = true, Typed = "n\n" }.Of(["power", "off", "applejack", "--socket", agent.Socket])).Code);
        Assert.Empty(agent.Heard);
        Assert.Equal(ExitCodes.Ok, (await new Run { Person = true, Typed = "y\n" }.Of(["power", "off", "applejack", "--socket", agent.Socket])).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("dance")]
    [InlineData("vm start")]
    [InlineData("vm start mail applejack")]
    [InlineData("maintenance on --for 2")]
    [InlineData("status --timeout never")]
    [InlineData("status --timeout 60d")]
    [InlineData("history --limit 0")]
    [InlineData("history --limit many")]
    [InlineData("vm start @/etc/passwd extra")]
    public async Task Bad_usage_exits_2_and_says_why(string line)
    {
        var (code, _, error) = await new Run().Of(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(ExitCodes.Bad, code);
        Assert.StartsWith("actorha: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_the_agent_does_not_understand_exits_2()
    {
        await using var agent = await FakeAgent.StartAsync();
        Assert.Equal((ExitCodes.Bad, "", "actorha: nothing at /vm\n"), await Run.Plain(agent, "vm", "start", "mail"));
    }

    [Fact]
    public async Task Help_tells_the_exit_codes()
    {
        var (code, text, _) = await new Run().Of(["--help"]);
        Assert.Equal(ExitCodes.Ok, code);
        foreach (var line in ExitCodes.Help.Split('\n')) Assert.Contains(line.Trim(), text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_tells_why_and_on_request_on_what_grounds()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers["GET /history"] = Samples.History;
        var (code, text, _) = await Run.Plain(agent, "history", "--limit", "2", "--evidence");
        Assert.Equal(ExitCodes.Ok, code);
        Assert.Equal("GET /history?limit=2", agent.Heard.Single().Request);
        Assert.Equal("""
            #4710  2026-01-02 11:59:55Z  rainbowdash  PeerSilent applejack
                applejack is silent and its blade reads off: fence requested (e4)
                  seen: last beat 2.4 s ago
                  fact: FenceRequested applejack e4
            #4711  2026-01-02 12:00:00Z  rainbowdash  FenceProven applejack
                applejack is proven off: mail is free → assigned to rainbowdash
                  fact: VmAssigned mail rainbowdash e9

            """.ReplaceLineEndings("\n"), text);
        var json = await Run.Plain(agent, "history", "--json");
        Assert.Equal([4710, 4711], json.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<HistoryEntryDto>(l, ApiContract.Json)!.Index));
    }

    [Fact]
    public async Task Following_asks_for_what_is_behind_the_last_entry()
    {
        await using var agent = await FakeAgent.StartAsync();
        using var interrupt = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        agent.Answers["GET /history"] = (Func<HttpContext, Task>)(async context =>
        {
            var more = context.Request.Query.ContainsKey("after");
            if (agent.Heard.Count == 3) await interrupt.CancelAsync(); // the third question: two pages are out
            else await context.Response.WriteAsJsonAsync(more ? new HistoryDto([Samples.History.Entries[0] with { Index = 4712 }], 4712) : Samples.History, ApiContract.Json);
        });
        var (code, text, _) = await new Run().Of(["history", "--follow", "--socket", agent.Socket], interrupt.Token);
        Assert.Equal(ExitCodes.Ok, code);
        Assert.Contains("#4712", text, StringComparison.Ordinal);
        Assert.Equal(["GET /history?limit=20", "GET /history?after=4711&limit=1000", "GET /history?after=4712&limit=1000"], agent.Heard.Select(h => h.Request));
    }

    [Fact]
    public async Task Without_a_socket_it_exits_3_and_says_where_it_looked()
    {
        var missing = Path.Combine(Path.GetTempPath(), "actorha-none.sock");
        var (code, _, error) = await new Run { Variables = new() { ["ACTORHA_SOCKET"] = missing } }.Of(["status"]);
        Assert.Equal((ExitCodes.NoAnswer, $"actorha: there is no socket {missing}: does the agent run here? (--socket or ACTORHA_SOCKET name another)\n"), (code, error));
        var tooLong = await new Run().Of(["status", "--socket", "/" + new string('x', 300)]);
        Assert.Equal(ExitCodes.NoAnswer, tooLong.Code);
    }

    [Fact]
    public async Task A_socket_without_a_listener_exits_3()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("actorha-cli-").FullName, "dead.sock");
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)) left.Bind(new UnixDomainSocketEndPoint(path));
        if (!Path.Exists(path)) await File.WriteAllTextAsync(path, ""); // the framework removes a bound socket's file
        var (code, _, error) = await new Run().Of(["status", "--socket", path]);
        Assert.Equal((ExitCodes.NoAnswer, $"actorha: nobody listens at {path}: the agent does not run\n"), (code, error));
        Directory.Delete(Path.GetDirectoryName(path)!, true);
    }

    [Fact]
    public async Task An_agent_that_hangs_exits_3_within_the_bound()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers["POST /vm"] = (Func<HttpContext, Task>)(context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        Assert.Equal((ExitCodes.NoAnswer, "", "actorha: the agent did not answer within 0.5 s; the command may have been taken all the same: see actorha history\n"),
            await Run.Plain(agent, "vm", "start", "mail", "--timeout", "500ms"));
    }

    [Theory]
    [InlineData(200, "not json", "the agent's answer cannot be read (another version?)")]
    [InlineData(503, "{\"error\":\"the journal cannot be read\"}", "the agent cannot answer: the journal cannot be read")]
    [InlineData(500, "oops", "the agent cannot answer: HTTP status 500")]
    public async Task Nonsense_of_the_agent_exits_3(int status, string body, string message)
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers["GET /status"] = (Func<HttpContext, Task>)(context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(body);
        });
        var (code, _, error) = await Run.Plain(agent, "status");
        Assert.Equal(ExitCodes.NoAnswer, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }
}

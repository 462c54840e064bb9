using ActorHa.Ports.Api;
using Microsoft.AspNetCore.Http;

namespace ActorHa.Cli.Tests;

public sealed class FenceDrillTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private static HistoryEntryDto Entry(long index, string command, string because) => new(index, Noon, "witness", command, because, [], []);

    private static async Task<FakeAgent> DrillsAsync(string end)
    {
        var agent = await FakeAgent.StartAsync();
        agent.Answers["POST /fence/drill"] = new CommandResult(true, "twilight drills rainbowdash: it is switched off (e9)", 20);
        // An agent that restarts in between is waited for.
        var asked = 0;
        agent.Answers["GET /history"] = async (HttpContext context) =>
        {
            asked++;
            if (asked == 2) { context.Abort(); return; }
            await context.Response.WriteAsJsonAsync(asked == 1
                ? new HistoryDto([Entry(21, "prove", "rainbowdash is proven off")], 21)
                : new HistoryDto([Entry(22, "drill-ended", "drill of applejack: good: another"), Entry(23, "drill-ended", end)], 23), ApiContract.Json);
        };
        return agent;
    }

    [Fact]
    public async Task Its_steps_are_told_until_it_has_ended()
    {
        await using var agent = await DrillsAsync("drill of rainbowdash: good: proven off after 0.50 s");
        var (code, text, error) = await Run.Plain(agent, "fence", "drill", "rainbowdash", "--yes");
        Assert.Equal((ExitCodes.Ok, ""), (code, error));
        Assert.Equal(4, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("s  rainbowdash is proven off", text, StringComparison.Ordinal);
        Assert.EndsWith("s  drill of rainbowdash: good: proven off after 0.50 s\n", text, StringComparison.Ordinal);
        Assert.Equal("{\"host\":\"rainbowdash\",\"operator\":\"twilight\"}", agent.Heard.First().Body);
        Assert.Contains(agent.Heard, h => h.Request == "GET /history?after=21&limit=1000");
    }

    [Fact]
    public async Task A_failed_drill_is_an_exit_code()
    {
        await using var agent = await DrillsAsync("drill of rainbowdash: failed: it did not join within 20 min");
        Assert.Equal(ExitCodes.Refused, (await Run.Plain(agent, "fence", "drill", "rainbowdash", "--yes")).Code);
    }

    [Fact]
    public async Task A_drill_that_is_refused_says_why_and_none_begins_unasked()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers["POST /fence/drill"] = new CommandResult(false, "rainbowdash owns mail");
        Assert.Equal((ExitCodes.Refused, "", "refused: rainbowdash owns mail\n"), await Run.Plain(agent, "fence", "drill", "rainbowdash", "--yes"));
        var (code, _, error) = await Run.Plain(agent, "fence", "drill", "rainbowdash");
        Assert.Equal((ExitCodes.Bad, "actorha: nobody is there to say yes; --yes says it beforehand\n"), (code, error));
        Assert.Single(agent.Heard);
    }
}

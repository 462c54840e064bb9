using ActorHa.Ports.Api;

namespace ActorHa.Cli.Tests;

public sealed class FenceConfirmTests
{
    private static readonly FenceConfirmationDto Open = new(
        "applejack", true, "applejack is silent and its power is unknown", 4, new DateTimeOffset(2026, 1, 2, 11, 50, 0, TimeSpan.Zero),
        "unknown: no answer for 40 s", 605_000, ["the witness does not hear it either"], ["lists", "mail"]);

    [Fact]
    public async Task The_name_must_be_typed_after_what_is_known_was_shown()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers["GET /fence/confirm/applejack"] = Open;
        agent.Answers["POST /fence/confirm"] = new CommandResult(true, "confirmed by twilight", 12);
        var (code, text, _) = await new Run { Person = true, Typed = "applejack\n" }.Of(["fence", "confirm", "applejack", "--socket", agent.Socket]);
        Assert.Equal(ExitCodes.Ok, code);
        Assert.Equal("{\"host\":\"applejack\",\"typedName\":\"applejack\",\"operator\":\"twilight\"}", agent.Heard.Last().Body);
        Assert.Equal("""
            Fence request e4 against applejack, open for 10m
              because              applejack is silent and its power is unknown
              the device reads     unknown: no answer for 40 s
              last sign of life    10m ago
              known                the witness does not hear it either
              starts elsewhere     lists, mail

            If the host lives after all, these virtual machines run twice and destroy their disks.

            If the power of applejack is physically removed, type its name: accepted (#12): confirmed by twilight

            """.ReplaceLineEndings("\n"), text);
    }

    [Theory]
    [InlineData(true, "rainbowdash\n", "actorha: that is not its name, nothing was confirmed\n")]
    [InlineData(true, "yes\n", "actorha: that is not its name, nothing was confirmed\n")]
    [InlineData(true, "", "actorha: that is not its name, nothing was confirmed\n")]
    [InlineData(false, "applejack\n", "actorha: only a person at a terminal can confirm this\n")]
    public async Task Anything_else_confirms_nothing(bool person, string typed, string message)
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers["GET /fence/confirm/applejack"] = Open;
        var (code, _, error) = await new Run { Person = person, Typed = typed }.Of(["fence", "confirm", "applejack", "--socket", agent.Socket]);
        Assert.Equal((ExitCodes.Bad, message), (code, error));
        Assert.Single(agent.Heard);
    }

    [Fact]
    public async Task Without_an_open_request_it_is_refused()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers["GET /fence/confirm/applejack"] = Open with { Open = false, Because = "no fence request is open against applejack" };
        Assert.Equal((ExitCodes.Refused, "", "refused: no fence request is open against applejack\n"), await Run.Plain(agent, "fence", "confirm", "applejack"));
    }
}

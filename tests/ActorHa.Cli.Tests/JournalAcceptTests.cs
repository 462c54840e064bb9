using ActorHa.Ports.Api;

namespace ActorHa.Cli.Tests;

public sealed class JournalAcceptTests
{
    private static readonly StatusDto Status = new("ppnrw", "witness", "witness", true, "", 1, 18, 3, new MaintenanceDto(false), [], [], [], []);

    [Fact]
    public async Task The_clusters_name_must_be_typed_after_it_was_said_what_is_lost()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers["GET /status"] = Status;
        agent.Answers["POST /journal/accept"] = new CommandResult(true, "accepted by twilight", 19);
        var (code, text, _) = await new Run { Person = true, Typed = "ppnrw\n" }.Of(["journal", "accept", "--socket", agent.Socket]);
        Assert.Equal(ExitCodes.Ok, code);
        Assert.Equal("{\"typedName\":\"ppnrw\",\"operator\":\"twilight\"}", agent.Heard.Last().Body);
        Assert.StartsWith("The journal of ppnrw, as witness reads it, ends at 1:18.\n", text, StringComparison.Ordinal);
        Assert.EndsWith("If the newer entries of the cluster ppnrw are lost for good, type its name: accepted (#19): accepted by twilight\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "other\n")]
    [InlineData(true, "")]
    [InlineData(false, "ppnrw\n")]
    public async Task Anything_else_accepts_nothing(bool person, string typed)
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers["GET /status"] = Status;
        var (code, _, _) = await new Run { Person = person, Typed = typed }.Of(["journal", "accept", "--socket", agent.Socket]);
        Assert.Equal(ExitCodes.Bad, code);
        Assert.Single(agent.Heard);
    }
}

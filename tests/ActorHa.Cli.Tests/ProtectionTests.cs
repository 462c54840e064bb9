namespace ActorHa.Cli.Tests;

public sealed class ProtectionTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Each_host_is_shown_with_what_its_protection_rests_on()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers["GET /status"] = Samples.Well with
        {
            Members =
            [
                Samples.Well.Members[0] with { Protection = new(true, "its own MAC is in slot 1", 12_000, 12_000, 3, Noon.AddDays(-2), "good, 2025-12-31 12:00Z") },
                Samples.Well.Members[1] with { Protection = new(false, "ims does not answer", 4_000, 605_000) },
                Samples.Well.Members[2],
            ],
        };
        var (code, text, _) = await Run.Plain(agent, "protection");
        Assert.Equal(ExitCodes.NotWell, code);
        Assert.Equal("""
            applejack: protected
              because       its own MAC is in slot 1
              checked       12s ago, last found well 12s ago, the device answers in 3 ms
              switched off  2d ago, proven
              drill         good, 2025-12-31 12:00Z
            rainbowdash: NOT PROTECTED
              because       ims does not answer
              checked       4s ago, last found well 10m ago
              switched off  never by this cluster, as far as is known here: only a drill shows that its device may switch
              drill         none yet: actorha fence drill rainbowdash

            """.ReplaceLineEndings("\n"), text);
    }

    [Fact]
    public async Task Well_is_zero_and_programs_get_json()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers["GET /status"] = Samples.Well;
        var (code, text, _) = await Run.Plain(agent, "protection", "--json");
        Assert.Equal(ExitCodes.Ok, code);
        Assert.Equal(["applejack", "rainbowdash"], System.Text.Json.JsonDocument.Parse(text).RootElement.EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public async Task No_hosts_is_not_well()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers["GET /status"] = Samples.Well with { Members = [] };
        Assert.Equal((ExitCodes.NotWell, "no hosts: no configuration is applied yet\n", ""), await Run.Plain(agent, "protection"));
    }
}

using System.Text.Json;
using ActorHa.Ports.Api;

namespace ActorHa.Cli.Tests;

public sealed class ConfigTests : IDisposable
{
    private const string Site = """
        cluster {
          name = ppnrw
          hosts { applejack { memory = 2G, fencing = [] }, rainbowdash { memory = 1G, fencing = [] } }
          witnesses = [ witness ]
        }

        """;

    private readonly string file = Path.Combine(Path.GetTempPath(), $"actorha-{Guid.NewGuid():n}.conf");

    public void Dispose() => File.Delete(file);

    [Fact]
    public async Task Check_needs_no_agent()
    {
        var example = Path.Combine(AppContext.BaseDirectory, "hocon", "two-hosts-and-a-witness.conf");
        var (code, text, error) = await new Run().Of(["config", "check", example]);
        Assert.Equal((ExitCodes.Ok, $"{example}: well: ppnrw, 2 hosts, 1 witness, 6 virtual machines\n", ""), (code, text, error));
    }

    [Fact]
    public async Task A_bad_file_exits_2_with_all_its_errors()
    {
        await File.WriteAllTextAsync(file, Site + "cluster.timers { suspect-afer = 3s, beat = 5 }\n");
        foreach (var word in new[] { "check", "diff", "apply" })
        {
            var (code, text, error) = await new Run().Of(["config", word, file]);
            Assert.Equal((ExitCodes.Bad, ""), (code, text));
            Assert.Equal($"""
                {file}:6:18: cluster.timers.suspect-afer: found an unknown key, expected "suspect-after"
                {file}:6:44: cluster.timers.beat: found 5, expected a duration with its unit (ms, s, m, h, d)
                actorha: 2 errors in {file}

                """.ReplaceLineEndings("\n"), error);
        }
        Assert.Equal(ExitCodes.Bad, (await new Run().Of(["config", "check", file + ".none"])).Code);
    }

    [Theory]
    [InlineData("listen = \"192.168.41.13:7411\"", "lisen = \"192.168.41.13:7411\"", "members.witness.heartbeat.lisen: found an unknown key, expected \"listen\"")]
    [InlineData("witness { heartbeat = \"192.168.41.13:7411\"", "witnes { heartbeat = \"192.168.41.13:7411\"", "members.applejack.peers: found rainbowdash, witnes, expected rainbowdash, witness (who is not named is never heard)")]
    [InlineData("cluster = ppnrw", "cluster = other", "members.applejack.cluster: found other, expected ppnrw (the name of the cluster in this file)")]
    public async Task The_members_parts_of_a_site_are_checked_too(string right, string wrong, string error)
    {
        var example = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "hocon", "two-hosts-and-a-witness.conf"));
        Assert.Contains(right, example, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, example.Replace(right, wrong, StringComparison.Ordinal));
        var (code, text, errors) = await new Run().Of(["config", "check", file]);
        Assert.Equal((ExitCodes.Bad, ""), (code, text));
        Assert.Contains(error, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diff_prints_what_would_change()
    {
        await using var agent = await AgentWith(7, Site);
        await File.WriteAllTextAsync(file, Site + "cluster.timers.suspect-after = 3s\n");
        Assert.Equal((ExitCodes.Ok, "difference from configuration 7:\n  timers.suspect-after: 2s → 3s\n", ""), await Run.Plain(agent, "config", "diff", file));
    }

    [Fact]
    public async Task Apply_prints_asks_and_sends()
    {
        await using var agent = await AgentWith(7, Site);
        var wanted = Site + "cluster.timers.suspect-after = 3s\n";
        await File.WriteAllTextAsync(file, wanted);
        agent.Answers["POST /config/apply"] = new CommandResult(true, "configuration 8 is in force", 99);

        var no = await new Run { Person = true, Typed = "\n" }.Of(["config", "apply", file, "--socket", agent.Socket]);
        Assert.Equal((ExitCodes.Bad, "actorha: not confirmed, nothing was done\n"), (no.Code, no.Error));
        Assert.DoesNotContain(agent.Heard, h => h.Request.StartsWith("POST", StringComparison.Ordinal));

        var yes = await new Run { Person = true, Typed = "yes\n" }.Of(["config", "apply", file, "--socket", agent.Socket]);
        Assert.Equal(ExitCodes.Ok, yes.Code);
        Assert.Equal("difference from configuration 7:\n  timers.suspect-after: 2s → 3s\nApply as configuration 8? [y/N] accepted (#99): configuration 8 is in force\n", yes.Out);
        var sent = JsonSerializer.Deserialize<ApplyConfigCommand>(agent.Heard.Last().Body, ApiContract.Json);
        Assert.Equal(new ApplyConfigCommand(wanted, 7, "twilight"), sent);

        Assert.Equal(ExitCodes.Ok, (await Run.Plain(agent, "config", "apply", file, "--yes")).Code);
        agent.Answers["POST /config/apply"] = new CommandResult(false, "configuration 8 is in force by now");
        Assert.Equal(ExitCodes.Refused, (await Run.Plain(agent, "config", "apply", file, "--yes")).Code);
    }

    [Fact]
    public async Task Nothing_is_sent_where_nothing_changes()
    {
        await using var agent = await AgentWith(7, Site);
        await File.WriteAllTextAsync(file, "# the same, written otherwise\n" + Site);
        Assert.Equal((ExitCodes.Ok, "no difference from configuration 7\n", ""), await Run.Plain(agent, "config", "apply", file));
    }

    [Fact]
    public async Task The_first_configuration_brings_everything()
    {
        await using var agent = await AgentWith(0, "");
        await File.WriteAllTextAsync(file, Site);
        var (code, text, _) = await Run.Plain(agent, "config", "diff", file);
        Assert.Equal(ExitCodes.Ok, code);
        Assert.StartsWith("no configuration was applied yet; this one brings:\n  name: (empty) → ppnrw\n  hosts.applejack: added\n", text, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Ok, "# no configuration was applied yet\n", ""), await Run.Plain(agent, "config", "show"));
    }

    [Fact]
    public async Task A_configuration_in_force_that_this_version_cannot_read_is_not_compared()
    {
        await using var agent = await AgentWith(7, Site + "cluster.from-the-future = 1");
        await File.WriteAllTextAsync(file, Site);
        var (code, _, error) = await Run.Plain(agent, "config", "apply", file, "--yes");
        Assert.Equal(ExitCodes.Bad, code);
        Assert.Contains("configuration 7:6:1: cluster.from-the-future", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_prints_a_text_that_can_be_applied()
    {
        await using var agent = await AgentWith(7, Site);
        var (code, text, _) = await Run.Plain(agent, "config", "show");
        Assert.Equal((ExitCodes.Ok, "# configuration 7, sha256 abc\n" + Site), (code, text));
    }

    private static async Task<FakeAgent> AgentWith(long number, string text)
    {
        var agent = await FakeAgent.StartAsync();
        agent.Answers["GET /config"] = new ConfigDto(number, number == 0 ? "" : "abc", text);
        return agent;
    }
}

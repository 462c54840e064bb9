using System.Text.Json;
using ActorHa.Ports.Api;
using Microsoft.AspNetCore.Http;

namespace ActorHa.Cli.Tests;

public sealed class StatusTests
{
    [Fact]
    public async Task A_cluster_that_is_well_fits_on_a_page_and_exits_0()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers["GET /status"] = Samples.Well;
        var (code, text, error) = await Run.Plain(agent, "status");
        Assert.Equal((ExitCodes.Ok, ""), (code, error));
        AssertPage("""
            ppnrw, seen by applejack (host): configuration 7, journal 1:4711
            quorate: a write was accepted 0.4 s ago

            MEMBER       ROLE     VERDICT  BEAT    BOOT  OPEN  MEMORY   FENCING
            applejack    host     alive    itself  i3    yes   14G/22G  ready, 12s
            rainbowdash  host     alive    80ms    i2    yes   13G/22G  ready, 47s
            witness      witness  alive    64ms    i1    -     -        -

            VM     STATE    HOST         FOR    MEMORY  PRIO  WHY
            blogs  active   rainbowdash  9d     12G     200   no failover; started on its
                                                              home
            mail   active   applejack    3h05m  8G      900   started on its preferred host
            test   stopped  -            12m    96M     10    stopped by twilight
            """, text);
    }

    [Fact]
    public async Task Trouble_stands_first_and_exits_4()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers["GET /status"] = Samples.InTrouble;
        var (code, text, _) = await Run.Plain(agent, "status");
        Assert.Equal(ExitCodes.NotWell, code);
        AssertPage("""
            ppnrw, seen by rainbowdash (host): configuration 7, journal 1:4711
            NOT QUORATE: no write was accepted for 9 s
            MAINTENANCE: nothing is started, stopped or fenced, for 1h40m more
            NOT PROTECTED: applejack: ims does not answer
            ALARM fence-device-silent for 3m: ims does not answer: [timeout] after 2 s

            MEMBER       ROLE     VERDICT  BEAT    BOOT  OPEN    MEMORY   FENCING
            applejack    host     silent   2s      i3    closed  14G/22G  NOT READY
            rainbowdash  host     alive    itself  i2    joined  13G/22G  ready, 47s
            witness      witness  unknown  never   -     -       -        -
            applejack has configuration 6
            applejack was fenced 1 time lately

            VM     STATE     HOST         FOR  MEMORY  PRIO  WHY
            lists  waiting   -            -    4G      800   does not fit: needs 4G, and
                                                             rainbowdash, the only host that
                                                             is open, has 1G left of 22G
            mail   starting  rainbowdash  2s   8G      900   applejack is proven off

            NOT DONE, AND WHY
            lists: waits: needs 4G, rainbowdash has 1G left
            """, text);
    }

    [Fact]
    public async Task A_host_that_is_not_protected_exits_4_though_all_is_quorate()
    {
        await using var agent = await FakeAgent.StartAsync();
        // Quorate, and nothing is configured: nothing is protected either.
        agent.Answers["GET /status"] = Samples.Well with { ConfigNumber = 0, Members = [.. Samples.Well.Members.Where(m => m.Role != "host")], Vms = [] };
        Assert.Equal(ExitCodes.NotWell, (await Run.Plain(agent, "status")).Code);
        agent.Answers["GET /status"] = Samples.Well with { Members = [Samples.Well.Members[0], Samples.Well.Members[1] with { Protection = null }] };
        var (code, text, _) = await Run.Plain(agent, "status");
        Assert.Equal(ExitCodes.NotWell, code);
        Assert.Contains("NOT PROTECTED: rainbowdash: fencing was never checked", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_the_agents_answer()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers["GET /status"] = Samples.InTrouble;
        var (code, text, _) = await Run.Plain(agent, "status", "--json");
        Assert.Equal(ExitCodes.NotWell, code);
        Assert.Equal(JsonSerializer.Serialize(Samples.InTrouble, ApiContract.Json), JsonSerializer.Serialize(JsonSerializer.Deserialize<StatusDto>(text, ApiContract.Json), ApiContract.Json));
        Assert.Contains("\"state\": \"starting\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_names_stay_whole_within_80_columns()
    {
        await using var agent = await FakeAgent.StartAsync();
        var host = "a-host-with-a-name-of-32-letters";
        var vm = "a-virtual-machine-with-32-letter";
        agent.Answers["GET /status"] = Samples.InTrouble with
        {
            Members = [Samples.InTrouble.Members[0] with { Name = host, Verdict = "contradiction", MemoryUsedMb = 14_337, MemoryTotalMb = 22_529 }],
            Vms = [Samples.InTrouble.Vms[0] with { Name = vm, Host = host }],
        };
        var (_, text, _) = await Run.Plain(agent, "status");
        Assert.All(text.Split('\n'), l => Assert.True(l.TrimEnd().Length <= 80, l));
        Assert.Contains(host, text, StringComparison.Ordinal);
        Assert.Contains(vm, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Colour_is_for_a_terminal_and_NO_COLOR_takes_it_away()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers["GET /status"] = Samples.Well;
        var coloured = await new Run { Colour = true }.Of(["status", "--socket", agent.Socket]);
        Assert.Contains("\u001b[", coloured.Out, StringComparison.Ordinal);
        var refused = await new Run { Colour = true, Variables = new() { ["NO_COLOR"] = "1" } }.Of(["status", "--socket", agent.Socket]);
        Assert.DoesNotContain("\u001b", refused.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_characters_of_others_do_not_reach_the_terminal()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Answers["GET /status"] = Samples.Well with { Alarms = [new("x", "\u001b[2Jgone\r\n[red]markup[/]")] };
        var (_, text, _) = await Run.Plain(agent, "status");
        Assert.DoesNotContain("\u001b", text, StringComparison.Ordinal);
        Assert.Contains("[red]markup[/]", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watching_shows_it_again_and_ends_with_the_last_news()
    {
        await using var agent = await FakeAgent.StartAsync();
        using var interrupt = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var asked = 0;
        agent.Answers["GET /status"] = (Func<HttpContext, Task>)(async context =>
        {
            if (++asked < 3) await context.Response.WriteAsJsonAsync(Samples.InTrouble, ApiContract.Json);
            else await interrupt.CancelAsync(); // the third question: two pages are out
        });
        var (code, text, _) = await new Run().Of(["status", "--watch", "--socket", agent.Socket], interrupt.Token);
        Assert.Equal(ExitCodes.NotWell, code);
        Assert.Equal(2, text.Split("NOT QUORATE").Length - 1);
    }

    private static void AssertPage(string expected, string page)
    {
        var lines = page.Split('\n').Select(l => l.TrimEnd()).ToArray();
        Assert.All(lines, l => Assert.True(l.Length <= 80, $"{l.Length} columns: {l}"));
        Assert.Equal(expected.ReplaceLineEndings("\n"), string.Join('\n', lines).TrimEnd('\n'));
    }
}

using System.Text.RegularExpressions;
using ActorHa.Agent.Api;

namespace ActorHa.Agent.Tests.Api;

/// <summary>A page for each alarm: what the stories say, and the sentences that would be taken for another.</summary>
public sealed class AlarmNamesTests
{
    private static readonly string Stories = Path.Combine(AppContext.BaseDirectory, "stories");
    private static readonly string Runbooks = Path.Combine(AppContext.BaseDirectory, "runbooks");

    [Fact]
    public void Each_alarm_of_the_stories_has_a_page_of_its_own()
    {
        var alarms = Directory.GetFiles(Stories, "*.scenario", SearchOption.AllDirectories).SelectMany(File.ReadLines)
            .Select(l => Regex.Match(l, "^ *[0-9.]+ [a-z]+ +! (.+)$")).Where(m => m.Success).Select(m => m.Groups[1].Value).ToHashSet();
        Assert.True(alarms.Count > 30);
        Assert.All(alarms, a => Assert.NotEqual("other", AlarmNames.Of(a)));
    }

    [Fact]
    public void Each_page_is_there_and_in_the_index()
    {
        var index = File.ReadAllText(Path.Combine(Runbooks, "README.md"));
        Assert.All(AlarmNames.All, p =>
        {
            Assert.StartsWith($"# {p}\n", File.ReadAllText(Path.Combine(Runbooks, $"{p}.md")).ReplaceLineEndings("\n"), StringComparison.Ordinal);
            Assert.Contains($"[{p}]({p}.md)", index, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("applejack is not well: /proc: read-only file system: it takes no VM", "degraded")]
    [InlineData("applejack is challenged and not well: it does not refute", "degraded")]
    [InlineData("the agent of witness is silent, its etcd member answers: it votes, but takes no fence over", "agent-silent")]
    [InlineData("mail does not end on applejack, though it was killed: it starts nowhere before it has", "vm-does-not-end")]
    [InlineData("the journal as witness reads it ends before entry 16, which it has seen: it was put back, or is read from the past", "read-only")]
    [InlineData("mail waits for memory: needs 900 MiB, applejack has 100; it failed too often on rainbowdash (actorha vm start tries again)", "vm-waits")]
    [InlineData("rule \"place\" makes an entry of 2000000 bytes: the journal takes 1048576 at most", "entry-too-large")]
    [InlineData("words that nobody has said before", "other")]
    public void A_sentence_has_its_page(string because, string page) => Assert.Equal(page, AlarmNames.Of(because));
}

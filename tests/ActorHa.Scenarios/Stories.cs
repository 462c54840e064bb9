using ActorHa.World;

namespace ActorHa.Scenarios;

public sealed class Stories
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "stories");

    public static TheoryData<string> All => [.. Directory.GetFiles(Root, "*.scenario", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>Set ACTORHA_REWRITE to the folder of this project to write what is said now into the stories.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void A_story_is_told_as_it_is_written(string file)
    {
        var written = File.ReadAllText(Path.Combine(Root, file)).ReplaceLineEndings("\n");
        Assert.Contains(written.Split('\n'), l => l.StartsWith("expect ", StringComparison.Ordinal));
        var told = new Player().Play(written);
        if (Environment.GetEnvironmentVariable("ACTORHA_REWRITE") is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, "stories", file), told);
            return;
        }
        Assert.Equal(written, told);
    }

    [Fact]
    public void An_expectation_that_is_not_met_fails_the_story() =>
        Assert.Throws<StoryException>(() => new Player().Play("boot\nexpect mail on rainbowdash\n----\n"));
}

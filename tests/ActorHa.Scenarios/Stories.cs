using System.Globalization;
using System.Text.RegularExpressions;
using ActorHa.World;

namespace ActorHa.Scenarios;

public sealed class Stories
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "stories");

    private static readonly string[] Files = [.. Directory.GetFiles(Root, "*.scenario", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    public static TheoryData<string> All => [.. Files];

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

    /// <summary>Every hard case that is meant for the simulator, but for 45 and 48: the core knows neither definitions of VMs nor standby.</summary>
    [Fact]
    public void Each_case_has_its_story()
    {
        int[] cases = [.. Enumerable.Range(1, 25), 27, 28, 29, 30, 31, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 46, 47, 49, 50, 51, 52, 53, .. Enumerable.Range(55, 8)];
        var told = Files.SelectMany(f => Regex.Matches(string.Join(' ', Commands(f).TakeWhile(l => l.StartsWith('#'))), "[Cc]ases? ([0-9]+)(?:(?:, | and )([0-9]+))*"))
            .SelectMany(m => m.Groups.Values.Skip(1).SelectMany(g => g.Captures)).Select(c => int.Parse(c.Value, CultureInfo.InvariantCulture));
        Assert.Empty(cases.Except(told));
    }

    [Fact]
    public void Each_word_of_a_story_is_explained()
    {
        var explained = File.ReadAllText(Path.Combine(Root, "README.md"));
        var words = Files.SelectMany(Commands).Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split(' ')[0]).ToHashSet();
        Assert.All(words, w => Assert.Matches($"`{w}[ `]", explained));
    }

    private static IEnumerable<string> Commands(string file)
    {
        var said = false;
        foreach (var line in File.ReadLines(Path.Combine(Root, file)))
        {
            if (line == Player.Bar) said = true;
            else if (said) said = line.Length > 0;
            else yield return line;
        }
    }

    [Theory]
    [InlineData("boot\nlinks rain\n----\n", "line 2: \"links rain\": \"rain\" is none of Good, Jitter, Spikes, Damaged")]
    [InlineData("boot\nheld-beat\n----\n", "line 2: \"held-beat\": no heartbeat is held")]
    [InlineData("boot\nkill-vm rainbowdash mail\n----\n", "line 2: \"kill-vm rainbowdash mail\": mail does not run on rainbowdash")]
    [InlineData("boot\nrun\n----\n", "line 2: \"run\": a word is missing at its end")]
    [InlineData("boot\n\n----\n\n# words\nrun soon\n----\n", "line 6: \"run soon\": \"soon\" is no number")]
    [InlineData("boot\nfreeze pinkie\n----\n", "line 2: \"freeze pinkie\": there is no member pinkie; known: applejack, rainbowdash, witness")]
    [InlineData("boot\ncut applejack pinkie\n----\n", "there is no member pinkie")]
    [InlineData("boot\npower applejack maybe\n----\n", "\"maybe\" is neither off nor on")]
    [InlineData("boot\nappend applejack never\n----\n", "\"never\" is none of None, Unknown, Lost, Late")]
    [InlineData("boot shutdown\n----\n", "line 1: a setting is KEY=VALUE: shutdown")]
    [InlineData("boot\nwait 3\n----\n", "line 2: unknown command: wait 3")]
    [InlineData("boot\nexpect power pinkie on\n----\n", "there is no member pinkie")]
    public void What_a_story_does_not_say_well_is_named_with_its_line(string story, string why) =>
        Assert.StartsWith(why, Regex.Replace(Assert.Throws<StoryException>(() => new Player().Play(story)).Message, why.StartsWith("line", StringComparison.Ordinal) ? "^$" : "^line [0-9]+: \"[^\"]*\": ", ""));

    [Fact]
    public void An_expectation_that_is_not_met_fails_the_story() =>
        Assert.Throws<StoryException>(() => new Player().Play("boot\nexpect mail on rainbowdash\n----\n"));
}

using ActorHa.Agent.Quorum;
using ActorHa.Agent.Tests.Os;
using ActorHa.Core;

namespace ActorHa.Agent.Tests.Quorum;

/// <summary>What a member has seen stays seen.</summary>
public sealed class SeenHeadTests
{
    [Fact]
    public void The_highest_head_is_kept_over_restarts_and_over_a_shorter_journal()
    {
        using var folder = new TempFolder();
        var first = new SeenHead(folder.Path);
        Assert.Null(first.Read());
        first.Write(new JournalHead(1, 26, "abc"));

        var second = new SeenHead(folder.Path);
        Assert.Equal(26, second.Read()!.Index);
        second.Write(new JournalHead(1, 1, "def"));
        second.Write(new JournalHead(1, 26, "other"));
        Assert.Equal(new JournalHead(1, 26, "abc"), new SeenHead(folder.Path).Read());

        second.Write(new JournalHead(1, 27, "ghi"));
        second.Write(new JournalHead(2, 3, "jkl"));
        Assert.Equal(new JournalHead(2, 3, "jkl"), new SeenHead(folder.Path).Read());
    }

    [Fact]
    public void A_damaged_file_names_itself()
    {
        using var folder = new TempFolder();
        File.WriteAllText(Path.Combine(folder.Path, "seen-head"), "");
        Assert.Contains(Path.Combine(folder.Path, "seen-head"), Assert.Throws<FormatException>(() => new SeenHead(folder.Path).Read()).Message, StringComparison.Ordinal);
    }
}

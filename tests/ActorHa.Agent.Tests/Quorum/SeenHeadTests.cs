using ActorHa.Agent.Quorum;
using ActorHa.Agent.Tests.Os;
using ActorHa.Core;

namespace ActorHa.Agent.Tests.Quorum;

/// <summary>What a member has seen stays seen.</summary>
public sealed class SeenHeadTests
{
    [Fact]
    public async Task The_highest_head_is_kept_over_restarts_and_over_a_shorter_journal()
    {
        using var folder = new TempFolder();
        var first = new SeenHead(folder.Path);
        Assert.Null(first.Read());
        await first.Keep(new JournalHead(1, 26, "abc"));

        var second = new SeenHead(folder.Path);
        Assert.Equal(26, second.Read()!.Index);
        await second.Keep(new JournalHead(1, 1, "def"));
        await second.Keep(new JournalHead(1, 26, "other"));
        Assert.Equal(new JournalHead(1, 26, "abc"), new SeenHead(folder.Path).Read());

        await second.Keep(new JournalHead(1, 27, "ghi"));
        await second.Keep(new JournalHead(2, 3, "jkl"));
        Assert.Equal(new JournalHead(2, 3, "jkl"), new SeenHead(folder.Path).Read());
    }

    [Fact]
    public void A_damaged_file_names_itself()
    {
        using var folder = new TempFolder();
        File.WriteAllText(Path.Combine(folder.Path, "seen-head"), "");
        Assert.Contains(Path.Combine(folder.Path, "seen-head"), Assert.Throws<FormatException>(() => new SeenHead(folder.Path).Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_written_is_said_and_tried_again()
    {
        using var folder = new TempFolder();
        var seen = new SeenHead(folder.Path, retry: TimeSpan.FromMilliseconds(20));
        // Also root cannot write a file there.
        var inTheWay = Directory.CreateDirectory(Path.Combine(folder.Path, "seen-head.new"));
        _ = seen.Keep(new JournalHead(1, 5, "abc"));
        for (var i = 0; i < 1000 && seen.Fault is null; i++) await Task.Delay(10);
        Assert.Contains(inTheWay.FullName, seen.Fault, StringComparison.Ordinal);
        var newest = seen.Keep(new JournalHead(1, 6, "def"));
        inTheWay.Delete();
        await newest.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Null(seen.Fault);
        Assert.Equal(6, new SeenHead(folder.Path).Read()!.Index);
    }
}

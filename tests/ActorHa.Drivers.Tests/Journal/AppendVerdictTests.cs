using ActorHa.Core;
using ActorHa.Drivers.Journal;
using ActorHa.Ports;

namespace ActorHa.Drivers.Tests.Journal;

public sealed class AppendVerdictTests
{
    private static readonly JournalHead Four = new(1, 4, "d"), Five = new(1, 5, "e"), OtherFive = new(1, 5, "f"), Nine = new(1, 9, "i");

    private static AppendOutcome Failed(JournalHead? head, string? stored, JournalHead? expected = null)
    {
        expected ??= Four;
        var next = new JournalHead(expected.Lineage, expected.Index + 1, "e");
        return AppendVerdict.OfFailure(expected, next, "ours"u8, head, stored is null ? null : (ReadOnlyMemory<byte>?)JournalStoreContract.Bytes(stored));
    }

    [Fact]
    public void Our_own_bytes_in_our_place_mean_that_an_earlier_attempt_won()
    {
        Assert.IsType<AppendCommitted>(Failed(Five, "ours"));
        Assert.IsType<AppendCommitted>(Failed(Nine, "ours"));
    }

    [Fact]
    public void Other_bytes_in_our_place_are_a_conflict()
    {
        Assert.Equal(OtherFive, Assert.IsType<AppendConflict>(Failed(OtherFive, "theirs")).Head);
        Assert.Equal(Nine, Assert.IsType<AppendConflict>(Failed(Nine, "theirs")).Head);
    }

    [Fact]
    public void A_head_that_went_back_or_is_gone_is_a_conflict()
    {
        Assert.IsType<AppendConflict>(Failed(new JournalHead(2, 3, "c"), null));
        Assert.Null(Assert.IsType<AppendConflict>(Failed(null, null)).Head);
    }

    [Fact]
    public void An_entry_that_was_folded_away_since_is_unknown() =>
        Assert.Contains("folded", Assert.IsType<AppendUnknown>(Failed(Nine, null)).Why, StringComparison.Ordinal);

    [Fact]
    public void An_entry_beyond_head_is_damage_and_no_verdict()
    {
        Assert.Contains("damaged", Assert.IsType<AppendUnknown>(Failed(Four, "theirs")).Why, StringComparison.Ordinal);
        Assert.Contains("damaged", Assert.IsType<AppendUnknown>(Failed(Four, "ours")).Why, StringComparison.Ordinal);
        Assert.Contains("damaged", Assert.IsType<AppendUnknown>(Failed(new JournalHead(2, 3, "c"), "ours")).Why, StringComparison.Ordinal);
        Assert.Contains("damaged", Assert.IsType<AppendUnknown>(Failed(null, "theirs", JournalHead.Empty)).Why, StringComparison.Ordinal);
    }
}

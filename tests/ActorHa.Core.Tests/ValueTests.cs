using System.Collections.Immutable;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>Small values that decisions rest on: what is equal, what comes before what, and what is kept.</summary>
public sealed class ValueTests
{
    [Fact]
    public void A_device_is_the_same_by_its_driver_and_its_options()
    {
        static DeviceConfig Device(string driver, string address) => new(driver, ImmutableSortedDictionary<string, string>.Empty.Add("address", address));
        var device = Device("modular-server", "192.0.2.1");
        Assert.True(device.Equals(Device("modular-server", "192.0.2.1")));
        Assert.False(device.Equals(Device("fence-agent", "192.0.2.1")));
        Assert.False(device.Equals(Device("modular-server", "192.0.2.2")));
        Assert.False(device.Equals(null));
    }

    [Fact]
    public void Lives_and_moments_are_ordered()
    {
        Assert.True(I(2) >= I(1) && I(2) >= I(2) && !(I(1) >= I(2)));
        Assert.True(At(1) <= At(2) && At(2) <= At(2) && !(At(2) <= At(1)));
    }

    [Fact]
    public void Names_read_as_they_are_written()
    {
        Assert.Equal("applejack/run1", RunOf(A).ToString());
        Assert.Equal(BootOf(A).Value, BootOf(A).ToString());
    }

    [Fact]
    public void Evidence_that_says_nothing_is_left_out() => Assert.Equal("power off", Assert.Single(Decision.Nothing("rule", "because").On("", "power off").Evidence));

    [Fact]
    public void States_are_equal_whatever_was_worked_out_about_them()
    {
        var state = Case.TheSite().State;
        Assert.NotEmpty(JournalCodec.Hash(state));
        Assert.True(state.Equals(state with { Index = state.Index }));
    }

    [Fact]
    public void A_member_is_a_host_where_nothing_else_is_said() => Assert.True(new View { Self = B, Run = RunOf(B) }.IsHost);

    [Fact]
    public void An_older_entry_that_is_learned_later_displaces_none() =>
        Assert.Equal(At(10), LearnedAt.Nothing.Add(5, At(10)).Add(1, At(20)).Add(2, At(30)).Of(5, At(99)));

    [Fact]
    public void When_very_many_entries_were_learned_the_older_half_counts_from_the_oldest_that_is_kept()
    {
        var learned = new LearnedAt([.. Enumerable.Range(1, 4096).Select(i => ((long)i, At(i)))]).Add(4097, At(4097));
        Assert.Equal(2049, learned.Marks.Length);
        Assert.Equal((At(2049), At(2049), At(4097)), (learned.Of(1, At(0)), learned.Of(2049, At(0)), learned.Of(4097, At(0))));
    }
}

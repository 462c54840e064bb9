using ActorHa.World;

namespace ActorHa.Core.Tests;

/// <summary>Replaying a journal gives the same state on every member, bit for bit.</summary>
public sealed class ReplayTests
{
    public static TheoryData<string> Worlds =>
    [
        "boot\npower applejack off\nrun 20\npower applejack on\nrun 40\n----\n",
        "boot\nfreeze applejack\nrun 10\nthaw applejack\nrun 30\n----\n",
        "boot\nvm move mail rainbowdash\nrun 5\nkill-vm rainbowdash mail\nrun 5\nvm stop lists\nrun 5\n----\n",
        "boot\nappend rainbowdash unknown\npower applejack off\nrun 20\n----\n",
        "boot\nmaintenance on 20\nkill-agent rainbowdash\nrun 40\nvm stop mail\nrun 5\nhand-start rainbowdash mail\nrun 10\n----\n",
    ];

    [Theory]
    [MemberData(nameof(Worlds))]
    public void Replaying_a_played_world_gives_the_state_that_each_author_had(string story)
    {
        var player = new Player();
        player.Play(story);
        var entries = player.World.Journal.Entries;
        Assert.True(entries.Count > 10);
        var (state, previous) = (ClusterState.Empty, "");
        foreach (var entry in entries)
        {
            state = state.Evolve(entry);
            Assert.Equal(entry.StateAfter, JournalCodec.Hash(state));
            Assert.Equal(previous, entry.Previous);
            previous = JournalCodec.Hash(JournalCodec.Encode(entry));
        }
        // Every member that reads at all has come to the same.
        foreach (var member in player.World.Members.Where(m => m.Mind is { } mind && mind.State.Index == state.Index))
            Assert.Equal(JournalCodec.Hash(state), JournalCodec.Hash(member.Mind!.State));
    }

    [Fact]
    public void The_same_story_is_told_twice_in_the_same_words()
    {
        const string story = "boot\npower applejack off\nrun 20\n----\n";
        Assert.Equal(new Player().Play(story), new Player().Play(story));
    }
}

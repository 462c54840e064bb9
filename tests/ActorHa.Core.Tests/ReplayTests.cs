using System.Reflection;
using System.Text.Json.Serialization;
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

    [Theory]
    [MemberData(nameof(Worlds))]
    public void Whoever_goes_on_from_a_state_as_it_was_stored_comes_to_the_same(string story)
    {
        var player = new Player();
        player.Play(story);
        var whole = ClusterState.Empty;
        foreach (var at in player.World.Journal.Entries)
        {
            whole = whole.Evolve(at);
            var later = player.World.Journal.Entries.Where(e => e.Index > at.Index).Aggregate(JournalCodec.DecodeState(JournalCodec.Encode(whole)), (s, e) => s.Evolve(e));
            Assert.Equal(JournalCodec.Hash(player.World.Journal.State), JournalCodec.Hash(later));
        }
    }

    /// <summary>What is set is stored, and so a part of the hash: two members with one hash know the same.</summary>
    [Fact]
    public void Nothing_that_a_state_consists_of_is_left_out_of_its_stored_form()
    {
        var (open, known) = (new Queue<Type>([typeof(ClusterState)]), new HashSet<Type>());
        while (open.TryDequeue(out var type))
        {
            if (!known.Add(type)) continue;
            foreach (var part in type.GetGenericArguments()) open.Enqueue(part);
            if (type.Assembly != typeof(ClusterState).Assembly) continue;
            foreach (var property in type.GetProperties().Where(p => p.CanWrite))
            {
                Assert.True(property.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition is null or JsonIgnoreCondition.WhenWritingDefault, $"{type.Name}.{property.Name} is not stored");
                open.Enqueue(property.PropertyType);
            }
        }
        Assert.Superset(new HashSet<Type> { typeof(HostState), typeof(VmState), typeof(FenceRequest), typeof(ClusterConfig), typeof(Drill) }, known);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"index\":\"one\"}")]
    [InlineData("{\"index\":1,\"colour\":2}")]
    public void What_is_no_state_or_a_newer_ones_is_not_read(string text) =>
        Assert.Throws<UnknownEntryException>(() => JournalCodec.DecodeState(System.Text.Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void The_same_story_is_told_twice_in_the_same_words()
    {
        const string story = "boot\npower applejack off\nrun 20\n----\n";
        Assert.Equal(new Player().Play(story), new Player().Play(story));
    }
}

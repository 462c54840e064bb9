using ActorHa.Core.Wire;
using static ActorHa.Core.Tests.Wire.Beats;

namespace ActorHa.Core.Tests.Wire;

public class BeatReceiverTests
{
    private readonly BeatReceiver _receiver = new(new MemberName("rainbowdash"), [new MemberName("applejack"), new MemberName("pinkiepie")]);

    private BeatRefusal Hear(string sender, long sequence, Guid? boot = null, long incarnation = 3, long newest = 3) =>
        _receiver.Accept(Of(sender, 0, sequence, incarnation, boot), new Incarnation(newest));

    [Fact]
    public void Only_a_higher_sequence_is_news()
    {
        Assert.Equal(BeatRefusal.None, Hear("applejack", 10));
        Assert.Equal(BeatRefusal.Replay, Hear("applejack", 10));
        Assert.Equal(BeatRefusal.Replay, Hear("applejack", 9));
        Assert.Equal(BeatRefusal.None, Hear("applejack", 12));
        Assert.Equal(BeatRefusal.Replay, Hear("applejack", 11));
    }

    [Fact]
    public void Each_sender_has_its_own_sequence()
    {
        Assert.Equal(BeatRefusal.None, Hear("applejack", 10));
        Assert.Equal(BeatRefusal.None, Hear("pinkiepie", 1));
    }

    [Fact]
    public void A_new_boot_begins_anew_and_the_old_one_cannot_be_played_again()
    {
        Assert.Equal(BeatRefusal.None, Hear("applejack", 1_000_000, BootA));
        Assert.Equal(BeatRefusal.None, Hear("applejack", 5, BootB, incarnation: 0));
        Assert.Equal(BeatRefusal.Replay, Hear("applejack", 1_000_000, BootA));
        Assert.Equal(BeatRefusal.OldIncarnation, Hear("applejack", 1_000_001, BootA, incarnation: 3, newest: 4));
        Assert.Equal(BeatRefusal.None, Hear("applejack", 6, BootB, incarnation: 4, newest: 4));
    }

    [Fact]
    public void Recordings_of_older_boots_do_not_silence_the_running_one()
    {
        Assert.Equal(BeatRefusal.None, Hear("applejack", 100));
        for (var i = 0; i < 20; i++) Hear("applejack", 1_000 + i, Guid.NewGuid(), incarnation: 0);
        Assert.Equal(BeatRefusal.Replay, Hear("applejack", 100));
        Assert.Equal(BeatRefusal.None, Hear("applejack", 101));
    }

    [Fact]
    public void Recordings_of_boots_that_never_joined_displace_one_another_and_no_more_than_one_that_did()
    {
        var joined = Enumerable.Range(0, BeatReceiver.BootsPerPeer).Select(_ => Guid.NewGuid()).ToArray();
        foreach (var boot in joined) Assert.Equal(BeatRefusal.None, Hear("applejack", 10, boot));
        for (var i = 0; i < 20; i++) Hear("applejack", 1_000 + i, Guid.NewGuid(), incarnation: 0);
        foreach (var boot in joined[1..]) Assert.Equal(BeatRefusal.Replay, Hear("applejack", 10, boot));
    }

    [Fact]
    public void Of_boots_of_one_incarnation_the_one_unheard_for_longest_is_forgotten()
    {
        var boots = Enumerable.Range(0, BeatReceiver.BootsPerPeer).Select(_ => Guid.NewGuid()).ToArray();
        foreach (var boot in boots) Hear("applejack", 10, boot);
        Hear("applejack", 11, boots[0]);
        Hear("applejack", 10, Guid.NewGuid());
        foreach (var boot in new[] { boots[0], boots[2], boots[3] }) Assert.Equal(BeatRefusal.Replay, Hear("applejack", 10, boot));
        Assert.Equal(BeatRefusal.None, Hear("applejack", 10, boots[1]));
    }

    [Fact]
    public void A_restarted_agent_that_has_not_joined_yet_is_heard_and_its_boot_is_not_forgotten()
    {
        Assert.Equal(BeatRefusal.None, Hear("applejack", 100));
        Assert.Equal(BeatRefusal.None, Hear("applejack", 101, incarnation: 0));
        for (var i = 0; i < 20; i++) Hear("applejack", 1_000 + i, Guid.NewGuid(), incarnation: 0);
        Assert.Equal(BeatRefusal.Replay, Hear("applejack", 100));
    }

    [Fact]
    public void Our_own_beats_and_strangers_are_refused()
    {
        Assert.Equal(BeatRefusal.OwnEcho, Hear("rainbowdash", 1));
        Assert.Equal(BeatRefusal.UnknownSender, Hear("stranger", 1));
    }

    [Fact]
    public void A_journal_restored_to_lower_incarnations_does_not_make_us_deaf()
    {
        Assert.Equal(BeatRefusal.None, Hear("applejack", 1, incarnation: 9, newest: 9));
        Assert.Equal(BeatRefusal.None, Hear("applejack", 2, incarnation: 2, newest: 2));
    }
}

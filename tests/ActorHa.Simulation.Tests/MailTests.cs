using ActorHa.Core;
using ActorHa.World;

namespace ActorHa.Simulation.Tests;

/// <summary>Each actor takes its letters in their order; among actors the dice decide, where letters have waited.</summary>
public sealed class MailTests
{
    private sealed class Box(List<(string, object)> taken, string name) : ILetterBox
    {
        public void Take(object message) => taken.Add((name, message));
    }

    private static List<(string Who, object What)> Taken(Random? dice, bool waited = true)
    {
        var taken = new List<(string, object)>();
        var (mail, now) = (new Mail(dice), default(Instant) + TimeSpan.FromSeconds(1));
        Box[] boxes = [new(taken, "mind"), new(taken, "fencer")];
        for (var i = 0; i < 20; i++) mail.Add(new(boxes[i % 2], i, waited ? default : now));
        while (mail.TryTake(now, out var letter)) letter.To.Take(letter.Message);
        return taken;
    }

    [Fact]
    public void Among_actors_the_dice_decide_and_each_takes_its_own_in_order()
    {
        var taken = Taken(new Random(1));
        Assert.Equal(20, taken.Count);
        foreach (var own in taken.GroupBy(t => t.Who)) Assert.Equal(own.Select(t => (int)t.What).Order(), own.Select(t => (int)t.What));
        Assert.NotEqual(Enumerable.Range(0, 20), taken.Select(t => (int)t.What));
    }

    [Fact]
    public void Without_dice_and_where_nothing_has_waited_the_oldest_letter_comes_first()
    {
        Assert.Equal(Enumerable.Range(0, 20), Taken(null).Select(t => (int)t.What));
        Assert.Equal(Enumerable.Range(0, 20), Taken(new Random(1), waited: false).Select(t => (int)t.What));
    }
}

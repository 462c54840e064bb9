using ActorHa.Core;

namespace ActorHa.World;

/// <summary>Whoever takes letters of an agent: its mind, a watcher, a fencer, a supervisor.</summary>
internal interface ILetterBox
{
    /// <summary>Takes one letter.</summary>
    void Take(object message);
}

/// <summary>A letter to an actor.</summary>
/// <param name="To">The actor.</param>
/// <param name="Message">What it says.</param>
/// <param name="Since">Since when it waits.</param>
internal readonly record struct Letter(ILetterBox To, object Message, Instant Since);

/// <summary>
/// The letters that wait for the actors of one agent. Each actor takes its own in their order. Which of them has its turn first when an
/// agent wakes, or starves, nobody promises: there the dice say it.
/// </summary>
/// <param name="dice">null = always the oldest letter first.</param>
internal sealed class Mail(Random? dice)
{
    private readonly List<Letter> _waiting = [];

    /// <summary>A letter is put into its box.</summary>
    public void Add(Letter letter) => _waiting.Add(letter);

    /// <summary>Nobody takes them any more.</summary>
    public void Clear() => _waiting.Clear();

    /// <summary>The next letter; false when there is none.</summary>
    public bool TryTake(Instant now, out Letter letter)
    {
        letter = default;
        if (_waiting.Count == 0) return false;
        var next = 0;
        if (_waiting.Count > 1 && _waiting[0].Since < now && dice is not null)
        {
            var box = _waiting[dice.Next(_waiting.Count)].To;
            next = _waiting.FindIndex(l => l.To == box);
        }
        letter = _waiting[next];
        _waiting.RemoveAt(next);
        return true;
    }
}

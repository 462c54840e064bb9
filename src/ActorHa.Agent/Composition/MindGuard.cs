namespace ActorHa.Agent.Composition;

/// <summary>
/// Whether the mind is stuck, by looks a second apart. A whole process that slept wakes with an old mind, and whoever looks
/// first must not end it for that: it is given some looks to turn, of which the last is where a stuck one is as old as allowed.
/// </summary>
/// <param name="stuckAfter">Age of the mind's last turn at which it counts as stuck.</param>
public sealed class MindGuard(TimeSpan stuckAfter)
{
    private const int Looks = 3;
    private readonly TimeSpan _oldAfter = stuckAfter - TimeSpan.FromSeconds(Looks - 1);
    private int _old;

    /// <summary>Takes the age of the mind's last turn; true when it was old at several looks in a row.</summary>
    public bool IsStuck(TimeSpan age)
    {
        _old = age < _oldAfter ? 0 : _old + 1;
        return _old >= Looks;
    }
}

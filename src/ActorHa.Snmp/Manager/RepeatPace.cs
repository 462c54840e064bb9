namespace ActorHa.Snmp.Manager;

/// <summary>
/// How long silence lasts before a question is repeated. A device that takes its time is not asked again before it can have
/// answered: with one thread it would answer each copy, and fall ever further behind.
/// </summary>
/// <param name="first">Pause while nothing is known of the device.</param>
internal sealed class RepeatPace(TimeSpan first)
{
    /// <summary>Pauses grow to this, unless the device itself is slower.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private TimeSpan _answered;

    /// <summary>The first pause of a question: twice what the last answer took, counted from the first sending.</summary>
    public TimeSpan First => _answered * 2 > first ? _answered * 2 : first;

    /// <summary>The pause after one that passed in silence.</summary>
    public TimeSpan After(TimeSpan pause) => pause * 2 < Longest ? pause * 2 : pause > Longest ? pause : Longest;

    /// <summary>An answer came this long after the question was first sent.</summary>
    public void Answered(TimeSpan after) => _answered = after;
}

using System.Collections.Concurrent;
using ActorHa.Core;
using ActorHa.Ports;

namespace ActorHa.Agent.Watching;

/// <summary>
/// Whether the etcd member of each voter answers here, while all is well too. Nothing is decided by it (the watchers ask for
/// themselves when beats stay away): it is told to people, before the vote is missed, or a lost agent is taken for a lost host.
/// </summary>
/// <param name="probe">Asks.</param>
/// <param name="voters">Members with an etcd member, this one included.</param>
/// <param name="time">The clock.</param>
public sealed class VoterSight(IPeerProbe probe, IReadOnlyCollection<MemberName> voters, TimeProvider time)
{
    /// <summary>So long without an answer is told.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<MemberName, long> _answered = new(voters.Select(v => KeyValuePair.Create(v, time.GetTimestamp())));

    /// <summary>Who has not answered for long, and for how long.</summary>
    public IEnumerable<(MemberName Voter, TimeSpan For)> Silent =>
        _answered.OrderBy(a => a.Key).Select(a => (a.Key, time.GetElapsedTime(a.Value))).Where(a => a.Item2 > Long);

    /// <summary>Asks again and again, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            do await Task.WhenAll(voters.Select(v => AskAsync(v, cancel)));
            while (await timer.WaitForNextTickAsync(cancel));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The agent stops.
        }
    }

    private async Task AskAsync(MemberName voter, CancellationToken cancel)
    {
        if (await probe.AnswersAsync(voter, Patience, cancel)) _answered[voter] = time.GetTimestamp();
    }
}

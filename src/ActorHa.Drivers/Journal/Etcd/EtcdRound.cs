using System.Diagnostics;
using System.Text;
using Google.Protobuf;

namespace ActorHa.Drivers.Journal.Etcd;

/// <summary>
/// One question put to the members in turn until one gives a complete answer. The next member is asked when the last one
/// asked failed, or gave no answer within the attempt limit; earlier attempts may still answer meanwhile.
/// </summary>
/// <remarks>
/// A proposal given to a follower whose leader has just died is lost without a word, so waiting is no use; but behind a
/// disk that syncs in 0.3 s every answer comes later than the attempt limit, so giving up is none either. Hence both.
/// All attempts carry identical bytes: which of them takes effect makes no difference to a compare-and-append.
/// </remarks>
internal sealed class EtcdRound<T>(EtcdMembers members, EtcdMethod<T> method, ReadOnlyMemory<byte> frame)
    where T : class, IMessage<T>
{
    private static readonly TimeSpan LeastRound = TimeSpan.FromMilliseconds(50);
    private readonly List<Task<Attempt>> _pending = [];
    private readonly EtcdCallException?[] _faults = new EtcdCallException?[members.Channels.Length];

    /// <summary>The answer; null when patience ended, was cancelled, or every member refused the question for what it is.</summary>
    public async Task<T?> AskAsync(TimeSpan patience, CancellationToken cancel)
    {
        if (patience <= TimeSpan.Zero) return null;
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        leaving.CancelAfter(patience);
        var answer = await GoRoundAsync(Stopwatch.GetTimestamp(), patience, leaving.Token);
        // Attempts still under way are withdrawn; what they set in motion inside etcd may go on.
        await leaving.CancelAsync();
        if (_pending.Count > 0) await Task.WhenAll(_pending);
        return answer;
    }

    /// <summary>The member that answered; -1 when none.</summary>
    public int AnsweredBy { get; private set; } = -1;

    /// <summary>What each member last said, for the operator.</summary>
    public string Why()
    {
        var text = new StringBuilder();
        if (_faults.Any(f => f is { NoSpace: true }))
            text.Append("etcd is out of space (alarm NOSPACE: compact, defragment, disarm): ");
        for (var i = 0; i < _faults.Length; i++)
        {
            if (i > 0) text.Append("; ");
            text.Append(members.Channels[i].Name.Value).Append(": ").Append(_faults[i]?.Message ?? "no answer in time");
        }

        return text.ToString();
    }

    private async Task<T?> GoRoundAsync(long began, TimeSpan patience, CancellationToken leaving)
    {
        var count = members.Channels.Length;
        var member = members.First;
        var life = members.Options.AttemptLife;
        while (true)
        {
            var roundBegan = Stopwatch.GetTimestamp();
            for (var i = 0; i < count; i++, member = (member + 1) % count)
            {
                if (leaving.IsCancellationRequested || Stopwatch.GetElapsedTime(began) >= patience) return null;
                var newest = AttemptAsync(member, life, leaving);
                _pending.Add(newest);
                if (await FirstAnswerAsync(newest, members.Options.AttemptLimit) is { } answer) return answer;
                members.Failed(member);
            }

            if (_faults.All(f => f is { Refused: true })) return null;
            // Where all refuse at once (a lone member, all ports closed), the round takes its time: no busy loop.
            var rest = LeastRound - Stopwatch.GetElapsedTime(roundBegan);
            if (rest > TimeSpan.Zero && await FirstAnswerAsync(null, rest) is { } late) return late;
        }
    }

    /// <summary>Waits until some attempt answers, <paramref name="newest"/> fails, or <paramref name="limit"/> is over.</summary>
    private async Task<T?> FirstAnswerAsync(Task<Attempt>? newest, TimeSpan limit)
    {
        using var over = new CancellationTokenSource();
        var time = Task.Delay(limit, over.Token);
        try
        {
            while (true)
            {
                var done = await Task.WhenAny(_pending.Append(time));
                if (done is not Task<Attempt> attempt) return null;
                _pending.Remove(attempt);
                var (member, answer, fault) = await attempt;
                if (answer is not null)
                {
                    AnsweredBy = member;
                    members.Answered(member);
                    return answer;
                }

                _faults[member] = fault ?? _faults[member];
                if (attempt == newest) return null;
            }
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    private async Task<Attempt> AttemptAsync(int member, TimeSpan life, CancellationToken leaving)
    {
        try
        {
            return new Attempt(member, await members.CallAsync(member, method, frame, life, leaving), null);
        }
        catch (EtcdCallException fault)
        {
            return new Attempt(member, null, fault);
        }
        catch (OperationCanceledException)
        {
            return new Attempt(member, null, null);
        }
    }

    private readonly record struct Attempt(int Member, T? Answer, EtcdCallException? Fault);
}

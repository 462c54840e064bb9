using ActorHa.Agent.Actors;
using ActorHa.Agent.Os;
using ActorHa.Core;
using ActorHa.Ports;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Quorum;

/// <summary>The member's one mind: hears, has <see cref="QuorumMind"/> decide, and carries its effects out. It thinks nothing itself.</summary>
public sealed class QuorumActor(QuorumMind mind, QuorumParts parts, ILogger log) : Actor<QuorumMessage>
{
    private static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan JournalPatience = TimeSpan.FromSeconds(1.2);
    private readonly MindTick _tick = new();
    private Instant? _turned;

    /// <inheritdoc/>
    protected internal override ValueTask PreStart()
    {
        Context.After(TimeSpan.Zero, _tick);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected internal override ValueTask ReceiveAsync(QuorumMessage message)
    {
        var now = Context.Now;
        if (message is MindTick)
        {
            // While a request is open its challenge and its patience run; else only pulses and re-reads wait for the tick,
            // and whatever else was heard meanwhile has been a turn as good: beats alone bring some a second.
            var pause = mind.State.Hosts.Values.Any(h => h.IsClosed) ? Busy : Calm;
            var rested = _turned is { } before && now - before < pause ? now - before : TimeSpan.Zero;
            Context.After(pause - rested, _tick);
            if (rested > TimeSpan.Zero && Context.Waited <= View.TooLate) return ValueTask.CompletedTask;
        }
        _turned = now;
        var effects = mind.Receive(message, now, parts.Wall(), Context.Waited);
        foreach (var effect in effects) Perform(effect);
        parts.Ledger.Show(new Snapshot(mind.State, mind.Head, mind.Newest, mind.View, mind.Refusals, mind.ReadOnly));
        parts.Turned(Context.Now);
        return ValueTask.CompletedTask;
    }

    private void Perform(QuorumEffect effect)
    {
        switch (effect)
        {
            case SendAppend a:
                // Before the commit: from it everybody else counts how long a SET of ours may live.
                foreach (var host in a.Stamps) parts.Crew.Stamp(host);
                Context.Pipe(ct => AppendAsync(a, ct), e => new AppendSettled(AppendFate.Unknown, e.Message));
                break;
            case ReadTail r:
                Context.Pipe(async ct => Read(await parts.Journal.ReadAsync(r.After, JournalPatience, ct)), e => new TailFailed(e.Message));
                break;
            case SendPulse p:
                Context.Pipe(ct => PulseAsync(p, ct), e => new PulseSettled(p.Sent, false, e.Message));
                break;
            case StartAgentAnew a:
                // Escalated: the agent ends, the init system starts a new run.
                throw new InvalidOperationException(a.Why);
            case HoldWatchdog h:
                parts.Crew.Hold(h.Order);
                break;
            case Obey o:
                parts.Crew.Obey(o.Orders);
                break;
            case StateChanged s:
                parts.Crew.Know(s.State);
                parts.Seen(s.Head);
                break;
            case EntryLearned e:
                parts.Ledger.Keep(e.Entry, parts.Wall());
                QuorumLog.Entry(log, e.Entry.Index, e.Entry.Who, e.Entry.Because);
                break;
            case RefusalsChanged r:
                foreach (var refusal in r.Refusals) QuorumLog.Refusal(log, refusal.Subject, refusal.Because);
                break;
            case AnswerCommand a:
                parts.Desk.Answer(a);
                break;
        }
    }

    private async Task<QuorumMessage> AppendAsync(SendAppend a, CancellationToken cancel) =>
        await parts.Journal.AppendAsync(a.Expected, a.Next, a.Bytes, JournalPatience, cancel) switch
        {
            AppendCommitted => new AppendSettled(AppendFate.Committed, ""),
            AppendConflict c => new AppendSettled(AppendFate.Conflict, $"head is {c.Head}"),
            AppendUnknown u => new AppendSettled(AppendFate.Unknown, u.Why),
            var other => throw new System.Diagnostics.UnreachableException($"no rule settles {other}"),
        };

    private async Task<QuorumMessage> PulseAsync(SendPulse p, CancellationToken cancel)
    {
        var outcome = await parts.Journal.PulseAsync(mind.View.Self, new byte[] { 1 }, JournalPatience, cancel);
        return new PulseSettled(p.Sent, outcome.Accepted, outcome.Detail, outcome.Head);
    }

    private static TailRead Read(JournalTail tail) => new(tail.Head, [.. tail.Entries.Select(e => new RawEntry(e.Index, e.Bytes))]);
}

/// <summary>What Quorum works with.</summary>
/// <param name="Journal">The journal.</param>
/// <param name="Crew">The other actors.</param>
/// <param name="Desk">Operators' commands.</param>
/// <param name="Ledger">What others may look at.</param>
/// <param name="Seen">Keeps the highest head on disk.</param>
/// <param name="Turned">The mind has turned: its age in the beats.</param>
/// <param name="Wall">The wall clock, for the record.</param>
public sealed record QuorumParts(
    IJournalStore Journal, ICrew Crew, CommandDesk Desk, Ledger Ledger, Action<JournalHead> Seen, Action<Instant> Turned, Func<DateTimeOffset> Wall);

/// <summary>The actors that sense and act.</summary>
public interface ICrew
{
    /// <summary>The state has changed: lives, timers, VMs, plugs.</summary>
    void Know(ClusterState state);

    /// <summary>Orders have changed.</summary>
    void Obey(Orders orders);

    /// <summary>What the thread with the watchdog's device is to do from now on. Returns at once.</summary>
    void Hold(WatchdogOrder order);

    /// <summary>Take the stamps that bound the next SETs against the host.</summary>
    void Stamp(MemberName host);
}

internal static partial class QuorumLog
{
    [LoggerMessage(100, LogLevel.Information, "#{Index} {Who}: {Because}")]
    public static partial void Entry(ILogger log, long index, MemberName who, string because);

    [LoggerMessage(101, LogLevel.Warning, "{Subject}: {Because}")]
    public static partial void Refusal(ILogger log, string subject, string because);
}

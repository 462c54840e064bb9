using ActorHa.Agent.Actors;
using ActorHa.Agent.Fencing;
using ActorHa.Core;
using ActorHa.Ports;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Watching;

/// <summary>Watches one peer: turns beats, sightings, answers and power into a verdict. Decides nothing.</summary>
public sealed class NodeWatcherActor(PeerWatch watch, WatcherParts parts, ILogger log) : Actor<WatchMessage>
{
    // The system's timers count whole milliseconds: one that is a little early must not turn in a hot loop.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ProbePatience = TimeSpan.FromMilliseconds(200);
    private readonly WatchTick _tick = new();
    private Verdict _said = Verdict.Unheard;

    /// <inheritdoc/>
    protected internal override ValueTask PreStart()
    {
        Rest();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected internal override ValueTask ReceiveAsync(WatchMessage message)
    {
        var now = Context.Now;
        var (ask, seen, news) = watch.Receive(message, now);
        if (message is WatchTick) Rest();
        if (parts.AsksPower && ask.HasFlag(WatchAsk.Power)) parts.Fencer()?.Tell(new PowerWanted(Context.Self));
        if (ask.HasFlag(WatchAsk.Probe))
            Context.Pipe(async ct => new ProbeAnswered(now, await parts.Probe.AnswersAsync(watch.Peer, ProbePatience, ct)), _ => new ProbeAnswered(now, false));
        if (seen is not null)
        {
            parts.Show(seen);
            parts.Fencer()?.Tell(new Walk(new TargetSeen(seen)));
        }
        if (news is null) return ValueTask.CompletedTask;
        if (news.Verdict != _said) WatcherLog.Verdict(log, watch.Peer, news.Verdict, news.Evidence);
        _said = news.Verdict;
        parts.Quorum.Tell(new PeerSaid(watch.Peer, news));
        return ValueTask.CompletedTask;
    }

    /// <summary>Beats come ten times a second and wake it by themselves: it looks by the clock only when they may be missing.</summary>
    private void Rest()
    {
        var now = Context.Now;
        var pause = watch.NextLook(now) - now;
        Context.After(pause > Shortest ? pause : Shortest, _tick);
    }
}

/// <summary>What a NodeWatcher works with.</summary>
/// <param name="Quorum">Hears its verdicts.</param>
/// <param name="Fencer">Hears every sign of life: they void its readings and stop its first SET. Null while the peer cannot be fenced: it is looked up each time.</param>
/// <param name="Show">Takes each view as well, for who may not wait for the letter.</param>
/// <param name="AsksPower">In a gap, have the fencer read the peer's power. Hosts do; the witness leaves the device to them.</param>
/// <param name="Probe">Asks whether another process of the peer answers.</param>
public sealed record WatcherParts(ActorRef<QuorumMessage> Quorum, Func<ActorRef<FencerLetter>?> Fencer, Action<PeerView> Show, bool AsksPower, IPeerProbe Probe);

internal static partial class WatcherLog
{
    [LoggerMessage(200, LogLevel.Information, "{Peer} is {Verdict} {Evidence}")]
    public static partial void Verdict(ILogger log, MemberName peer, Verdict verdict, string evidence);
}

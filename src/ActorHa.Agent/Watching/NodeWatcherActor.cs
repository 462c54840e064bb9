using ActorHa.Agent.Actors;
using ActorHa.Agent.Fencing;
using ActorHa.Core;
using ActorHa.Ports;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Watching;

/// <summary>Watches one peer: turns beats, sightings, answers and power into a verdict. Decides nothing.</summary>
public sealed class NodeWatcherActor(PeerWatch watch, WatcherParts parts, ILogger log) : Actor<WatchMessage>
{
    private static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan InGap = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan ProbePatience = TimeSpan.FromMilliseconds(200);
    private readonly WatchTick _tick = new();
    private Verdict _said = Verdict.Unheard;

    /// <inheritdoc/>
    protected internal override ValueTask PreStart()
    {
        Context.After(Calm, _tick);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected internal override ValueTask ReceiveAsync(WatchMessage message)
    {
        var now = Context.Now;
        var (ask, seen, news) = watch.Receive(message, now);
        if (message is WatchTick) Context.After(watch.View.Verdict == Verdict.Alive ? Calm : InGap, _tick);
        if (ask.HasFlag(WatchAsk.Power)) parts.Fencer?.Tell(new PowerWanted(Context.Self));
        if (ask.HasFlag(WatchAsk.Probe))
            Context.Pipe(async ct => new ProbeAnswered(now, await parts.Probe.AnswersAsync(watch.Peer, ProbePatience, ct)), _ => new ProbeAnswered(now, false));
        if (seen is not null) parts.Fencer?.Tell(new Walk(new TargetSeen(seen)));
        if (news is null) return ValueTask.CompletedTask;
        if (news.Verdict != _said) WatcherLog.Verdict(log, watch.Peer, news.Verdict, news.Evidence);
        _said = news.Verdict;
        parts.Quorum.Tell(new PeerSaid(watch.Peer, news));
        return ValueTask.CompletedTask;
    }
}

/// <summary>What a NodeWatcher works with.</summary>
/// <param name="Quorum">Hears its verdicts.</param>
/// <param name="Fencer">Asks the peer's power; null where the peer cannot be fenced.</param>
/// <param name="Probe">Asks whether another process of the peer answers.</param>
public sealed record WatcherParts(ActorRef<QuorumMessage> Quorum, ActorRef<FencerLetter>? Fencer, IPeerProbe Probe);

internal static partial class WatcherLog
{
    [LoggerMessage(200, LogLevel.Information, "{Peer} is {Verdict} {Evidence}")]
    public static partial void Verdict(ILogger log, MemberName peer, Verdict verdict, string evidence);
}

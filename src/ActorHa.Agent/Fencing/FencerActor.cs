using System.Collections.Immutable;
using ActorHa.Agent.Actors;
using ActorHa.Core;
using ActorHa.Ports;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Fencing;

/// <summary>What the Fencer's mailbox takes.</summary>
public abstract record FencerLetter;

/// <summary>A message for its logic.</summary>
public sealed record Walk(FenceMessage Message) : FencerLetter;

/// <summary>The NodeWatcher wants to know the power.</summary>
public sealed record PowerWanted(ActorRef<WatchMessage> Watcher) : FencerLetter;

/// <summary>A reading has come.</summary>
public sealed record ReadingCame(Instant Asked, PowerReading Reading, ActorRef<WatchMessage>? Watcher) : FencerLetter;

/// <summary>Look whether fencing would work.</summary>
public sealed record CheckProtection : FencerLetter;

/// <summary>The check has ended.</summary>
public sealed record ProtectionCame(Protection Protection) : FencerLetter;

/// <summary>A moment has passed while an order stands.</summary>
public sealed record StillAwake : FencerLetter;

/// <summary>The hands of <see cref="FenceWalk"/> for one host: talks to the plugs of its level, one question at a time per device.</summary>
/// <param name="host">The host.</param>
/// <param name="walk">Its logic.</param>
/// <param name="bench">The plugs.</param>
/// <param name="quorum">Hears what became of it.</param>
/// <param name="log">Log.</param>
/// <param name="newest">What the host's watcher has seen last, whatever of it still waits in the mailbox; null before it has seen anything.</param>
public sealed class FencerActor(MemberName host, FenceWalk walk, FenceBench bench, ActorRef<QuorumMessage> quorum, ILogger log, Func<PeerView?>? newest = null) : Actor<FencerLetter>
{
    // An answer that this process slept over is dated as it is heard, and tells nothing of the sleep: what was due meanwhile does. So
    // while an order stands something always is.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(250);
    private Instant? _turned;
    private TimeSpan _slept;
    private bool _stands;
    private Timers _timers = new();
    private bool _checking;
    private bool _checkAgain;
    private bool _looking;
    private string _checked = "";
    private bool _alive;
    private bool _ready;
    private IDisposable? _nextCheck;

    /// <inheritdoc/>
    protected internal override ValueTask PreStart()
    {
        _nextCheck = Context.After(TimeSpan.FromSeconds(1), new CheckProtection());
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected internal override ValueTask ReceiveAsync(FencerLetter letter)
    {
        if (_turned is { } last) (_turned, _slept) = (Context.Now, Longer(_slept, Context.Now - last));
        switch (letter)
        {
            case Walk w:
                if (w.Message is FenceTarget t) Target(t);
                if (w.Message is TargetSeen seen) Seen(seen.View.Verdict is Verdict.Alive or Verdict.Degraded);
                Step(w.Message);
                if (w.Message is FenceOrdered o) Stand(o.Order is { SwitchOn: false });
                break;
            case StillAwake:
                _turned = null;
                Stand(_stands);
                break;
            // One at a time: a slow device answers them one after the other, and the SET would wait behind them all.
            case PowerWanted when _looking:
                break;
            case PowerWanted p:
                _looking = true;
                Read(0, p.Watcher);
                break;
            case ReadingCame r:
                if (r.Watcher is not null) _looking = false;
                r.Watcher?.Tell(new PowerAnswered(r.Asked, r.Reading));
                Step(new PowerRead(r.Asked, r.Reading));
                break;
            case CheckProtection:
                Check();
                break;
            case ProtectionCame p:
                (_checking, _ready) = (false, p.Protection.Ready);
                quorum.Tell(new ProtectionSaid(host, p.Protection));
                // One next check, however many were asked for out of turn.
                _nextCheck?.Dispose();
                _nextCheck = Context.After(_checkAgain ? TimeSpan.Zero : Jitter(p.Protection.Ready ? _timers.ProtectionCheck : _timers.RetryMost), new CheckProtection());
                _checkAgain = false;
                break;
        }
        return ValueTask.CompletedTask;
    }

    private void Target(FenceTarget t)
    {
        _timers = t.Timers;
        // Another mapping, or a new boot with other addresses: look at once.
        if (bench.Fingerprint(host) is { } now && now != _checked) Check();
    }

    private void Seen(bool alive)
    {
        // A plug may be shown to be the host's only while the host is heard: look as soon as it is.
        var turned = alive && !_alive;
        _alive = alive;
        if (turned && !_ready && bench.Fingerprint(host) is not null) Check();
    }

    private void Stand(bool stands)
    {
        _stands = stands;
        if (!stands || _turned is not null) return;
        _turned = Context.Now;
        Context.After(Moment, new StillAwake());
    }

    private void Step(FenceMessage message)
    {
        var waited = Longer(Context.Waited, _slept);
        _slept = TimeSpan.Zero;
        foreach (var effect in walk.Receive(message, Context.Now, waited, newest?.Invoke()))
        {
            switch (effect)
            {
                case SayFence s:
                    FencerLog.Report(log, host, s.Report.Outcome, s.Report.Sent, s.Report.Detail);
                    quorum.Tell(new FencerSaid(host, s.Report));
                    break;
                case WakeFencer w:
                    Context.After(w.After, new Walk(new FenceTick()));
                    break;
                case ReadPower r:
                    Read(r.Level, null);
                    break;
                case SendOff s:
                    FencerLog.Set(log, host, s.Level + 1);
                    Context.Pipe(async ct => new Walk(await bench.OffAsync(host, s.Level, _timers.DevicePatience, ct)), e => new Walk(new SetDone(false, false, e.Message)));
                    break;
                case SendOn s:
                    Context.Pipe(async ct => new Walk(await bench.OnAsync(host, s.Level, _timers.DevicePatience, ct)), e => new Walk(new SetDone(false, false, e.Message)));
                    break;
            }
        }
    }

    private void Read(int level, ActorRef<WatchMessage>? watcher)
    {
        // Stamped before the question is sent: an answer is evidence about a time after this.
        var asked = Context.Now;
        Context.Pipe(async ct => new ReadingCame(asked, await bench.ReadAsync(host, level, _timers.DevicePatience, ct), watcher),
            e => new ReadingCame(asked, PowerReading.Unknown(e.Message), watcher));
    }

    private void Check()
    {
        if (_checking) { _checkAgain = true; return; }
        _checking = true;
        _checked = bench.Fingerprint(host) ?? "";
        var print = _checked;
        var alive = _alive;
        Context.Pipe(async ct => new ProtectionCame(await bench.CheckAsync(host, print, alive, _timers.DevicePatience, Context.Now, ct)),
            e => new ProtectionCame(new Protection(false, false, print, e.Message, Context.Now)));
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Jitter(TimeSpan period) => period * (0.8 + (Random.Shared.NextDouble() * 0.4));
}

internal static partial class FencerLog
{
    [LoggerMessage(300, LogLevel.Warning, "{Host}: {Outcome} after {Sent} SET(s): {Detail}")]
    public static partial void Report(ILogger log, MemberName host, FencerOutcome outcome, int sent, string detail);

    [LoggerMessage(301, LogLevel.Warning, "{Host}: forced off is sent (level {Level})")]
    public static partial void Set(ILogger log, MemberName host, int level);
}

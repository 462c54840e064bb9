namespace ActorHa.Core;

/// <summary>What a NodeWatcher hears about its peer.</summary>
public abstract record WatchMessage;

/// <summary>A valid beat of the peer itself.</summary>
/// <param name="Boot">Key of its boot; see <see cref="BootKeys"/>.</param>
/// <param name="Sequence">Its number; replays are already dropped.</param>
/// <param name="MindAge">Age of its Quorum's last turn: a beating thread cannot hide a stuck agent.</param>
/// <param name="Well">Its hypervisor answers and its storage takes writes.</param>
/// <param name="ConfigNumber">Configuration that it decides by.</param>
/// <param name="At">Kernel's receive time on our clock.</param>
/// <param name="HeardUsAt">When it heard the beat of ours that it echoes, on our clock; null when it echoes none of this boot.</param>
/// <param name="JournalPosition">The newest journal entry that it has seen, see <see cref="JournalHead.Position"/>.</param>
public sealed record BeatHeard(ulong Boot, long Sequence, TimeSpan MindAge, bool Well, long ConfigNumber, Instant At, Instant? HeardUsAt, long JournalPosition = 0) : WatchMessage;

/// <summary>Another member heard the peer at first hand.</summary>
public sealed record PeerSighted(MemberName By, ulong Boot, long Sequence, Instant At) : WatchMessage;

/// <summary>The peer's power was read by a question asked at that time.</summary>
public sealed record PowerAnswered(Instant Asked, PowerReading Reading) : WatchMessage;

/// <summary>Another process of the host answered a question asked at that time, or did not.</summary>
public sealed record ProbeAnswered(Instant Asked, bool Answers) : WatchMessage;

/// <summary>The journal says which boot is the peer's newest life, and whether it is asked for.</summary>
/// <param name="Boot">Key of its boot; 0 before it has joined.</param>
/// <param name="Timers">Those in force.</param>
/// <param name="Request">The open request against it.</param>
/// <param name="IsHost">Whether the configuration in force calls it a host: one may make it so later. Null: as before.</param>
public sealed record LifeKnown(ulong Boot, Timers Timers, Epoch? Request = null, bool? IsHost = null) : WatchMessage;

/// <summary>
/// Something hints that the peer's power may have changed (a trap from its chassis): a reason to ask, never evidence.
/// Whoever can forge it gains a bounded number of questions.
/// </summary>
public sealed record LookNow : WatchMessage;

/// <summary>Time has passed.</summary>
public sealed record WatchTick : WatchMessage;

/// <summary>What a NodeWatcher asks for.</summary>
[Flags]
public enum WatchAsk
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The peer's power.</summary>
    Power = 1,

    /// <summary>Whether another process of it answers.</summary>
    Probe = 2,
}

/// <summary>What follows from a message.</summary>
/// <param name="Ask">What to ask the world.</param>
/// <param name="Seen">The view when anything in it changed: the Fencer must hear every sign of life.</param>
/// <param name="News">The view when Quorum should know: a verdict, a reading, or signs of life a quarter second newer.</param>
public readonly record struct WatchTurn(WatchAsk Ask, PeerView? Seen, PeerView? News);

/// <summary>
/// The NodeWatcher's logic: turns beats, sightings, answers and power into a verdict about one peer. It never decides.
/// All time runs from the last valid sign of the peer's newest life; nothing restarts because somebody else took over.
/// </summary>
public sealed class PeerWatch(MemberName peer, bool isHost, Timers timers, Instant started)
{
    private static readonly TimeSpan TellAgain = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan HintAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan InGap = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan AnswerHolds = TimeSpan.FromMilliseconds(1200);

    private bool _isHost = isHost;
    private Timers _timers = timers;
    private ulong _boot;
    private long _sequence;
    private Instant _lifeLearned = started;
    private Instant? _heard;
    private Instant? _hearsUs;
    private Instant? _direct;
    private Instant? _firstHeard;
    private bool _well = true;
    private TimeSpan _mindAge;
    private long _config;
    private long _journal;
    private Epoch? _request;
    private Instant? _askedPower;
    private Instant? _askedProbe;
    private Instant? _askedByHint;
    private (Instant Asked, PowerReading Reading)? _power;
    private (Instant Asked, bool Answers)? _probe;
    private Instant? _answered;
    private PeerView _seen = PeerView.Unheard;
    private PeerView _said = PeerView.Unheard;

    /// <summary>The peer.</summary>
    public MemberName Peer => peer;

    /// <summary>The newest view.</summary>
    public PeerView View => _seen;

    /// <summary>When time alone may change the verdict next; whatever else changes it comes as a message.</summary>
    public Instant NextLook(Instant now) => LastSign + _timers.LookAfter is var due && due > now ? due : now + InGap;

    /// <summary>Takes a message in.</summary>
    public WatchTurn Receive(WatchMessage message, Instant now)
    {
        switch (message)
        {
            case BeatHeard b:
                _direct = b.At;
                // Only the newest life's echo counts: that of a boot which has not joined would make a true "off" about the
                // life before look like a lie of the device. A stuck mind's counts: what echoes has power.
                if ((!_isHost || _boot == 0 || b.Boot == _boot) && b.HeardUsAt is { } us && !(us <= _hearsUs)) _hearsUs = us;
                _mindAge = b.MindAge;
                if (b.MindAge <= _timers.MindTimeout && Life(b.Boot, b.Sequence, b.At)) (_well, _config, _journal) = (b.Well, b.ConfigNumber, b.JournalPosition);
                break;
            case PeerSighted s:
                Life(s.Boot, s.Sequence, s.At);
                break;
            case PowerAnswered p when !(p.Asked <= _power?.Asked):
                _power = (p.Asked, p.Reading);
                break;
            case ProbeAnswered p:
                if (!(p.Asked <= _probe?.Asked)) _probe = (p.Asked, p.Answers);
                if (p.Answers && !(p.Asked <= _answered)) _answered = p.Asked;
                break;
            case LifeKnown k:
                (_timers, _isHost) = (k.Timers, k.IsHost ?? _isHost);
                // Whom somebody wants to fence is looked at at once: where its agent is away, another's answer is all that speaks for it.
                if (k.Request is { } request && request != _request) _askedProbe = null;
                _request = k.Request;
                if (k.Boot != _boot && _isHost) (_boot, _sequence, _lifeLearned, _heard, _hearsUs, _firstHeard) = (k.Boot, 0, now, null, null, null);
                break;
        }
        var ask = Ask(now) | (message is LookNow ? Hinted(now) : WatchAsk.None);
        var view = Judge(now);
        var seen = view != _seen;
        _seen = view;
        // Each beat moves the times; the mind need not turn for each.
        var news = view with { HeardAt = _said.HeardAt, HearsUs = _said.HearsUs, AnsweredAt = _said.AnsweredAt } != _said
            || Newer(view.HeardAt, _said.HeardAt) || Newer(view.HearsUs, _said.HearsUs) || Newer(view.AnsweredAt, _said.AnsweredAt)
            // What speaks for a host that is asked for is said at once.
            || _request is not null && view.AnsweredAt is { } answered && !(answered <= _said.AnsweredAt);
        if (news) _said = view;
        return new WatchTurn(ask, seen ? view : null, news ? view : null);
    }

    private static bool Newer(Instant? now, Instant? said) => now is { } n && !(said is { } s && n - s < TellAgain);

    /// <summary>A sighting counts once: only a higher sequence of the newest life is news, direct or by another's word.</summary>
    private bool Life(ulong boot, long sequence, Instant at)
    {
        // The witness joins nothing: any boot of it is its life.
        if (!_isHost && boot != _boot) (_boot, _sequence) = (boot, 0);
        if (boot != _boot || sequence <= _sequence) return false;
        _sequence = sequence;
        if (!(at <= _heard)) _heard = at;
        _firstHeard ??= at;
        return true;
    }

    private bool Recent(Instant? at, Instant now) => at is { } a && now - a < _timers.SuspectAfter;

    /// <summary>Its join is a sign of it as well: what was asked before is about the life before (found by the simulation).</summary>
    private Instant LastSign => _heard ?? _lifeLearned;

    private WatchAsk Ask(Instant now)
    {
        if (now - LastSign < _timers.LookAfter) return WatchAsk.None;
        var ask = WatchAsk.None;
        if (_isHost && Due(_askedPower, now)) (ask, _askedPower) = (ask | WatchAsk.Power, now);
        if (Due(_askedProbe, now)) (ask, _askedProbe) = (ask | WatchAsk.Probe, now);
        return ask;
    }

    /// <summary>
    /// Asks at once, so that the answer is at hand when the gap has lasted for look-after: the rules of the verdict stay as
    /// they are. Kept apart from what silence asks: a hint, which anybody may forge, must not postpone that.
    /// </summary>
    private WatchAsk Hinted(Instant now)
    {
        if (_askedByHint is { } before && now - before < HintAgain) return WatchAsk.None;
        _askedByHint = now;
        return _isHost ? WatchAsk.Power | WatchAsk.Probe : WatchAsk.Probe;
    }

    private bool Due(Instant? asked, Instant now) => asked is not { } a || a < LastSign || now - a >= AskAgain;

    private PeerView Judge(Instant now)
    {
        var silence = now - LastSign;
        var power = _power is { } p && p.Asked > LastSign ? p.Reading : null;
        var answers = _answered is { } y && y > LastSign && now - y < AnswerHolds;
        var asked = _probe is { } q && q.Asked > LastSign;
        var verdict = Verdict.Looking;
        if (silence < _timers.LookAfter) verdict = _heard is null ? Verdict.Unheard : _well ? Verdict.Alive : Verdict.Degraded;
        // Off, and that by a question asked after the answer: a host that is just booting was off a moment before.
        else if (answers) verdict = power?.Power == Power.Off && _power!.Value.Asked >= _answered ? Verdict.Contradiction : Verdict.AgentSilent;
        else if (asked && power?.Power == Power.Off) verdict = Verdict.PoweredOff;
        else if (asked && silence >= _timers.SuspectAfter - _timers.Challenge) verdict = Verdict.Silent;
        var evidence = verdict is Verdict.Alive or Verdict.Unheard or Verdict.Degraded
            ? _mindAge > _timers.MindTimeout ? "its mind is stuck" : ""
            : $"{(_heard is null ? "never heard" : "silent")}; {(asked ? answers ? "its etcd member answers" : "no process of it answers" : "asked")}; power {power?.Power.ToString() ?? "not read"}{(power is null ? "" : $" ({power.Detail})")}";
        // While it boots another may hear it a moment before we do.
        var direct = Recent(_direct, now) || Recent(_firstHeard, now);
        return new PeerView(verdict, evidence, _heard is not null, _heard, _hearsUs, direct, power?.Power ?? Power.Unknown, _config, _answered, _journal, _isHost ? _boot : null, _lifeLearned);
    }
}

/// <summary>Short key of a boot id: what sightings carry.</summary>
public static class BootKeys
{
    /// <summary>First 8 bytes (big-endian) of the boot id read as a UUID; 0 when it is none.</summary>
    public static ulong Of(BootId boot)
    {
        Span<byte> bytes = stackalloc byte[16];
        return Guid.TryParse(boot.Value, out var id) && id.TryWriteBytes(bytes, bigEndian: true, out _)
            ? System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes)
            : 0;
    }
}

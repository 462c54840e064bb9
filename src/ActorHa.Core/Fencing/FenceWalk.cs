using System.Collections.Immutable;

namespace ActorHa.Core;

/// <summary>What the Fencer of one host hears.</summary>
public abstract record FenceMessage;

/// <summary>The order that follows from the journal now; null = none.</summary>
public sealed record FenceOrdered(FenceOrder? Order) : FenceMessage;

/// <summary>The host's newest life according to the journal; readings asked before it was learned prove nothing about it.</summary>
/// <param name="Incarnation">That life.</param>
/// <param name="Levels">Levels that are configured.</param>
/// <param name="Timers">The timers in force.</param>
/// <param name="AgentLost">Whether a host that answers, and whose agent has been away for <c>agent-grace</c>, is switched off all the same. No part of
/// the order: a changed policy must not have it carried out once more.</param>
public sealed record FenceTarget(Incarnation Incarnation, int Levels, Timers Timers, bool AgentLost) : FenceMessage;

/// <summary>A reading of all plugs of the level: off only when all are off.</summary>
public sealed record PowerRead(Instant Asked, PowerReading Reading) : FenceMessage;

/// <summary>A SET was answered, refused, or not.</summary>
/// <param name="Answered">It can take no effect later: acknowledged, refused, or never sent.</param>
/// <param name="Refused">The device said no, or it was not sent.</param>
/// <param name="Detail">For people.</param>
public sealed record SetDone(bool Answered, bool Refused, string Detail) : FenceMessage;

/// <summary>What the NodeWatcher sees of the host.</summary>
public sealed record TargetSeen(PeerView View) : FenceMessage;

/// <summary>Time has passed.</summary>
public sealed record FenceTick : FenceMessage;

/// <summary>What the Fencer's shell is to do.</summary>
public abstract record FenceEffect;

/// <summary>Force the level's plugs off, under the stamp of the switching.</summary>
public sealed record SendOff(int Level, long Switch) : FenceEffect;

/// <summary>Switch the level's plugs on.</summary>
public sealed record SendOn(int Level) : FenceEffect;

/// <summary>Read the level's plugs.</summary>
public sealed record ReadPower(int Level) : FenceEffect;

/// <summary>Come back after this time.</summary>
public sealed record WakeFencer(TimeSpan After) : FenceEffect;

/// <summary>Tell Quorum.</summary>
public sealed record SayFence(FencerReport Report) : FenceEffect;

/// <summary>
/// The Fencer's logic for one host: SET, then two readings off, the second asked after the SET ended and at least
/// <c>settle</c> after the first. A time-out is failure; unknown is never off. It decides nothing: orders come from the
/// journal, its reports go there.
/// </summary>
public sealed class FenceWalk(Timers timers, Instant started)
{
    private const int RoundsBeforeNextSet = 3;
    private const string OnlyItsAgent = "it answers, only its agent is away";

    /// <summary>A power supply goes down within tenths of a second: so long after a SET it is asked again soon.</summary>
    private static readonly TimeSpan Eager = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EagerPause = TimeSpan.FromMilliseconds(50);

    private Timers _timers = timers;
    private int _levels = 1;
    private bool _agentLost;
    private Incarnation _life;
    private Instant _lifeLearned = started;
    private PeerView _seen = PeerView.Unheard;

    private FenceOrder? _order;
    private long _switch;
    private Instant _ordered;
    private (Instant Asked, Instant Ended, PowerReading Reading)? _off;
    private Instant _setEnded;
    private bool _setOut;
    private bool _reading;
    private Instant _readAt;
    private int _sent;
    private bool _unanswered;
    private int _rounds;
    private Instant _nextRound;
    private int _untilSet = RoundsBeforeNextSet;
    private bool _done;
    private Instant? _lateAt;
    private FenceOrder? _next;
    private bool _waits;
    private string _last = "";
    private TimeSpan? _visible;

    /// <summary>Takes a message in; returns what to do.</summary>
    /// <param name="message">What was heard.</param>
    /// <param name="now">This member's clock.</param>
    /// <param name="waited">How long the message waited for us.</param>
    /// <param name="newest">
    /// What the target's watcher has seen by now: a sign of life that still lies behind an order in the mailbox is older than its SET
    /// would be (found by the simulation). Null: only what was told.
    /// </param>
    public IReadOnlyList<FenceEffect> Receive(FenceMessage message, Instant now, TimeSpan waited = default, PeerView? newest = null)
    {
        var todo = new List<FenceEffect>();
        if (waited > View.TooLate) _lateAt = now;
        if (newest is not null && newest != _seen)
        {
            _seen = newest;
            if (message is not TargetSeen) Seen(now, todo);
        }
        switch (message)
        {
            case FenceTarget t:
                (_levels, _timers, _agentLost) = (Math.Max(1, t.Levels), t.Timers, t.AgentLost);
                if (t.Incarnation != _life) (_life, _lifeLearned, _off) = (t.Incarnation, now, null);
                break;
            case FenceOrdered o:
                Order(o.Order, now, todo);
                break;
            case TargetSeen t:
                _seen = newest ?? t.View;
                Seen(now, todo);
                break;
            case SetDone d:
                _setOut = false;
                _setEnded = now;
                _unanswered |= !d.Answered;
                _last = d.Detail;
                if (_waits)
                {
                    _waits = false;
                    var before = todo.Count;
                    Order(_next, now, todo);
                    if (todo.Count > before || !Working) break;
                }
                if (!Working) break;
                // A SET that the device refuses (its time window has passed) needs a new switching entry with a new stamp.
                if (d.Refused && !_order!.SwitchOn) { StandDown(todo, $"the device refused: {d.Detail}"); break; }
                Read(now, todo);
                break;
            case PowerRead r:
                _reading = false;
                Reading(r, now, todo);
                break;
            case FenceTick:
                if (!Working || _setOut || _reading) break;
                if (now >= _readAt) Read(now, todo);
                // A clock that wakes us early would else never wake us again.
                else todo.Add(new WakeFencer(_readAt - now));
                break;
        }
        return todo;
    }

    private bool Working => _order is not null && !_done;

    private int Level => _order is null ? 0 : _order.Level % _levels;

    private void Order(FenceOrder? order, Instant now, List<FenceEffect> todo)
    {
        // What a SET on its way will do is not known before it has ended: the new order waits for that.
        if (_setOut) { (_next, _waits) = (order, true); return; }
        if (order == _order) return;
        if (Working && order?.Switch != _order!.Switch) StandDown(todo, "it is ordered no more");
        // Given anew, not a next level of what it was doing.
        if (order is { Listen: true } && order.Switch != _order?.Switch) _lateAt = now;
        _order = order;
        if (order is null) return;
        // An order is taken back while there is no quorum, and comes again: what was sent under it stays sent (rule 15).
        var sameSwitch = order.Switch == _switch;
        _switch = order.Switch;
        (_ordered, _done, _rounds, _nextRound, _untilSet) = (now, false, 0, now, RoundsBeforeNextSet);
        if (sameSwitch) _off = null;
        else (_sent, _unanswered, _visible) = (0, false, null);
        if (_seen.Verdict is Verdict.Alive && order is { StandDown: true, SwitchOn: false }) StandDown(todo, "it is seen alive before the first SET");
        else if (Spares(now)) StandDown(todo, OnlyItsAgent);
        else if (Listens(now)) { _untilSet = 1; Later(_timers.Settle, now, todo); }
        else Set(todo);
    }

    private void Set(List<FenceEffect> todo)
    {
        _setOut = true;
        _sent++;
        todo.Add(_order!.SwitchOn ? new SendOn(Level) : new SendOff(Level, _order.Switch));
    }

    private void Read(Instant now, List<FenceEffect> todo)
    {
        if (_reading || _setOut) return;
        // The second reading is asked no sooner than settle after the first.
        var due = _off is { } first ? first.Ended + _timers.Settle : now;
        if (now < due) { Later(due - now, now, todo); return; }
        _reading = true;
        todo.Add(new ReadPower(Level));
    }

    private void Reading(PowerRead r, Instant now, List<FenceEffect> todo)
    {
        _last = $"{r.Reading.Power} ({r.Reading.Detail})";
        var off = r.Reading.Power == Power.Off && r.Asked >= _lifeLearned && !(_seen.HeardAt >= r.Asked);
        if (!Working)
        {
            // Asked by the NodeWatcher in a gap: may be the first of two, if it is younger than the life it is about.
            _off = off ? Keep(r, now) : null;
            return;
        }
        if (_setOut) return;
        if (_order!.SwitchOn)
        {
            if (r.Reading.Power == Power.On) Say(todo, FencerOutcome.Proven, "reads on");
            else Again(now, todo);
            return;
        }
        // Before its first SET nothing is proven, whatever is read: what is off may be switched on by anybody.
        if (!off || _sent == 0) { _off = off ? Keep(r, now) : null; Again(now, todo); return; }
        if (_off is { } first && first.Reading.Source == r.Reading.Source && r.Asked >= first.Ended + _timers.Settle && r.Asked >= _setEnded)
        {
            _done = true;
            todo.Add(new SayFence(new FencerReport(_order.Switch, _order.Level, FencerOutcome.Proven, _sent, !_unanswered, Proof(first.Reading, r.Reading, first.Ended, now), _last)));
            return;
        }
        if (_sent > 0 && r.Asked - _setEnded is { Ticks: >= 0 } visible) _visible ??= visible;
        _off = Keep(r, now);
        Read(now, todo);
    }

    private (Instant, Instant, PowerReading) Keep(PowerRead r, Instant now) =>
        _off is { } first && first.Reading.Source == r.Reading.Source ? first : (r.Asked, now, r.Reading);

    private Proof Proof(PowerReading first, PowerReading second, Instant firstAt, Instant now) => new(Core.Proof.Device,
        [$"request {_order!.Request}, switching entry {_order.Switch}, {_sent} SET(s)", $"off: {first.Detail} [{first.Source}]", $"off again after {(now - firstAt).TotalMilliseconds:0} ms: {second.Detail} [{second.Source}]"], _visible);

    private void Again(Instant now, List<FenceEffect> todo)
    {
        // Readings closer together than settle are one round: however often it is read, it is SET no sooner than before.
        if (now >= _nextRound) (_rounds, _nextRound) = (_rounds + 1, now + _timers.Settle);
        if (Listens(now)) { Later(_timers.Settle, now, todo); return; }
        if (now - _ordered > _timers.DevicePatience * 10 * (1 + Math.Min(_order!.Level, 8)))
        {
            Say(todo, FencerOutcome.LevelFailed, $"{_sent} SET(s) in {(now - _ordered).TotalSeconds:0} s, last reading {_last}");
            return;
        }
        if (_rounds >= _untilSet)
        {
            // Answered and without effect: what is heard so long afterwards lives on, and can speak for itself.
            if (_order.StandDown && LivesSince(_setEnded + _timers.DevicePatience)) { StandDown(todo, "it is seen alive long after answered SETs"); return; }
            // A blade that powers itself on, a SET that was lost: SET again, each time after twice as many rounds.
            (_rounds, _nextRound, _untilSet) = (0, now, _sent == 0 ? RoundsBeforeNextSet : _untilSet * 2);
            Set(todo);
            return;
        }
        Later(!_order.SwitchOn && now - _setEnded < Eager && EagerPause < _timers.Settle ? EagerPause : _timers.Settle, now, todo);
    }

    private void Later(TimeSpan pause, Instant now, List<FenceEffect> todo)
    {
        _readAt = now + pause;
        todo.Add(new WakeFencer(pause));
    }

    private void Seen(Instant now, List<FenceEffect> todo)
    {
        if (_off is { } off)
        {
            // It heard us after we read it off: the device lies, or the slot is another's.
            if (_seen.HearsUs > off.Ended) _off = null;
            if (_off is null && Working && !_order!.SwitchOn)
            {
                Say(todo, FencerOutcome.LevelFailed, $"the device reads off, but the host heard us after that: it lies, or the slot is wrong ({_last})");
                return;
            }
            if (_seen.HeardAt >= off.Asked) _off = null;
        }
        if (Working && _order!.StandDown && LivesSince(_ordered) && (_sent == 0 || (_unanswered && !_setOut)))
            StandDown(todo, "it is seen alive after unanswered SETs");
        else if (Working && Spares(now)) StandDown(todo, OnlyItsAgent);
    }

    /// <summary>It slept, is behind, or was deaf: what it has not heard yet may say that the target lives. It only reads until it has listened.</summary>
    private bool Listens(Instant now) => _order is { StandDown: true, SwitchOn: false } && now - _lateAt < _timers.SuspectAfter;

    /// <summary>
    /// Before the first SET: another process of it answers, and its agent is not lost by policy. Who decides would not have it switched now
    /// (FenceRules.IsGone), and what was decided may be older than a sleep (found by the simulation).
    /// </summary>
    private bool Spares(Instant now) => _order is { StandDown: true } && _sent == 0 && _seen.Verdict == Verdict.AgentSilent
        && !(_agentLost && now - (_seen.HeardAt ?? _lifeLearned) > _timers.AgentGrace);

    private bool LivesSince(Instant since) => _seen.Verdict is Verdict.Alive or Verdict.Degraded && _seen.HeardAt > since;

    private void StandDown(List<FenceEffect> todo, string why) => Say(todo, FencerOutcome.StoodDown, why);

    private void Say(List<FenceEffect> todo, FencerOutcome outcome, string detail)
    {
        _done = true;
        todo.Add(new SayFence(new FencerReport(_order!.Switch, _order.Level, outcome, _sent, !_unanswered, null, detail)));
    }
}

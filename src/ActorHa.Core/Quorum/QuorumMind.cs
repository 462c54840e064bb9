using System.Collections.Immutable;

namespace ActorHa.Core;

/// <summary>
/// Quorum's logic: the member's one mind and the only door to the journal. One append at a time; an unknown outcome is
/// settled before anything else is decided; effects follow from the committed state.
/// </summary>
public sealed partial class QuorumMind
{
    private const int CommandsWaiting = 64;
    private const int AppendsPerSecond = 40;

    /// <summary>etcd refuses requests over 1.5 MiB (its --max-request-bytes): an entry that is never taken would be sent again for ever.</summary>
    private const int MostBytes = 1 << 20;
    private const int OwnEntriesKept = 2048;
    private static readonly TimeSpan BehindIsLoud = TimeSpan.FromSeconds(2);

    private readonly Queue<Commanded> _commands = new();
    private readonly JournalHead? _seen;
    private readonly string _idPrefix;

    private View _view;
    private ClusterState _state = ClusterState.Empty;
    private JournalHead _head = JournalHead.Empty;
    private Pending? _pending;
    private bool _loaded;
    private bool _reading;
    private bool _readAgain;
    private string? _readOnly;
    private string? _short;
    private bool _atEnd;
    private Instant? _goneSince;
    private Commanded? _accept;
    private Instant? _behindSince;
    private long _entries;
    private Instant? _lastAccepted;
    private Instant? _lastCurrent;
    private (Instant Sent, JournalHead Head)? _ahead;
    private (long Line, Instant At)? _otherLine;
    private Instant _nextPulse;
    private bool _pulsing;
    private Instant _nextRead;
    private Instant _second;
    private int _inSecond;
    private Orders _orders = Orders.Nothing;
    private (ClusterState State, ImmutableSortedSet<long> Own, bool Quorate) _orderedBy = (ClusterState.Empty, [], false);
    private WatchdogFeed _feed = WatchdogFeed.Empty;
    private WatchdogOrder _watchdog = WatchdogOrder.Nothing;
    private ImmutableArray<Refusal> _refusals = [];

    /// <summary>A mind that has read nothing yet.</summary>
    /// <param name="view">Who we are; its rest is formed by messages.</param>
    /// <param name="seen">The highest head that this member ever saw (kept on its disk); null when it never saw one.</param>
    public QuorumMind(View view, JournalHead? seen)
    {
        (_view, _seen) = (view, seen);
        (_nextPulse, _nextRead) = (view.Started, view.Started);
        _idPrefix = $"{view.Self}/{view.Run}/";
    }

    /// <summary>Newest committed state that is known here.</summary>
    public ClusterState State => _state;

    /// <summary>Newest head that is known here.</summary>
    public JournalHead Head => _head;

    /// <summary>Position of the newest entry that this member ever saw; higher than what is known here where the journal was put back.</summary>
    public long Newest => Math.Max(_head.Position, _seen?.Position ?? 0);

    /// <summary>What is heard and seen.</summary>
    public View View => _view;

    /// <summary>Why nothing may be decided on this journal; null when it may.</summary>
    public string? ReadOnly => _readOnly ?? _short;

    /// <summary>The refusals that stand.</summary>
    public ImmutableArray<Refusal> Refusals => _refusals;

    /// <summary>Takes a message in.</summary>
    /// <param name="message">What was heard.</param>
    /// <param name="now">This member's monotonic clock.</param>
    /// <param name="wall">Its wall clock, for the record only.</param>
    /// <param name="waited">How long the message waited for us.</param>
    public IReadOnlyList<QuorumEffect> Receive(QuorumMessage message, Instant now, DateTimeOffset wall, TimeSpan waited = default)
    {
        var todo = new List<QuorumEffect>();
        // Ticks come several times a second: no turn for so long, and it slept, whichever message wakes it.
        if (waited > View.TooLate || now - _view.Now > View.TooLate) _view = _view with { LateAt = now };
        // What was sent while it slept may be lost: it was deaf.
        if (now - _view.Now > View.TooLate && _view.HearsSince is not null) _view = _view with { HearsSince = now };
        Hear(message, now, todo);
        var majority = now - _lastAccepted < _state.Config.Timers.QuorumTimeout;
        var quorate = now - _lastCurrent < _state.Config.Timers.QuorumTimeout && !(_lastCurrent < _otherLine?.At);
        if (quorate && !_view.Quorate && MustListen(now)) _view = _view with { DeafEntries = _view.OwnEntries };
        _view = _view with { Now = now, Quorate = quorate, NotQuorateSince = majority ? null : NotQuorateSince(now) };
        Beat(now, todo);
        Think(now, wall, todo);
        Hold(todo);
        return todo;
    }

    /// <summary>An answer that waited for us for long says that there was a majority at its time (found by the simulation).</summary>
    private Instant NotQuorateSince(Instant now)
    {
        if (_view.NotQuorateSince is not { } since) return now;
        return _lastAccepted + _state.Config.Timers.QuorumTimeout is { } lapsed && lapsed > since ? lapsed : since;
    }

    private void Hear(QuorumMessage message, Instant now, List<QuorumEffect> todo)
    {
        switch (message)
        {
            // A watcher that has not learned of the newest join yet speaks of the life before (found by the simulation).
            case PeerSaid { View.Life: { } life } old when life != BootKeys.Of(_state.Host(old.Peer).Boot): break;
            case PeerSaid p:
                Know(_view.Peers.SetItem(p.Peer, p.View), now);
                if (p.View.Verdict is Verdict.Alive or Verdict.Degraded) ToldOf(JournalHead.LineOf(p.View.JournalPosition), now);
                break;
            case FencerSaid f: _view = _view with { Fencers = _view.Fencers.SetItem(f.Host, f.Report) }; break;
            case ProtectionSaid p:
                var proven = p.Protection.Ready ? p.Protection.At : _view.Protections.GetValueOrDefault(p.Host)?.ReadyAt;
                _view = _view with { Protections = _view.Protections.SetItem(p.Host, p.Protection with { ReadyAt = proven }) };
                break;
            case VmSaid v: _view = _view with { Vms = _view.Vms.SetItem(v.Vm, v.Seen) }; break;
            case WellSaid w: _view = _view with { Well = w.Well, WhyUnwell = w.Detail }; break;
            case WatchdogSaid w: _view = _view with { Watchdog = w.Report }; break;
            case StopBegun: _view = _view with { Stopping = true }; break;
            case Commanded { Command: AcceptJournal } c:
                Take(c, todo);
                break;
            case Commanded c when _commands.Count >= CommandsWaiting: todo.Add(new AnswerCommand(c.Ticket, false, "too many commands are waiting", 0)); break;
            case Commanded c: _commands.Enqueue(c); break;
            case JournalWoken: Read(todo); break;
            case PulseSettled p:
                _pulsing = false;
                if (p.Accepted) Accepted(p, todo);
                if (p.Accepted && _readOnly is null) _feed = _feed.Pulsed(p.Sent, p.Head, _head);
                break;
            case TailFailed:
                _reading = false;
                // Whatever was asked for meanwhile is asked again at the next re-read; an unknown append at the next tick.
                break;
            case TailRead t:
                _reading = false;
                Learn(t, now, todo);
                break;
            case AppendSettled a: Settle(a, now, todo); break;
        }
    }

    private void Know(ImmutableSortedDictionary<MemberName, PeerView> peers, Instant now)
    {
        _view = _view with { Peers = peers };
        _view = _view with { HearsSince = _view.HearsAnyone ? _view.HearsSince ?? now : null };
    }

    /// <summary>Pulses and re-reads go on whatever else happens; a watch may be silent for ever.</summary>
    private void Beat(Instant now, List<QuorumEffect> todo)
    {
        if (!_pulsing && now >= _nextPulse)
        {
            (_pulsing, _nextPulse) = (true, now + _state.Config.Timers.Pulse);
            todo.Add(new SendPulse(now));
        }
        if (now >= _nextRead || _readAgain) Read(todo);
        if (_pending is { Unknown: true }) Read(todo);
    }

    /// <summary>
    /// A majority took it. We are quorate by it as soon as we have read what it stands behind: an order of before may not go on by a
    /// journal that has ended it meanwhile (found by the simulation).
    /// </summary>
    private void Accepted(PulseSettled pulse, List<QuorumEffect> todo)
    {
        _lastAccepted = Later(_lastAccepted, pulse.Sent);
        if (!(pulse.Head?.Position > _head.Position)) { _lastCurrent = Later(_lastCurrent, pulse.Sent); return; }
        _ahead = (pulse.Sent, pulse.Head);
        ToldOf(pulse.Head.Lineage, pulse.Sent);
        Read(todo);
    }

    /// <summary>
    /// A later line has begun: what was taken before is of the past, and so is every order that rests on it, whether it can be read yet or
    /// not (rule 18; found by the simulation: <c>quorum-timeout</c> went on). Told once: a peer goes on saying so when that line is lost
    /// itself, and what a majority takes at our head since then counts.
    /// </summary>
    private void ToldOf(long line, Instant at)
    {
        if (_loaded && line > _head.Lineage && !(line <= _otherLine?.Line)) _otherLine = (line, at);
    }

    private static Instant Later(Instant? known, Instant sent) => known > sent ? known.Value : sent;

    private void Settle(AppendSettled a, Instant now, List<QuorumEffect> todo)
    {
        if (_pending is not { } p) return;
        switch (a.Fate)
        {
            case AppendFate.Committed:
                _pending = null;
                (_lastAccepted, _lastCurrent) = (Later(_lastAccepted, p.Sent), Later(_lastCurrent, p.Sent));
                // Entries of two lines may have the same index: what was committed in a line that is lost is no permission in this one.
                if (p.Found || p.Entry.Index > _state.Index) Permit(p.Entry.Index, now);
                if (p.Entry.Index == _state.Index + 1) Fold(p.Entry, p.Bytes, now, todo, ReferenceEquals(p.Before, _state) ? p.After : null);
                if (_readOnly is null && p.Entry.Index <= _state.Index) _feed = _feed.Appended(p.FirstSent);
                Answer(p, true, todo);
                break;
            case AppendFate.Conflict:
                // The loser re-reads and re-decides, and usually finds nothing left to do. What won the race may be its own
                // entry, by an attempt that nobody answered: it is looked for before a command is decided anew.
                _pending = p with { Lost = true };
                Read(todo);
                break;
            case AppendFate.Unknown:
                _pending = p with { Unknown = true };
                Read(todo);
                break;
        }
    }

    private void Permit(long index, Instant now)
    {
        _view = _view with { OwnEntries = Trim(_view.OwnEntries).Add(index) };
        if (MustListen(now)) _view = _view with { DeafEntries = Trim(_view.DeafEntries).Add(index) };
    }

    /// <summary>What was decided is carried out as links heal (found by the simulation), or as we wake: before anybody could say that the target lives.</summary>
    private bool MustListen(Instant now) => !_view.HasHeardFor(_state.Config.Timers.SuspectAfter, now) || _view.IsLate(_state.Config.Timers, now);

    private void Think(Instant now, DateTimeOffset wall, List<QuorumEffect> todo)
    {
        if (Accept() is { } accepted) { AppendOrAnswer(accepted, now, wall, todo); return; }
        if (ReadOnly is { } why) { Refuse([new(_view.Self.Value, $"read-only: {why}", true)], todo); AnswerAll(why, todo); return; }
        if (!_loaded) { Refuse([new(_view.Self.Value, "the journal is not read yet", false)], todo); return; }
        var behind = _view.Quorate && IsBehind(now, todo);
        if (_pending is null && !behind && NextCommand(todo) is { } next) Append(next.Decision, next.Command, now, wall, todo);
        // A command that had to wait for the bound keeps its loud refusal: the decider is asked at the next turn.
        else if (_pending is null && !behind)
        {
            var findings = ClusterDecider.Decide(_state, _view);
            // A round that acts stops at its rule: only a round that found nothing to do knows all refusals.
            if (findings.Next is { } decision) Append(decision, null, now, wall, todo);
            else Refuse(now - _goneSince > _state.Config.Timers.Reread * 2 ? findings.Refusals.Add(Gone()) : findings.Refusals, todo);
        }
        else if (!_view.Quorate)
        {
            // The answer that is waited for may be lost with the majority (found by the simulation): what needs none goes on, and it is said.
            if (NextCommand(todo) is { } waits) Requeue(waits.Command, todo);
            Refuse(ClusterDecider.Decide(_state, _view).Refusals, todo);
        }
        // Orders follow from the state, the own entries and quorum alone, but for what was ordered without it.
        if (_view.OnWithoutQuorum.IsEmpty && ReferenceEquals(_orderedBy.State, _state) && ReferenceEquals(_orderedBy.Own, _view.OwnEntries) && _orderedBy.Quorate == _view.Quorate) return;
        _orderedBy = _view.OnWithoutQuorum.IsEmpty ? (_state, _view.OwnEntries, _view.Quorate) : (ClusterState.Empty, [], false);
        var orders = Orders.Of(_state, _view);
        if (Same(orders, _orders)) return;
        _orders = orders;
        todo.Add(new Obey(orders));
    }

    /// <summary>
    /// A member that is heard has seen a newer entry. What is appended now would lose the race; where it would not, the journal
    /// was put back to a past that this member, away at that time, takes for the present: a VM may run by an entry it lacks.
    /// For the same reason an agent that has just started first hears what others have seen.
    /// </summary>
    private bool IsBehind(Instant now, List<QuorumEffect> todo)
    {
        if (now - _view.Started < _state.Config.Timers.Beat * 3 && _state.Config.Hosts.Keys.Concat(_state.Config.Witnesses).Any(m => m != _view.Self && !_view.Peer(m).EverHeard)) return true;
        foreach (var (name, peer) in _view.Peers)
        {
            if (peer.Verdict is not (Verdict.Alive or Verdict.Degraded) || peer.JournalPosition <= _head.Position) continue;
            if (_behindSince is null) Read(todo);
            _behindSince ??= now;
            if (now - _behindSince < BehindIsLoud) return true;
            var why = $"{name} has seen entry {JournalHead.Name(peer.JournalPosition)}, the journal as {_view.Self} reads it ends at {JournalHead.Name(_head.Position)}: nothing is decided on it";
            Refuse([new(_view.Self.Value, $"read-only: {why}", true)], todo);
            AnswerAll(why, todo);
            return true;
        }
        _behindSince = null;
        return false;
    }

    private void Hold(List<QuorumEffect> todo)
    {
        // Before the journal is read nothing is known; a timer that an earlier agent left running runs on.
        if (!_loaded || !_view.IsHost) return;
        var order = _feed.Order(_state, _view, _pending?.Entry.Events.OfType<WatchdogArmed>().FirstOrDefault());
        if (order == _watchdog) return;
        _watchdog = order;
        todo.Insert(0, new HoldWatchdog(order));
    }

    private void Append(Decision d, Commanded? command, Instant now, DateTimeOffset wall, List<QuorumEffect> todo)
    {
        // A rule that records what does not change its own condition would fill the journal: a bound, and a loud one.
        if (now - _second > TimeSpan.FromSeconds(1)) (_second, _inSecond) = (now, 0);
        if (++_inSecond > AppendsPerSecond)
        {
            Refuse([new(_view.Self.Value, $"{AppendsPerSecond} entries in a second: rule \"{d.Rule}\" waits", true)], todo);
            if (command is not null) Requeue(command, todo);
            return;
        }
        var index = _state.Index + 1;
        var after = _state.Evolve(d.Events, index);
        var lineage = d.Events.Any(e => e is JournalRestored) ? NextLine() : _head.Lineage;
        var entry = new JournalEntry(lineage, index, _idPrefix + ++_entries, _view.Self, wall, d.Rule, d.Because, d.Evidence, _head.Hash, JournalCodec.Hash(after), d.Events);
        if (Invariants.Breach(_state, entry, after) is { } breach) throw new InvariantException($"rule \"{d.Rule}\" would break an invariant: {breach} ({d.Because})");
        var bytes = JournalCodec.Encode(entry);
        if (bytes.Length > MostBytes)
        {
            var large = $"an entry of {bytes.Length} bytes: the journal takes {MostBytes} at most";
            if (command is null) Refuse([new(_view.Self.Value, $"rule \"{d.Rule}\" makes {large}", true)], todo);
            else todo.Add(new AnswerCommand(command.Ticket, false, $"this makes {large}", 0));
            return;
        }
        var next = new JournalHead(lineage, index, JournalCodec.Hash(bytes));
        var stamps = d.Events.OfType<FenceSwitching>().Select(e => e.Host).ToImmutableArray();
        _pending = new Pending(entry, bytes, _state, after, _head, next, stamps, command, now, now, false, false, false);
        todo.Add(new SendAppend(_head, next, bytes, stamps));
    }

    private void Refuse(ImmutableArray<Refusal> refusals, List<QuorumEffect> todo)
    {
        if (refusals.SequenceEqual(_refusals)) return;
        _refusals = refusals;
        todo.Add(new RefusalsChanged(refusals));
    }

    private static ImmutableSortedSet<long> Trim(ImmutableSortedSet<long> own) => own.Count < OwnEntriesKept ? own : [.. own.Skip(OwnEntriesKept / 2)];

    private static bool Same(Orders a, Orders b) => a.KillAll == b.KillAll && a.Vms.SequenceEqual(b.Vms) && a.Fences.SequenceEqual(b.Fences);

    private sealed record Pending(
        JournalEntry Entry,
        ReadOnlyMemory<byte> Bytes,
        ClusterState Before,
        ClusterState After,
        JournalHead Expected,
        JournalHead Next,
        ImmutableArray<MemberName> Stamps,
        Commanded? Command,
        Instant Sent,
        Instant FirstSent,
        bool Unknown,
        bool Lost,
        bool Found);
}

using System.Collections.Immutable;

namespace ActorHa.Core;

/// <summary>
/// Quorum's logic: the member's one mind and the only door to the journal. One append at a time; an unknown outcome is
/// settled before anything else is decided; effects follow from the committed state.
/// </summary>
public sealed class QuorumMind
{
    private const int CommandsWaiting = 64;
    private const int AppendsPerSecond = 40;
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
        Hear(message, now, todo);
        var quorate = _lastAccepted is { } at && now - at < _state.Config.Timers.QuorumTimeout;
        if (quorate && !_view.Quorate && WasDeaf(now)) _view = _view with { DeafEntries = _view.OwnEntries };
        _view = _view with { Now = now, Quorate = quorate, NotQuorateSince = quorate ? null : NotQuorateSince(now) };
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
            case PeerSaid p: Know(_view.Peers.SetItem(p.Peer, p.View), now); break;
            case FencerSaid f: _view = _view with { Fencers = _view.Fencers.SetItem(f.Host, f.Report) }; break;
            case ProtectionSaid p:
                var proven = p.Protection.Ready ? p.Protection.At : _view.Protections.GetValueOrDefault(p.Host)?.ReadyAt;
                _view = _view with { Protections = _view.Protections.SetItem(p.Host, p.Protection with { ReadyAt = proven }) };
                break;
            case VmSaid v: _view = _view with { Vms = _view.Vms.SetItem(v.Vm, v.Seen) }; break;
            case WellSaid w: _view = _view with { Well = w.Well }; break;
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
                if (p.Accepted) Accepted(p.Sent);
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

    private void Read(List<QuorumEffect> todo)
    {
        if (_reading) { _readAgain = true; return; }
        (_reading, _readAgain) = (true, false);
        _nextRead = _view.Now + _state.Config.Timers.Reread;
        todo.Add(new ReadTail(_state.Index));
    }

    private void Accepted(Instant sent)
    {
        if (!(sent <= _lastAccepted)) _lastAccepted = sent;
    }

    private void Settle(AppendSettled a, Instant now, List<QuorumEffect> todo)
    {
        if (_pending is not { } p) return;
        switch (a.Fate)
        {
            case AppendFate.Committed:
                _pending = null;
                Accepted(p.Sent);
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
        if (WasDeaf(now)) _view = _view with { DeafEntries = Trim(_view.DeafEntries).Add(index) };
    }

    /// <summary>What was decided is carried out as links heal: before anybody could say that the target lives (found by the simulation).</summary>
    private bool WasDeaf(Instant now) => !_view.HasHeardFor(_state.Config.Timers.SuspectAfter, now);

    private void Learn(TailRead tail, Instant now, List<QuorumEffect> todo)
    {
        foreach (var raw in tail.Entries)
        {
            if (_readOnly is not null) break;
            if (raw.Index <= _state.Index) continue;
            if (raw.Index != _state.Index + 1) { Distrust($"entry {_state.Index + 1} is missing before {raw.Index}"); break; }
            try
            {
                var entry = JournalCodec.Decode(raw.Bytes.Span);
                if (entry.Previous != _head.Hash && entry.Lineage > _head.Lineage) { StartAnew(entry.Lineage, todo); break; }
                if (entry.Previous != _head.Hash || entry.Index != raw.Index) { Distrust($"entry {raw.Index} does not follow entry {_state.Index}"); break; }
                if (entry.Events.Any(e => e is JournalRestored) ? entry.Lineage <= _head.Lineage : entry.Lineage != _head.Lineage) { Distrust($"entry {raw.Index} is of line {entry.Lineage}, where it should be of line {_head.Lineage}"); break; }
                Fold(entry, raw.Bytes, now, todo);
            }
            catch (UnknownEntryException e)
            {
                Distrust($"entry {raw.Index}: {e.Message}");
            }
        }
        var head = tail.Head?.Index ?? 0;
        // Our newest entries are not in the line that a person has begun since.
        if (tail.Head?.Lineage > _head.Lineage && head <= _state.Index) StartAnew(tail.Head.Lineage, todo);
        // A journal put back from elsewhere may be as long as ours: head and tail are read at one moment and must agree.
        if (_readOnly is null && head == _state.Index && head > 0 && tail.Head != _head) Distrust($"the journal's head at entry {head} is another than the one this member has read");
        // Shorter than what was seen: put back from elsewhere, or a read that is stale (both Debian versions of etcd give such).
        // Nothing is decided on it; a stale one is longer at the next reading, another one is known at the entry that was seen.
        _short = !(tail.Head?.Position >= _seen?.Position) && _head.Position < _seen?.Position
            ? $"this member has seen entry {JournalHead.Name(_seen.Position)}, the journal ends at {JournalHead.Name(_head.Position)}: it does not extend what was seen"
            : null;
        if (head <= _state.Index && _short is null) _loaded = true;
        _atEnd = head == _state.Index;
        _goneSince = head < _state.Index ? _goneSince ?? now : null;
        SettleUnknown(todo);
    }

    /// <summary>After a lost race or an unknown outcome: found by its id, or void because head has moved on, or the identical append again.</summary>
    private void SettleUnknown(List<QuorumEffect> todo)
    {
        if (_pending is not { } p || !(p.Unknown || p.Lost) || _reading) return;
        if (_state.Index < p.Entry.Index)
        {
            // Head is known to have moved: only the reading is old. If it stays so, head had gone back, and has come forward
            // again (found by the simulation): to send the same once more is as safe as after no answer.
            if (p.Lost && _view.Now - p.Sent < _state.Config.Timers.Reread) return;
            _pending = p with { Unknown = false, Lost = false, Sent = _view.Now };
            // The stamps of the first sending stay: the entry may have been committed then.
            todo.Add(new SendAppend(p.Expected, p.Next, p.Bytes, []));
            return;
        }
        _pending = null;
        if (p.Found) Answer(p, true, todo);
        else if (p.Command is { } c) Requeue(c, todo);
    }

    /// <summary>Takes an entry in; <paramref name="worked"/> is the state after it where that was worked out from this very state for the own append.</summary>
    private void Fold(JournalEntry entry, ReadOnlyMemory<byte> bytes, Instant now, List<QuorumEffect> todo, ClusterState? worked = null)
    {
        var next = worked ?? _state.Evolve(entry);
        if (JournalCodec.Hash(next) != entry.StateAfter) { Distrust($"entry {entry.Index} leads here to another state than at {entry.Who}: another version of the rules"); return; }
        if (Invariants.Breach(_state, entry, next) is { } breach) { Distrust($"entry {entry.Index} breaks an invariant: {breach}"); return; }
        // Watchers begin with the first configuration, which names whom they watch: nobody was listened to before.
        if (_state.ConfigNumber == 0) _view = _view with { Started = now };
        _state = next;
        _head = new JournalHead(entry.Lineage, entry.Index, JournalCodec.Hash(bytes.Span));
        _feed = _feed.Folded(_head);
        if (_seen?.Index == entry.Index && _seen.Lineage == entry.Lineage && _seen != _head) { Distrust($"entry {entry.Index} is another than the one this member has seen"); return; }
        _view = _view with { Learned = _view.Learned.Add(entry.Index, now) };
        if (_pending is { } p && p.Entry.Id == entry.Id) _pending = p with { Found = true };
        // What was said of a host was said of its life before.
        foreach (var e in entry.Events.OfType<HostJoined>()) Know(_view.Peers.Remove(e.Host), now);
        foreach (var e in entry.Events.OfType<PowerOnEnded>()) _view = _view with { OnWithoutQuorum = _view.OnWithoutQuorum.Remove(e.Host) };
        todo.Add(new EntryLearned(entry, entry.Who == _view.Self));
        todo.Add(new StateChanged(_state, _head));
    }

    private void Distrust(string why) => _readOnly ??= why;

    /// <summary>What this process permitted itself is of a line that was lost (rule 18): nothing of it may go on.</summary>
    private void StartAnew(long lineage, List<QuorumEffect> todo)
    {
        if (_readOnly is not null) return;
        Distrust($"the journal was put back, and its line {lineage} begun: this agent starts anew");
        todo.Add(new StartAgentAnew(_readOnly!));
    }

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

    /// <summary>It can append no more, and its next start will find it read-only; or its etcd member answers from the past.</summary>
    private Refusal Gone() => new(_view.Self.Value, $"the journal as {_view.Self} reads it ends before entry {JournalHead.Name(_head.Position)}, which it has seen: it was put back, or is read from the past", true);

    private void Hold(List<QuorumEffect> todo)
    {
        // Before the journal is read nothing is known; a timer that an earlier agent left running runs on.
        if (!_loaded || !_view.IsHost) return;
        var order = _feed.Order(_state, _view, _pending?.Entry.Events.OfType<WatchdogArmed>().FirstOrDefault());
        if (order == _watchdog) return;
        _watchdog = order;
        todo.Insert(0, new HoldWatchdog(order));
    }

    private (Decision Decision, Commanded Command)? NextCommand(List<QuorumEffect> todo)
    {
        if (!_view.Quorate && _loaded)
            foreach (var host in PowerRules.AgainWithoutQuorum(_state, _view)) OnUnrecorded(host, "policy");
        while (_commands.TryDequeue(out var c))
        {
            if (!_view.Quorate && c.Command is PowerHost { On: true } on) { todo.Add(OnWithoutQuorum(c.Ticket, on)); continue; }
            var decision = CommandDecider.Decide(_state, _view, c.Command);
            if (decision.Acts) return (decision, c);
            todo.Add(new AnswerCommand(c.Ticket, false, decision.Because, 0));
        }
        return null;
    }

    /// <summary>The one order that needs no majority: a host that we switched off may be what is missing for one.</summary>
    private AnswerCommand OnWithoutQuorum(long ticket, PowerHost on)
    {
        if (PowerRules.WhyNotWithoutQuorum(_state, _view, on.Host) is { } why) return new(ticket, false, why, 0);
        OnUnrecorded(on.Host, on.Operator);
        return new(ticket, true, $"{on.Host} is switched on without quorum; it is recorded when there is one", 0);
    }

    private void OnUnrecorded(MemberName host, string who) => _view = _view with
    {
        OnWithoutQuorum = _view.OnWithoutQuorum.SetItem(host, new UnrecordedOn(who, (_view.OnWithoutQuorum.GetValueOrDefault(host)?.Number ?? 0) - 1)),
    };

    /// <summary>A person's word about the journal itself: the one decision on a journal that is shorter than what was seen.</summary>
    private (Decision Decision, Commanded Command)? Accept()
    {
        if (_accept is not { } c || _pending is not null) return null;
        _accept = null;
        var why = _readOnly ?? (!_view.Quorate ? "not quorate: nothing can be recorded" : _goneSince is not null ? $"{_view.Self} has read more than the journal holds: restart its agent first, or ask another member" : !_atEnd ? "the journal is not read to its end yet" : null);
        return (why is null ? RestoreRules.Accept(_state, (AcceptJournal)c.Command) : Decision.Nothing("refused", why), c);
    }

    /// <summary>After every line that is known of: a snapshot of an earlier one may be put back than the line that is lost (found by the simulation).</summary>
    private long NextLine() => JournalHead.LineOf(_view.Peers.Values.Select(p => p.JournalPosition).Append(Newest).Max()) + 1;

    private void AppendOrAnswer((Decision Decision, Commanded Command) c, Instant now, DateTimeOffset wall, List<QuorumEffect> todo)
    {
        if (c.Decision.Acts) Append(c.Decision, c.Command, now, wall, todo);
        else todo.Add(new AnswerCommand(c.Command.Ticket, false, c.Decision.Because, 0));
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
        var next = new JournalHead(lineage, index, JournalCodec.Hash(bytes));
        var stamps = d.Events.OfType<FenceSwitching>().Select(e => e.Host).ToImmutableArray();
        _pending = new Pending(entry, bytes, _state, after, _head, next, stamps, command, now, now, false, false, false);
        todo.Add(new SendAppend(_head, next, bytes, stamps));
    }

    private static void Answer(Pending p, bool accepted, List<QuorumEffect> todo)
    {
        if (p.Command is { } c) todo.Add(new AnswerCommand(c.Ticket, accepted, p.Entry.Because, p.Entry.Index));
    }

    private void AnswerAll(string why, List<QuorumEffect> todo)
    {
        while (_commands.TryDequeue(out var c)) todo.Add(new AnswerCommand(c.Ticket, false, $"read-only: {why}", 0));
    }

    private void Take(Commanded accept, List<QuorumEffect> todo)
    {
        if (_accept is { } older) todo.Add(new AnswerCommand(older.Ticket, false, "the same was ordered again", 0));
        _accept = accept;
    }

    private void Requeue(Commanded command, List<QuorumEffect> todo)
    {
        if (command.Command is AcceptJournal) { Take(command, todo); return; }
        var rest = _commands.ToArray();
        _commands.Clear();
        _commands.Enqueue(command);
        foreach (var c in rest) _commands.Enqueue(c);
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

namespace ActorHa.Core;

/// <summary>The journal as it is read: entry by entry, each held against the one before, and against what was seen.</summary>
public sealed partial class QuorumMind
{
    private void Read(List<QuorumEffect> todo)
    {
        if (_reading) { _readAgain = true; return; }
        (_reading, _readAgain) = (true, false);
        _nextRead = _view.Now + _state.Config.Timers.Reread;
        todo.Add(new ReadTail(_state.Index));
    }

    private void Learn(TailRead tail, Instant now, List<QuorumEffect> todo)
    {
        var before = _state.Index;
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
        // A long tail comes in pieces: an agent that starts is blind until it has read them all.
        if (_readOnly is null && _state.Index > before && head > _state.Index) Read(todo);
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
        if (_ahead is { } a && a.Head.Position <= _head.Position) (_lastCurrent, _ahead) = (Later(_lastCurrent, a.Sent), null);
        if (_seen?.Index == entry.Index && _seen.Lineage == entry.Lineage && _seen != _head) { Distrust($"entry {entry.Index} is another than the one this member has seen"); return; }
        _view = _view with { Learned = _view.Learned.Add(entry.Index, now) };
        if (_pending is { } p && p.Entry.Id == entry.Id) _pending = p with { Found = true };
        foreach (var e in entry.Events.OfType<HostJoined>())
        {
            // What was said of a host was said of its life before.
            Know(_view.Peers.Remove(e.Host), now);
            if (e.Host == _view.Self && entry.Id.StartsWith(_idPrefix, StringComparison.Ordinal)) _view = _view with { CameUp = now };
        }
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

    /// <summary>It can append no more, and its next start will find it read-only; or its etcd member answers from the past.</summary>
    private Refusal Gone() => new(_view.Self.Value, $"the journal as {_view.Self} reads it ends before entry {JournalHead.Name(_head.Position)}, which it has seen: it was put back, or is read from the past", true);
}

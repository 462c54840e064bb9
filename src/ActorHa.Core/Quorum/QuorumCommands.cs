namespace ActorHa.Core;

/// <summary>What people order: taken one after the other, decided, answered.</summary>
public sealed partial class QuorumMind
{
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
}

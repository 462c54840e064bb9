using ActorHa.World;

namespace ActorHa.Core.Tests;

/// <summary>
/// A past given as events, and what one member sees now: <c>Given(…).And(…).Later(1).Sees(…).Decides().ThenBecause("…")</c>.
/// Every event is an entry of its own, learned at the moment of the clock at which it is given.
/// </summary>
internal sealed class Case
{
    private Case(ClusterState state, View view) => (State, View) = (state, view);

    public ClusterState State { get; private set; }

    public View View { get; private set; }

    /// <summary>Index of the newest entry.</summary>
    public long Index => State.Index;

    /// <summary>A past from nothing, seen by rainbowdash, which is quorate and has been listening for 1000 s.</summary>
    public static Case Given(params Event[] past) =>
        new Case(ClusterState.Empty, new View { Self = Cast.B, Run = Cast.RunOf(Cast.B), Now = Cast.At(1000), Quorate = true }).And(past).As(Cast.B);

    /// <summary>The source site at rest: both hosts admitted and armed, all four VMs active on applejack (e1 to e4).</summary>
    public static Case TheSite(Action<Site.Builder>? change = null)
    {
        var c = Given(Cast.Configures(change));
        foreach (var m in new[] { Cast.A, Cast.B, Cast.W }) c.And(new AgentStarted(m, Cast.RunOf(m), "1"));
        foreach (var h in new[] { Cast.A, Cast.B }) c.And(Cast.Joins(h), Cast.Admits(h));
        foreach (var h in new[] { Cast.A, Cast.B }) c.And(new FencingArmed(h, Arming.Fingerprint(c.State, h), "its own MAC is in its slot"));
        var epoch = 0;
        foreach (var vm in new[] { Cast.Mail, Cast.Lists, Cast.Tickets, Cast.MonitorVm }) c.Runs(vm, Cast.A, ++epoch);
        return c.As(Cast.B);
    }

    /// <summary>Assigned, started and confirmed.</summary>
    public Case Runs(VmName vm, MemberName host, long epoch, int life = 1) => And(
        new VmAssigned(vm, host, Cast.I(life), Cast.E(epoch)),
        new VmStarting(vm, Cast.E(epoch), Cast.I(life), Cast.RunOf(host)),
        new VmActive(vm, Cast.E(epoch), 1));

    /// <summary>Further entries, one per event.</summary>
    public Case And(params Event[] events)
    {
        foreach (var e in events) Enter(e);
        return this;
    }

    /// <summary>One entry, by somebody else or by a process that did not learn its outcome.</summary>
    public Case Enter(params Event[] events)
    {
        State = State.Evolve(events, State.Index + 1);
        View = View with { Learned = View.Learned.Add(State.Index, View.Now) };
        return this;
    }

    /// <summary>One entry that this very process appended and knows to be committed.</summary>
    public Case AndMine(params Event[] events)
    {
        Enter(events);
        View = View with { OwnEntries = View.OwnEntries.Add(State.Index) };
        return this;
    }

    /// <summary>Time passes.</summary>
    public Case Later(double seconds)
    {
        View = View with { Now = View.Now + Cast.Sec(seconds) };
        return this;
    }

    /// <summary>The same past from another member's place: all others alive, its own VMs running, the rest absent.</summary>
    public Case As(MemberName self, int run = 1, int life = 1)
    {
        View = View with
        {
            Self = self,
            Run = Cast.RunOf(self, run),
            IsHost = self != Cast.W,
            Boot = Cast.BootOf(self, life),
            Peers = View.Peers.Clear(),
            HearsSince = View.Now - Cast.Sec(1000),
            Vms = View.Vms.Clear(),
        };
        foreach (var m in new[] { Cast.A, Cast.B, Cast.W }) if (m != self) Sees(m, Verdict.Alive);
        foreach (var (vm, state) in State.Vms)
        {
            var here = state.Active && State.Owns(self, vm);
            if (View.IsHost) Sees(vm, here ? VmCondition.Running : VmCondition.Absent, here ? state.Epoch.Number : null);
        }
        return this;
    }

    public Case Sees(Func<View, View> change)
    {
        View = change(View);
        return this;
    }

    /// <summary>A verdict about a peer; <paramref name="heardAgo"/> null = never heard.</summary>
    public Case Sees(MemberName peer, Verdict verdict, double? heardAgo = null, Power power = Power.Unknown, bool ever = true)
    {
        var ago = heardAgo ?? (verdict is Verdict.Alive or Verdict.Degraded ? 0 : ever ? 2 : null);
        var heard = ago is { } seconds ? View.Now - Cast.Sec(seconds) : (Instant?)null;
        return Sees(v => v with { Peers = v.Peers.SetItem(peer, Cast.Hears(verdict, heard, heard, power, ever: ever)) });
    }

    /// <summary>What its supervisor sees of a VM.</summary>
    public Case Sees(VmName vm, VmCondition condition, long? epoch = null, long order = 0, double sinceAgo = 0) => Sees(v => v with
    {
        Vms = v.Vms.SetItem(vm, new VmObservation(condition, epoch is { } e ? Cast.E(e) : null, order, 7, $"seen {condition}", v.Now - Cast.Sec(sinceAgo))),
    });

    /// <summary>What its own fencer of a host reports.</summary>
    public Case Sees(MemberName host, FencerReport report) => Sees(v => v with { Fencers = v.Fencers.SetItem(host, report) });

    /// <summary>Asks the heart.</summary>
    public Told Decides() => new(ClusterDecider.Decide(State, View));

    /// <summary>Gives an operator's command.</summary>
    public Told Commands(Command command)
    {
        var d = CommandDecider.Decide(State, View, command);
        return new(d.Acts ? new Findings(d, []) : new Findings(null, [new Refusal("", d.Because, false)]));
    }

    /// <summary>What the member should be doing.</summary>
    public Orders Orders() => Core.Orders.Of(State, View);

    /// <summary>Records what is decided as entries of our own until nothing more is decided; returns all events.</summary>
    public IReadOnlyList<Event> Settle()
    {
        var all = new List<Event>();
        for (var i = 0; i < 50 && Decides().Findings.Next is { } d; i++)
        {
            all.AddRange(d.Events);
            AndMine([.. d.Events]);
        }
        return all;
    }
}

/// <summary>What was decided.</summary>
internal sealed record Told(Findings Findings)
{
    /// <summary>Something is recorded, and this is why.</summary>
    public Told ThenBecause(string part)
    {
        Assert.True(Findings.Next is not null, $"nothing was recorded: {Said}");
        Assert.Contains(part, Findings.Next.Because, StringComparison.Ordinal);
        return this;
    }

    /// <summary>A fact of this kind is recorded.</summary>
    public Told ThenRecords<T>(Func<T, bool>? which = null) where T : Event
    {
        Assert.True(Findings.Next is not null, $"nothing was recorded: {Said}");
        Assert.Contains(Findings.Next.Events, e => e is T t && (which is null || which(t)));
        return this;
    }

    /// <summary>No fact of this kind is recorded.</summary>
    public Told ThenRecordsNo<T>() where T : Event
    {
        Assert.DoesNotContain(Findings.Next?.Events ?? [], e => e is T);
        return this;
    }

    /// <summary>The VM gets no new owner.</summary>
    public Told ThenRecordsNoAssignment(VmName vm)
    {
        Assert.DoesNotContain(Findings.Next?.Events ?? [], e => e is VmAssigned a && a.Vm == vm);
        return this;
    }

    /// <summary>Nothing is recorded, and a refusal says why; where told, it is an alarm or none.</summary>
    public Told ThenNothing(string because, bool? alarm = null)
    {
        Assert.True(Findings.Next is null, $"recorded: {Findings.Next?.Because}");
        return ThenSays(because, alarm);
    }

    /// <summary>A refusal says so, whatever is recorded.</summary>
    public Told ThenSays(string because, bool? alarm = null)
    {
        Assert.Contains(Findings.Refusals, r => r.Because.Contains(because, StringComparison.Ordinal) && (alarm is null || r.Alarm == alarm));
        return this;
    }

    /// <summary>No refusal says so.</summary>
    public Told ThenSaysNo(string because)
    {
        Assert.DoesNotContain(Findings.Refusals, r => r.Because.Contains(because, StringComparison.Ordinal));
        return this;
    }

    /// <summary>Nothing is recorded, and nothing needs to be said.</summary>
    public Told ThenQuiet()
    {
        Assert.True(Findings.Next is null, $"recorded: {Findings.Next?.Because}");
        Assert.True(Findings.Refusals.IsEmpty, Said);
        return this;
    }

    private string Said => string.Join("; ", Findings.Refusals.Select(r => r.Because));
}

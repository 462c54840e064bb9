using ActorHa.Core;

namespace ActorHa.World;

/// <summary>
/// A host's watchdog: the timer chip, which resets the machine whatever its processes do, and the agent's hand on it. The
/// chip runs on a clock of its own, also while the host hangs; only the loss of power stops it. The hand looks at order and
/// clock before each act that restarts the timer, and the host may hang between the look and the act.
/// </summary>
public sealed class SimWatchdog(WorldModel world, SimMember member)
{
    /// <summary>Time between two turns of the hand: that of the agent's thread.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan LookToAct = TimeSpan.FromMilliseconds(1);
    private WatchdogOrder _order = WatchdogOrder.Nothing;
    private WatchdogReport _said = WatchdogReport.Closed;
    private Instant? _due;
    private TimeSpan _timeout;
    private bool _isDue;
    private bool _open;
    private bool _acting;
    private int _turning;

    /// <summary>Speed of the chip's clock against the world's.</summary>
    public double ChipRate { get; set; } = 1;

    /// <summary>The driver refuses every act; a timer that runs already runs on.</summary>
    public bool Refuses { get; set; }

    /// <summary>Takes feedings and never resets anything: a device that lies.</summary>
    public bool Broken { get; set; }

    /// <summary>Its time was up and it reset nothing: nobody can know, until it is fed again.</summary>
    public bool Lied { get; private set; }

    /// <summary>The timer runs.</summary>
    public bool Runs => _due is not null;

    /// <summary>Times that it has reset the host.</summary>
    public int Resets { get; private set; }

    /// <summary>When the host was last unable to feed, whosever fault that was.</summary>
    internal Instant Unable { get; private set; }

    /// <summary>Called when the hand has looked and may feed, with the rest of its right to; null where nothing limits it.</summary>
    public Action<TimeSpan?>? Looked { get; set; }

    /// <summary>The mind's order has changed.</summary>
    internal void Obey(WatchdogOrder order)
    {
        _order = order;
        if (order.Config is null || _turning == member.Life) return;
        _turning = member.Life;
        Again(member.Life);
    }

    /// <summary>The agent is gone: the kernel closes the device without the magic letter, and feeds once more (watchdog_release).</summary>
    internal void Closed()
    {
        if (_open && member.Machine is { Powered: true } machine && (!machine.Frozen || machine.KernelLives)) Feed();
        (_open, _acting, _order, _said) = (false, false, WatchdogOrder.Nothing, WatchdogReport.Closed);
    }

    /// <summary>The hand loses its order, or the timer stops, too: for those who check the checks.</summary>
    public void Forget(bool running = true) => (_order, _due) = (WatchdogOrder.Nothing, running ? _due : null);

    /// <summary>Without power nothing counts.</summary>
    internal void PowerLost() => (_due, _open) = (null, false);

    /// <summary>Notes whether the host could feed.</summary>
    internal void Note()
    {
        if (Runs && (Wellness.Now(world, member) is not null || member.Mind is not { ReadOnly: null } || member.MindStuck || Refuses
            || world.Journal.State.Host(member.Name).IsClosed)) Unable = world.Time.Now;
    }

    private void Again(int life) => world.Time.After(Turn, () => member.Machine.OnRunning(() =>
    {
        if (life != member.Life) return;
        if (!_acting) Step(life);
        Again(life);
    }));

    private void Step(int life)
    {
        switch (_order)
        {
            case { Mode: WatchdogMode.Hold or WatchdogMode.Feed } o when (!_open || _said.Condition != WatchdogCondition.Live) && o.MayFeed(member.Machine.Now):
                Act(life, () =>
                {
                    if (Refuses) { Say(new WatchdogReport(WatchdogCondition.Failed, TimeSpan.Zero, "the driver refuses")); return; }
                    (_open, _timeout) = (true, o.Timeout);
                    Feed();
                    Say(new WatchdogReport(WatchdogCondition.Live, _timeout, $"{o.Config?.Device}, {_timeout.TotalSeconds:0} s"));
                });
                break;
            case { Mode: WatchdogMode.Hold or WatchdogMode.Feed } o when _open && o.MayFeed(member.Machine.Now):
                Act(life, FeedOrFail);
                break;
            case { Mode: WatchdogMode.Release } o when _open:
                if (o.Config is { NeedsNowayout: true }) { Act(life, FeedOrFail); break; }
                (_due, _open) = (null, false);
                Say(WatchdogReport.Closed);
                break;
            // Left running by an agent that died: nothing binds the host, so it is fed until it may be switched off.
            case { Mode: WatchdogMode.Release } when Runs:
                Act(life, () => { if (!Refuses) _open = true; FeedOrFail(); });
                break;
        }
    }

    private void Act(int life, Action act)
    {
        _acting = true;
        Looked?.Invoke(_order.Mode == WatchdogMode.Feed ? _order.Until - member.Machine.Now : null);
        world.Time.After(LookToAct, () => member.Machine.OnRunning(() =>
        {
            if (life != member.Life) return;
            _acting = false;
            act();
        }));
    }

    private void FeedOrFail()
    {
        if (!Refuses) { Feed(); return; }
        // The hand closes what does not work; the chip runs on.
        _open = false;
        Say(new WatchdogReport(WatchdogCondition.Failed, TimeSpan.Zero, "the driver refuses"));
    }

    private void Feed()
    {
        _due = world.Time.Now + (_timeout / ChipRate);
        if (!_isDue) Await();
    }

    private void Await()
    {
        _isDue = true;
        world.Time.After(_due!.Value - world.Time.Now, () =>
        {
            _isDue = false;
            if (_due is not { } due) return;
            if (world.Time.Now < due) { Await(); return; }
            _due = null;
            Lied = Broken;
            if (!Broken) Fire();
        });
    }

    private void Fire()
    {
        world.Audit.Reset(member, world.Time.Now - Unable);
        world.Say("watchdog", $"{member.Name} is reset");
        Resets++;
        member.Machine.PowerOff(fence: false);
        member.Machine.PowerOn();
    }

    private void Say(WatchdogReport report)
    {
        if (report == _said) return;
        _said = report;
        member.Tell(new WatchdogSaid(report));
    }
}

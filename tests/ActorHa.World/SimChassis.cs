using ActorHa.Core;

namespace ActorHa.World;

/// <summary>
/// The chassis: truthful unless told otherwise; a SET may be lost, ignored, come late, and is refused outside its time
/// window, as an SNMPv3 engine does it.
/// </summary>
public sealed class SimChassis(WorldModel world)
{
    /// <summary>RFC 3414 section 3.2: a message further away than this from the engine's time is refused.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(150);

    /// <summary>Patience of a member with one answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Way = TimeSpan.FromMilliseconds(3);
    private readonly List<Action> _held = [];
    private readonly HashSet<(SimMember By, SimMachine Target)> _lied = [];
    private bool _once;
    private long _boots = 1;
    private Instant _started;

    /// <summary>Does not answer.</summary>
    public bool Silent { get; set; }

    /// <summary>Accepts SETs and does nothing.</summary>
    public bool Ignores { get; set; }

    /// <summary>Takes SETs, answers none.</summary>
    public bool Mute { get; set; }

    /// <summary>Says this instead of the truth.</summary>
    public Power? Odd { get; set; }

    /// <summary>The next reading says off, whatever is true: one false answer.</summary>
    public bool Glitch { get; set; }

    /// <summary>
    /// The next reading says off, unless the last answer to that reader about that slot was false too: a device that lies twice in
    /// succession defeats every rule of the journal (DESIGN 5), and is no single failure.
    /// </summary>
    public void LieOnce() => _once = true;

    /// <summary>The next reading is answered by another chassis that has the same address by mistake: that slot is dark there.</summary>
    public bool Stranger { get; set; }

    /// <summary>What each answer to a reading needs more for its way back than the question needed for its way there.</summary>
    public TimeSpan LateAnswers { get; set; }

    /// <summary>When it last said off of a blade that was on.</summary>
    public Instant LastLie { get; private set; } = new(long.MinValue / 2);

    /// <summary>When it last said off of a blade that was on, whyever.</summary>
    internal Instant LastFalseOff { get; private set; } = new(long.MinValue / 2);

    /// <summary>Time from SET to darkness.</summary>
    public TimeSpan OffLatency { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Holds SETs back until released (a SET that arrives late).</summary>
    public bool Holds { get; set; }

    /// <summary>Longest time that a held SET is held when it is not released by hand.</summary>
    public TimeSpan? HoldsFor { get; set; }

    /// <summary>Longest delay of each way of a question and its answer.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>A blade that was forced off switches itself on again after this.</summary>
    public TimeSpan? OnAgain { get; set; }

    /// <summary>The two slots are wired the wrong way round.</summary>
    public bool Swapped { get; set; }

    /// <summary>Address of a machine's network interface.</summary>
    public string Mac(SimMachine machine) => $"02:00:00:00:00:0{machine.Slot}";

    /// <summary>Held SETs arrive now.</summary>
    public void ReleaseHeld()
    {
        Holds = false;
        foreach (var set in _held.ToArray()) set();
        _held.Clear();
    }

    /// <summary>Its management module restarts.</summary>
    /// <param name="keepsBoots">It has kept its count of boots: then older stamps are void; else its clock begins again under the same count.</param>
    public void Restart(bool keepsBoots)
    {
        if (keepsBoots) _boots++;
        _started = world.Time.Now;
    }

    /// <summary>A power is cut by a member's SET, whatever the journal says: for those who check the checks.</summary>
    public void Cut(SimMachine machine, SimMember by) => Hit(machine, by);

    /// <summary>All faults end; what was held arrives.</summary>
    public void Heal()
    {
        (Silent, Ignores, Mute, Glitch, _once, Stranger, Odd, OnAgain, HoldsFor) = (false, false, false, false, false, false, null, null, null);
        (OffLatency, Delay, LateAnswers) = (TimeSpan.FromMilliseconds(20), TimeSpan.Zero, TimeSpan.Zero);
        ReleaseHeld();
    }

    /// <summary>Reads a slot.</summary>
    internal void Read(SimMember by, SimMachine target, Action<PowerReading> told)
    {
        if (!Hears(by)) { Later(by, Patience, () => told(PowerReading.Unknown("no answer"))); return; }
        var (there, back) = (Way + world.UpTo(Delay), Way + world.UpTo(Delay) + LateAnswers);
        PowerReading? read = null;
        var asked = by.Machine.Now;
        // The answer says how it was when the question arrived, not when the answer does.
        if (there + back <= Patience) world.Time.After(there, () =>
        {
            if (Stranger)
            {
                (Stranger, LastLie, LastFalseOff) = (false, world.Time.Now, world.Time.Now);
                read = new PowerReading(Power.Off, "another chassis", "presence 1, power LED 0");
                return;
            }
            var lies = Glitch || (_once && !_lied.Contains((by, target)));
            var power = Odd ?? (lies ? Power.Off : Slot(target).Powered ? Power.On : Power.Off);
            if (lies) (LastLie, Glitch, _once) = (world.Time.Now, false, false);
            if (power == Power.Off && target.Powered) LastFalseOff = world.Time.Now;
            if (power == Power.Off && Slot(target).Powered) _lied.Add((by, target));
            else _lied.Remove((by, target));
            read = new PowerReading(power, "chassis", $"presence 1, power LED {(power == Power.Off ? 0 : power == Power.On ? 2 : 1)}");
        });
        Later(by, there + back <= Patience ? there + back : Patience, () =>
        {
            if (read is not null) Heard(by);
            told(read ?? PowerReading.Unknown("no answer"));
        });
    }

    /// <summary>Forces a slot off, under a stamp.</summary>
    internal void Set(SimMember by, SimMachine target, ChassisStamp? stamp, Action<SetDone> told)
    {
        if (stamp is null) { Later(by, TimeSpan.Zero, () => told(new(true, true, "not sent: the chassis has not been heard yet"))); return; }
        // A frozen executor's stamp is old when it wakes; the driver does not send it.
        if (by.Machine.Now - stamp.TakenAt > Window) { Later(by, TimeSpan.Zero, () => told(new(true, true, "not sent: the stamp is older than 150 s"))); return; }
        if (!Hears(by)) { Later(by, Patience, () => told(new(false, false, "no answer"))); return; }
        bool Takes() => stamp.Boots == _boots && (EngineTime - stamp.Time).Duration() <= Window;
        void Effect()
        {
            if (!Takes()) return;
            if (!Ignores) world.Time.After(OffLatency, () => Hit(Slot(target), by));
        }
        if (Holds)
        {
            _held.Add(Effect);
            if (HoldsFor is { } longest) world.Time.After(world.UpTo(longest), () => { if (_held.Remove(Effect)) Effect(); });
            Later(by, Patience, () => told(new(false, false, "no answer")));
            return;
        }
        var (there, back) = (Way + world.UpTo(Delay), Way + world.UpTo(Delay));
        var took = false;
        world.Time.After(there, () =>
        {
            took = Takes();
            Effect();
        });
        var answered = !Mute && there + back <= Patience;
        Later(by, answered ? there + back : Patience, () =>
        {
            if (answered) Heard(by);
            told(new(answered, answered && !took, !answered ? "no answer" : took ? "accepted" : "outside the time window"));
        });
    }

    /// <summary>Switches a slot on.</summary>
    internal void On(SimMember by, SimMachine target, Action<SetDone> told)
    {
        if (!Hears(by)) { Later(by, Patience, () => told(new(false, false, "no answer"))); return; }
        world.Time.After(TimeSpan.FromMilliseconds(5), () => Slot(target).PowerOn());
        Later(by, TimeSpan.FromMilliseconds(5), () => told(new(true, false, "accepted")));
    }

    /// <summary>Compares the slot's network address with the host's own.</summary>
    internal void Check(SimMember by, SimMachine target, string mac, Action<bool, bool, string> told)
    {
        if (!Hears(by)) { if (world.Cadence.ChecksAtOnce) Later(by, Patience, () => told(false, false, "no answer")); return; }
        Heard(by);
        var own = Mac(Slot(target)) == mac;
        told(own, !own, own ? "its own MAC is in its slot" : "another host's MAC is in its slot");
    }

    private TimeSpan EngineTime => world.Time.Now - _started;

    private SimMachine Slot(SimMachine target) => !Swapped ? target : world.Members.First(m => m.IsHost && m.Machine != target).Machine;

    private bool Hears(SimMember by) => !Silent && world.Network.ReachesChassis(by);

    private void Heard(SimMember by) => by.Fencers.Engine = new ChassisStamp(_boots, EngineTime, by.Machine.Now);

    private void Hit(SimMachine machine, SimMember by)
    {
        if (!machine.Powered) return;
        world.Audit.Hit(machine, by);
        machine.PowerOff(fence: true);
        if (OnAgain is { } after) world.Time.After(after, machine.PowerOn);
    }

    private void Later(SimMember by, TimeSpan delay, Action told)
    {
        var life = by.Life;
        world.Time.After(delay, () => { if (life == by.Life) told(); });
    }
}

/// <summary>The chassis' clock at one moment, as a member knows it.</summary>
/// <param name="Boots">Its count of boots.</param>
/// <param name="Time">Its time.</param>
/// <param name="TakenAt">When that was, on the member's own clock.</param>
public sealed record ChassisStamp(long Boots, TimeSpan Time, Instant TakenAt)
{
    /// <summary>The same, told at another moment of the member's clock.</summary>
    public ChassisStamp At(Instant now) => this with { Time = Time + (now - TakenAt), TakenAt = now };
}

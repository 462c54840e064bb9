using ActorHa.Core;

namespace ActorHa.World;

/// <summary>The chassis: truthful unless told otherwise; a SET may be lost, ignored, or come late.</summary>
public sealed class SimChassis(WorldModel world)
{
    /// <summary>RFC 3414 section 3.2: a message further away than this from the engine's time is refused.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(150);

    /// <summary>Does not answer.</summary>
    public bool Silent { get; set; }

    /// <summary>Accepts SETs and does nothing.</summary>
    public bool Ignores { get; set; }

    /// <summary>Takes SETs, answers none.</summary>
    public bool Mute { get; set; }

    /// <summary>Says this instead of the truth.</summary>
    public Power? Odd { get; set; }

    /// <summary>Time from SET to darkness.</summary>
    public TimeSpan OffLatency { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Holds SETs back until released (a SET that arrives late).</summary>
    public bool Holds { get; set; }

    private readonly List<Action> _held = [];

    /// <summary>Held SETs arrive now.</summary>
    public void ReleaseHeld()
    {
        Holds = false;
        foreach (var set in _held) set();
        _held.Clear();
    }

    /// <summary>Reads a slot.</summary>
    public void Read(SimMachine target, Action<PowerReading> told)
    {
        if (Silent) { world.Time.After(TimeSpan.FromSeconds(2), () => told(PowerReading.Unknown("no answer"))); return; }
        world.Time.After(TimeSpan.FromMilliseconds(3), () =>
        {
            var power = Odd ?? (target.Powered ? Power.On : Power.Off);
            world.Time.After(TimeSpan.FromMilliseconds(3), () => told(new PowerReading(power, "chassis", $"presence 1, power LED {(power == Power.Off ? 0 : power == Power.On ? 2 : 1)}")));
        });
    }

    /// <summary>Forces a slot off.</summary>
    public void Set(SimMachine target, MemberName by, Instant? stamp, Action<SetDone> told)
    {
        void Effect()
        {
            if (stamp is null || world.Time.Now - stamp.Value > Window) return;
            if (!Ignores) world.Time.After(OffLatency, () => { if (target.Powered) { world.SetHit(target, by); target.PowerOff(fence: true); } });
        }
        if (Silent) { world.Time.After(TimeSpan.FromSeconds(2), () => told(new(false, false, "no answer"))); return; }
        if (Holds) { _held.Add(Effect); world.Time.After(TimeSpan.FromSeconds(2), () => told(new(false, false, "no answer"))); return; }
        world.Time.After(TimeSpan.FromMilliseconds(3), () =>
        {
            var late = stamp is null || world.Time.Now - stamp.Value > Window;
            Effect();
            world.Time.After(Mute ? TimeSpan.FromSeconds(2) : TimeSpan.FromMilliseconds(3), () => told(new(!Mute, late, late ? "outside the time window" : Mute ? "no answer" : "accepted")));
        });
    }

    /// <summary>Switches a slot on.</summary>
    public void On(SimMachine target, Action<SetDone> told) => world.Time.After(TimeSpan.FromMilliseconds(5), () =>
    {
        target.PowerOn();
        told(new(true, false, "accepted"));
    });
}

using System.Collections.Immutable;
using ActorHa.Core;

namespace ActorHa.Simulation;

/// <summary>The fence device. It is late, silent, deaf or odd; it does not lie twice, which no rule of the journal survives.</summary>
internal static class ChassisFaults
{
    public static readonly ImmutableArray<FaultKind> All =
    [
        new("chassis silent", "chassis", 4, Whom.Nobody, (w, _, _) => { w.Chassis.Silent = true; return () => w.Chassis.Silent = false; }),
        new("chassis slow", "chassis", 4, Whom.Nobody, (w, _, f) => { w.Chassis.Delay = TimeSpan.FromMilliseconds(50 + (f.Salt % 1500)); return () => w.Chassis.Delay = TimeSpan.Zero; }),
        new("SETs ignored", "chassis", 3, Whom.Nobody, (w, _, _) => { w.Chassis.Ignores = true; return () => w.Chassis.Ignores = false; }),
        new("SETs not answered", "chassis", 3, Whom.Nobody, (w, _, _) => { w.Chassis.Mute = true; return () => w.Chassis.Mute = false; }),
        new("SETs late", "chassis", 4, Whom.Nobody, (w, _, f) =>
        {
            (w.Chassis.Holds, w.Chassis.HoldsFor) = (true, TimeSpan.FromSeconds(1 + (f.Salt % 160)));
            return () => (w.Chassis.Holds, w.Chassis.HoldsFor) = (false, null);
        }),
        new("power off takes long", "chassis", 2, Whom.Nobody, (w, _, f) => { w.Chassis.OffLatency = TimeSpan.FromMilliseconds(f.Salt % 1800); return () => w.Chassis.OffLatency = TimeSpan.FromMilliseconds(20); }),
        new("odd readings", "chassis", 4, Whom.Nobody, (w, _, f) => { w.Chassis.Odd = new[] { Power.Standby, Power.Absent, Power.Unknown, Power.On }[f.Salt % 4]; return () => w.Chassis.Odd = null; }),
        new("one false off", "chassis", 3, Whom.Nobody, (w, _, _) => { w.Chassis.LieOnce(); return null; }),
        new("blade switches itself on", "chassis", 4, Whom.Nobody, (w, _, f) => { w.Chassis.OnAgain = TimeSpan.FromMilliseconds(20 + (f.Salt % 1000)); return () => w.Chassis.OnAgain = null; }),
        new("chassis restarts", "chassis", 2, Whom.Nobody, (w, _, f) => { w.Chassis.Silent = true; return () => { w.Chassis.Silent = false; w.Chassis.Restart(f.Salt % 2 == 0); }; }),
        new("dark together", "chassis", 3, Whom.Host, (w, m, _) =>
        {
            w.Chassis.Silent = true;
            m.Machine.PowerOff(fence: false);
            return () => { w.Chassis.Silent = false; m.Machine.PowerOn(); };
        }),
    ];
}

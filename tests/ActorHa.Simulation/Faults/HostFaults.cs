using System.Collections.Immutable;
using ActorHa.World;

namespace ActorHa.Simulation;

/// <summary>Power, hosts, agents, clocks.</summary>
internal static class HostFaults
{
    public static readonly ImmutableArray<FaultKind> All =
    [
        new("power lost", "host", 8, Whom.Member, (_, m, _) => { m.Machine.PowerOff(fence: false); return m.Machine.PowerOn; }),
        new("hung", "host", 8, Whom.Member, (_, m, _) => Frozen(m, kernelLives: false)),
        new("processes stopped, kernel alive", "host", 6, Whom.Member, (_, m, _) => Frozen(m, kernelLives: true)),
        new("quick reboot", "host", 4, Whom.Member, (_, m, f) => Reboot(m, 0.3 + (f.Salt % 10 * 0.1))),
        new("slow reboot", "host", 3, Whom.Member, (_, m, f) => Reboot(m, 20 + (f.Salt % 40))),
        new("agent crashes", "host", 8, Whom.Member, (w, m, f) => { m.CrashAgent(TimeSpan.FromMilliseconds(100 + (f.Salt % 2000))); return null; }),
        new("agent down", "host", 4, Whom.Member, (_, m, _) => { m.AgentHeldDown = true; m.KillAgent(); return () => { m.AgentHeldDown = false; m.StartAgent(); }; }),
        new("agent starved", "host", 5, Whom.Member, Starved),
        new("mind stuck", "host", 4, Whom.Member, (_, m, _) => { m.MindStuck = true; return () => { if (m.MindStuck) m.CrashAgent(TimeSpan.FromMilliseconds(500)); }; }),
        new("wall clock jumps", "host", 1, Whom.Member, (_, m, f) => { m.Machine.WallError += TimeSpan.FromMinutes((f.Salt % 1000) - 500); return null; }),
    ];

    private static Action Frozen(SimMember m, bool kernelLives)
    {
        m.Machine.Freeze(kernelLives);
        return m.Machine.Thaw;
    }

    private static Action? Reboot(SimMember m, double boot)
    {
        m.Machine.PowerOff(fence: false);
        m.Machine.BootTime = TimeSpan.FromSeconds(boot);
        m.Machine.PowerOn();
        m.Machine.BootTime = null;
        return null;
    }

    private static Action Starved(WorldModel w, SimMember m, Fault f)
    {
        m.Lag = TimeSpan.FromMilliseconds(2 + (f.Salt % 30));
        m.BeatLag = TimeSpan.FromMilliseconds(f.Salt / 32 % 60);
        return () => (m.Lag, m.BeatLag) = (TimeSpan.Zero, TimeSpan.Zero);
    }
}

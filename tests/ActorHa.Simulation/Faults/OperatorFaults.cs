using System.Collections.Immutable;
using ActorHa.Core;
using ActorHa.World;

namespace ActorHa.Simulation;

/// <summary>Operators: right orders at bad moments, wrong ones at any.</summary>
internal static class OperatorFaults
{
    private const string Name = "operator";

    public static readonly ImmutableArray<FaultKind> All =
    [
        new("vm stop", "operator", 3, Whom.Member, (w, m, f) => { m.Command(new WantVm(VmFaults.Vm(w, f), false, Name)); return () => m.Command(new WantVm(VmFaults.Vm(w, f), true, Name)); }),
        new("vm move", "operator", 6, Whom.Member, (w, m, f) => { m.Command(new MoveVm(VmFaults.Vm(w, f), f.Salt % 3 == 0 ? null : w.Members[f.Salt % 2].Name, Name)); return null; }),
        new("two orders at once", "operator", 4, Whom.Member, (w, m, f) =>
        {
            m.Command(new MoveVm(VmFaults.Vm(w, f), null, Name));
            w.Members[(m.Number + 1) % w.Size].Command(new WantVm(VmFaults.Vm(w, f), f.Salt % 2 == 0, "another operator"));
            return null;
        }),
        new("maintenance", "operator", 3, Whom.Member, (_, m, f) =>
        {
            m.Command(new SetMaintenance(true, f.Salt % 2 == 0 ? TimeSpan.FromSeconds(f.Salt % 60) : null, Name));
            return () => m.Command(new SetMaintenance(false, null, Name));
        }),
        new("power off ordered", "operator", 4, Whom.Member, (w, m, f) => { m.Command(new PowerHost(Host(w, m, f), false, f.Salt % 3 != 0, Name)); return () => w.Members[2].Command(new PowerHost(Host(w, m, f), true, false, Name)); }),
        new("power on ordered", "operator", 2, Whom.Member, (w, m, f) => { m.Command(new PowerHost(Host(w, m, f), true, false, Name)); return null; }),
        new("confirmation", "operator", 4, Whom.Member, Confirm),
        new("host released", "operator", 2, Whom.Member, (w, m, f) => { m.Command(new ReleaseHost(Host(w, m, f), Name)); return null; }),
        new("agent stop announced", "operator", 3, Whom.Host, (w, m, f) =>
        {
            m.Command(new AnnounceStop(TimeSpan.FromSeconds(5 + (f.Salt % 40)), Name));
            w.Time.After(TimeSpan.FromMilliseconds(500), () => { m.AgentHeldDown = true; m.KillAgent(); });
            return () => { m.AgentHeldDown = false; m.StartAgent(); };
        }),
        new("host shut down", "operator", 4, Whom.Host, (w, m, _) =>
        {
            m.Command(new LeaveHost(Name));
            var boot = m.Machine.Boot;
            w.Time.After(TimeSpan.FromSeconds(8), () => { if (m.Machine.Boot == boot && m.Machine.Runs) m.Machine.PowerOff(fence: false); });
            return m.Machine.PowerOn;
        }),
        new("configuration applied", "operator", 3, Whom.Member, (w, m, f) =>
        {
            var config = w.Journal.State.Config;
            m.Command(new ApplyConfig("text", $"sha{f.Salt}", f.Salt % 2 == 0 ? config : config with { Policies = config.Policies with { StartsAtOnce = 1 + (f.Salt % 5) } }, null, Name));
            return null;
        }),
    ];

    private static MemberName Host(WorldModel w, SimMember m, Fault f) => w.Members[m.IsHost && f.Salt % 4 != 0 ? 1 - m.Number : f.Salt % 2].Name;

    /// <summary>Tried again and again for a while: a person believes that the host is without power, rightly or not.</summary>
    private static Action? Confirm(WorldModel w, SimMember m, Fault f)
    {
        var host = Host(w, m, f);
        for (var s = 0; s < 8; s++) w.Time.After(TimeSpan.FromSeconds(s * 15), () => m.Command(new ConfirmFence(host, host.Value, Name)));
        return null;
    }
}

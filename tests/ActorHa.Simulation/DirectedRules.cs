using System.Collections.Immutable;
using ActorHa.Core;
using ActorHa.World;

namespace ActorHa.Simulation;

/// <summary>Stories for rules that another guard hides as long as nothing else goes wrong.</summary>
public static class DirectedRules
{
    private const string Op = "operator";
    private static readonly VmName Vm = new("vm0");

    /// <summary>Each host holds two VMs, or the big one that makes room for them.</summary>
    private static readonly Variant OneForTwo = Variant.Plain with
    {
        Change = b =>
        {
            b.Vms[new("vm1")] = b.Vms[new("vm1")] with { Priority = 1, MemoryMb = 128, Preemptible = true };
            b.Vms.Remove(new("vm3"));
            foreach (var host in b.Hosts.Keys.ToList()) b.Hosts[host] = b.Hosts[host] with { MemoryMb = 128 };
        },
    };

    /// <summary>In the order in which they are played.</summary>
    public static readonly ImmutableArray<Base> All =
    [
        new("fenced once too often", w =>
        {
            A(w).Machine.Freeze(kernelLives: false);
            In(w, 12, A(w).Machine.PowerOn);
        }, 40, Variant.Plain with { MaxFences = 1 }),
        // Where lost agents are fenced, etcd's answer excuses nobody: only the challenge keeps a well host from the deaf.
        new("a home comes back under maintenance", w =>
        {
            B(w).Machine.PowerOff(fence: false);
            In(w, 8, () => Witness(w).Command(new SetMaintenance(true, null, Op)));
            In(w, 10, B(w).Machine.PowerOn);
            In(w, 30, () => Witness(w).Command(new SetMaintenance(false, null, Op)));
        }),
        // Stopped and drained, but not given up before the maintenance; then its hypervisor is silent, and forgets the end of the stop.
        new("a VM moves, maintenance begins, and storage stalls", w =>
        {
            Witness(w).Command(new MoveVm(Vm, null, Op));
            In(w, 0.05, () => Witness(w).Command(new SetMaintenance(true, null, Op)));
            In(w, 5, () => w.Members.First(m => m.IsHost && w.Journal.State.Owns(m.Name, Vm)).Machine.StorageStalls = true);
            In(w, 15, () => { A(w).Machine.StorageStalls = false; B(w).Machine.StorageStalls = false; });
            In(w, 20, () => Witness(w).Command(new SetMaintenance(false, null, Op)));
        }),
        new("a deaf asker where lost agents are fenced", w => B(w).Deaf = true, 40, Variant.Plain with { FenceWhenAgentLost = true }),
        // It hears nobody while the agent is lost; when it hears the witness again it knows no better since when.
        new("cut off together, then only an agent is away", w =>
        {
            Witness(w).Machine.Freeze();
            In(w, 8, () => w.Isolate("applejack"));
            In(w, 14.5, () => { A(w).AgentHeldDown = true; A(w).KillAgent(); });
            In(w, 14.8, w.Heal);
            In(w, 26, Witness(w).Machine.Thaw);
            In(w, 60, () => { A(w).AgentHeldDown = false; A(w).StartAgent(); });
        }, 70, Variant.Plain with { FenceWhenAgentLost = true }),
        new("two deaf askers where lost agents are fenced", w => (B(w).Deaf, Witness(w).Deaf) = (true, true), 40, Variant.Plain with { FenceWhenAgentLost = true }),
        new("it wakes just as it is switched", w =>
        {
            A(w).Machine.Freeze(kernelLives: false);
            // The entry takes its time, so that the executor hears its target before it may begin.
            foreach (var m in w.Members) w.Journal.SlowDisk(m, TimeSpan.FromSeconds(0.6));
            w.OnStep += (m, kind, before, what) => { if (m == B(w) && kind == StepKind.Append && before && what == "switch") A(w).Machine.Thaw(); };
        }, 20),
        new("one host is asked for, the other ordered off", w =>
        {
            w.Isolate("applejack");
            w.Chassis.Silent = true;
            for (var s = 3; s < 30; s += 6) In(w, s, () => Witness(w).Command(new PowerHost(B(w).Name, false, true, Op)));
        }, 40),
        new("rebooted while the chassis is silent", w =>
        {
            w.Chassis.Silent = true;
            A(w).Machine.BootTime = TimeSpan.FromSeconds(5);
            A(w).Machine.PowerOff(fence: false);
            A(w).Machine.PowerOn();
            In(w, 50, () => w.Chassis.Silent = false);
        }, 60),
        new("it fails at its start, then maintenance", w =>
        {
            A(w).Machine.CannotStart.Add(Vm);
            if (A(w).Machine.Processes.Find(p => p.Vm == Vm) is { } process) WorldModel.EndVm(A(w), process, byGuest: false);
            for (var s = 0.5; s < 4; s += 0.7) In(w, s, () => Witness(w).Command(new SetMaintenance(true, TimeSpan.FromSeconds(25), Op)));
        }, 50),
        // A big one makes room for two: the second may not have what the first has not left yet.
        new("room for two that is not free yet", w => A(w).Machine.PowerOff(fence: false), 40, OneForTwo),
        StuckMind(),
        // What was announced holds for its time, and no longer.
        new("an announced stop, and then it hangs for good", w =>
        {
            A(w).Command(new AnnounceStop(TimeSpan.FromSeconds(20), Op));
            In(w, 2, () => A(w).Machine.Freeze(kernelLives: false));
        }, 40, Fate: Fate.Hung),
        new("an announced stop where lost agents are fenced", w =>
        {
            A(w).Command(new AnnounceStop(TimeSpan.FromSeconds(40), Op));
            In(w, 0.5, () => { A(w).AgentHeldDown = true; A(w).KillAgent(); });
            In(w, 25, () => { A(w).AgentHeldDown = false; A(w).StartAgent(); });
        }, 40, Variant.Plain with { FenceWhenAgentLost = true }),
        // Its executor stands down for a host that hangs again at once: a further try must follow.
        new("heard for a moment, then hung for good", w =>
        {
            A(w).Machine.Freeze(kernelLives: false);
            (w.Chassis.Mute, w.Chassis.Ignores) = (true, true);
            In(w, 6, A(w).Machine.Thaw);
            In(w, 7.5, () => { A(w).Machine.Freeze(kernelLives: false); (w.Chassis.Mute, w.Chassis.Ignores) = (false, false); });
        }, 40, Fate: Fate.Hung),
        // Each of the others was told once that it is wrong about a host whose agent alone is away; then all happens at once.
        new("two that were refuted start anew, and the host hangs", w =>
        {
            A(w).AgentHeldDown = true;
            A(w).KillAgent();
            w.Cut("applejack", "rainbowdash", oneWay: true);
            In(w, 8, () => { w.Heal(); w.Cut("applejack", "witness", oneWay: true); });
            In(w, 25, () =>
            {
                w.Heal();
                A(w).Machine.Freeze(kernelLives: false);
                foreach (var m in new[] { B(w), Witness(w) }) m.CrashAgent(TimeSpan.FromSeconds(1));
            });
        }, 40, Fate: Fate.Hung),
        // Its recovery is another's to record, who could switch it on first.
        new("the witness proves, and policy switches on", w =>
        {
            w.CutChassis("rainbowdash");
            A(w).Machine.Freeze(kernelLives: false);
        }, 40, Variant.Plain with { PowerOn = PowerOnPolicy.On }),
        // Who is up first may not take the slower one for lost, nor may agents that have not seen it go down.
        Blackout("a blackout, and one host boots slowly", w => { }),
        Blackout("a blackout, and agents start anew while one host boots", w =>
        {
            foreach (var m in new[] { B(w), Witness(w) }) m.CrashAgent(TimeSpan.FromSeconds(0.5));
        }),
        // A device that reads off what hears us: the beats of a stuck mind are no signs of life, but they echo.
        new("its mind stands still, and the device lies", w =>
        {
            A(w).MindStuck = true;
            (w.Chassis.Ignores, w.Chassis.Odd) = (true, Power.Off);
        }, 40, Variant.Plain with { FenceWhenAgentLost = true }),
        new("a copy by hand that does not die, and its VM is wanted again", w =>
        {
            VmName other = new("vm1");
            Witness(w).Command(new WantVm(other, false, Op));
            In(w, 8, () => { A(w).Machine.Unkillable.Add(other); A(w).Machine.Spawn(other, null); });
            In(w, 12, () => Witness(w).Command(new WantVm(other, true, Op)));
        }, 40),
        // Somebody changes the cables of an armed chassis: found by the next check, before a host is lost, nobody is switched.
        new("slots are swapped, and then a host is lost", w =>
        {
            w.Chassis.Swapped = true;
            In(w, 50, () => A(w).Machine.PowerOff(fence: false));
        }, 90),
        // A preemptible one must go where its host is the only one that is left.
        new("no room for all, and nobody comes back", w => A(w).Machine.PowerOff(fence: false), 40, OneForTwo, Fate: Fate.Off),
    ];

    /// <summary>Both hosts lose their power, the witness does not; they are switched on together, and one boots for 40 s.</summary>
    private static Base Blackout(string name, Action<WorldModel> then) => new(name, w =>
    {
        foreach (var m in new[] { A(w), B(w) }) m.Machine.PowerOff(fence: false);
        A(w).Machine.BootTime = TimeSpan.FromSeconds(40);
        In(w, 15, () => { A(w).Machine.PowerOn(); B(w).Machine.PowerOn(); });
        In(w, 22, () => then(w));
    }, 70);

    /// <summary>
    /// In the liveness phase the mind of a host stands still and its VM dies: recovery is demanded. Another VM that fails for a
    /// while holds the demand open until then.
    /// </summary>
    private static Base StuckMind() => new("the mind stands still while recovery is demanded", w =>
    {
        In(w, 6, () =>
        {
            B(w).Machine.CannotStart.Add(new("vm1"));
            if (B(w).Machine.Processes.Find(p => p.Vm.Value == "vm1") is { } process) WorldModel.EndVm(B(w), process, byGuest: false);
        });
        In(w, 10.5, () =>
        {
            A(w).MindStuck = true;
            if (A(w).Machine.Processes.Find(p => p.Vm == Vm) is { } process) WorldModel.EndVm(A(w), process, byGuest: false);
        });
    }, 10, Variant.Plain with { FenceWhenAgentLost = true });

    private static SimMember A(WorldModel w) => w.Members[0];

    private static SimMember B(WorldModel w) => w.Members[1];

    private static SimMember Witness(WorldModel w) => w.Members[2];

    private static void In(WorldModel w, double seconds, Action action) => w.Time.After(TimeSpan.FromSeconds(seconds), action);
}

using System.Collections.Immutable;
using ActorHa.Core;
using ActorHa.World;

namespace ActorHa.Simulation;

/// <summary>Stories for what only two faults that meet can show: devices that err about time or about who they are, and what is done alone.</summary>
public static class DirectedHidden
{
    private const string Op = "operator";
    private const int Past = 1000;
    private static readonly VmName Vm = new("vm0");

    /// <summary>No VM may move: a host that is lost is left alone.</summary>
    private static readonly Variant Stay = Variant.Plain with { Change = b => { foreach (var vm in b.Vms.Keys.ToList()) b.Vms[vm] = b.Vms[vm] with { Failover = false }; } };

    /// <summary>In the order in which they are played.</summary>
    public static readonly ImmutableArray<Base> All =
    [
        // Its fence is what is missing for a majority: the one act without an entry is to switch on, and not at once.
        Alone("alone with the host that was switched off", 5),
        new("alone, and the other host is dark by itself", w =>
        {
            A(w).Machine.PowerOff(fence: false);
            Witness(w).Machine.PowerOff(fence: false);
            In(w, 78, () => B(w).Command(new PowerHost(A(w).Name, true, false, Op)));
        }, 90, Stay),
        new("SETs ignored, one false off, and another chassis answers once", w =>
        {
            w.Isolate("applejack");
            w.Chassis.Ignores = true;
            for (var s = 3; s < 40; s += 3) In(w, s, () => (w.Chassis.Stranger, w.Chassis.Glitch) = (true, true));
        }, 50),
        // Between its two false answers the host is heard: the first is void.
        new("SETs ignored, and it is heard between two false offs", w =>
        {
            w.Isolate("applejack");
            w.Chassis.Ignores = true;
            for (var s = 4.0; s < 30; s += 5.3) In(w, s, () =>
            {
                w.Chassis.Glitch = true;
                // The first false answer is given; the second one comes when its beats have been let through for a moment.
                When(w, (m, kind, before) => m == B(w) && kind == StepKind.Reading && !before && !w.Chassis.Glitch, () =>
                {
                    w.Network.Cut(A(w), B(w), cut: false);
                    In(w, 0.15, () => { w.Network.Cut(A(w), B(w)); w.Chassis.Glitch = true; });
                });
            });
        }, 40),
        new("fenced, moved back, and cut off again", w =>
        {
            A(w).Machine.Freeze(kernelLives: false);
            After(w, B(w), "prove", () => In(w, 3, A(w).Machine.PowerOn));
            In(w, 20, () => Witness(w).Command(new MoveVm(Vm, A(w).Name, Op)));
            In(w, 30, () => { w.Chassis.Ignores = true; w.Isolate("applejack"); });
        }, 45),
        // Its beats come from a boot that never joined: the life that owned the VMs is over, and nobody there can say so.
        new("rebooted, and nothing reaches it any more", w =>
        {
            Liveness.Deafen(w, A(w));
            // A beat's first number is the age of its boot: it must be above that of the life before, or it is no news.
            A(w).Machine.BootTime = TimeSpan.FromSeconds(1.2);
            A(w).Machine.PowerOff(fence: false);
            A(w).Machine.PowerOn();
        }, 30, Prepare: w => A(w).Machine.BootTime = TimeSpan.FromSeconds(0.3), Fate: Fate.Deafened),
        // What was read while the SET was out says nothing about the time after it.
        new("the device reads off for a second, and answers late", w =>
        {
            w.Isolate("applejack");
            (w.Chassis.Ignores, w.Chassis.Mute) = (true, true);
            In(w, 0.3, () => w.Chassis.Odd = Power.Off);
            var begun = false;
            w.OnStep += (m, kind, before, _) =>
            {
                if (begun || kind != StepKind.Set || !before) return;
                begun = true;
                w.Chassis.LateAnswers = TimeSpan.FromSeconds(1.95);
                In(w, 0.9, () => w.Chassis.Odd = null);
                In(w, 4, () => w.Chassis.LateAnswers = TimeSpan.Zero);
            };
        }, 30),
        // The promise may be in the journal though nobody said so: it binds from its sending.
        new("watchdog: a promise whose fate it never learns", w =>
        {
            (A(w).Watchdog.Refuses, A(w).WatchSilent) = (true, true);
            Before(w, A(w), "watchdog-arm", () =>
            {
                w.Journal.Faults[A(w).Name] = AppendFault.Unknown;
                In(w, 0.01, () => w.Isolate("applejack"));
            });
            In(w, 3, () => A(w).Watchdog.Refuses = false);
        }, 70, Variant.Plain with { Watchdogs = new(WatchdogLevel.Only) }),
        // An agent that has just started knows nothing of what its hypervisor does not tell.
        new("a copy by hand, and a new agent whose hypervisor does not answer", w =>
        {
            VmName other = new("vm1");
            Witness(w).Command(new WantVm(other, false, Op));
            In(w, 8, () => { A(w).Machine.Unkillable.Add(other); A(w).Machine.Spawn(other, null); });
            In(w, 16, () => { A(w).Machine.StorageStalls = true; A(w).CrashAgent(TimeSpan.FromMilliseconds(400)); });
            In(w, 22, () => Witness(w).Command(new WantVm(other, true, Op)));
        }, 40),
        // Each search began before the start that it is held against.
        new("searches that take long while a VM is started again", w =>
        {
            A(w).Machine.SearchLag = TimeSpan.FromSeconds(1.5);
            for (var s = 1.0; s < 60; s += 5.7)
            {
                In(w, s, () => Witness(w).Command(new WantVm(Vm, false, Op)));
                In(w, s + 3, () => Witness(w).Command(new WantVm(Vm, true, Op)));
            }
        }, 60, Variant.Plain with { Change = b => b.Vms[Vm] = b.Vms[Vm] with { MaxRestarts = 0 } }),
        // A copy by hand is in the way of its start: whoever calls it active counts its end as one failure more.
        new("a copy by hand where its VM is just started", w =>
        {
            Witness(w).Command(new WantVm(Vm, false, Op));
            In(w, 6, () => A(w).Machine.Spawn(Vm, null));
            In(w, 6.1, () => Witness(w).Command(new WantVm(Vm, true, Op)));
        }, 40, Variant.Plain with { Change = b => b.Vms[Vm] = b.Vms[Vm] with { MaxRestarts = 4 } }),
        // The search finds the copy before the failure of the start, which takes its time to be recorded.
        new("a copy by hand where its VM is just started, and the journal is slow", w =>
        {
            foreach (var m in w.Members) w.Journal.SlowDisk(m, TimeSpan.FromSeconds(0.5));
            for (var s = 0.0; s < 100; s += 14.3)
                foreach (var vm in new VmName[] { new("vm2"), Vm })
                {
                    In(w, s, () => Witness(w).Command(new WantVm(vm, false, Op)));
                    In(w, s + 7, () => A(w).Machine.Spawn(vm, null));
                    In(w, s + 7.1, () => Witness(w).Command(new WantVm(vm, true, Op)));
                }
        }, 110, Variant.Plain with { Change = b => { foreach (var vm in b.Vms.Keys.ToList()) b.Vms[vm] = b.Vms[vm] with { MaxRestarts = 50 }; } }),
        // Asked while it was dark, answered when the next life had joined, to a host that hears nobody and whose storage stalls meanwhile.
        new("an answer about the life before comes late, and one false off", w =>
        {
            B(w).Deaf = true;
            B(w).Machine.StorageStalls = true;
            w.Chassis.Ignores = true;
            A(w).Machine.BootTime = TimeSpan.FromSeconds(1.2);
            In(w, 5, () => { w.Chassis.LateAnswers = TimeSpan.FromSeconds(1.95); A(w).Machine.PowerOff(fence: false); });
            In(w, 5.4, A(w).Machine.PowerOn);
            In(w, 6.95, () => B(w).Command(new PowerHost(A(w).Name, false, true, Op)));
            In(w, 7.1, () => w.Isolate("applejack"));
            In(w, 7.22, () => (w.Chassis.LateAnswers, w.Chassis.Glitch) = (TimeSpan.Zero, true));
            In(w, 10, () => B(w).Machine.StorageStalls = false);
        }, 60),
        // What a majority took before it slept does not let it go on when it wakes alone.
        new("an executor sleeps over the answer to a pulse, and wakes cut off", w =>
        {
            w.Chassis.Ignores = true;
            A(w).Machine.Freeze(kernelLives: false);
            In(w, 2.2, () => { foreach (var m in w.Members) w.Journal.SlowDisk(m, TimeSpan.FromSeconds(1)); });
            In(w, 3.6, () => B(w).Machine.Freeze());
            In(w, 5, A(w).Machine.Thaw);
            In(w, 4.8, w.Journal.Heal);
            In(w, 12.5, () =>
            {
                foreach (var m in new[] { A(w), Witness(w) }) w.Cut(B(w).Name.Value, m.Name.Value);
                B(w).Machine.Thaw();
            });
        }, 50),
        // Its entry is repeated a minute later, on a reading of the past; what it sends then must be as old as the first sending.
        new("a switching that is sent again a minute later", w =>
        {
            A(w).Machine.BootTime = TimeSpan.FromSeconds(5);
            A(w).Machine.Freeze(kernelLives: false);
            Before(w, B(w), "switch", () =>
            {
                w.Journal.Faults[B(w).Name] = AppendFault.Unknown;
                w.Journal.Behind(B(w), Past);
                B(w).WatchSilent = true;
                w.Chassis.Holds = true;
                In(w, 0.1, () => B(w).Machine.Freeze());
                In(w, 1, () => Reboot(A(w)));
                // Nothing of its target answers who has not read of its new life.
                In(w, 59, () => A(w).EtcdUp = false);
                In(w, 60, B(w).Machine.Thaw);
                In(w, 70, () => A(w).EtcdUp = true);
                In(w, 196, w.Chassis.ReleaseHeld);
            });
        }, 215),
        new("a host that hears nobody, and an off of the life before comes late", w =>
        {
            B(w).Deaf = true;
            (A(w).EtcdUp, B(w).Machine.StorageStalls) = (false, true);
            A(w).Machine.BootTime = TimeSpan.FromSeconds(1.2);
            In(w, 5, () => { w.Chassis.LateAnswers = TimeSpan.FromSeconds(1.95); A(w).Machine.PowerOff(fence: false); });
            In(w, 5.4, A(w).Machine.PowerOn);
        }, 40),
        // The answer to its newest append is lost with the majority.
        Alone("alone with the host that was switched off, and an append is on its way", 0),
        Starved("a starved witness is ordered to switch on", 183, _ => { }),
        Starved("a starved witness is ordered to switch on, and is alone since", 140, w =>
        {
            In(w, 137, () => A(w).Machine.PowerOff(fence: false));
            In(w, 145, () => Witness(w).Command(new PowerHost(B(w).Name, true, false, Op)));
        }),
        // The switching is found by reading, and is no permission: it is switched by another entry.
        new("a switching is committed, and its answer is lost", w =>
        {
            A(w).Machine.Freeze(kernelLives: false);
            After(w, B(w), "request", () => w.Journal.Faults[B(w).Name] = AppendFault.Unknown);
        }, 20),
    ];

    /// <summary>Its letters come late by minutes: it believes itself alone, and then reads that there was a majority.</summary>
    private static Base Starved(string name, double until, Action<WorldModel> also) => new(name, w =>
    {
        A(w).Command(new PowerHost(B(w).Name, false, true, Op));
        In(w, 2, () => (Witness(w).Lag, Witness(w).BeatLag) = (TimeSpan.FromMilliseconds(26), TimeSpan.FromMilliseconds(8)));
        In(w, 150, () => Witness(w).Command(new PowerHost(B(w).Name, true, false, Op)));
        In(w, until, () => Witness(w).Lag = TimeSpan.Zero);
        also(w);
    }, 195, Stay);

    private static Base Alone(string name, double after) => new(name, w =>
    {
        A(w).Machine.Freeze(kernelLives: false);
        After(w, B(w), "prove", () => In(w, after, () => Witness(w).Machine.PowerOff(fence: false)));
        // Once too early, once when it is allowed.
        for (var s = 17; s < 100; s += 66) In(w, s, () => B(w).Command(new PowerHost(A(w).Name, true, false, Op)));
        In(w, 90, () => { if (!A(w).Machine.Powered) w.Audit.Breach("I6", "the host that is missing for a majority is not switched on, though that was ordered a minute after its loss"); });
    }, 100);

    /// <summary>Once, when an append of that rule is about to be sent.</summary>
    private static void Before(WorldModel w, SimMember by, string rule, Action action) => DirectedWatchdog.Once(w, by, rule, before: true, action);

    /// <summary>Once, when the member knows that an append of that rule is committed.</summary>
    private static void After(WorldModel w, SimMember by, string rule, Action action) => DirectedWatchdog.Once(w, by, rule, before: false, action);

    /// <summary>Once, at a step.</summary>
    private static void When(WorldModel w, Func<SimMember, StepKind, bool, bool> at, Action action)
    {
        var done = false;
        w.OnStep += (m, kind, before, _) =>
        {
            if (done || !at(m, kind, before)) return;
            done = true;
            action();
        };
    }

    private static void Reboot(SimMember m)
    {
        m.Machine.PowerOff(fence: false);
        m.Machine.PowerOn();
    }

    private static SimMember A(WorldModel w) => w.Members[0];

    private static SimMember B(WorldModel w) => w.Members[1];

    private static SimMember Witness(WorldModel w) => w.Members[2];

    private static void In(WorldModel w, double seconds, Action action) => w.Time.After(TimeSpan.FromSeconds(seconds), action);
}

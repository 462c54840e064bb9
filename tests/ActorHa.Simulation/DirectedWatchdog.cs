using System.Collections.Immutable;
using ActorHa.Core;
using ActorHa.World;

namespace ActorHa.Simulation;

/// <summary>Stories of hosts with watchdogs: the longest life that the arithmetic allows, and each way to feed without a right to.</summary>
public static class DirectedWatchdog
{
    private static readonly VmName Vm = new("vm0");
    private static readonly Variant Only = Variant.Plain with { Watchdogs = new(WatchdogLevel.Only) };
    private static readonly Variant Beside = Variant.Plain with { Watchdogs = new(WatchdogLevel.Beside) };
    private static readonly Variant TwoProofs = Variant.Plain with { Watchdogs = new(WatchdogLevel.TwoProofs) };

    /// <summary>A host cut off just after a write, which lives as long as it can.</summary>
    public static readonly Base LongestLife = new("watchdog: the longest life", w =>
    {
        KillOne(w);
        Once(w, A(w), "restart", before: false, () => { w.Isolate("applejack"); Worst(w); });
    }, 60, Only);

    /// <summary>Case 27: chassis and host are dark together.</summary>
    public static readonly Base DarkTogether = new("watchdog: chassis and host dark together", w =>
    {
        w.Chassis.Silent = true;
        A(w).Machine.PowerOff(fence: false);
    }, 50, Beside);

    /// <summary>The device says off and does nothing; two proofs are required.</summary>
    public static readonly Base DeviceLies = new("two proofs: the device lies", w =>
    {
        w.Isolate("applejack");
        (w.Chassis.Ignores, w.Chassis.Odd) = (true, Power.Off);
    }, 55, TwoProofs);

    /// <summary>In the order in which they are played.</summary>
    public static readonly ImmutableArray<Base> All =
    [
        LongestLife,
        DarkTogether,
        DeviceLies,
        new("watchdog: cut off", w => w.Isolate("applejack"), 50, Only),
        new("watchdog: cut off, then healed in time", w => { w.Isolate("applejack"); In(w, 5, w.Heal); }, 50, Only),
        new("watchdog: hung, its kernel too", w => A(w).Machine.Freeze(kernelLives: false), 50, Only),
        new("watchdog: the agent crashes", w => A(w).CrashAgent(TimeSpan.FromMilliseconds(400)), 40, Beside),
        new("watchdog: nothing binds the host, and its agent crashes", w =>
        {
            foreach (var vm in w.Journal.State.Config.Vms.Keys) Witness(w).Command(new WantVm(vm, false, "operator"));
            In(w, 15, () => A(w).CrashAgent(TimeSpan.FromMilliseconds(400)));
        }, 50, Beside),
        new("watchdog: the agent is away for long", w =>
        {
            A(w).AgentHeldDown = true;
            A(w).KillAgent();
            In(w, 25, () => { A(w).AgentHeldDown = false; A(w).StartAgent(); });
        }, 50, Only),
        new("watchdog: the driver refuses for a while", w => { A(w).Watchdog.Refuses = true; In(w, 5, () => A(w).Watchdog.Refuses = false); }, 50, Beside),
        new("watchdog: it lies, and the host is heard again", w =>
        {
            w.Isolate("applejack");
            A(w).Watchdog.Broken = true;
            In(w, 5, () => { A(w).AgentHeldDown = true; A(w).KillAgent(); });
            In(w, 20, w.Heal);
        }, 60, Only with { FenceWhenAgentLost = true }),
        new("watchdog: closed and not well, but it writes", w =>
        {
            A(w).EtcdUp = false;
            A(w).Machine.StorageStalls = true;
            In(w, 8, () => (B(w).Deaf, Witness(w).Deaf) = (true, true));
        }, 80, Only),
        .. new[] { 8.0, 8.5, 9.0, 9.5 }.Select(s => new Base(FormattableString.Invariant($"watchdog: a pulse is answered late ({s:0.0})"), w =>
        {
            foreach (var m in w.Members) w.Journal.SlowDisk(m, TimeSpan.FromSeconds(1));
            In(w, s, () => { A(w).Machine.Freeze(); w.Isolate("applejack"); });
            In(w, s + 1.5, w.Journal.Heal);
            In(w, s + 9.5, () => { Worst(w); A(w).Machine.Thaw(); });
        }, 75, Only)),
        new("watchdog: an append is sent again over a request", w =>
        {
            w.Journal.Faults[A(w).Name] = AppendFault.Unknown;
            // It may not find its entry by reading.
            w.Journal.Behind(A(w), Past);
            A(w).WatchSilent = true;
            Once(w, A(w), "restart", before: true, () => In(w, 0.1, () =>
            {
                A(w).Machine.Freeze();
                In(w, 4, () => (B(w).Deaf, Witness(w).Deaf) = (true, true));
                In(w, 8.5, () => { Once(w, A(w), "restart", before: false, () => w.Isolate("applejack")); Worst(w); A(w).Machine.Thaw(); });
            }));
            KillOne(w);
        }, 75, Only),
        new("watchdog: it reads the past while a request stands", w =>
        {
            A(w).EtcdUp = false;
            A(w).WatchSilent = true;
            w.Journal.Behind(A(w), Past);
            (B(w).Deaf, Witness(w).Deaf) = (true, true);
        }, 75, Only),
        new("two proofs: both are true", w => w.Isolate("applejack"), 55, TwoProofs),
        new("two proofs: the device is silent and the watchdog lies", w =>
        {
            w.Isolate("applejack");
            w.Chassis.Silent = true;
            A(w).Watchdog.Broken = true;
        }, 60, TwoProofs),
    ];

    private const int Past = 1000;

    /// <summary>
    /// The longest life without a right to feed: the host hangs between its last look and the feeding, for nearly one
    /// time-out; nearly one later its agent dies, and the kernel feeds once more.
    /// </summary>
    private static void Worst(WorldModel w)
    {
        var a = A(w);
        var most = (Watchdogs.Timeout / a.Watchdog.ChipRate) - (SimWatchdog.Turn * 1.3);
        a.Watchdog.Looked = rest =>
        {
            if (rest is not { } left || left > SimWatchdog.Turn * 1.2) return;
            a.Watchdog.Looked = null;
            a.Machine.Freeze();
            w.Time.After(most, a.Machine.Thaw);
            w.Time.After(most * 2, () => { a.AgentHeldDown = true; a.KillAgent(); });
        };
    }

    private static void KillOne(WorldModel w)
    {
        if (A(w).Machine.Processes.Find(p => p.Vm == Vm) is { } process) WorldModel.EndVm(A(w), process, byGuest: false);
    }

    /// <summary>Once, just before or just after an append of this member by this rule.</summary>
    internal static void Once(WorldModel w, SimMember by, string rule, bool before, Action action)
    {
        var done = false;
        w.OnStep += (m, kind, isBefore, what) =>
        {
            if (done || m != by || kind != StepKind.Append || isBefore != before || what != rule) return;
            done = true;
            action();
        };
    }

    private static SimMember A(WorldModel w) => w.Members[0];

    private static SimMember B(WorldModel w) => w.Members[1];

    private static SimMember Witness(WorldModel w) => w.Members[2];

    private static void In(WorldModel w, double seconds, Action action) => w.Time.After(TimeSpan.FromSeconds(seconds), action);
}

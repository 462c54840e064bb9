using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ActorHa.Core;
using ActorHa.World;

namespace ActorHa.Simulation;

/// <summary>Stories that lead straight to where one rule holds: what chance alone would find late. The unmutated core passes all.</summary>
public static class Directed
{
    private const string Op = "operator";

    /// <summary>In the order in which they are played.</summary>
    public static readonly ImmutableArray<Base> All =
    [
        .. Steps.Bases,
        new("a late SET and a host that wakes", w =>
        {
            w.Chassis.Holds = true;
            A(w).Machine.Freeze(kernelLives: false);
            In(w, 4, A(w).Machine.Thaw);
            In(w, 100, w.Chassis.ReleaseHeld);
        }, 120),
        new("a late SET and a host that reboots", w =>
        {
            w.Chassis.Holds = true;
            A(w).Machine.Freeze(kernelLives: false);
            In(w, 4, () => Reboot(A(w)));
            In(w, 100, w.Chassis.ReleaseHeld);
        }, 120),
        new("stopped by an operator, then the host is lost", w =>
        {
            Witness(w).Command(new WantVm(Vm, false, Op));
            In(w, 8, () => A(w).Machine.PowerOff(fence: false));
        }),
        new("maintenance, and everything happens", w =>
        {
            Witness(w).Command(new SetMaintenance(true, TimeSpan.FromSeconds(30), Op));
            In(w, 2, () => A(w).Command(new LeaveHost(Op)));
            In(w, 4, () => { if (B(w).Machine.Processes.FirstOrDefault() is { } p) WorldModel.EndVm(B(w), p, byGuest: false); });
            In(w, 6, () => A(w).Machine.PowerOff(fence: false));
        }),
        new("a request is open, then maintenance", w =>
        {
            w.Isolate("applejack");
            w.OnStep += (m, kind, before, what) => { if (kind == StepKind.Append && !before && what == "request") { Witness(w).Command(new SetMaintenance(true, null, Op)); } };
        }),
        new("maintenance before a host is lost that another could take", w =>
        {
            A(w).Machine.PowerOff(fence: false);
            Witness(w).Command(new SetMaintenance(true, TimeSpan.FromSeconds(25), Op));
        }),
        new("confirmed by a person, wrongly", w =>
        {
            w.Isolate("applejack");
            w.Chassis.Silent = true;
            for (var s = 65; s < 85; s += 5) In(w, s, () => B(w).Command(new ConfirmFence(A(w).Name, A(w).Name.Value, Op)));
        }, 95),
        new("only the agent is away", w =>
        {
            A(w).AgentHeldDown = true;
            A(w).KillAgent();
        }),
        new("a deaf asker", w => B(w).Deaf = true),
        new("two deaf askers", w => (B(w).Deaf, Witness(w).Deaf) = (true, true)),
        new("moved, and its process does not die", w =>
        {
            A(w).Machine.Unkillable.Add(Vm);
            Witness(w).Command(new MoveVm(Vm, B(w).Name, Op));
        }),
        new("storage stalls for a while", w =>
        {
            A(w).Machine.StorageStalls = true;
            In(w, 20, () => A(w).Machine.StorageStalls = false);
        }),
        Reads(Power.Absent),
        Reads(Power.Standby),
        Reads(Power.Unknown),
        new("SETs ignored and one false off", w =>
        {
            w.Isolate("applejack");
            w.Chassis.Ignores = true;
            for (var s = 3; s < 30; s += 5) In(w, s, () => w.Chassis.Glitch = true);
        }),
        new("darkness comes late", w =>
        {
            w.Isolate("applejack");
            w.Chassis.OffLatency = TimeSpan.FromSeconds(1.8);
            In(w, 2.2, () => w.Chassis.Glitch = true);
        }),
        new("fenced again and again", w =>
        {
            for (var s = 0; s < 100; s += 25)
            {
                In(w, s, () => A(w).Machine.Freeze(kernelLives: false));
                In(w, s + 12, A(w).Machine.PowerOn);
            }
        }, 130, Variant.Plain with { MaxFences = 2 }),
        new("starts nowhere for a while", w =>
        {
            A(w).Machine.CannotStart.Add(Vm);
            B(w).Machine.CannotStart.Add(Vm);
            if (A(w).Machine.Processes.Find(p => p.Vm == Vm) is { } process) WorldModel.EndVm(A(w), process, byGuest: false);
        }, 90),
        new("no host can hold all", w => A(w).Machine.PowerOff(fence: false), 40, Variant.Plain with { Roomy = false, Vms = 10 }),
        new("appends unknown while a VM moves there and back", w =>
        {
            w.Journal.UnknownRate = 0.6;
            for (var s = 0; s < 30; s += 6)
            {
                In(w, s, () => Witness(w).Command(new MoveVm(Vm, null, Op)));
                In(w, s + 3, () => { if (A(w).Machine.Processes.FirstOrDefault() is { } p) WorldModel.EndVm(A(w), p, byGuest: false); });
            }
        }),
        new("the agent dies between order and start", w =>
        {
            w.OnStep += (m, kind, before, _) => { if (m == A(w) && kind == StepKind.Start && !before) m.CrashAgent(TimeSpan.FromMilliseconds(200)); };
            for (var s = 1; s < 30; s += 7) In(w, s, () => { if (A(w).Machine.Processes.FirstOrDefault() is { } p) WorldModel.EndVm(A(w), p, byGuest: false); });
        }),
        // Found by pair 4961: the answer comes before the darkness, the reboot between them.
        new("an answered SET strikes after the join", w =>
        {
            A(w).Machine.BootTime = TimeSpan.FromSeconds(1.99);
            w.Chassis.OffLatency = TimeSpan.FromSeconds(1.5);
            Reboot(A(w));
            w.OnStep += (m, kind, before, _) => { if (kind == StepKind.Set && before) w.Chassis.Odd = Power.On; };
        }),
        .. new[] { 1.85, 1.95, 2.0, 2.05, 2.1, 2.2 }.Select(s => new Base(FormattableString.Invariant($"hung for {s:0.00} s"), w =>
        {
            A(w).Machine.Freeze(kernelLives: false);
            In(w, s, A(w).Machine.Thaw);
        }, 15)),
        .. DirectedWatchdog.All,
        .. DirectedRules.All,
        .. DirectedLate.All,
        .. DirectedJournal.All,
        .. DirectedHidden.All,
    ];

    /// <summary>Plays those whose name holds a part; exit code 1 where something was found.</summary>
    public static int Play(Options options)
    {
        Audit.RecordsAreNoted = options.Has("world");
        var (found, told) = (0, new JsonArray());
        foreach (var story in All.Where(s => s.Name.Contains(string.Join(' ', options.All("directed")), StringComparison.Ordinal)))
        {
            var result = new Meeting(story, 4, []).Play();
            if (result.Breach is not null) found = 1;
            if (options.Has("json"))
            {
                told.Add(new JsonObject { ["name"] = story.Name, ["finding"] = result.Breach, ["story"] = options.Has("story") ? new JsonArray([.. result.World.Story.Select(l => (JsonNode)l)]) : null });
                continue;
            }
            if (options.Has("story")) Console.WriteLine(string.Join('\n', result.World.Story));
            Console.WriteLine($"{story.Name}: {result.Breach ?? "no finding"}");
        }
        if (options.Has("json")) Console.WriteLine(told.ToJsonString(Reports.Readable));
        return found;
    }

    private static readonly VmName Vm = new("vm0");

    private static SimMember A(WorldModel w) => w.Members[0];

    private static SimMember B(WorldModel w) => w.Members[1];

    private static SimMember Witness(WorldModel w) => w.Members[2];

    private static void In(WorldModel w, double seconds, Action action) => w.Time.After(TimeSpan.FromSeconds(seconds), action);

    private static void Reboot(SimMember m)
    {
        m.Machine.PowerOff(fence: false);
        m.Machine.PowerOn();
    }

    private static Base Reads(Power odd) => new($"the device says {odd.ToString().ToLowerInvariant()} and switches nothing", w =>
    {
        w.Isolate("applejack");
        (w.Chassis.Ignores, w.Chassis.Odd) = (true, odd);
    });
}

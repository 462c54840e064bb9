using System.Collections.Immutable;
using ActorHa.Core;
using ActorHa.World;

namespace ActorHa.Simulation;

/// <summary>Stories of a journal that is not what its members have seen.</summary>
public static class DirectedJournal
{
    /// <summary>In the order in which they are played.</summary>
    public static readonly ImmutableArray<Base> All =
    [
        // The witness learns of the request only at its next re-read; until then nobody speaks for the host.
        new("only the agent is away, a link is cut, and the witness's watch is silent", w =>
        {
            w.Members[0].AgentHeldDown = true;
            w.Members[0].KillAgent();
            w.Members[2].WatchSilent = true;
            In(w, 10, () => w.Cut("applejack", "rainbowdash"));
        }, 40),
        // Half of the agents are new, half remember: neither may decide anything on a past that was not the last.
        new("an older snapshot is put back for a while", w =>
        {
            var end = w.Journal.StandIn(lost: 4);
            // It hears nobody who could say that there was more.
            w.Members[1].Deaf = true;
            In(w, 3, () => w.Members[1].CrashAgent(TimeSpan.FromMilliseconds(300)));
            In(w, 4, () => w.Members[2].CrashAgent(TimeSpan.FromMilliseconds(300)));
            In(w, 6, () => WorldModel.EndVm(w.Members[1], w.Members[1].Machine.Processes[0], byGuest: false));
            In(w, 10, () => w.Members[0].Machine.PowerOff(fence: false));
            In(w, 12, () => w.Members[2].Command(new WantVm(new("vm1"), false, "operator")));
            In(w, 40, () =>
            {
                w.Members[1].Deaf = false;
                end();
            });
        }, 60),
        // It starts while nobody leads: when it can read at last, it has heard nobody yet who has seen more.
        new("an older snapshot is put back, and an agent that has not seen more can read it only later", w =>
        {
            var seen = w.Journal.State.Index;
            w.Members[0].AgentHeldDown = true;
            w.Members[0].KillAgent();
            In(w, 2, () => w.Members[1].Command(new WantVm(new("vm1"), false, "operator")));
            In(w, 6, () =>
            {
                In(w, 30, w.Journal.StandIn(lost: (int)(w.Journal.State.Index - seen)));
                w.Members[0].AgentHeldDown = false;
                // Refused a first time: the next pulse and, a second later, the next reading succeed.
                In(w, 0.5, w.Members[0].StartAgent);
            });
        }, 60),
        // The append is refused, because the head has gone back; nobody else moves it when it has come forward again.
        new("a journal is put back as a start is recorded", w =>
        {
            w.Members[0].Machine.PowerOff(fence: false);
            w.OnStep = (member, kind, before, what) =>
            {
                if (kind != StepKind.Append || !before || what != "active") return;
                w.OnStep = null;
                In(w, 3, w.Journal.StandIn(lost: 2));
            };
        }, 40, Fate: Fate.Off),
        // VMs run by entries that are lost, on a host that the journal calls another's; nothing may start before all have reported.
        new("put back and accepted, and a host comes back from before", w => { LosesAll(w); In(w, 20, w.Members[0].Machine.PowerOn); }, 60),
        new("put back and accepted, and a host never comes back", LosesAll, 60, Fate: Fate.Off),
        new("put back and accepted, and the agent beside the running VMs is away for long", w =>
        {
            LosesAll(w);
            In(w, 16, () =>
            {
                w.Members[1].AgentHeldDown = true;
                w.Members[1].KillAgent();
                w.Members[0].Machine.PowerOn();
            });
        }, 230),
        // In the snapshot it has never joined: there is no life to be proven over, and all wait for its report.
        new("put back to the first entry and accepted, and a host never comes back", w =>
        {
            PutBack(w, 1);
            w.Members[0].Machine.PowerOff(fence: false);
        }, 60, Fate: Fate.Off),
        // The second snapshot is older than the first: its line must not have the number of the one that is lost.
        new("put back and accepted twice, the second time to before the first", w =>
        {
            var seen = w.Journal.State.Index;
            PutBack(w, seen);
            In(w, 30, () => PutBack(w, seen - 1));
        }, 60),
        // Its order is of the line that is lost; it reads that later than its writes are taken.
        new("an executor sleeps while the journal is put back and accepted, and reads the past as it wakes", w =>
        {
            var (a, b, seen) = (w.Members[0], w.Members[1], w.Journal.State.Index);
            w.Chassis.Silent = true;
            b.Command(new PowerHost(a.Name, false, true, "operator"));
            In(w, 1, () => b.Machine.Freeze());
            In(w, 3, () => PutBack(w, seen));
            In(w, 40, () =>
            {
                w.Journal.Behind(b, 20);
                b.Machine.Thaw();
            });
            In(w, 50, () => w.Chassis.Silent = false);
            In(w, 55, () => w.Journal.Behind(b, 0));
        }, 70),
        // Awake, and told by all others, but it cannot read yet that its line is lost.
        new("an executor reads the past, and a later line is begun", w =>
        {
            var (a, b, seen) = (w.Members[0], w.Members[1], w.Journal.State.Index);
            w.Chassis.Ignores = true;
            b.Command(new PowerHost(a.Name, false, true, "operator"));
            In(w, 2, () => w.Journal.Behind(b, 40));
            In(w, 5.5, () => PutBack(w, seen));
            In(w, 40, () => w.Chassis.Ignores = false);
        }, 60),
        // The snapshot knows nothing of the request; its SET is still on its way.
        new("put back and accepted, and a SET of before strikes late", w =>
        {
            var seen = w.Journal.State.Index;
            w.Chassis.Holds = true;
            w.Members[0].Machine.Freeze(kernelLives: false);
            In(w, 4, w.Members[0].Machine.Thaw);
            In(w, 6, () => PutBack(w, seen));
            In(w, 100, w.Chassis.ReleaseHeld);
        }, 120),
        // It was away when its VMs were taken: the past that is put back agrees with all that it has seen, and calls them its own.
        new("an older snapshot is put back, and the host that has not seen more boots", w =>
        {
            var seen = w.Journal.State.Index;
            w.Members[0].Machine.PowerOff(fence: false);
            In(w, 10, () =>
            {
                var end = w.Journal.StandIn(lost: (int)(w.Journal.State.Index - seen));
                w.Members[0].Machine.PowerOn();
                In(w, 15, () => w.Members[1].CrashAgent(TimeSpan.FromMilliseconds(300)));
                In(w, 40, end);
            });
        }, 70),
    ];

    /// <summary>A host is lost, its VMs start on the other; then the snapshot of before is put back, and a person accepts it.</summary>
    private static void LosesAll(WorldModel w)
    {
        var seen = w.Journal.State.Index;
        w.Members[0].Machine.PowerOff(fence: false);
        In(w, 10, () => PutBack(w, seen));
    }

    private static void PutBack(WorldModel w, long keep)
    {
        w.Journal.StandIn(lost: (int)(w.Journal.State.Index - keep));
        w.Members[2].CrashAgent(TimeSpan.FromMilliseconds(300));
        In(w, 8, () => w.Members[2].Command(new AcceptJournal(w.Journal.State.Config.Name, "operator")));
    }

    private static void In(WorldModel w, double seconds, Action action) => w.Time.After(TimeSpan.FromSeconds(seconds), action);
}

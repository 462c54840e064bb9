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
            w.Time.After(TimeSpan.FromSeconds(10), () => w.Cut("applejack", "rainbowdash"));
        }, 40),
        // Half of the agents are new, half remember: neither may decide anything on a past that was not the last.
        new("an older snapshot is put back for a while", w =>
        {
            var end = w.Journal.StandIn(lost: 4);
            // It hears nobody who could say that there was more.
            w.Members[1].Deaf = true;
            w.Time.After(TimeSpan.FromSeconds(3), () => w.Members[1].CrashAgent(TimeSpan.FromMilliseconds(300)));
            w.Time.After(TimeSpan.FromSeconds(4), () => w.Members[2].CrashAgent(TimeSpan.FromMilliseconds(300)));
            w.Time.After(TimeSpan.FromSeconds(6), () => WorldModel.EndVm(w.Members[1], w.Members[1].Machine.Processes[0], byGuest: false));
            w.Time.After(TimeSpan.FromSeconds(10), () => w.Members[0].Machine.PowerOff(fence: false));
            w.Time.After(TimeSpan.FromSeconds(12), () => w.Members[2].Command(new WantVm(new("vm1"), false, "operator")));
            w.Time.After(TimeSpan.FromSeconds(40), () =>
            {
                w.Members[1].Deaf = false;
                end();
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
                w.Time.After(TimeSpan.FromSeconds(3), w.Journal.StandIn(lost: 2));
            };
        }, 40, Fate: Fate.Off),
        // It was away when its VMs were taken: the past that is put back agrees with all that it has seen, and calls them its own.
        new("an older snapshot is put back, and the host that has not seen more boots", w =>
        {
            var seen = w.Journal.State.Index;
            w.Members[0].Machine.PowerOff(fence: false);
            w.Time.After(TimeSpan.FromSeconds(10), () =>
            {
                var end = w.Journal.StandIn(lost: (int)(w.Journal.State.Index - seen));
                w.Members[0].Machine.PowerOn();
                w.Time.After(TimeSpan.FromSeconds(15), () => w.Members[1].CrashAgent(TimeSpan.FromMilliseconds(300)));
                w.Time.After(TimeSpan.FromSeconds(40), end);
            });
        }, 70),
    ];
}

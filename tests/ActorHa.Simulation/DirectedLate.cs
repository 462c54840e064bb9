using System.Collections.Immutable;
using ActorHa.Core;
using ActorHa.World;

namespace ActorHa.Simulation;

/// <summary>Stories of members that are behind, asleep or deaf, and of hosts whose agent alone is away: found by the two hours.</summary>
public static class DirectedLate
{
    private static readonly TimeSpan Starved = TimeSpan.FromMilliseconds(31);

    /// <summary>In the order in which they are played.</summary>
    public static readonly ImmutableArray<Base> All =
    [
        new("only the agent is away, and the other host starves", w =>
        {
            (A(w).AgentHeldDown, B(w).Lag) = (true, Starved);
            A(w).KillAgent();
        }, 60),
        new("only the agent is away, and one link of its host is cut", w =>
        {
            A(w).AgentHeldDown = true;
            A(w).KillAgent();
            In(w, 10, () => w.Cut("applejack", "rainbowdash"));
        }, 40),
        new("a starved executor, and its target wakes", w =>
        {
            w.Chassis.Ignores = true;
            A(w).Machine.Freeze(kernelLives: false);
            In(w, 2, () => B(w).Lag = Starved);
            In(w, 3, A(w).Machine.Thaw);
        }, 40),
        new("an executor sleeps, and its target wakes", w =>
        {
            w.Chassis.Ignores = true;
            A(w).Machine.Freeze(kernelLives: false);
            In(w, 6, () => B(w).Machine.Freeze(kernelLives: false));
            In(w, 9, A(w).Machine.Thaw);
            In(w, 40, B(w).Machine.Thaw);
        }, 60),
        // Its SETs are not answered, so the host that woke may not refute; only quorum, which it has lost, ends what it does.
        new("an executor that is cut off, and reaches the chassis", w =>
        {
            (w.Chassis.Mute, w.Chassis.Ignores) = (true, true);
            A(w).Machine.Freeze(kernelLives: false);
            In(w, 5, () =>
            {
                w.Cut("rainbowdash", "applejack");
                w.Cut("rainbowdash", "witness");
                A(w).Machine.Thaw();
            });
        }, 40),
        new("a deaf witness, and a host that woke under an unanswered SET", w =>
        {
            w.Chassis.Silent = true;
            A(w).Machine.Freeze(kernelLives: false);
            In(w, 4.5, A(w).Machine.Thaw);
            In(w, 4.6, () => Witness(w).Deaf = true);
        }, 60, Variant.Plain with { FenceWhenAgentLost = true }),
        new("an agent crashes where lost agents are fenced", w =>
        {
            A(w).CrashAgent(TimeSpan.FromSeconds(5));
            In(w, 20, () => B(w).CrashAgent(TimeSpan.FromSeconds(1)));
        }, 40, Variant.Plain with { FenceWhenAgentLost = true }),
        // Deaf for long, it takes an agent that has just crashed for one that was away for as long.
        new("a deaf host, and an agent crashes where lost agents are fenced", w =>
        {
            B(w).Deaf = true;
            In(w, 14, () =>
            {
                A(w).CrashAgent(TimeSpan.FromSeconds(4));
                Witness(w).Lag = Starved;
            });
            In(w, 50, () => B(w).Deaf = false);
        }, 60, Variant.Plain with { FenceWhenAgentLost = true }),
        // Its link is cut one way, so it hears and is answered by nobody; the witness is answered, and deaf to beats for long.
        new("a deaf witness, an agent crashes where lost agents are fenced, and a link is cut one way", w =>
        {
            Witness(w).Deaf = true;
            In(w, 17, () =>
            {
                A(w).CrashAgent(TimeSpan.FromSeconds(8));
                w.Cut("applejack", "rainbowdash", oneWay: true);
            });
            In(w, 50, () => Witness(w).Deaf = false);
        }, 60, Variant.Plain with { FenceWhenAgentLost = true }),
        // Its target may not refute while a SET without an answer may strike; the entry is committed as its links heal.
        new("a witness decides to take over as it is cut off, and its links heal", w =>
        {
            w.Chassis.Silent = true;
            A(w).Machine.Freeze(kernelLives: false);
            In(w, 5, A(w).Machine.Thaw);
            In(w, 8, () =>
            {
                w.Chassis.Silent = false;
                Isolate(w, cut: true);
            });
            In(w, 20.29, () => Isolate(w, cut: false));
        }, 60),
        // The majority is back before what it has decided meanwhile is read.
        new("an executor loses the majority, its target wakes, and the journal is all that it hears", w =>
        {
            w.Chassis.Silent = true;
            A(w).Machine.Freeze(kernelLives: false);
            In(w, 3, () =>
            {
                w.Isolate("rainbowdash");
                (B(w).Deaf, B(w).WatchSilent) = (true, true);
            });
            In(w, 5, A(w).Machine.Thaw);
            In(w, 20, () =>
            {
                w.Chassis.Silent = false;
                w.Heal();
            });
        }, 60),
        // Decided while there is no majority, on a false "off", and committed as it wakes: by then the host answers.
        new("a false off is asked for, and its asker sleeps until only an agent is away", w =>
        {
            foreach (var m in new[] { A(w), Witness(w) }) m.Machine.Freeze();
            In(w, 2.5, () => w.Chassis.Glitch = true);
            In(w, 5, () =>
            {
                B(w).Machine.Freeze(kernelLives: false);
                A(w).AgentHeldDown = true;
                A(w).KillAgent();
            });
            In(w, 8, () => { A(w).Machine.Thaw(); Witness(w).Machine.Thaw(); });
            In(w, 50, B(w).Machine.Thaw);
        }, 70),
        // It may not refute, and says in the journal that it lives: all that reaches a deaf executor.
        new("an executor goes deaf, and its target wakes under an unanswered SET", w =>
        {
            w.Chassis.Silent = true;
            A(w).Machine.Freeze(kernelLives: false);
            In(w, 3, () => B(w).Deaf = true);
            In(w, 5, A(w).Machine.Thaw);
            In(w, 50, () => B(w).Deaf = false);
        }, 60),
        new("a host woke under an unanswered SET, and is heard no more", w =>
        {
            w.Chassis.Silent = true;
            A(w).Machine.Freeze(kernelLives: false);
            In(w, 5, A(w).Machine.Thaw);
            In(w, 12, () =>
            {
                w.Cut("applejack", "rainbowdash", oneWay: true);
                Witness(w).Deaf = true;
            });
            In(w, 50, () => Witness(w).Deaf = false);
        }, 60),
    ];

    private static SimMember A(WorldModel w) => w.Members[0];

    private static SimMember B(WorldModel w) => w.Members[1];

    private static SimMember Witness(WorldModel w) => w.Members[2];

    private static void Isolate(WorldModel w, bool cut)
    {
        foreach (var host in new[] { A(w), B(w) })
        {
            w.Network.Cut(Witness(w), host, cut);
            w.Network.Cut(host, Witness(w), cut);
        }
    }

    private static void In(WorldModel w, double seconds, Action action) => w.Time.After(TimeSpan.FromSeconds(seconds), action);
}

using ActorHa.Core;

namespace ActorHa.World;

/// <summary>What is checked of an executor beside its permission.</summary>
public sealed partial class Audit
{
    private readonly HashSet<(int Member, int Life, long Order)> _began = [];
    private readonly HashSet<Epoch> _askedOfTheWell = [];

    /// <summary>
    /// A limit of what can be known: after a SET without an answer a host that woke may not refute (rule 11), and only its
    /// signs of life stop the executor. One that hears nobody goes on; a host that does begins again after <c>agent-grace</c>.
    /// </summary>
    private bool GoesOnDeaf(SimMember by, MemberName host, long order) =>
        by.Deaf && (_began.Contains((by.Number, by.Life, order))
            || by.IsHost && world.Time.Now - by.DeafSince > world.Journal.State.Config.Timers.AgentGrace - TimeSpan.FromSeconds(1) && world.Journal.State.Host(host).OpenSwitches.Any(i => i != order));

    /// <summary>
    /// <c>fence-when-agent-lost = false</c> is about asking. A host that was truly gone when it was asked for, and comes back
    /// without its agent, cannot say that it is the same life: the request goes on until an agent there speaks.
    /// </summary>
    private bool GoesOnWithoutAgent(MemberName host, FenceRequest r) =>
        world.Member(host) is { Mind: null } or { MindStuck: true } && !_askedOfTheWell.Contains(r.Number);

    /// <summary>I3: who hears its target alive sends no first SET. Later ones may meet a host that has switched itself on again.</summary>
    private void FirstSet(SimMember by, MemberName host, long order)
    {
        if (!_began.Add((by.Number, by.Life, order)) || world.Journal.State.Host(host).Request is not { Operator: null }) return;
        if (by.Mind?.View.Peer(host) is { Verdict: Verdict.Alive }) Breach("I3", $"{by.Name} begins to switch {host} off, which it hears");
    }
}

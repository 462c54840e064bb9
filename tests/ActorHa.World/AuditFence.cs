using ActorHa.Core;

namespace ActorHa.World;

/// <summary>What is checked of an executor beside its permission.</summary>
public sealed partial class Audit
{
    private readonly HashSet<(int Member, int Life, long Order)> _began = [];
    private readonly HashSet<Epoch> _askedOfTheWell = [];
    private readonly Instant[] _sentAt = new Instant[world.Size];
    private readonly Instant[] _accepted = new Instant[world.Size];

    /// <summary>A switching on without a majority waits for so long (DESIGN 5).</summary>
    private static readonly TimeSpan Alone = TimeSpan.FromSeconds(60);

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

    /// <summary>
    /// I3: without a challenge only a life is switched that the device has read off, or said so wrongly of, when it was decided:
    /// an append that nobody answered is sent again as it was, and its order is carried out by who listens first.
    /// </summary>
    private void Unchallenged(ClusterState s, JournalEntry entry, FenceSwitching w)
    {
        var (h, machine) = (s.Host(w.Host), world.Member(w.Host).Machine);
        if (h.Request is { Operator: null } r && r.Index == entry.Index && machine.Powered && machine.Boot == h.Boot && _decidedAt[world.Member(entry.Who).Number] - world.Chassis.LastFalseOff > SimChassis.Patience * 2)
            Breach("I3", $"{entry.Who} asks for {w.Host} and switches it in one entry, and no reading has said off of that life");
    }

    /// <summary>
    /// I3: nobody asks for a host that is booting and that it has never seen alive, if it has just begun to listen; nor, if that host lost its
    /// power with all who could take its VMs, before they have been back for <c>startup-grace</c>: after a blackout the quicker host would
    /// switch the slower one off. What reads off, or is said to, may be asked for.
    /// </summary>
    private void Asked(ClusterState s, SimMember by, FenceRequested q)
    {
        var target = world.Member(q.Host);
        if (Wellness.WhyNot(world, target) is null) _askedOfTheWell.Add(q.Request);
        if (q.Operator is not null || !target.Machine.Powered || target.Machine.Booted) return;
        // It was off, or was said to be, at most so long before this was decided.
        var decided = _decidedAt[by.Number];
        if (decided - (SimChassis.Patience * 2) is var since && (since <= world.Chassis.LastFalseOff || since <= target.Machine.PoweredAt)) return;
        bool InGrace(Instant since) => (world.Time.Now - since) * by.Machine.ClockRate < s.Config.Timers.StartupGrace;
        // It saw this host come up after the target went dark, and before it decided; of itself only its first agent can know.
        bool CameUp(SimMember m) => m.Machine.PoweredAt is var on && on > target.Machine.DarkAt && on < decided && InGrace(on) && (m == by ? by.IsFirst : by.Began < on);
        if (by.Mind?.View.Peer(q.Host).EverHeard == false && InGrace(by.Began))
            Breach("I3", $"{by.Name}, just begun, asks for {q.Host}, which it has never seen alive, and which is booting");
        else if (world.Members.All(m => m == target || !m.IsHost || CameUp(m)))
            Breach("I3", $"{by.Name} asks for {q.Host}, which lost its power with the other host and is still booting");
    }

    /// <summary>I3: a host is switched on when it is recorded of each VM of its that somebody has taken it, or why it waits.</summary>
    private void Unrecovered(ClusterState s, MemberName host)
    {
        foreach (var (vm, v) in s.Vms)
            if (s.Config.Vms.ContainsKey(vm) && v is { Wanted: true, Waiting: null, Owner: { } owner } && owner.Host == host && owner.Incarnation <= s.Host(host).Over)
                Breach("I3", $"{host} is to be switched on before it is recorded what became of {vm}");
    }

    /// <summary>A majority has taken a write that was sent at that time, and the member knows it.</summary>
    internal void Accepted(SimMember by, Instant sent) => _accepted[by.Number] = sent > _accepted[by.Number] ? sent : _accepted[by.Number];

    /// <summary>
    /// I3: switching on traces to an own, acknowledged order; without one to a whole minute without a majority, and only
    /// where we have switched the host off: what a person or a failure has darkened stays dark until that is recorded.
    /// </summary>
    public void OnSent(SimMember by, MemberName host, FenceOrder? order)
    {
        Checks++;
        if (order is { Switch: > 0 and var index } && _acknowledged.Contains((by.Number, by.Life, index)) && IsPermitted(by, (index, host.Value))) return;
        if (by.Machine.Now - _accepted[by.Number] is var since && since < Alone)
            Breach("I3", FormattableString.Invariant($"{by.Name} switches {host} on without an entry, {since.TotalSeconds:0} s after a majority took a write of its"));
        if (by.Mind?.State.Host(host).SwitchedOff is null) Breach("I3", $"{by.Name} switches {host} on without an entry, and we have not switched it off");
    }
}

using System.Collections.Immutable;

namespace ActorHa.Core;

/// <summary>
/// The heart. One member's next decision on the newest committed state and what it sees: the first rule that has something
/// to record wins, every other says why it does not act. It is asked again after each entry and whenever the view changes,
/// so that restart, unknown outcome and take-over are one path: nothing rests on the memory of having decided.
/// </summary>
public static class ClusterDecider
{
    /// <summary>A rule: adds its refusals, returns what to record or null.</summary>
    private delegate Decision? Rule(ClusterState s, View v, Refusals no);

    // Facts about ourselves come first, then what protects a life (withdrawals), then what ends one, then the VMs.
    private static readonly ImmutableArray<Rule> Rules =
    [
        MemberRules.Join,
        RestoreRules.Report,
        FenceRules.WithdrawOwn,
        FenceRules.WithdrawSeen,
        FenceRules.End,
        FenceRules.Prove,
        WatchdogRules.Expired,
        MemberRules.Admit,
        FenceRules.Switch,
        FenceRules.Request,
        PowerRules.End,
        PowerRules.Again,
        DrillRules.Step,
        FenceRules.Arm,
        WatchdogRules.Arm,
        VmRules.Stray,
        VmRules.Observe,
        VmRules.Release,
        VmRules.Take,
        VmRules.Start,
        MemberRules.EndMaintenance,
        MemberRules.Forget,
        MemberRules.Tolerance,
    ];

    /// <summary>The next entry of this member, if any, and every refusal that stands.</summary>
    public static Findings Decide(ClusterState s, View v)
    {
        var no = new Refusals();
        if (s.ConfigNumber == 0) return new(null, [new(v.Self.Value, "no configuration is applied yet: actorha config apply FILE", true)]);
        if (!v.Quorate)
        {
            // The way out, where our own fence is part of the trouble (case 16).
            var off = s.Hosts.Where(h => h.Value.SwitchedOff is not null).Select(h => $", or actorha power on {h.Key}").FirstOrDefault();
            var way = v.NotQuorateSince is null ? "a majority takes its writes, but what it reads of the journal is older than they are" : $"bring another voter back (actorha status{off})";
            return new(null, [new(v.Self.Value, $"not quorate: asks for nothing, starts nothing, leaves what runs; {way}", true)]);
        }
        foreach (var rule in Rules)
        {
            if (rule(s, v, no) is { Acts: true } decision) return new(decision, no.All);
        }
        return new(null, no.All);
    }
}

/// <summary>Collects the refusals of one round.</summary>
internal sealed class Refusals
{
    private ImmutableArray<Refusal>.Builder? _all;

    public ImmutableArray<Refusal> All => _all?.ToImmutable() ?? [];

    /// <summary>Adds a refusal; returns null so that a rule can end with it.</summary>
    public Decision? Say(string subject, string because, bool alarm = false)
    {
        (_all ??= ImmutableArray.CreateBuilder<Refusal>()).Add(new(subject, because, alarm));
        return null;
    }
}

using ActorHa.Core;

namespace ActorHa.World;

/// <summary>
/// Whether a host deserved to live (promise 5): it could append and so refute a challenge, or nothing but its agent was away
/// while its other processes answered. Noted while time passes, because it must have lasted longer than suspicion and challenge.
/// </summary>
internal static class Wellness
{
    /// <summary>Suspicion, challenge, and the way to the chassis.</summary>
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(6);

    /// <summary>What excuses switching it off; null = nothing does.</summary>
    public static string? WhyNot(WorldModel world, SimMember host)
    {
        if (world.Time.Now - host.Unwell < Lasting) return "it was not well a moment ago";
        if (world.Time.Now - world.Chassis.LastLie < Lasting) return "the device said that it was off";
        return Now(world, host);
    }

    /// <summary>What is wrong with it at this moment.</summary>
    public static string? Now(WorldModel world, SimMember host)
    {
        if (!host.Machine.Runs || !host.Machine.Booted) return "it does not run";
        if (!host.EtcdUp) return "its etcd member does not answer";
        if (world.Network.AnyTrouble || !world.Journal.IsSound(host)) return "the network or the journal is in trouble";
        if (host.Machine.StorageStalls) return "its storage stalls";
        var linked = 0;
        foreach (var m in world.Members)
            if (m == host || world.Network.Linked(m, host)) linked++;
        if (linked * 2 <= world.Size) return "it is cut off from the majority";
        // The policy is about asking: what was asked for goes on until somebody speaks for the new life, and its VMs wait for it.
        if (host.Mind is null && world.Journal.State.Host(host.Name).Boot != host.Machine.Boot) return "the life that was asked about is over, and no agent speaks for the new one";
        if (host.Mind is null && world.Time.Now < host.StopsUntil) return null;
        // Not before its grace is over: a second less, because silence counts from its last beat.
        var config = world.Journal.State.Config;
        var lost = config.Policies.FenceWhenAgentLost && world.Time.Now - host.AwaySince > config.Timers.AgentGrace - TimeSpan.FromSeconds(1);
        if (host.Mind is null || host.MindStuck)
            return lost ? "its agent is lost, and the policy says fence" : world.Members.Any(m => m != host && SpeaksFor(world, m, host)) ? null : "its agent is away, and nobody whom it answers could say so";
        if (host.Mind.ReadOnly is not null || host.Lag > TimeSpan.Zero || host.BeatLag > TimeSpan.Zero || host.WatchSilent || host.WatchConfused) return "its agent is hindered";
        return null;
    }

    /// <summary>
    /// A host without an agent cannot refute: a member that reaches it has to, whose mind works, knows the journal as it is
    /// and can append. (That its watch may say nothing is no excuse.)
    /// </summary>
    private static bool SpeaksFor(WorldModel world, SimMember m, SimMember host) =>
        world.Network.Linked(m, host) && m is { Mind.ReadOnly: null, MindStuck: false } && m.Machine.Runs && m.EtcdUp
        && m.Lag == TimeSpan.Zero && m.BeatLag == TimeSpan.Zero && world.Journal.IsSound(m);
}

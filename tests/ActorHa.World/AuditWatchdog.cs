using ActorHa.Core;

namespace ActorHa.World;

/// <summary>What is checked where a watchdog is in play.</summary>
public sealed partial class Audit
{
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Prompt = TimeSpan.FromSeconds(4);

    /// <summary>Promise 5: a watchdog resets only a host that could not feed for the whole time: hung, cut off, without its agent, closed.</summary>
    internal void Reset(SimMember host, TimeSpan able)
    {
        Checks++;
        var s = world.Journal.State;
        // Its last committed write feeds for quorum-timeout, and the timer runs for one time-out after that.
        if (s.Config.Hosts.GetValueOrDefault(host.Name)?.Watchdog is not { } w) return;
        // Where nothing binds the host its agent has to wait for nothing before it feeds.
        var bound = s.Host(host.Name).Watchdog is null ? Prompt : s.Config.Timers.QuorumTimeout + w.Timeout + Slack;
        if (able > bound)
            Breach("I3", FormattableString.Invariant($"the watchdog of {host.Name} resets it, which could feed for {able.TotalSeconds:0} s"));
    }

    /// <summary>A host with a watchdog runs no VM of ours before its timer runs: nothing would end that life.</summary>
    private void Unarmed(SimMachine machine, SimProcess process)
    {
        if (world.Journal.State.Config.Hosts.GetValueOrDefault(machine.Name)?.Watchdog is null) return;
        if (world.Member(machine.Name).Watchdog is { Runs: false, Broken: false, Lied: false }) Breach("I2", $"{process.Vm} is started on {machine.Name}, whose watchdog does not run");
    }
}

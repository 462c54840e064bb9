using System.Collections.Immutable;
using ActorHa.Core;
using ActorHa.World;

namespace ActorHa.Simulation;

/// <summary>A site: two hosts, a witness, up to ten VMs, and the choices of its administrator.</summary>
/// <param name="Roomy">One host can hold all VMs.</param>
/// <param name="Protected">Fencing can be armed; else why not.</param>
/// <param name="MaxFences">Fences after which a host is not admitted.</param>
/// <param name="FenceWhenAgentLost">Policy for a host whose agent alone is lost.</param>
/// <param name="Shutdown">Policy for an orderly shutdown.</param>
/// <param name="StartsAtOnce">Starts under way at once.</param>
/// <param name="Vms">VMs.</param>
public sealed record Variant(bool Roomy, Protected Protected, int MaxFences, bool FenceWhenAgentLost, ShutdownPolicy Shutdown, int StartsAtOnce, int Vms)
{
    /// <summary>Its watchdogs; null = none.</summary>
    public Watchdogs? Watchdogs { get; init; }

    /// <summary>How fast the slowest and the fastest of its clocks may go against the world's, in thousandths more or less.</summary>
    public int Clocks { get; init; } = Alike;

    /// <summary>Any two clocks differ by less than 1 %, as the watchdogs' arithmetic assumes.</summary>
    public const int Alike = 4;

    /// <summary>Any two differ by up to 10 %: nothing but the watchdogs' level may mind.</summary>
    public const int Wild = 50;

    /// <summary>Policy for a host that was fenced.</summary>
    public PowerOnPolicy PowerOn { get; init; } = PowerOnPolicy.StayOff;

    /// <summary>What else a directed story wants to be configured.</summary>
    public Action<Site.Builder>? Change { get; init; }

    /// <summary>The ordinary one.</summary>
    public static readonly Variant Plain = new(true, Protected.Yes, 3, false, ShutdownPolicy.Release, 4, 4);

    /// <summary>Draws one.</summary>
    public static Variant Draw(Random random) => new(
        random.Next(3) > 0,
        random.Next(20) switch { 0 => Protected.CanSleep, 1 => Protected.Swapped, _ => Protected.Yes },
        random.Next(5) == 0 ? 1 : 3,
        random.Next(6) == 0,
        random.Next(4) == 0 ? ShutdownPolicy.Freeze : ShutdownPolicy.Release,
        1 + random.Next(5),
        random.Next(4) switch { 0 => 10, 1 => 6, _ => 3 });

    /// <summary>The configuration.</summary>
    public ClusterConfig Config() => Site.Config(b =>
    {
        b.Vms.Clear();
        ImmutableArray<MemberName> apple = [new("applejack"), new("rainbowdash")], rainbow = [new("rainbowdash"), new("applejack")];
        for (var i = 0; i < Vms; i++)
            b.Vms[new($"vm{i}")] = Site.Builder.Vm(100 - (i * 5), 64, i % 2 == 0 ? apple : rainbow) with { Failover = i < Vms - 1, StopGrace = TimeSpan.FromSeconds(3), SteadyAfter = TimeSpan.FromMinutes(2) };
        foreach (var host in b.Hosts.Keys.ToList()) b.Hosts[host] = b.Hosts[host] with { MemoryMb = Roomy ? 64 * Vms : Math.Max(2, Vms * 6 / 10) * 64 };
        b.Policies = b.Policies with { MaxFences = MaxFences, FenceWhenAgentLost = FenceWhenAgentLost, Shutdown = Shutdown, StartsAtOnce = StartsAtOnce, PowerOnAfterFence = PowerOn };
        Watchdogs?.Configure(b);
        Change?.Invoke(b);
    });

    /// <summary>Prepares a world that has no power yet.</summary>
    public void Prepare(WorldModel world)
    {
        if (Protected == Protected.CanSleep)
            foreach (var m in world.Members.Where(m => m.IsHost)) world.CanSleep.Add(m.Name);
        world.Chassis.Swapped = Protected == Protected.Swapped;
        Watchdogs?.Prepare(world);
        foreach (var m in world.Members) m.Machine.ClockRate = 1 + (world.Pick(-4, -2, 0, 0, 2, 4) * Clocks / 4000.0);
    }
}

/// <summary>Whether fencing can be armed.</summary>
public enum Protected
{
    /// <summary>It can.</summary>
    Yes,

    /// <summary>The hosts could come back from sleep.</summary>
    CanSleep,

    /// <summary>The slots are wired the wrong way round.</summary>
    Swapped,
}

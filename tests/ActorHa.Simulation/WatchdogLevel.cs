using ActorHa.Core;
using ActorHa.World;

namespace ActorHa.Simulation;

/// <summary>Whether the hosts have watchdogs, and what their word counts.</summary>
public enum WatchdogLevel
{
    /// <summary>They have none.</summary>
    None,

    /// <summary>Beside the chassis: the first proof counts.</summary>
    Beside,

    /// <summary>No fence device at all.</summary>
    Only,

    /// <summary>Both must prove a host off.</summary>
    TwoProofs,
}

/// <summary>The watchdogs of a site.</summary>
/// <param name="Level">What their word counts.</param>
/// <param name="Nowayout">They cannot be switched off.</param>
/// <param name="Chips">Speeds of the chips' clocks, drawn: 0 to 80.</param>
public sealed record Watchdogs(WatchdogLevel Level, bool Nowayout = true, int Chips = 40)
{
    /// <summary>The time-out that is configured.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Draws them: one site in four has them.</summary>
    public static Watchdogs? Draw(Random own) => own.Next(12) switch
    {
        0 => new(WatchdogLevel.Only, own.Next(4) > 0, own.Next(81)),
        1 => new(WatchdogLevel.Beside, own.Next(4) > 0, own.Next(81)),
        2 => new(WatchdogLevel.TwoProofs, own.Next(4) > 0, own.Next(81)),
        _ => null,
    };

    /// <summary>Writes them into a configuration.</summary>
    public void Configure(Site.Builder b)
    {
        foreach (var host in b.Hosts.Keys.ToList())
        {
            b.Hosts[host] = b.Hosts[host] with { Watchdog = new WatchdogConfig("/dev/watchdog0", Timeout, false, Nowayout) };
            if (Level == WatchdogLevel.Only) b.Hosts[host] = b.Hosts[host] with { Fencing = [] };
        }
        b.Policies = b.Policies with { RequireTwoProofs = Level == WatchdogLevel.TwoProofs };
    }

    /// <summary>Chips have clocks of their own; any two clocks differ by less than 1 %, as is assumed.</summary>
    public void Prepare(WorldModel world)
    {
        foreach (var m in world.Members) m.Watchdog.ChipRate = 1 + (((m.Number == 0 ? Chips : Chips / 9) % 9 - 4) / 1000.0);
    }
}

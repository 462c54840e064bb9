using ActorHa.World;

namespace ActorHa.Simulation;

/// <summary>A way in which the world fails.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Class">What it belongs to: host, network, journal, chassis, vm, operator.</param>
/// <param name="Weight">How often it is drawn against the others; 0 = from dice of its own.</param>
/// <param name="Whom">Whom it can befall.</param>
/// <param name="Begin">Makes it happen; returns what ends it, or null where it ends by itself.</param>
public sealed record FaultKind(string Name, string Class, int Weight, Whom Whom, Func<WorldModel, SimMember, Fault, Action?> Begin)
{
    /// <summary>Makes it happen and says so in the story; returns what ends it.</summary>
    public Action? Start(WorldModel world, Fault fault)
    {
        var member = world.Members[fault.Member];
        world.Say("fault", Whom == Whom.Nobody ? Name : $"{Name}: {member.Name}");
        return Begin(world, member, fault) is not { } end ? null : () =>
        {
            world.Say("fault", $"{Name} ends");
            end();
        };
    }
}

/// <summary>Whom a fault can befall.</summary>
public enum Whom
{
    /// <summary>No member in particular.</summary>
    Nobody,

    /// <summary>Any member.</summary>
    Member,

    /// <summary>A host.</summary>
    Host,
}

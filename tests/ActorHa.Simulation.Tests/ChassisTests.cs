using ActorHa.Core;
using ActorHa.World;

namespace ActorHa.Simulation.Tests;

/// <summary>The simulated chassis lies no more often than the fault that is drawn says.</summary>
public sealed class ChassisTests
{
    private static Power Read(WorldModel world)
    {
        PowerReading? told = null;
        world.Chassis.Read(world.Members[1], world.Members[0].Machine, r => told = r);
        world.Run(0.1);
        return told?.Power ?? throw new InvalidOperationException("no answer");
    }

    [Fact]
    public void A_reader_hears_one_false_off_and_the_truth_before_the_next()
    {
        var world = new WorldModel(1, Cadence.Agent);
        world.Members[0].Machine.PowerOn();
        world.Chassis.LieOnce();
        Assert.Equal(Power.Off, Read(world));
        world.Chassis.LieOnce();
        Assert.Equal([Power.On, Power.Off, Power.On], Enumerable.Range(0, 3).Select(_ => Read(world)));
    }
}

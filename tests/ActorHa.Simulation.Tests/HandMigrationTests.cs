using ActorHa.Core;
using ActorHa.World;

namespace ActorHa.Simulation.Tests;

/// <summary>Migrations past ActorHa: what the world makes of them, and what the core that ships makes of that.</summary>
public sealed class HandMigrationTests
{
    private static readonly VmName Vm = new("vm0");
    private readonly WorldModel _world = new(1, Cadence.Agent);

    public HandMigrationTests()
    {
        _world.Boot(Variant.Plain.Config(), Run.Settle);
        Assert.Equal("applejack", Assert.Single(_world.RunsOn(Vm.Value)));
    }

    private SimMachine A => _world["applejack"].Machine;
    private SimMachine B => _world["rainbowdash"].Machine;

    private SimProcess On(SimMachine machine) => Assert.Single(machine.Processes, p => p.Vm == Vm);

    private void Migrate(double takes, MigrationEnd end, bool marked = true) =>
        HandMigration.Begin(_world, _world["applejack"], _world["rainbowdash"], Vm, TimeSpan.FromSeconds(takes), end, marked);

    [Fact]
    public void A_destination_that_ends_leaves_the_source_as_it_was()
    {
        var source = On(A);
        Migrate(0.05, MigrationEnd.Fails);
        Assert.True(On(B).ByHand);
        _world.Run(0.1);
        Assert.DoesNotContain(B.Processes, p => p.Vm == Vm);
        Assert.Equal(source, On(A));
    }

    [Theory]
    [InlineData(MigrationEnd.Hangs)]
    [InlineData(MigrationEnd.Succeeds)]
    [InlineData(MigrationEnd.HalfSucceeds)]
    public void A_destination_that_is_found_before_the_switch_over_is_stopped_and_the_source_goes_on(MigrationEnd end)
    {
        var source = On(A);
        Migrate(20, end);
        _world.Run(40);
        Assert.DoesNotContain(B.Processes, p => p.Vm == Vm);
        Assert.Equal(source, On(A));
        Assert.Contains(_world.Story, l => l.Contains("vm0 runs on rainbowdash without permission", StringComparison.Ordinal));
        _world.Audit.Throw();
    }

    [Theory]
    [InlineData(MigrationEnd.Succeeds, true)]
    [InlineData(MigrationEnd.Succeeds, false)]
    [InlineData(MigrationEnd.HalfSucceeds, true)]
    [InlineData(MigrationEnd.HalfSucceeds, false)]
    public void A_copy_that_took_over_and_does_not_die_keeps_its_VM_from_being_started_until_it_is_gone(MigrationEnd end, bool marked)
    {
        var source = On(A);
        B.Unkillable.Add(Vm);
        // Found well before.
        Migrate(6, end, marked);
        _world.Run(30);
        Assert.Contains(_world.Story, l => l.Contains("vm0 has been migrated from applejack to rainbowdash", StringComparison.Ordinal));
        Assert.DoesNotContain(A.Processes, p => p.Vm == Vm);
        Assert.True(On(B).ByHand);

        B.Unkillable.Clear();
        _world.Run(30);
        Assert.DoesNotContain(B.Processes, p => p.Vm == Vm);
        Assert.NotEqual(source, On(A));
        _world.Audit.CompareStates();
        _world.Audit.Throw();
    }

    [Fact]
    public void A_host_without_power_has_nothing_to_hand_over()
    {
        B.Unkillable.Add(Vm);
        Migrate(6, MigrationEnd.Succeeds);
        _world.Run(3);
        A.PowerOff(fence: false);
        _world.Run(5);
        Assert.DoesNotContain(_world.Story, l => l.Contains("has been migrated", StringComparison.Ordinal));
        _world.Audit.Throw();
    }
}

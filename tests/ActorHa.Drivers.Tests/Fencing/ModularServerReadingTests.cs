using System.Net;
using ActorHa.Core;
using ActorHa.Drivers.Fencing.ModularServer;
using ActorHa.Snmp;
using ActorHa.Snmp.Agent;
using ActorHa.Snmp.Security;
using static ActorHa.Snmp.SnmpValue;

namespace ActorHa.Drivers.Tests.Fencing;

/// <summary>Every value that presence, power LED and serial can have, and every way not to get them.</summary>
#pragma warning disable CA1001 // xunit's IAsyncLifetime disposes.
public sealed class ModularServerReadingTests : IAsyncLifetime, IMibTree
{
    private static readonly EngineId Engine = EngineId.Parse("80000157040102030405");
    private static readonly Oid Presence = Oid.Parse("1.3.6.1.4.1.343.2.19.1.2.10.202.1.1.2.1");
    private static readonly Oid Led = Oid.Parse("1.3.6.1.4.1.343.2.19.1.2.10.202.1.1.6.1");
    private static readonly Oid Serial = Oid.Parse("1.3.6.1.4.1.343.2.19.1.2.10.5.0");

    private readonly CancellationTokenSource stop = new();
    private readonly SnmpAgent agent;
    private readonly Dictionary<Oid, SnmpValue> values = new()
    {
        [Presence] = new Integer(1),
        [Led] = new Integer(2),
        [Serial] = Octets.Of("ABCDEF0123456789"),
    };

    private SnmpError setFails;
    private Task running = Task.CompletedTask;

    public ModularServerReadingTests() => agent = new SnmpAgent(
        new IPEndPoint(IPAddress.Loopback, 0), Engine, 1,
        [new AgentUser(new UsmUser("fencer", AuthProtocol.Sha1, "switchThePower"), MayWrite: true)], this);

    public Task InitializeAsync()
    {
        running = agent.RunAsync(stop.Token);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        await agent.DisposeAsync();
    }

    SnmpValue IMibTree.Get(Oid name) => values.TryGetValue(name, out var value) ? value : new NoSuchInstance();

    VarBind? IMibTree.Next(Oid after) => null;

    SnmpError IMibTree.Check(Oid name, SnmpValue value) => setFails is SnmpError.CommitFailed ? SnmpError.None : setFails;

    SnmpError IMibTree.Set(Oid name, SnmpValue value) => setFails;

    private async Task<T> With<T>(Func<ModularServerDevice, Task<T>> ask, string? serial = null)
    {
        await using var chassis = new ModularServerChassis(
            new ModularServerOptions(agent.LocalEndPoint, "fencer", AuthProtocol.Sha1, serial), "switchThePower");
        return await ask(chassis.Plug(1));
    }

    private Task<PowerReading> Read(string? serial = null) =>
        With(device => device.ReadAsync(TimeSpan.FromSeconds(20), default), serial);

    [Theory]
    [InlineData(1, 0, Power.Off)]
    [InlineData(1, 2, Power.On)]
    [InlineData(1, 1, Power.Standby)]
    [InlineData(0, 0, Power.Absent)]
    [InlineData(0, -32, Power.Absent)]
    [InlineData(0, 2, Power.Absent)]
    [InlineData(1, -1, Power.Unknown)]
    [InlineData(1, -4, Power.Unknown)]
    [InlineData(1, -16, Power.Unknown)]
    [InlineData(1, -32, Power.Unknown)]
    [InlineData(1, 3, Power.Unknown)]
    [InlineData(1, 4, Power.Unknown)]
    [InlineData(-2, 0, Power.Unknown)]
    [InlineData(-4, 0, Power.Unknown)]
    [InlineData(-16, 0, Power.Unknown)]
    [InlineData(-32, 0, Power.Unknown)]
    [InlineData(2, 0, Power.Unknown)]
    public async Task Only_a_present_blade_with_a_dark_lamp_is_off(int presence, int led, Power power)
    {
        (values[Presence], values[Led]) = (new Integer(presence), new Integer(led));
        Assert.Equal(new PowerReading(power, $"{Engine}/ABCDEF0123456789", $"presence {presence}, power LED {led}"), await Read());
    }

    [Fact]
    public async Task A_slot_that_does_not_exist_is_unknown()
    {
        values.Remove(Presence);
        values.Remove(Led);
        var reading = await Read();
        Assert.Equal((Power.Unknown, "presence does not exist, power LED does not exist"), (reading.Power, reading.Detail));
    }

    public static TheoryData<SnmpValue> NoNumbers() =>
        [new NoSuchObject(), new NoSuchInstance(), new EndOfMibView(), new Unsigned(0), new Counter(0), Octets.Of("0"), SnmpValue.Empty];

    [Theory]
    [MemberData(nameof(NoNumbers))]
    public async Task A_lamp_or_presence_that_is_no_INTEGER_is_unknown(SnmpValue value)
    {
        values[Led] = value;
        Assert.Equal(Power.Unknown, (await Read()).Power);
        (values[Led], values[Presence]) = (new Integer(0), value);
        Assert.Equal(Power.Unknown, (await Read()).Power);
    }

    [Fact]
    public async Task Without_a_serial_a_reading_has_no_source_and_is_unknown()
    {
        values[Led] = new Integer(0);
        foreach (var serial in new SnmpValue[] { new NoSuchInstance(), Octets.Of(""), Octets.Of("   "), new Integer(5) })
        {
            values[Serial] = serial;
            Assert.Equal((Power.Unknown, ""), ((await Read()).Power, (await Read()).Source));
        }
    }

    [Fact]
    public async Task The_serial_that_is_expected_is_the_only_one_believed()
    {
        values[Led] = new Integer(0);
        Assert.Equal(Power.Off, (await Read("ABCDEF0123456789")).Power);
        var other = await Read("ANOTHER");
        Assert.Equal(Power.Unknown, other.Power);
        Assert.Contains("ANOTHER is expected", other.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SnmpError.None, Ports.SwitchResult.Answered)]
    [InlineData(SnmpError.CommitFailed, Ports.SwitchResult.Answered)]
    [InlineData(SnmpError.NotWritable, Ports.SwitchResult.Refused)]
    [InlineData(SnmpError.WrongValue, Ports.SwitchResult.Refused)]
    [InlineData(SnmpError.General, Ports.SwitchResult.Answered)]
    public async Task An_error_is_a_refusal_only_where_nothing_was_done(SnmpError error, Ports.SwitchResult result)
    {
        setFails = error;
        Assert.Equal(result, (await With(device => device.PowerOnAsync(TimeSpan.FromSeconds(20), default))).Result);
    }
}

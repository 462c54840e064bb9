using System.Net;
using ActorHa.Lab.Chassis;
using ActorHa.Snmp;
using ActorHa.Snmp.Security;
using ActorHa.Snmp.Traps;

namespace ActorHa.Lab.Tests.Chassis;

/// <summary>Each behaviour of the simulated chassis, asked with our own manager.</summary>
public sealed class ChassisAgentTests : ChassisBench
{
    [Fact]
    public async Task The_serial_and_the_engine_name_the_chassis()
    {
        Assert.Equal(SnmpValue.Octets.Of("LAB-CHASSIS-0001"), await Get(5, 0));
        Assert.Equal("8000015704" + Convert.ToHexStringLower("LAB-CHASSIS-0001"u8), Manager.Now!.Engine.ToString());
    }

    [Fact]
    public async Task Six_slots_are_told_with_the_two_that_are_taken()
    {
        Assert.Equal(new SnmpValue.Unsigned(6), await Get(12, 0));
        Assert.Equal(new SnmpValue.Unsigned(2), await Get(22, 0));
        Assert.Equal(SnmpValue.Octets.Of("110000"), await Get(32, 0));
    }

    [Fact]
    public async Task Empty_slots_have_rows_too_absent_and_not_applicable()
    {
        for (uint slot = 3; slot <= 6; slot++)
        {
            Assert.Equal(new SnmpValue.Unsigned(slot), await Get(202, 1, 1, 1, slot));
            Assert.Equal((0, -32), (await Presence(slot), await Led(slot)));
            Assert.Equal(new SnmpValue.Integer(-32), await Get(202, 1, 1, 7, slot));
            Assert.Equal(new SnmpValue.Unsigned(0), await Get(202, 1, 1, 14, slot));
        }
    }

    [Fact]
    public async Task A_blade_is_present_and_reads_its_own_power_and_boots()
    {
        Assert.Equal((1, 2), (await Presence(1), await Led(1)));
        Assert.Equal(new SnmpValue.Integer(0), await Get(202, 1, 1, 7, 1));
        Assert.Equal(new SnmpValue.Unsigned(7), await Get(202, 1, 1, 14, 1));
        One.HasPower = false;
        Assert.Equal((1, 0), (await Presence(1), await Led(1)));
        Assert.Equal(2, await Led(2));
    }

    [Fact]
    public async Task A_slot_that_does_not_exist_and_an_object_of_another_tree_are_told_apart()
    {
        Assert.IsType<SnmpValue.NoSuchInstance>(await Get(202, 1, 1, 6, 7));
        var other = Assert.IsType<SnmpAnswer.Response>(await Manager.GetAsync([Oid.Parse("1.3.6.1.2.1.1.3.0")], Patience));
        Assert.IsType<SnmpValue.NoSuchObject>(other.Binds[0].Value);
    }

    [Fact]
    public async Task The_network_addresses_stand_in_the_index_and_in_the_value()
    {
        var (rows, fault) = await Manager.WalkAsync(Root.With(202, 3, 1, 1), 100, Patience);
        Assert.Null(fault);
        Assert.Equal(
            ["202.3.1.1.1.2.0.0.0.1.1", "202.3.1.1.1.2.0.0.0.1.2", "202.3.1.1.2.2.0.0.0.2.1", "202.3.1.1.2.2.0.0.0.2.2"],
            rows.Select(row => row.Name.ToString()[(Root.ToString().Length + 1)..]));
        Assert.Equal(new SnmpValue.Octets(new byte[] { 2, 0, 0, 0, 1, 1 }), rows[0].Value);
    }

    [Fact]
    public async Task A_blade_that_never_had_power_has_no_network_addresses()
    {
        var fresh = new TestBlade(1) { BootCount = 0 };
        await using var chassis = new ChassisAgent(
            new IPEndPoint(IPAddress.Loopback, 0), "FRESH", [fresh], [new("fencer", AuthProtocol.Sha1, "switchThePower", true)], Faults);
        using var stop = new CancellationTokenSource();
        var running = chassis.RunAsync(stop.Token);
        await using var manager = new SnmpManager(chassis.EndPoint, new UsmUser("fencer", AuthProtocol.Sha1, "switchThePower"));
        var (rows, fault) = await manager.WalkAsync(Root.With(202, 3, 1, 1), 100, Patience);
        Assert.Null(fault);
        Assert.Empty(rows);
        await stop.CancelAsync();
        await running;
    }

    [Theory]
    [InlineData(0, true, "asked", true)]
    [InlineData(2, true, "", true)]
    [InlineData(2, false, "restore", true)]
    [InlineData(3, true, "cut", false)]
    [InlineData(3, false, "cut", false)]
    [InlineData(4, true, "cut restore", true)]
    [InlineData(4, false, "", false)]
    public async Task What_is_written_to_the_power_lamp_is_done_to_the_blade(int value, bool before, string done, bool after)
    {
        One.HasPower = before;
        Assert.Equal(SnmpError.None, await Switch(1, value));
        Assert.Equal(done, string.Join(' ', One.Done));
        Assert.Equal((after, after ? 2 : 0), (One.HasPower, await Led(1)));
        Assert.Empty(Two.Done);
    }

    [Fact]
    public async Task Nothing_else_can_be_written()
    {
        Assert.Equal(SnmpError.WrongValue, await Switch(1, 1));
        Assert.Equal(SnmpError.WrongValue, await Switch(1, -1));
        Assert.Equal(SnmpError.WrongType, await Set(SnmpValue.Octets.Of("3"), 202, 1, 1, 6, 1));
        Assert.Equal(SnmpError.NotWritable, await Set(new SnmpValue.Integer(3), 202, 1, 1, 2, 1));
        Assert.Equal(SnmpError.NotWritable, await Switch(7, 3));
        Assert.Equal(SnmpError.InconsistentValue, await Switch(3, 3));
        Assert.Empty(One.Done);
    }

    [Fact]
    public async Task A_user_who_only_looks_switches_nothing()
    {
        await using var viewer = new SnmpManager(Chassis.EndPoint, new UsmUser("viewer", AuthProtocol.Sha1, "onlyLooking"));
        var answer = await viewer.SetAsync([new VarBind(Root.With(202, 1, 1, 6, 1), new SnmpValue.Integer(3))], null, Patience);
        Assert.Equal(SnmpError.NoAccess, Assert.IsType<SnmpAnswer.Response>(answer).Error);
        Assert.Empty(One.Done);
    }

    [Fact]
    public async Task Silent_it_answers_nobody_and_later_again()
    {
        Faults.Silent = true;
        Assert.IsType<SnmpAnswer.NoAnswer>(await Manager.GetAsync([Root.With(5, 0)], TimeSpan.FromMilliseconds(100)));
        Faults.Silent = false;
        Assert.Equal(2, await Led(1));
    }

    [Fact]
    public async Task Ignoring_it_acknowledges_and_does_nothing()
    {
        Faults.IgnoresSet = true;
        Assert.Equal(SnmpError.None, await Switch(1, 3));
        Assert.Equal(2, await Led(1));
        Assert.Empty(One.Done);
    }

    [Fact]
    public async Task Lying_it_reads_off_though_on()
    {
        Faults.Lies = true;
        Assert.Equal(0, await Led(1));
        Assert.True(One.HasPower);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(-16)]
    [InlineData(-32)]
    public async Task Odd_readings_are_those_of_present_blades(int odd)
    {
        (Faults.OddReading, Faults.OddPresence) = (odd, odd - 1);
        Assert.Equal((odd - 1, odd), (await Presence(1), await Led(1)));
        Assert.Equal((0, -32), (await Presence(3), await Led(3)));
    }

    [Fact]
    public async Task Delayed_it_answers_late()
    {
        await Led(1);
        Faults.Delay = TimeSpan.FromMilliseconds(300);
        var began = TimeProvider.System.GetTimestamp();
        await Led(1);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 0.29, 15);
    }

    [Fact]
    public async Task Swapped_slots_switch_read_and_name_each_others_blade()
    {
        Faults.SwappedSlots = true;
        await Switch(1, 3);
        Assert.True(One.HasPower);
        Assert.False(Two.HasPower);
        Assert.Equal((0, 2), (await Led(1), await Led(2)));
        Assert.Equal(new SnmpValue.Octets(Two.Macs[0]), await Get(202, 3, 1, 1, 1, 2, 0, 0, 0, 2, 1));
    }

    [Fact]
    public async Task An_off_that_takes_its_time_reads_on_until_the_power_is_gone()
    {
        Faults.OffLatency = TimeSpan.FromMilliseconds(400);
        Assert.Equal(SnmpError.None, await Set(new SnmpValue.Integer(3), 202, 1, 1, 6, 1));
        Assert.Equal(2, await Led(1));
        await Chassis.SwitchedAsync();
        Assert.Equal(0, await Led(1));
    }

    [Fact]
    public async Task Orders_of_one_blade_are_done_in_their_order()
    {
        Faults.OffLatency = TimeSpan.FromMilliseconds(200);
        await Set(new SnmpValue.Integer(3), 202, 1, 1, 6, 1);
        await Switch(1, 2);
        Assert.Equal(["cut", "restore"], One.Done);
    }

    [Fact]
    public async Task A_blade_that_throws_ends_the_chassis_with_its_own_words()
    {
        var blade = new TestBlade(1) { Breaks = new InvalidOperationException("no such process") };
        await using var chassis = new ChassisAgent(
            new IPEndPoint(IPAddress.Loopback, 0), "BROKEN", [blade], [new("fencer", AuthProtocol.Sha1, "switchThePower", true)], Faults);
        var running = chassis.RunAsync(CancellationToken.None);
        await using var manager = new SnmpManager(chassis.EndPoint, new UsmUser("fencer", AuthProtocol.Sha1, "switchThePower"));
        await manager.SetAsync([new VarBind(Root.With(202, 1, 1, 6, 1), new SnmpValue.Integer(3))], null, Patience);
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => running.WaitAsync(Patience));
        Assert.Equal("no such process", thrown.Message);
    }

    [Fact]
    public async Task A_change_of_power_is_told_by_a_trap_where_that_is_wanted()
    {
        var heard = System.Threading.Channels.Channel.CreateUnbounded<TrapHeard>();
        await using var receiver = new TrapReceiver(
            new IPEndPoint(IPAddress.Loopback, 0),
            new TrapUsers(EngineId.Parse("8000000004"), 1, [], [new Community(SnmpVersion.V2c, "public")]), (_, what) => heard.Writer.TryWrite(what));
        await using var chassis = new ChassisAgent(
            new IPEndPoint(IPAddress.Loopback, 0), "TELLER", [One, Two], [new("fencer", AuthProtocol.Sha1, "switchThePower", true)], Faults,
            trapsTo: [receiver.LocalEndPoint]);
        using var stop = new CancellationTokenSource();
        var running = Task.WhenAll(chassis.RunAsync(stop.Token), receiver.RunAsync(stop.Token));
        One.HasPower = false;
        var one = await heard.Reader.ReadAsync().AsTask().WaitAsync(Patience);
        Assert.Equal(Oid.Parse("1.3.6.1.4.1.343.2.19.1.0.10"), one.What.Trap);
        Assert.Equal(SnmpValue.Octets.Of("blade 1"), one.What.Binds[0].Value);
        Assert.Equal(SnmpValue.Octets.Of("power off"), one.What.Binds[2].Value);
        Two.HasPower = false;
        Assert.Equal(SnmpValue.Octets.Of("blade 2"), (await heard.Reader.ReadAsync().AsTask().WaitAsync(Patience)).What.Binds[0].Value);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Boots_rise_with_each_life_where_they_are_kept()
    {
        var directory = Directory.CreateTempSubdirectory("chassis").FullName;
        for (var boots = 1; boots <= 2; boots++)
        {
            await using var chassis = new ChassisAgent(
                new IPEndPoint(IPAddress.Loopback, 0), "KEEPER", [One], [new("fencer", AuthProtocol.Sha1, "switchThePower", true)], Faults,
                Path.Combine(directory, "boots"));
            using var stop = new CancellationTokenSource();
            var running = chassis.RunAsync(stop.Token);
            await using var manager = new SnmpManager(chassis.EndPoint, new UsmUser("fencer", AuthProtocol.Sha1, "switchThePower"));
            await manager.GetAsync([Root.With(5, 0)], Patience);
            Assert.Equal(boots, manager.Now!.Boots);
            await stop.CancelAsync();
            await running;
        }
        Directory.Delete(directory, recursive: true);
    }
}

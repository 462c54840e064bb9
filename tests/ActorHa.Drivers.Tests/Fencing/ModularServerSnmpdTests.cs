using ActorHa.Core;
using ActorHa.Drivers.Fencing.ModularServer;
using ActorHa.Ports;
using ActorHa.Snmp.Security;
using ActorHa.Testing;

namespace ActorHa.Drivers.Tests.Fencing;

/// <summary>The driver against net-snmp's agent with a chassis behind it: another author's idea of SNMPv3.</summary>
public sealed class ModularServerSnmpdTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static ModularServerChassis Open(SnmpdChassis snmpd) =>
        new(new ModularServerOptions(snmpd.EndPoint, "imsrw", AuthProtocol.Sha1, "CHASSIS-00000001"), "rwPassword1");

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task A_blade_is_read_checked_switched_off_and_on()
    {
        await using var snmpd = await SnmpdChassis.StartAsync();
        await using var chassis = Open(snmpd);
        var device = chassis.Plug(1);
        var reading = await device.ReadAsync(Patience, default);
        Assert.Equal(new PowerReading(Power.On, "80001f880302fc00000001/CHASSIS-00000001", "presence 1, power LED 2"), reading);
        var check = await device.CheckAsync(["02:00:00:00:01:01"], Patience, default);
        Assert.True(check.Ready, check.Detail);
        Assert.False((await device.CheckAsync(["02:00:00:00:02:01"], Patience, default)).Ready);

        Assert.Equal(SwitchResult.Answered, (await device.ForceOffAsync(device.Stamp(), Patience, default)).Result);
        Assert.Equal(Power.Off, (await device.ReadAsync(Patience, default)).Power);
        Assert.Equal(SwitchResult.Answered, (await device.PowerOnAsync(Patience, default)).Result);
        Assert.Equal(Power.On, (await device.ReadAsync(Patience, default)).Power);
        Assert.Equal(["1 3", "1 2"], snmpd.Sets);

        await using var stranger = new ModularServerChassis(chassis.Options, "notThePassword");
        var refused = await stranger.Plug(1).ReadAsync(Patience, default);
        Assert.Equal((Power.Unknown, "wrong password or authentication protocol"), (refused.Power, refused.Detail));
    }

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task A_stamp_outside_the_time_window_or_of_an_earlier_boot_is_refused_and_nothing_happens()
    {
        await using var snmpd = await SnmpdChassis.StartAsync();
        await using var chassis = Open(snmpd);
        var device = chassis.Plug(1);
        await device.ReadAsync(Patience, default);
        var stamp = Assert.IsType<ModularServerStamp>(device.Stamp());
        // The daemon is younger than the window, so the far side of it: 200 s ahead is as void as 200 s behind.
        var far = stamp with { Moment = stamp.Moment with { Seconds = stamp.Moment.Seconds + 200 } };
        Assert.Equal(SwitchResult.Refused, (await device.ForceOffAsync(far, Patience, default)).Result);
        await snmpd.RestartAsync();
        Assert.Equal(SwitchResult.Refused, (await device.ForceOffAsync(stamp, Patience, default)).Result);
        Assert.Empty(snmpd.Sets);
        Assert.Equal(SwitchResult.Answered, (await device.ForceOffAsync(device.Stamp(), Patience, default)).Result);
        Assert.Equal(["1 3"], snmpd.Sets);
    }

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task An_ignored_off_reads_on_and_odd_values_are_unknown()
    {
        await using var snmpd = await SnmpdChassis.StartAsync();
        await using var chassis = Open(snmpd);
        var device = chassis.Plug(1);
        snmpd.Set("ignoreoff", "1");
        await device.ReadAsync(Patience, default);
        Assert.Equal(SwitchResult.Answered, (await device.ForceOffAsync(device.Stamp(), Patience, default)).Result);
        Assert.Equal(Power.On, (await device.ReadAsync(Patience, default)).Power);
        snmpd.Set("power1", "-16");
        Assert.Equal(Power.Unknown, (await device.ReadAsync(Patience, default)).Power);
        snmpd.Set("power1", "0");
        snmpd.Set("presence1", "-2");
        Assert.Equal(Power.Unknown, (await device.ReadAsync(Patience, default)).Power);
        snmpd.Set("serial", "ANOTHER-CHASSIS");
        snmpd.Set("presence1", "1");
        Assert.Equal(Power.Unknown, (await device.ReadAsync(Patience, default)).Power);
    }
}

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

    // Case 26: each is found by the check, before it is needed, and told in its own words.
    [NeedsFact(SnmpdChassis.Programs)]
    public async Task The_check_tells_a_wrong_password_an_unknown_user_and_a_user_who_only_reads()
    {
        await using var snmpd = await SnmpdChassis.StartAsync();
        async Task<ProtectionCheck> Check(string user, string password)
        {
            await using var chassis = new ModularServerChassis(new ModularServerOptions(snmpd.EndPoint, user, AuthProtocol.Sha1, null), password);
            return await chassis.Plug(1).CheckAsync(["02:00:00:00:01:01"], Patience, default);
        }
        var good = await Check("imsrw", "rwPassword1");
        Assert.Equal((true, "presence 1, power LED 2; slot 1 has the host's network addresses"), (good.Ready, good.Detail));
        var wrong = await Check("imsrw", "anotherPassword");
        Assert.Equal((false, "the power of slot 1 cannot be read: wrong password or authentication protocol"), (wrong.Ready, wrong.Detail));
        var unknown = await Check("nobody", "rwPassword1");
        Assert.Equal((false, "the power of slot 1 cannot be read: the device has no such user"), (unknown.Ready, unknown.Detail));
        var reads = await Check("imsro", "roPassword1");
        Assert.Equal((false, "the user imsro may read but not write: it cannot switch this slot"), (reads.Ready, reads.Detail));
        Assert.Empty(snmpd.Sets);
    }

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task The_check_tells_once_that_the_engine_is_another_and_goes_by_it_then()
    {
        await using var snmpd = await SnmpdChassis.StartAsync();
        await using var chassis = Open(snmpd);
        var device = chassis.Plug(1);
        Task<ProtectionCheck> Check() => device.CheckAsync(["02:00:00:00:01:01"], Patience, default);
        Assert.True((await Check()).Ready);
        await snmpd.ReplaceEngineAsync("80001f880302fc000000ff");
        var changed = await Check();
        Assert.False(changed.Ready);
        Assert.StartsWith("the chassis' engine id has changed from 80001f880302fc00000001 to 80001f880302fc000000ff", changed.Detail, StringComparison.Ordinal);
        var after = await Check();
        Assert.True(after.Ready, after.Detail);
    }

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task The_check_tells_that_the_chassis_forgets_its_boots_and_keeps_warning()
    {
        await using var snmpd = await SnmpdChassis.StartAsync(keepBoots: false);
        var time = new ShiftedTime();
        await using var chassis = new ModularServerChassis(
            new ModularServerOptions(snmpd.EndPoint, "imsrw", AuthProtocol.Sha1, null), "rwPassword1", time);
        var device = chassis.Plug(1);
        Task<ProtectionCheck> Check() => device.CheckAsync(["02:00:00:00:01:01"], Patience, default);
        Assert.True((await Check()).Ready);
        time.Advance(TimeSpan.FromHours(3));
        await snmpd.RestartAsync();
        var back = await Check();
        Assert.False(back.Ready);
        Assert.StartsWith("the chassis' clock went back", back.Detail, StringComparison.Ordinal);
        var after = await Check();
        Assert.True(after.Ready, after.Detail);
        Assert.Contains("warning: the chassis' clock went back 1 times", after.Detail, StringComparison.Ordinal);
    }

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task With_encryption_a_blade_is_read_and_switched_and_a_wrong_second_password_proves_nothing()
    {
        await using var snmpd = await SnmpdChassis.StartAsync();
        foreach (var priv in new[] { PrivProtocol.Aes128, PrivProtocol.Des })
        {
            var user = SnmpdChassis.UserOf(AuthProtocol.Sha512, priv);
            var options = new ModularServerOptions(snmpd.EndPoint, user.Name, user.Auth, null, priv);
            await using var chassis = new ModularServerChassis(options, SnmpdChassis.AuthPassword, privacyPassword: SnmpdChassis.PrivPassword);
            var device = chassis.Plug(1);
            Assert.Equal(Power.On, (await device.ReadAsync(Patience, default)).Power);
            Assert.Equal(SwitchResult.Answered, (await device.ForceOffAsync(device.Stamp(), Patience, default)).Result);
            Assert.Equal(Power.Off, (await device.ReadAsync(Patience, default)).Power);
            Assert.Equal(SwitchResult.Answered, (await device.PowerOnAsync(Patience, default)).Result);
            await using var wrong = new ModularServerChassis(options, SnmpdChassis.AuthPassword, privacyPassword: "anotherPassword");
            var reading = await wrong.Plug(1).ReadAsync(TimeSpan.FromSeconds(2), default);
            Assert.Equal(Power.Unknown, reading.Power);
            Assert.NotEmpty(reading.Detail);
        }
    }
}

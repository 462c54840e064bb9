using ActorHa.Snmp.Security;
using ActorHa.Testing;

namespace ActorHa.Snmp.Tests;

/// <summary>The manager against net-snmp's agent.</summary>
public sealed class SnmpdTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly Oid Led = SnmpdChassis.PowerLed;

    private static VarBind[] Off => [new(Led.With(1), new SnmpValue.Integer(3))];

    private static SnmpAnswer.Response Response(SnmpAnswer answer) => Assert.IsType<SnmpAnswer.Response>(answer);

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task Values_exceptions_and_the_end_are_read()
    {
        await using var chassis = await SnmpdChassis.StartAsync();
        foreach (var user in new[] { SnmpdChassis.Reader, SnmpdChassis.Private })
        {
            await using var manager = new SnmpManager(chassis.EndPoint, user);
            var response = Response(await manager.GetAsync([Led.With(1), Led.With(9)], Patience));
            Assert.True(response.Authenticated);
            Assert.Equal([new SnmpValue.Integer(2), new SnmpValue.NoSuchInstance()], response.Binds.Select(b => b.Value));
            var next = Response(await manager.GetNextAsync([Oid.Parse("2.99")], Patience));
            Assert.IsType<SnmpValue.EndOfMibView>(next.Binds[0].Value);
            var (rows, fault) = await manager.WalkAsync(Led, 100, Patience);
            Assert.Null(fault);
            Assert.Equal([2, 2, -32, -32, -32, -32], rows.Select(row => ((SnmpValue.Integer)row.Value).Number));
        }
    }

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task A_SET_is_done_by_who_may_and_refused_with_its_reason()
    {
        await using var chassis = await SnmpdChassis.StartAsync();
        await using var reader = new SnmpManager(chassis.EndPoint, SnmpdChassis.Reader);
        Assert.Equal(SnmpError.NoAccess, Response(await reader.SetAsync(Off, null, Patience)).Error);
        await using var writer = new SnmpManager(chassis.EndPoint, SnmpdChassis.Writer);
        Assert.Equal(SnmpError.WrongValue, Response(await writer.SetAsync([new(Led.With(1), new SnmpValue.Integer(7))], null, Patience)).Error);
        Assert.Empty(chassis.Sets);
        Assert.Equal(SnmpError.None, Response(await writer.SetAsync(Off, null, Patience)).Error);
        Assert.Equal(["1 3"], chassis.Sets);
        Assert.Equal(new SnmpValue.Integer(0), Response(await reader.GetAsync([Led.With(1)], Patience)).Binds[0].Value);
    }

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task Wrong_password_and_unknown_user_are_told_apart()
    {
        await using var chassis = await SnmpdChassis.StartAsync();
        await using var wrong = new SnmpManager(chassis.EndPoint, new UsmUser("imsro", AuthProtocol.Sha1, "notThePassword"));
        Assert.Equal(UsmReport.WrongDigest, Assert.IsType<SnmpAnswer.Refused>(await wrong.GetAsync([Led.With(1)], Patience)).Report);
        await using var unknown = new SnmpManager(chassis.EndPoint, new UsmUser("nobody", AuthProtocol.Sha1, "roPassword1"));
        Assert.Equal(UsmReport.UnknownUserName, Assert.IsType<SnmpAnswer.Refused>(await unknown.GetAsync([Led.With(1)], Patience)).Report);
    }

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task A_SET_that_carries_a_moment_too_old_is_refused_and_not_done()
    {
        await using var chassis = await SnmpdChassis.StartAsync();
        var time = new ShiftedTime();
        await using var writer = new SnmpManager(chassis.EndPoint, SnmpdChassis.Writer, time: time);
        Response(await writer.GetAsync([Led.With(1)], Patience));
        var now = writer.Now!;

        // The other direction than in life, because the daemon has only just started: 200 s from its clock all the same.
        var refused = Assert.IsType<SnmpAnswer.Refused>(await writer.SetAsync(Off, now with { Seconds = now.Seconds + 200 }, Patience));
        Assert.Equal((UsmReport.NotInTimeWindow, true), (refused.Report, refused.Authenticated));
        var earlier = now with { Boots = now.Boots - 1 };
        Assert.IsType<SnmpAnswer.Refused>(await writer.SetAsync(Off, earlier, Patience));
        Assert.Empty(chassis.Sets);

        Assert.Equal(SnmpError.None, Response(await writer.SetAsync(Off, now, Patience)).Error);
        Assert.Equal(["1 3"], chassis.Sets);
    }

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task A_restart_is_followed_and_a_stamp_of_the_earlier_boot_is_void()
    {
        await using var chassis = await SnmpdChassis.StartAsync();
        await using var writer = new SnmpManager(chassis.EndPoint, SnmpdChassis.Writer);
        Response(await writer.GetAsync([Led.With(1)], Patience));
        var before = writer.Now!;
        await chassis.RestartAsync();
        Response(await writer.GetAsync([Led.With(1)], Patience));
        Assert.Equal(before.Boots + 1, writer.Now!.Boots);
        Assert.Equal(0, writer.ClockWentBack);
        Assert.IsType<SnmpAnswer.Refused>(await writer.SetAsync(Off, before, Patience));
        Assert.Empty(chassis.Sets);
    }

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task A_device_that_forgets_its_boots_is_followed_and_noticed()
    {
        await using var chassis = await SnmpdChassis.StartAsync(keepBoots: false);
        var time = new ShiftedTime();
        await using var manager = new SnmpManager(chassis.EndPoint, SnmpdChassis.Reader, time: time);
        Response(await manager.GetAsync([Led.With(1)], Patience));
        // As if it had been up for hours: then its clock starts at zero again, with the same boots.
        time.Advance(TimeSpan.FromHours(3));
        await chassis.RestartAsync();
        Response(await manager.GetAsync([Led.With(1)], Patience));
        Assert.Equal(1, manager.ClockWentBack);
        Assert.InRange(manager.Now!.Seconds, 0, 60);
    }

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task An_answer_that_comes_after_the_patience_is_never_used()
    {
        await using var chassis = await SnmpdChassis.StartAsync();
        await using var manager = new SnmpManager(chassis.EndPoint, SnmpdChassis.Reader);
        Response(await manager.GetAsync([Led.With(1)], Patience));
        chassis.Set("delay", "1");
        Assert.IsType<SnmpAnswer.NoAnswer>(await manager.GetAsync([Led.With(1)], TimeSpan.FromMilliseconds(250)));
        chassis.Set("power1", "0");
        var answer = Response(await manager.GetAsync([Led.With(1)], Patience));
        Assert.Equal(new SnmpValue.Integer(0), answer.Binds[0].Value);
        Assert.True(manager.Dropped[DropReason.NotAsked] >= 1);
    }
}

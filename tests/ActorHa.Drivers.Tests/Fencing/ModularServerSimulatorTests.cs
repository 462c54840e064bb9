using System.Net;
using ActorHa.Core;
using ActorHa.Drivers.Fencing.ModularServer;
using ActorHa.Lab.Chassis;
using ActorHa.Ports;
using ActorHa.Snmp;
using ActorHa.Snmp.Security;
using ActorHa.Testing;

namespace ActorHa.Drivers.Tests.Fencing;

/// <summary>The driver against the simulated chassis and its faults.</summary>
#pragma warning disable CA1001 // xunit's IAsyncLifetime disposes.
public sealed class ModularServerSimulatorTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);
    private static readonly string[] MacsOfOne = ["02:00:00:00:01:01", "02:00:00:00:01:02"];
    private static readonly string[] MacsOfTwo = ["02:00:00:00:02:01"];

    private readonly CancellationTokenSource stop = new();
    private readonly Blade one = new(1, [2, 0, 0, 0, 1, 1]);
    private readonly Blade two = new(2, [2, 0, 0, 0, 2, 1]);
    private readonly ChassisFaults faults = new();
    private readonly ShiftedTime chassisTime = new();
    private readonly ShiftedTime ourTime = new();
    private readonly ChassisAgent agent;
    private readonly ModularServerChassis chassis;
    private Task running = Task.CompletedTask;

    public ModularServerSimulatorTests()
    {
        agent = new ChassisAgent(
            new IPEndPoint(IPAddress.Loopback, 0), "LAB-0001", [one, two],
            [
                new ChassisUser("fencer", AuthProtocol.Sha1, "switchThePower", MayWrite: true),
                new ChassisUser("viewer", AuthProtocol.Sha1, "onlyLooking", MayWrite: false),
            ],
            faults, time: chassisTime);
        chassis = Open();
    }

    public Task InitializeAsync()
    {
        running = agent.RunAsync(stop.Token);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        await chassis.DisposeAsync();
        await agent.DisposeAsync();
    }

    private ModularServerChassis Open(string user = "fencer", string password = "switchThePower") =>
        new(new ModularServerOptions(agent.EndPoint, user, AuthProtocol.Sha1, null), password, ourTime);

    private ModularServerDevice Device => chassis.Plug(1);

    private async Task<Power> Read() => (await Device.ReadAsync(Patience, default)).Power;

    [Fact]
    public async Task A_blade_is_switched_off_and_on_and_read_each_time()
    {
        Assert.Equal(Power.On, await Read());
        var off = await Device.ForceOffAsync(Device.Stamp(), Patience, default);
        Assert.Equal(SwitchResult.Answered, off.Result);
        await agent.SwitchedAsync();
        var reading = await Device.ReadAsync(Patience, default);
        Assert.Equal(new PowerReading(Power.Off, "80000157044c41422d30303031/LAB-0001", "presence 1, power LED 0"), reading);
        Assert.Equal(Power.On, (await chassis.Plug(2).ReadAsync(Patience, default)).Power);
        Assert.Equal(SwitchResult.Answered, (await Device.PowerOnAsync(Patience, default)).Result);
        await agent.SwitchedAsync();
        Assert.Equal(Power.On, await Read());
        Assert.Equal("cut restore", one.Done);
        Assert.Equal("", two.Done);
    }

    [Fact]
    public async Task Empty_slots_are_absent() =>
        Assert.Equal(Power.Absent, (await chassis.Plug(3).ReadAsync(Patience, default)).Power);

    [Fact]
    public async Task Before_the_chassis_was_heard_there_is_no_stamp_and_nothing_is_sent()
    {
        Assert.Null(Device.Stamp());
        Assert.Equal(SwitchResult.NotSent, (await Device.ForceOffAsync(null, Patience, default)).Result);
        Assert.Equal("", one.Done);
    }

    [Fact]
    public async Task A_stamp_of_more_than_150_s_ago_is_refused_by_the_chassis_and_nothing_happens()
    {
        await Read();
        var stamp = Device.Stamp();
        chassisTime.Advance(TimeSpan.FromSeconds(153));
        Assert.Equal(SwitchResult.Refused, (await Device.ForceOffAsync(stamp, Patience, default)).Result);
        // Even when the chassis' new time is known by now, an old stamp stays an old stamp.
        await Read();
        Assert.Equal(SwitchResult.Refused, (await Device.ForceOffAsync(stamp, Patience, default)).Result);
        await agent.SwitchedAsync();
        Assert.Equal("", one.Done);
        Assert.Equal(SwitchResult.Answered, (await Device.ForceOffAsync(Device.Stamp(), Patience, default)).Result);
    }

    [Fact]
    public async Task A_stamp_of_more_than_150_s_ago_is_not_even_sent()
    {
        await Read();
        var stamp = Device.Stamp();
        // The chassis has restarted without its boots, and its clock stands where the stamp's was: it would obey.
        ourTime.Advance(TimeSpan.FromSeconds(151));
        Assert.Equal(SwitchResult.NotSent, (await Device.ForceOffAsync(stamp, Patience, default)).Result);
        await agent.SwitchedAsync();
        Assert.Equal("", one.Done);
    }

    [Fact]
    public async Task A_SET_that_slept_longer_than_its_patience_in_the_queue_is_not_sent()
    {
        await Read();
        var stamp = Device.Stamp();
        faults.Silent = true;
        var reading = Device.ReadAsync(Patience, default);
        var off = Device.ForceOffAsync(stamp, Patience, default);
        // The host may have been heard again meanwhile, and nobody here has looked.
        ourTime.Advance(Patience + TimeSpan.FromSeconds(1));
        faults.Silent = false;
        var answer = await off;
        Assert.Equal(SwitchResult.NotSent, answer.Result);
        Assert.EndsWith("s were over before its turn came", answer.Detail, StringComparison.Ordinal);
        await reading;
        await agent.SwitchedAsync();
        Assert.Equal("", one.Done);
    }

    [Fact]
    public async Task A_SET_whose_stamp_grew_old_while_it_waited_for_its_turn_is_not_sent()
    {
        await Read();
        var stamp = Device.Stamp();
        faults.Silent = true;
        var reading = Device.ReadAsync(Patience, default);
        var off = Device.ForceOffAsync(stamp, Patience, default);
        // The executor sleeps meanwhile; the chassis, which forgot its boots, stands where the stamp is, and would obey.
        ourTime.Advance(TimeSpan.FromSeconds(151));
        faults.Silent = false;
        Assert.Equal(new SwitchAnswer(SwitchResult.NotSent, "the stamp is older than 150 s"), await off);
        Assert.Equal(Power.On, (await reading).Power);
        await agent.SwitchedAsync();
        Assert.Equal("", one.Done);
    }

    [Fact]
    public async Task An_executor_that_sleeps_while_it_takes_the_stamp_has_an_old_one()
    {
        var sleepy = new SleepsAfterALook();
        await using var other = new ModularServerChassis(chassis.Options, "switchThePower", sleepy);
        await other.Plug(1).ReadAsync(Patience, default);
        sleepy.Armed = true;
        var stamp = other.Plug(1).Stamp();
        Assert.Equal(SwitchResult.NotSent, (await other.Plug(1).ForceOffAsync(stamp, Patience, default)).Result);
        Assert.Equal("", one.Done);
    }

    [Fact]
    public async Task The_age_of_a_stamp_counts_the_time_in_which_the_machine_was_suspended()
    {
        await using var ours = new ModularServerChassis(chassis.Options, "switchThePower");
        Assert.Equal(OperatingSystem.IsLinux(), ours.Time != TimeProvider.System);
    }

    [Fact]
    public async Task A_stamp_lasts_for_the_time_window()
    {
        await Read();
        var stamp = Device.Stamp();
        chassisTime.Advance(TimeSpan.FromSeconds(145));
        Assert.Equal(SwitchResult.Answered, (await Device.ForceOffAsync(stamp, Patience, default)).Result);
    }

    [Fact]
    public async Task A_user_who_only_looks_is_refused_and_it_is_said_why()
    {
        await using var viewer = Open("viewer", "onlyLooking");
        await viewer.Plug(1).ReadAsync(Patience, default);
        var answer = await viewer.Plug(1).ForceOffAsync(viewer.Plug(1).Stamp(), Patience, default);
        Assert.Equal(SwitchResult.Refused, answer.Result);
        Assert.Contains("the user may not switch", answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_chassis_is_unknown_and_its_SETs_unanswered()
    {
        await Read();
        var stamp = Device.Stamp();
        faults.Silent = true;
        Assert.Equal(Power.Unknown, (await Device.ReadAsync(Short, default)).Power);
        Assert.Equal(SwitchResult.Unanswered, (await Device.ForceOffAsync(stamp, Short, default)).Result);
        Assert.False((await Device.CheckAsync(MacsOfOne, Short, default)).Ready);
    }

    [Fact]
    public async Task A_chassis_never_heard_is_not_switched_on_either()
    {
        faults.Silent = true;
        Assert.Equal(SwitchResult.NotSent, (await Device.PowerOnAsync(Short, default)).Result);
    }

    [Fact]
    public async Task A_late_answer_about_power_is_never_used()
    {
        Assert.Equal(Power.On, await Read());
        faults.Delay = TimeSpan.FromMilliseconds(600);
        // The answer "on" comes when nobody waits for it any more, and the power is off by then.
        Assert.Equal(Power.Unknown, (await Device.ReadAsync(TimeSpan.FromMilliseconds(200), default)).Power);
        one.CutPower();
        Assert.Equal(Power.Off, await Read());
        Assert.True(chassis.Dropped[DropReason.NotAsked] > 0);
    }

    [Theory]
    [InlineData("fencer", "wrongPassword", "wrong password")]
    [InlineData("nobody", "switchThePower", "no such user")]
    public async Task Wrong_credentials_are_named_and_prove_nothing(string user, string password, string says)
    {
        await using var other = Open(user, password);
        var reading = await other.Plug(1).ReadAsync(Patience, default);
        Assert.Equal(Power.Unknown, reading.Power);
        Assert.Contains(says, reading.Detail, StringComparison.Ordinal);
        var check = await other.Plug(1).CheckAsync(MacsOfOne, Patience, default);
        Assert.False(check.Ready);
        Assert.Contains(says, check.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unsigned_refusal_of_a_SET_is_not_relied_on()
    {
        await Read();
        var stamp = Device.Stamp();
        await using var other = Open(password: "wrongPassword");
        Assert.Equal(SwitchResult.Unanswered, (await other.Plug(1).ForceOffAsync(stamp, Patience, default)).Result);
    }

    [Fact]
    public async Task The_check_is_content_when_the_hosts_addresses_are_in_its_slot()
    {
        var check = await Device.CheckAsync(MacsOfOne, Patience, default);
        Assert.True(check.Ready, check.Detail);
        Assert.True(check.RoundTrip > TimeSpan.Zero);
        Assert.True((await Device.CheckAsync(["02:00:00:00:01:01".ToUpperInvariant(), "52:54:00:00:00:01"], Patience, default)).Ready);
    }

    [Fact]
    public async Task The_check_names_the_slot_that_the_host_is_really_in()
    {
        faults.SwappedSlots = true;
        var check = await Device.CheckAsync(MacsOfOne, Patience, default);
        Assert.False(check.Ready);
        Assert.Equal("wrong slot: the host's network addresses are in slot 2, not in 1", check.Detail);
        Assert.True(check.Wrong);
    }

    [Fact]
    public async Task A_new_blade_in_the_slot_of_a_host_that_is_elsewhere_is_found_before_it_proves_the_host_off()
    {
        one.CutPower();
        one.BootCount = 0;
        Assert.Equal(Power.Off, await Read());
        var check = await Device.CheckAsync(MacsOfTwo, Patience, default);
        Assert.Equal("wrong slot: the host's network addresses are in slot 2, not in 1", check.Detail);
        Assert.Equal((false, true), (check.Ready, check.Wrong));
        // Who is nowhere to be seen may have been in this slot all along.
        Assert.False((await Device.CheckAsync(MacsOfOne, Patience, default)).Wrong);
    }

    [Fact]
    public async Task An_empty_slot_is_wrong_where_the_host_is_found_in_another()
    {
        var check = await chassis.Plug(3).CheckAsync(MacsOfOne, Patience, default);
        Assert.Equal("slot 3 is empty (presence 0, power LED -32); wrong slot: the host's network addresses are in slot 1, not in 3", check.Detail);
        Assert.Equal((false, true), (check.Ready, check.Wrong));
        faults.OddPresence = 0;
        check = await Device.CheckAsync(MacsOfOne, Patience, default);
        Assert.StartsWith("slot 1 is empty", check.Detail, StringComparison.Ordinal);
        Assert.Equal((false, false), (check.Ready, check.Wrong));
    }

    [Fact]
    public async Task The_check_refuses_addresses_in_two_slots_in_none_and_no_addresses()
    {
        Assert.Contains("not only in 1", (await Device.CheckAsync([.. MacsOfOne, .. MacsOfTwo], Patience, default)).Detail, StringComparison.Ordinal);
        Assert.Contains("none of the host's", (await Device.CheckAsync(["52:54:00:00:00:01"], Patience, default)).Detail, StringComparison.Ordinal);
        Assert.Contains("no network addresses", (await Device.CheckAsync([], Patience, default)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_check_refuses_an_empty_slot_and_an_unreadable_one()
    {
        Assert.Contains("slot 3 is empty", (await chassis.Plug(3).CheckAsync(MacsOfOne, Patience, default)).Detail, StringComparison.Ordinal);
        faults.OddReading = -16;
        Assert.Contains("cannot be read", (await Device.CheckAsync(MacsOfOne, Patience, default)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_check_finds_a_user_who_only_looks_and_switches_nothing()
    {
        await using var viewer = Open("viewer", "onlyLooking");
        var check = await viewer.Plug(1).CheckAsync(MacsOfOne, Patience, default);
        Assert.Equal((false, "the user viewer may read but not write: it cannot switch this slot"), (check.Ready, check.Detail));
        Assert.False(check.Wrong);
        Assert.Equal("", one.Done);
    }

    [Fact]
    public async Task A_lamp_that_is_lit_stays_lit_and_leaves_the_right_to_write_unknown()
    {
        await using var manager = new SnmpManager(agent.EndPoint, new UsmUser("fencer", AuthProtocol.Sha1, "switchThePower"));
        var lamp = Oid.Parse("1.3.6.1.4.1.343.2.19.1.2.10.202.1.1.8.1");
        await manager.SetAsync([new VarBind(lamp, new SnmpValue.Integer(-3))], null, Patience);
        var check = await Device.CheckAsync(MacsOfOne, Patience, default);
        Assert.True(check.Ready);
        Assert.EndsWith("whether the user may write is not known", check.Detail, StringComparison.Ordinal);
        var read = Assert.IsType<SnmpAnswer.Response>(await manager.GetAsync([lamp], Patience));
        Assert.Equal(new SnmpValue.Integer(-3), read.Binds[0].Value);
    }

    [Fact]
    public async Task A_blade_that_is_off_is_checked_like_one_that_is_on()
    {
        one.CutPower();
        Assert.True((await Device.CheckAsync(MacsOfOne, Patience, default)).Ready);
    }

    /// <summary>A machine that is suspended for some minutes directly after it looked at its clock.</summary>
    private sealed class SleepsAfterALook : TimeProvider
    {
        private long slept;

        public bool Armed { get; set; }

        public override long GetTimestamp()
        {
            var now = System.GetTimestamp() + slept;
            if (Armed) slept = 200 * TimestampFrequency;
            return now;
        }
    }

    private sealed class Blade(int slot, byte[] mac) : IBlade
    {
        private readonly List<string> done = [];
        private volatile bool power = true;

        public int Slot => slot;

        public IReadOnlyList<byte[]> Macs => [mac];

        public uint BootCount { get; set; } = 7;

        public bool HasPower => power;

        public string Done { get { lock (done) return string.Join(' ', done); } }

        public void CutPower() => Do("cut", false);

        public void RestorePower() => Do("restore", true);

        private void Do(string what, bool then)
        {
            lock (done) done.Add(what);
            power = then;
        }
    }
}

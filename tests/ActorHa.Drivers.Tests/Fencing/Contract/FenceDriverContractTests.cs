using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using ActorHa.Agent.Fencing;
using ActorHa.Configuration;
using ActorHa.Core;
using ActorHa.Ports;
using ActorHa.Testing;

namespace ActorHa.Drivers.Tests.Fencing.Contract;

/// <summary>What <see cref="IFenceDevice"/> promises, asked of every driver in the registry.</summary>
public sealed class FenceDriverContractTests
{
    private const string Programs = "python3 unshare timeout";

    /// <summary>With a device that answers: reached only when a test fails.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    /// <summary>With a device that does not.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    /// <summary>Generous beside <see cref="Short"/>: a crowded machine, a check of several questions.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private static readonly string[] Macs = ["02:00:00:00:01:01"];

    [Fact]
    public void Every_driver_has_its_world() => Assert.Equal(DeviceRegistry.Drivers.Order(), DriverWorld.Of.Keys.Order());

    [NeedsFact(Programs, root: true)]
    public Task It_reads_switches_off_and_on() => Each(async (world, device) =>
    {
        Assert.Equal(Power.On, (await Read(device)).Power);
        Assert.Equal(SwitchResult.Answered, (await Off(device)).Result);
        await Comes(device, Power.Off);
        Assert.False(world.HasPower);
        var (first, second) = (await Read(device), await Read(device));
        Assert.Equal(first.Source, second.Source);
        Assert.NotEqual("", first.Source);
        Assert.Equal(SwitchResult.Answered, (await device.PowerOnAsync(Patience, default)).Result);
        await Comes(device, Power.On);
        Assert.True(world.HasPower);
    });

    [NeedsFact(Programs, root: true)]
    public Task A_check_switches_nothing_and_is_ready_on_a_sound_device() => Each(async (world, device) =>
    {
        var check = await Check(device);
        Assert.True(check is { Ready: true, Wrong: false }, check.Detail);
        Assert.True(world.HasPower);
        Assert.InRange(check.RoundTrip, TimeSpan.FromTicks(1), Patience);
    });

    [NeedsFact(Programs, root: true)]
    public Task A_silent_device_is_unknown_never_off_and_in_time() => Each(Short, async (world, device) =>
    {
        await Comes(device, Power.On);
        var stamp = device.Stamp();
        world.HasPower = false;
        world.Darken();
        var reading = await InTime(() => device.ReadAsync(Short, default));
        Assert.Equal(Power.Unknown, reading.Power);
        Assert.NotEqual("", reading.Detail);
        Assert.Equal(SwitchResult.Unanswered, (await InTime(() => device.ForceOffAsync(stamp, Short, default))).Result);
        Assert.Equal(SwitchResult.Unanswered, (await InTime(() => device.PowerOnAsync(Short, default))).Result);
        Assert.False((await InTime(() => device.CheckAsync(Macs, Short, default))).Ready);
    });

    [NeedsFact(Programs, root: true)]
    public Task What_is_neither_on_nor_off_is_never_off() => Each(async (world, device) =>
    {
        var ways = 0;
        while (world.Blur())
        {
            ways++;
            Assert.DoesNotContain((await Read(device)).Power, new[] { Power.Off, Power.On });
        }
        Assert.InRange(ways, 3, 100);
    });

    [NeedsFact(Programs, root: true)]
    public Task A_late_answer_is_never_that_of_the_next_question() => Each(Short, async (world, device) =>
    {
        world.HasPower = false;
        await Comes(device, Power.Off);
        world.Delay(Short + TimeSpan.FromSeconds(1));
        Assert.Equal(Power.Unknown, (await device.ReadAsync(Short, default)).Power);
        world.HasPower = true;
        world.Delay(TimeSpan.Zero);
        // Whatever comes from now on was asked after the power was on.
        Assert.NotEqual(Power.Off, (await Read(device)).Power);
        await Comes(device, Power.On);
    });

    [NeedsFact(Programs, root: true)]
    public Task Without_a_stamp_nothing_is_sent() => Each(async (world, device) =>
    {
        Assert.Equal(SwitchResult.NotSent, (await device.ForceOffAsync(null, Patience, default)).Result);
        Assert.True(world.HasPower);
    });

    [NeedsFact(Programs, root: true)]
    public async Task A_stamp_of_another_driver_is_our_own_fault() =>
        await Each(async (world, device) =>
        {
            await Assert.ThrowsAsync<ArgumentException>(() => device.ForceOffAsync(new Foreign(), Patience, default));
            Assert.True(world.HasPower);
        });

    [Fact]
    public async Task A_device_that_cannot_be_made_answers_with_the_reason()
    {
        foreach (var driver in DeviceRegistry.Drivers.Append("pdu"))
        {
            await using var registry = new DeviceRegistry(Settings(new Secret("switchThePower")));
            var device = registry.Make("dev", new DeviceConfig(driver, ImmutableSortedDictionary<string, string>.Empty.Add("nonsense", "x")), "1");
            var reading = await Read(device);
            Assert.Equal(Power.Unknown, reading.Power);
            Assert.StartsWith("dev: ", reading.Detail, StringComparison.Ordinal);
            Assert.Equal(SwitchResult.NotSent, (await Off(device)).Result);
            Assert.False((await Check(device)).Ready);
        }
    }

    private static Task Each(Func<DriverWorld, IFenceDevice, Task> act) => Each(Patience, act);

    private static async Task Each(TimeSpan granted, Func<DriverWorld, IFenceDevice, Task> act)
    {
        foreach (var driver in DeviceRegistry.Drivers)
        {
            await using var world = DriverWorld.Of[driver](granted);
            await using var registry = new DeviceRegistry(Settings(world.Password)) { AgentFolder = world.AgentFolder };
            var config = new DeviceConfig(driver, world.Options.ToImmutableSortedDictionary(o => o.Item1, o => o.Item2, StringComparer.Ordinal));
            await using var device = registry.Make("dev", config, "1");
            Assert.True(device is not NoDevice, device.Name);
            await act(world, device);
        }
    }

    private static Task<PowerReading> Read(IFenceDevice device) => device.ReadAsync(Patience, default);

    private static Task<SwitchAnswer> Off(IFenceDevice device) => device.ForceOffAsync(device.Stamp(), Patience, default);

    private static Task<ProtectionCheck> Check(IFenceDevice device) => device.CheckAsync(Macs, Patience, default);

    private static async Task Comes(IFenceDevice device, Power power)
    {
        var began = Stopwatch.GetTimestamp();
        while ((await Read(device)).Power != power) Assert.True(Stopwatch.GetElapsedTime(began) < Bound, $"never {power}");
    }

    private static async Task<T> InTime<T>(Func<Task<T>> ask)
    {
        var began = Stopwatch.GetTimestamp();
        var answer = await ask();
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, Bound);
        return answer;
    }

    private static MemberSettings Settings(Secret password) => new(
        new MemberName("witness"), "c", MemberRole.Witness, "", "", "", [],
        new HeartbeatSettings(new IPEndPoint(IPAddress.Loopback, 1), new Secret("")),
        ImmutableSortedDictionary<MemberName, PeerSettings>.Empty,
        new EtcdSettings(new Uri("http://127.0.0.1:1"), null),
        ImmutableSortedDictionary<string, Secret>.Empty.Add("dev-password", password),
        null, new QemuSettings("", ""), new LogSettings(LogThreshold.Info));

    private sealed record Foreign : SwitchStamp;
}

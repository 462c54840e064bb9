using ActorHa.Core;
using ActorHa.Drivers.Fencing.FenceAgent;
using ActorHa.Ports;
using ActorHa.Testing;

namespace ActorHa.Drivers.Tests.Fencing.FenceAgent;

/// <summary>Debian's fence_ipmilan against Debian's OpenIPMI simulator, which switches a chassis made of a file.</summary>
public sealed class IpmilanAgentTests
{
    private const string Programs = "fence_ipmilan ipmitool ipmi_sim unshare timeout";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [NeedsFact(Programs, root: true)]
    public async Task It_is_checked_switched_off_proven_by_two_readings_and_switched_on()
    {
        await using var bmc = await IpmiSim.StartAsync();
        var plug = bmc.Plug();
        var check = await plug.CheckAsync([], Patience, default);
        Assert.True(check.Ready, check.Detail);
        Assert.Equal(Power.On, check.Shown);
        Assert.DoesNotContain("TRUST-OFF", check.Detail, StringComparison.Ordinal);

        var answer = await plug.ForceOffAsync(plug.Stamp(), Patience, default);
        Assert.Equal(SwitchResult.Answered, answer.Result);
        Assert.False(bmc.HasPower);
        var (first, second) = (await plug.ReadAsync(Patience, default), await plug.ReadAsync(Patience, default));
        Assert.Equal((Power.Off, Power.Off), (first.Power, second.Power));
        Assert.Equal(first.Source, second.Source);

        Assert.Equal(SwitchResult.Answered, (await plug.PowerOnAsync(Patience, default)).Result);
        Assert.True(bmc.HasPower);
        Assert.Equal(Power.On, (await plug.ReadAsync(Patience, default)).Power);
    }

    [NeedsFact(Programs, root: true)]
    public async Task A_wrong_password_and_a_dead_controller_prove_nothing()
    {
        await using var bmc = await IpmiSim.StartAsync();
        var wrong = await bmc.Plug(password: "not-this-one").ReadAsync(Patience, default);
        Assert.Equal(Power.Unknown, wrong.Power);
        Assert.DoesNotContain("not-this-one", wrong.Detail, StringComparison.Ordinal);

        var plug = bmc.Plug(patience: "3s");
        bmc.Kill();
        Assert.Equal(Power.Unknown, (await plug.ReadAsync(TimeSpan.FromSeconds(1), default)).Power);
        Assert.Equal(SwitchResult.Unanswered, (await plug.ForceOffAsync(plug.Stamp(), TimeSpan.FromSeconds(1), default)).Result);
        Assert.False((await plug.CheckAsync([], TimeSpan.FromSeconds(1), default)).Ready);
    }

    [NeedsFact(Programs, root: true)]
    public async Task One_device_for_many_controllers_names_the_address_as_plug()
    {
        await using var bmc = await IpmiSim.StartAsync();
        var check = await bmc.Plug("127.0.0.1", more: ("option.port_as_ip", "1")).CheckAsync([], Patience, default);
        Assert.True(check.Ready, check.Detail);
        Assert.Contains("one plug only", (await bmc.Plug("1").CheckAsync([], Patience, default)).Detail, StringComparison.Ordinal);
    }
}

using System.Globalization;
using System.Net;
using ActorHa.Core;
using ActorHa.Drivers.Fencing.FenceAgent;
using ActorHa.Lab.Chassis;
using ActorHa.Ports;
using ActorHa.Snmp.Security;
using ActorHa.Testing;

namespace ActorHa.Drivers.Tests.Fencing.FenceAgent;

/// <summary>Debian's fence_intelmodular against the simulated chassis: the agent that says off for all that it cannot read.</summary>
#pragma warning disable CA1001 // xunit's IAsyncLifetime disposes.
public sealed class IntelModularAgentTests : IAsyncLifetime
{
    private const string Programs = "fence_intelmodular snmpget snmpset unshare timeout";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource stop = new();
    private readonly WorldBlade one = new(1);
    private readonly ChassisFaults faults = new();
    private readonly ChassisAgent chassis;
    private Task running = Task.CompletedTask;

    public IntelModularAgentTests() =>
        chassis = new ChassisAgent(new IPEndPoint(IPAddress.Loopback, 0), "LAB-0001", [one], [new ChassisUser("fencer", AuthProtocol.Sha1, "switchThePower", MayWrite: true)], faults);

    public Task InitializeAsync()
    {
        running = chassis.RunAsync(stop.Token);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        await chassis.DisposeAsync();
    }

    private FenceAgentPlug Plug(string slot = "1", bool trust = false) =>
        new FenceAgentUnit(FenceAgentOptions.Parse(new Dictionary<string, string>
        {
            ["agent"] = "fence_intelmodular",
            ["trust-off"] = trust ? "yes" : "no",
            ["option.ip"] = "127.0.0.1",
            ["option.ipport"] = chassis.EndPoint.Port.ToString(CultureInfo.InvariantCulture),
            ["option.username"] = "fencer",
            ["option.snmp_version"] = "3",
            ["option.snmp_auth_prot"] = "SHA",
            ["option.snmp_sec_level"] = "authNoPriv",
        }), new Dictionary<string, string> { ["password"] = "switchThePower" }).Plug(slot);

    [NeedsFact(Programs, root: true)]
    public async Task It_reads_on_and_switches_off_and_its_off_is_no_proof()
    {
        var plug = Plug();
        Assert.Equal(Power.On, (await plug.ReadAsync(Patience, default)).Power);
        Assert.Equal(SwitchResult.Answered, (await plug.ForceOffAsync(plug.Stamp(), Patience, default)).Result);
        Assert.False(one.HasPower);
        var reading = await plug.ReadAsync(Patience, default);
        Assert.Equal(Power.Unknown, reading.Power);
        Assert.Contains("fence_intelmodular: Status: OFF, but it reads off also when it cannot read", reading.Detail, StringComparison.Ordinal);
        Assert.Contains("not proof alone", reading.Detail, StringComparison.Ordinal);
    }

    [NeedsFact(Programs, root: true)]
    public async Task Standby_unreadable_and_absent_are_off_to_the_agent_and_never_to_us()
    {
        foreach (var (odd, slot) in new (int?, string)[] { (1, "1"), (-16, "1"), (-1, "1"), (null, "5"), (null, "77") })
        {
            faults.OddReading = odd;
            Assert.Equal(Power.Unknown, (await Plug(slot).ReadAsync(Patience, default)).Power);
            // So much is it the agent's own word that a configuration which trusts it is deceived: the blade has power.
            Assert.Equal(Power.Off, (await Plug(slot, trust: true).ReadAsync(Patience, default)).Power);
        }
        faults.OddReading = -16;
        var plug = Plug();
        // "Already OFF": an answer, and nothing was sent.
        Assert.Equal(SwitchResult.Answered, (await plug.ForceOffAsync(plug.Stamp(), Patience, default)).Result);
        Assert.True(one.HasPower);
    }

    [NeedsFact(Programs, root: true)]
    public async Task It_protects_only_where_the_configuration_trusts_it_and_says_so_loudly()
    {
        var careful = await Plug().CheckAsync([], Patience, default);
        Assert.False(careful.Ready);
        Assert.Contains("it cannot prove a host off", careful.Detail, StringComparison.Ordinal);
        var trusting = await Plug(trust: true).CheckAsync([], Patience, default);
        Assert.True(trusting.Ready, trusting.Detail);
        Assert.Contains("TRUST-OFF: it reads off also when it cannot read", trusting.Detail, StringComparison.Ordinal);
    }

    [NeedsFact(Programs, root: true)]
    public async Task A_silent_chassis_is_unknown_and_an_off_unanswered()
    {
        faults.Silent = true;
        var plug = Plug(trust: true);
        Assert.Equal(Power.Unknown, (await plug.ReadAsync(Patience, default)).Power);
        Assert.Equal(SwitchResult.Unanswered, (await plug.ForceOffAsync(plug.Stamp(), Patience, default)).Result);
    }
}

using ActorHa.Testing;

namespace ActorHa.Lab.Tests.Chassis;

/// <summary>The simulated chassis under the programs that are used with the real one.</summary>
public sealed class ChassisToolsTests : ChassisBench
{
    private const string Tools = "fence_intelmodular snmpget snmpset snmpwalk";

    private Task<(int Exit, string Output)> Fence(string action, int slot = 1, string user = "fencer", string password = "switchThePower", string more = "") =>
        Run("fence_intelmodular", [], $"""
            action={action}
            ip=127.0.0.1
            ipport={Chassis.EndPoint.Port}
            username={user}
            password={password}
            plug={slot}
            snmp_version=3
            snmp_auth_prot=SHA
            snmp_sec_level=authNoPriv
            {more}

            """);

    private Task<(int Exit, string Output)> Tool(string tool, params string[] rest) => Run(tool, [
        "-v3", "-On", "-l", "authNoPriv", "-u", "fencer", "-a", "SHA", "-A", "switchThePower", Chassis.EndPoint.ToString(), .. rest]);

    [NeedsFact(Tools)]
    public async Task The_fence_agent_reads_on_and_off()
    {
        Assert.Equal(0, (await Fence("status")).Exit);
        One.HasPower = false;
        Assert.Equal(2, (await Fence("status")).Exit);
        Assert.Equal(0, (await Fence("status", slot: 2)).Exit);
    }

    [NeedsFact(Tools)]
    public async Task The_fence_agent_switches_off_on_and_reboots()
    {
        Assert.Equal(0, (await Fence("off")).Exit);
        Assert.Equal(["cut"], One.Done);
        Assert.Equal(0, (await Fence("on")).Exit);
        Assert.Equal(["cut", "restore"], One.Done);
        Assert.Equal(0, (await Fence("reboot")).Exit);
        Assert.Equal(["cut", "restore", "cut", "restore"], One.Done);
        Assert.Empty(Two.Done);
    }

    [NeedsFact(Tools)]
    public async Task The_fence_agent_waits_for_an_off_that_takes_its_time()
    {
        Faults.OffLatency = TimeSpan.FromSeconds(1.5);
        Assert.Equal(0, (await Fence("off")).Exit);
        Assert.False(One.HasPower);
    }

    [NeedsFact(Tools)]
    public async Task The_fence_agent_fails_where_the_off_is_ignored()
    {
        Faults.IgnoresSet = true;
        Assert.Equal(1, (await Fence("off", more: "power_timeout=2")).Exit);
        Assert.True(One.HasPower);
    }

    [NeedsFact(Tools)]
    public async Task The_fence_agent_takes_an_odd_reading_for_off_and_sends_nothing()
    {
        // The trap for which the chassis is not driven through this agent.
        Faults.OddReading = -16;
        Assert.Equal(0, (await Fence("off")).Exit);
        Assert.Empty(One.Done);
        Assert.True(One.HasPower);
    }

    [NeedsFact(Tools)]
    public async Task The_fence_agent_lists_six_slots()
    {
        var (exit, output) = await Fence("list");
        Assert.Equal(0, exit);
        Assert.Equal(["1,", "2,", "3,", "4,", "5,", "6,"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [NeedsFact(Tools)]
    public async Task The_fence_agent_fails_with_a_wrong_password_or_a_user_who_only_looks()
    {
        Assert.Equal(1, (await Fence("status", password: "wrongPassword")).Exit);
        Assert.Equal(1, (await Fence("off", user: "viewer", password: "onlyLooking")).Exit);
        Assert.Empty(One.Done);
    }

    [NeedsFact(Tools)]
    public async Task Net_snmp_reads_writes_and_walks()
    {
        var led = Root.With(202, 1, 1, 6, 1).ToString();
        Assert.Equal((0, $".{led} = INTEGER: 2\n"), await Tool("snmpget", led));
        Assert.Equal((0, $".{led} = INTEGER: 3\n"), await Tool("snmpset", led, "i", "3"));
        await Chassis.SwitchedAsync();
        Assert.False(One.HasPower);
        var (exit, output) = await Tool("snmpwalk", Root.ToString());
        Assert.Equal(0, exit);
        // Scalars, the blade table's six columns, network cards, and the walk's own word about the end.
        Assert.Equal(4 + (6 * 6) + 4 + 1, output.Split('\n').Count(line => line.StartsWith($".{Root}", StringComparison.Ordinal)));
        Assert.Contains($".{Root}.32.0 = STRING: \"110000\"", output, StringComparison.Ordinal);
        Assert.Contains($".{Root}.202.3.1.1.1.2.0.0.0.1.1 = Hex-STRING: 02 00 00 00 01 01", output, StringComparison.Ordinal);
    }
}

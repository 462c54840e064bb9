using ActorHa.Configuration;
using static ActorHa.Configuration.Tests.Texts;

namespace ActorHa.Configuration.Tests;

public sealed class FenceAgentReaderTests
{
    private static string Device(string inside) => Site + "cluster.devices.ipmi { driver = fence-agent, " + inside + " }";

    [Fact]
    public void An_agent_is_read_with_its_options()
    {
        var device = ClusterConfigReader.Parse(Device("agent = fence_ipmilan, options { ip = \"192.0.2.7\", username = admin, lanplus = 1 }, secrets = [password, hexadecimal_kg], patience = 12500ms, trust-off = yes")).Whole().Devices["ipmi"];
        Assert.Equal("fence-agent", device.Driver);
        Assert.Equal(
            ["agent=fence_ipmilan", "option.ip=192.0.2.7", "option.lanplus=1", "option.username=admin", "patience=12.5s", "secrets=password,hexadecimal_kg", "trust-off=yes"],
            device.Options.Select(o => $"{o.Key}={o.Value}"));
    }

    [Fact]
    public void What_is_not_said_comes_from_the_reference_of_its_own_driver() => Assert.Equal(
        ["agent=fence_redfish", "patience=20s", "secrets=password", "trust-off=no"],
        ClusterConfigReader.Parse(Device("agent = fence_redfish")).Whole().Devices["ipmi"].Options.Select(o => $"{o.Key}={o.Value}"));

    [Theory]
    [InlineData("agent = ipmilan", "c.conf:11:54: cluster.devices.ipmi.agent: found ipmilan, expected the name of an agent: fence_ and a-z, 0-9, _ and -")]
    [InlineData("agent = \"fence_x/../sh\"", "c.conf:11:54: cluster.devices.ipmi.agent: found \"fence_x/../sh\", expected the name of an agent: fence_ and a-z, 0-9, _ and -")]
    [InlineData("agent = fence_scsi", "c.conf:11:54: cluster.devices.ipmi.agent: found fence_scsi, expected an agent that cuts a host's power (it cuts the host from its storage; the host runs on)")]
    [InlineData("agent = fence_t, patience = 31s", "c.conf:11:74: cluster.devices.ipmi.patience: found 31s, expected from 1s to 30s")]
    [InlineData("agent = fence_t, password = x", "c.conf:11:63: cluster.devices.ipmi.password: found a password, expected none here: member.secrets in each member's own file (this configuration is copied to every member and kept in the journal for ever)")]
    [InlineData("agent = fence_t, options { snmp_priv_passwd = x }", "c.conf:11:73: cluster.devices.ipmi.options.snmp_priv_passwd: found a password, expected none here: member.secrets in each member's own file (this configuration is copied to every member and kept in the journal for ever)")]
    [InlineData("agent = fence_t, options { missing-as-off = 1 }", "c.conf:11:73: cluster.devices.ipmi.options.missing-as-off: found an option that the driver keeps to itself, expected none here (what the device does not know is unknown, and unknown is never off)")]
    [InlineData("agent = fence_t, options { action = reboot }", "c.conf:11:73: cluster.devices.ipmi.options.action: found an option that the driver keeps to itself, expected none here (the driver says what is to be done)")]
    [InlineData("agent = fence_t, options { ip = [a] }", "c.conf:11:78: cluster.devices.ipmi.options.ip: found a list of 1, expected a text of one line")]
    [InlineData("agent = fence_t, options { \"a b\" = c }", "c.conf:11:73: cluster.devices.ipmi.options.a b: found \"a b\", expected an option's name: letters, 0-9, _ and -")]
    [InlineData("agent = fence_t, options { token = x }, secrets = [token]", "c.conf:11:97: cluster.devices.ipmi.secrets: found token, which stands under options, expected a secret that stands in no configuration")]
    [InlineData("agent = fence_t, address = x", "c.conf:11:63: cluster.devices.ipmi.address: found an unknown key, expected one of agent, driver, options, patience, secrets, trust-off")]
    public void What_is_wrong_is_told(string inside, string error) => Assert.Equal([error], ClusterErrors(Device(inside)));

    [Fact]
    public void All_errors_are_told_at_once() =>
        Assert.Equal(4, ClusterErrors(Device("agent = fence_kdump, options { delay = 5, debug_file = x }, patience = 1")).Length);

    [Theory]
    [InlineData("fence_intelmodular", "fence_intelmodular reads off also when it cannot read: whatever is not on, an absent slot too (the driver modular-server reads the same chassis)")]
    [InlineData("fence_home_made", "fence_home_made is not in the table of agents whose way to off was read")]
    public void A_level_without_proof_is_refused(string agent, string why)
    {
        const string level = "\ncluster.hosts.applejack.fencing = [ { device = ims, plug = 1 }, [ { device = ims, plug = 3 }, { device = ipmi, plug = 1 } ] ]";
        Assert.Equal(
            [$"c.conf:12:106: cluster.hosts.applejack.fencing[3].device: found ipmi, whose off proves nothing: {why}, expected a device whose off is proof, or trust-off = yes there (a fencing level without proof would leave the virtual machines waiting for a person)"],
            ClusterErrors(Device($"agent = {agent}") + level));
        Assert.Empty(ClusterErrors(Device($"agent = {agent}, trust-off = yes") + level));
        Assert.Empty(ClusterErrors(Device("agent = fence_ipmilan") + level));
    }

    [Fact]
    public void All_that_is_wrong_with_the_fencing_of_a_site_is_told_at_once() => Assert.Equal(
        [
            // An agent that does not exist as a name, a missing option, a level without proof, one slot for two hosts, a
            // watchdog that takes longer than the take-over may.
            "c.conf:11:54: cluster.devices.ipmi.agent: found ipmilan, expected the name of an agent: fence_ and a-z, 0-9, _ and -",
            "c.conf:12:1: cluster.devices.pdu.agent: found nothing, expected the name of an agent: fence_ and a-z, 0-9, _ and -",
            "c.conf:13:1: cluster.devices.imz.user: found nothing, expected a user name of at most 32 characters",
            "c.conf:15:48: cluster.hosts.applejack.fencing[1].device: found virsh, whose off proves nothing: fence_virsh reads off for every state but five: crashed, in shutdown, suspended too, expected a device whose off is proof, or trust-off = yes there (a fencing level without proof would leave the virtual machines waiting for a person)",
            "c.conf:16:64: cluster.hosts.rainbowdash.fencing[1].plug: found plug a of virsh, which is applejack's, expected a plug of its own (switching off one host would switch off the other)",
            "c.conf:17:48: cluster.hosts.rainbowdash.watchdog.timeout: found takeover-within = 1m, timeout = 1m, quorum-timeout = 6s, expected takeover-within >= (quorum-timeout + 3 × timeout) + 1 % = 188s (nobody may take this host's VMs over before its watchdog must have reset it)",
        ],
        ClusterErrors(Device("agent = ipmilan") + """

            cluster.devices.pdu { driver = fence-agent }
            cluster.devices.imz { driver = modular-server, address = 192.168.41.3 }
            cluster.devices.virsh { driver = fence-agent, agent = fence_virsh }
            cluster.hosts.applejack.fencing = [ { device = virsh, plug = a } ]
            cluster.hosts.rainbowdash.fencing = [ { device = virsh, plug = a } ]
            cluster.hosts.rainbowdash.watchdog { timeout = 60s }
            """));

    [Theory]
    [InlineData("password", "ipmi-password")]
    [InlineData("snmp_priv_passwd", "ipmi-privacy-password")]
    [InlineData("hexadecimal_kg", "ipmi-hexadecimal-kg-password")]
    public void Secrets_of_an_agent_stand_in_the_members_file(string option, string name)
    {
        Assert.Equal(name, MemberSettings.SecretName("ipmi", option));
        var settings = ReadMember(Member + $"member.secrets.{name}-file = \"ims.password\"").Settings;
        Assert.Equal("SNMPpass", settings!.SecretOf("ipmi", option)!.RevealText());
        Assert.Null(settings.SecretOf("other", option));
    }
}

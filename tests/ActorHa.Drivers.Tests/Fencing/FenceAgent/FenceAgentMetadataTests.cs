using ActorHa.Configuration;
using ActorHa.Drivers.Fencing.FenceAgent;
using ActorHa.Testing;

namespace ActorHa.Drivers.Tests.Fencing.FenceAgent;

public sealed class FenceAgentMetadataTests
{
    private const string Xml = """
        <resource-agent name="fence_t"><parameters>
          <parameter name="action" required="1"><getopt mixed="-o"/><content type="string"/></parameter>
          <parameter name="ip" required="1"><getopt mixed="-a"/><content type="string"/></parameter>
          <parameter name="ipaddr" required="1" deprecated="1"><getopt mixed="-a"/><content type="string"/></parameter>
          <parameter name="username" required="1"><getopt mixed="-l"/><content type="string"/></parameter>
          <parameter name="password" required="0"><getopt mixed="-p"/><content type="string"/></parameter>
          <parameter name="plug" required="{0}"><getopt mixed="-n"/><content type="string"/></parameter>
          <parameter name="{1}" required="0"><getopt mixed="--as"/><content type="boolean"/></parameter>
          <parameter name="power_wait" required="0"><getopt mixed="-w"/><content type="second"/></parameter>
          <parameter name="method" required="0"><getopt mixed="-m"/><content type="select"><option value="onoff"/><option value="cycle"/></content></parameter>
        </parameters><actions><action name="on"/><action name="off"/><action name="status"/></actions></resource-agent>
        """;

    private static string[] Problems(string plug, (string, string)[] options, string required = "1", string flag = "lanplus", string secrets = "password")
    {
        var all = options.ToDictionary(o => $"option.{o.Item1}", o => o.Item2);
        all["agent"] = "fence_t";
        all["secrets"] = secrets;
        var metadata = FenceAgentMetadata.Parse(Xml.Replace("{0}", required, StringComparison.Ordinal).Replace("{1}", flag, StringComparison.Ordinal));
        return [.. metadata.Problems(FenceAgentOptions.Parse(all), plug)];
    }

    [Fact]
    public void What_fits_has_no_problems()
    {
        Assert.Empty(Problems("1", [("ip", "192.0.2.7"), ("username", "u"), ("lanplus", "1"), ("power-wait", "2"), ("method", "onoff")]));
        Assert.Empty(Problems("1", [("ipaddr", "192.0.2.7"), ("username", "u")], secrets: ""));
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        Assert.Equal(
            [
                "option lanplus: found maybe, expected 1 or 0", "option method: found both, expected onoff or cycle", "option power_wait: found 2s, expected a whole number",
                "it has no option udpport", "it has no option token, which is named under secrets", "it needs the option ip", "it needs the option username", "the plug must be named",
            ],
            Problems(FenceAgentUnit.OnlyPlug, [("lanplus", "maybe"), ("method", "both"), ("power_wait", "2s"), ("udpport", "1161")], secrets: "token"));
    }

    [Fact]
    public void Missing_actions_are_told() =>
        Assert.Equal(["it does not offer the action off", "it does not offer the action on", "it does not offer the action status", "its device has one plug only: plug = \"-\", not 1"],
            FenceAgentMetadata.Parse("<resource-agent name=\"x\"><parameters/><actions><action name=\"reboot\"/></actions></resource-agent>")
                .Problems(FenceAgentOptions.Parse(new Dictionary<string, string> { ["agent"] = "fence_x", ["secrets"] = "" }), "1"));

    [Fact]
    public void A_device_with_one_plug_has_no_other()
    {
        (string, string)[] options = [("ip", "192.0.2.7"), ("username", "u")];
        Assert.Empty(Problems("-", options, "0", "port_as_ip"));
        Assert.Contains("one plug only", Assert.Single(Problems("1", options, "0", "port_as_ip")), StringComparison.Ordinal);
        Assert.Empty(Problems("192.0.2.8", [.. options, ("port_as_ip", "1")], "0", "port_as_ip"));
        Assert.Contains("the plug is the device's address", Assert.Single(Problems("-", [.. options, ("port_as_ip", "1")], "0", "port_as_ip")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no xml")]
    [InlineData("<resource-agent><parameters>")]
    [InlineData("<html/>")]
    [InlineData("<!DOCTYPE r [<!ENTITY a 'b'>]><resource-agent name='x'>&a;</resource-agent>")]
    [InlineData("<!DOCTYPE r SYSTEM 'file:///etc/passwd'><resource-agent name='x'/>")]
    public void What_is_no_metadata_is_refused(string xml) => Assert.Throws<FormatException>(() => FenceAgentMetadata.Parse(xml));

    [Fact]
    public void Metadata_without_end_is_refused() =>
        Assert.Throws<FormatException>(() => FenceAgentMetadata.Parse($"<resource-agent name='x'><longdesc>{new string('x', FenceAgentMetadata.MostBytes)}</longdesc></resource-agent>"));

    [NeedsFact("fence_ipmilan unshare timeout", root: true)]
    public async Task Every_agent_of_the_table_that_is_installed_tells_what_it_is()
    {
        var read = new List<string>();
        foreach (var agent in BelievedAgents.All.Where(a => File.Exists(Path.Combine(FenceAgentUnit.Folder, a))))
        {
            var unit = new FenceAgentUnit(FenceAgentOptions.Parse(new Dictionary<string, string> { ["agent"] = agent, ["secrets"] = "" }), new Dictionary<string, string>());
            var (metadata, why) = await unit.MetadataAsync(TimeSpan.FromSeconds(30), default);
            Assert.True(metadata is not null, $"{agent}: {why}");
            Assert.Superset(new HashSet<string> { "on", "off", "status" }, metadata.Actions.ToHashSet());
            read.Add(agent);
        }
        Assert.Superset(new HashSet<string> { "fence_ipmilan", "fence_intelmodular", "fence_redfish" }, read.ToHashSet());
    }
}

using ActorHa.Drivers.Fencing.FenceAgent;

namespace ActorHa.Drivers.Tests.Fencing.FenceAgent;

public sealed class FenceAgentOptionsTests
{
    [Fact]
    public void All_options_are_read()
    {
        var options = FenceAgentOptions.Parse(new Dictionary<string, string>
        {
            ["agent"] = "fence_ipmilan",
            ["patience"] = "12.5s",
            ["secrets"] = "password,hexadecimal_kg",
            ["trust-off"] = "yes",
            ["option.ip"] = "192.0.2.7",
        });
        Assert.Equal(("fence_ipmilan", TimeSpan.FromSeconds(12.5), true), (options.Agent, options.Patience, options.TrustOff));
        Assert.Equal(["password", "hexadecimal_kg"], options.Secrets.AsEnumerable());
        Assert.Equal("192.0.2.7", options.Options["ip"]);
    }

    [Fact]
    public void What_is_not_said_is_careful()
    {
        var options = FenceAgentOptions.Parse(new Dictionary<string, string> { ["agent"] = "fence_redfish" });
        Assert.Equal((TimeSpan.FromSeconds(20), false), (options.Patience, options.TrustOff));
        Assert.Equal(["password"], options.Secrets.AsEnumerable());
    }

    [Theory]
    [InlineData("agent", "ipmilan", "no name of an agent")]
    [InlineData("agent", "fence_../../bin/sh", "no name of an agent")]
    [InlineData("agent", "fence_IPMI", "no name of an agent")]
    [InlineData("patience", "31s", "no patience")]
    [InlineData("patience", "0s", "no patience")]
    [InlineData("patience", "20", "no patience")]
    [InlineData("trust-off", "maybe", "yes or no")]
    [InlineData("option.ip", "192.0.2.7\naction=on", "control character")]
    [InlineData("trust", "yes", "no option 'trust'")]
    public void What_cannot_be_used_is_refused(string key, string value, string why)
    {
        var options = new Dictionary<string, string> { ["agent"] = "fence_ipmilan", [key] = value };
        Assert.Contains(why, Assert.Throws<FormatException>(() => FenceAgentOptions.Parse(options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1,2")]
    [InlineData(" 1")]
    [InlineData("1\naction=on")]
    public void A_plug_is_one_line_and_one_plug(string plug)
    {
        var unit = new FenceAgentUnit(FenceAgentOptions.Parse(new Dictionary<string, string> { ["agent"] = "fence_apc", ["secrets"] = "" }), new Dictionary<string, string>());
        Assert.Throws<FormatException>(() => unit.Plug(plug));
    }

    [Fact]
    public void A_secret_must_be_there_and_fit_on_a_line_and_does_not_show_itself()
    {
        var options = FenceAgentOptions.Parse(new Dictionary<string, string> { ["agent"] = "fence_apc" });
        Assert.Contains("password is missing", Assert.Throws<FormatException>(() => new FenceAgentUnit(options, new Dictionary<string, string>())).Message, StringComparison.Ordinal);
        var broken = Assert.Throws<FormatException>(() => new FenceAgentUnit(options, new Dictionary<string, string> { ["password"] = "hidden\naction=on" }));
        Assert.DoesNotContain("hidden", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_are_taken_out_as_agents_write_them()
    {
        const string secret = "a'b \"c\" <d>&\\e";
        var redactor = new Redactor([secret, ""]);
        Assert.Equal("x *** y", redactor.LastLine($"x {secret} y\n\n"));
        Assert.Equal("***", redactor.LastLine(Uri.EscapeDataString(secret)));
        Assert.Equal("'***'", redactor.LastLine("'a'\"'\"'b \"c\" <d>&\\e'"));
        Assert.Equal("***", redactor.LastLine("a&#39;b &quot;c&quot; &lt;d&gt;&amp;\\e"));
        Assert.Equal("last", redactor.LastLine("first\nlast\n"));
        Assert.Equal(201, redactor.LastLine(new string('x', 5000)).Length);
        Assert.Equal("a [31m", redactor.LastLine("a\u001b[31m"));
    }
}

using System.Net;
using ActorHa.Drivers.Fencing.ModularServer;
using ActorHa.Snmp.Security;

namespace ActorHa.Drivers.Tests.Fencing;

public sealed class ModularServerOptionsTests
{
    private static Dictionary<string, string> Options(params (string Key, string Value)[] more)
    {
        var options = new Dictionary<string, string> { ["address"] = "192.0.2.2", ["user"] = "fencer" };
        foreach (var (key, value) in more) options[key] = value;
        return options;
    }

    [Fact]
    public void Address_and_user_are_enough() => Assert.Equal(
        new ModularServerOptions(new IPEndPoint(IPAddress.Parse("192.0.2.2"), 161), "fencer", AuthProtocol.Sha1, null),
        ModularServerOptions.Parse(Options()));

    [Fact]
    public void Everything_can_be_said_and_blanks_around_it_do_no_harm() => Assert.Equal(
        new ModularServerOptions(new IPEndPoint(IPAddress.Parse("192.0.2.3"), 1161), "fencer", AuthProtocol.Sha256, "X1"),
        ModularServerOptions.Parse(Options(
            ("address", " 192.0.2.3"), ("port", "1161 "), ("auth", "sha-256"), ("level", "AUTHnoPRIV"), ("serial", " X1 "))));

    [Theory]
    [InlineData("address", "", "needs the option 'address'")]
    [InlineData("user", " ", "needs the option 'user'")]
    [InlineData("address", "chassis.example", "is no IP address")]
    [InlineData("port", "0", "is no port")]
    [InlineData("port", "65536", "is no port")]
    [InlineData("port", "-1", "is no port")]
    [InlineData("auth", "none", "is no authentication")]
    [InlineData("level", "noAuthNoPriv", "does not offer level 'noAuthNoPriv'")]
    [InlineData("level", "everything", "is no level")]
    [InlineData("community", "hush", "v1 and v2c prove nothing")]
    [InlineData("version", "2c", "v1 and v2c prove nothing")]
    [InlineData("udpport", "161", "no option 'udpport'")]
    [InlineData("password", "hush", "no option 'password'")]
    public void What_cannot_be_used_is_named(string key, string value, string says)
    {
        var fault = Assert.Throws<FormatException>(() => ModularServerOptions.Parse(Options((key, value))));
        Assert.Contains(says, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encryption_is_AES_unless_DES_is_said()
    {
        Assert.Equal(PrivProtocol.None, ModularServerOptions.Parse(Options(("privacy", "DES"))).Priv);
        Assert.Equal(PrivProtocol.Aes128, ModularServerOptions.Parse(Options(("level", "authPriv"))).Priv);
        Assert.Equal(PrivProtocol.Des, ModularServerOptions.Parse(Options(("level", "authPriv"), ("privacy", "des"))).Priv);
        Assert.Throws<FormatException>(() => ModularServerOptions.Parse(Options(("level", "authPriv"), ("privacy", "AES-256"))));
    }

    [Fact]
    public void Weak_protocols_are_taken_and_warned_of()
    {
        Assert.Empty(ModularServerOptions.Parse(Options(("level", "authPriv"))).Warnings);
        var weak = ModularServerOptions.Parse(Options(("auth", "MD5"), ("level", "authPriv"), ("privacy", "DES"))).Warnings;
        Assert.Equal(2, weak.Count);
        Assert.Contains("MD5", weak[0], StringComparison.Ordinal);
        Assert.Contains("DES", weak[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Encryption_without_its_password_is_refused() => Assert.Throws<ArgumentException>(
        () => new ModularServerChassis(ModularServerOptions.Parse(Options(("level", "authPriv"))), "12345678"));

    [Fact]
    public async Task A_chassis_has_six_slots()
    {
        await using var chassis = new ModularServerChassis(ModularServerOptions.Parse(Options()), "12345678");
        Assert.Equal("modular-server 192.0.2.2 blade 6", chassis.Plug("6").Name);
        foreach (var plug in new[] { "0", "7", "-1", "", "one" }) Assert.Throws<FormatException>(() => chassis.Plug(plug));
    }

    [Fact]
    public void A_password_that_is_too_short_is_refused_without_being_repeated()
    {
        var fault = Assert.Throws<ArgumentException>(() => new ModularServerChassis(ModularServerOptions.Parse(Options()), "s3cret!"));
        Assert.DoesNotContain("s3cret", fault.Message, StringComparison.Ordinal);
    }
}

using System.Net;
using ActorHa.Snmp.Agent;
using ActorHa.Snmp.Security;
using ActorHa.Testing;

namespace ActorHa.Snmp.Tests;

/// <summary>net-snmp's tools against our agent.</summary>
public sealed class NetSnmpToolsTests : IAsyncLifetime
{
    private readonly CancellationTokenSource stop = new();
    private readonly OneNumber tree = new();
    private readonly SnmpAgent agent;
    private Task running = Task.CompletedTask;

    public NetSnmpToolsTests() => agent = new SnmpAgent(
        new IPEndPoint(IPAddress.Loopback, 0), EngineId.Parse("80001f880302fc00000001"), 3,
        [
            new(new UsmUser("ro", AuthProtocol.Sha1, "roPassword1"), false),
            new(new UsmUser("rw", AuthProtocol.Sha1, "rwPassword1"), true),
            new(new UsmUser("priv", AuthProtocol.Sha512, "authPassword", PrivProtocol.Aes128, "privPassword"), true),
            new(new UsmUser("old", AuthProtocol.Md5, "md5Password"), false),
            new(new UsmUser("short", AuthProtocol.Sha224, "sha224Password"), false),
            .. SnmpdChassis.Protocols.Select(p => new AgentUser(SnmpdChassis.UserOf(p.Auth, p.Priv), true)),
        ],
        tree,
        communities:
        [
            .. new[] { SnmpVersion.V1, SnmpVersion.V2c }.SelectMany(version => new AgentCommunity[]
            {
                new(new Community(version, "looking"), false), new(new Community(version, "writing"), true),
            }),
        ]);

    public Task InitializeAsync()
    {
        running = agent.RunAsync(stop.Token);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        await agent.DisposeAsync();
    }

    private Task<(int Exit, string Output)> Tool(string tool, string user, params string[] rest) => Program.RunAsync(tool, [
        "-v3", "-On", "-t", "5", .. user.Split(' '), agent.LocalEndPoint.ToString(), .. rest]);

    private const string Reader = "-l authNoPriv -u ro -a SHA -A roPassword1";
    private const string Writer = "-l authNoPriv -u rw -a SHA -A rwPassword1";
    private const string Private = "-l authPriv -u priv -a SHA-512 -A authPassword -x AES -X privPassword";

    [NeedsFact("snmpget snmpset snmpwalk")]
    public async Task Every_level_and_protocol_is_understood()
    {
        foreach (var user in SnmpdChassis.Protocols.Select(Options))
        {
            var (exit, output) = await Tool("snmpget", user, OneNumber.Name.ToString());
            Assert.Equal((0, $".{OneNumber.Name} = INTEGER: 42\n"), (exit, output));
        }
    }

    private static string Options((AuthProtocol Auth, PrivProtocol Priv) p)
    {
        var user = SnmpdChassis.UserOf(p.Auth, p.Priv);
        var signed = $"-u {user.Name} -a {SnmpdChassis.WordOf(p.Auth)} -A {SnmpdChassis.AuthPassword}";
        return p.Priv == PrivProtocol.None
            ? $"-l authNoPriv {signed}"
            : $"-l authPriv {signed} -x {SnmpdChassis.WordOf(p.Priv)} -X {SnmpdChassis.PrivPassword}";
    }

    [NeedsFact("snmpget snmpset snmpwalk snmpbulkget")]
    public async Task Versions_1_and_2c_are_answered()
    {
        foreach (var version in new[] { "-v1", "-v2c" })
        {
            Task<(int Exit, string Output)> Open(string tool, string community, params string[] rest) => Program.RunAsync(
                tool, [version, "-c", community, "-On", "-t", "5", agent.LocalEndPoint.ToString(), .. rest]);

            Assert.Equal((0, $".{OneNumber.Name} = INTEGER: 42\n"), await Open("snmpget", "looking", OneNumber.Name.ToString()));
            Assert.Equal(0, (await Open("snmpset", "writing", OneNumber.Name.ToString(), "i", "42")).Exit);
            var refused = await Open("snmpset", "looking", OneNumber.Name.ToString(), "i", "5");
            Assert.Contains(version == "-v1" ? "noSuchName" : "noAccess", refused.Output, StringComparison.Ordinal);
            var badValue = await Open("snmpset", "writing", OneNumber.Name.ToString(), "s", "x");
            Assert.Contains(version == "-v1" ? "badValue" : "wrongType", badValue.Output, StringComparison.Ordinal);
            var (exit, output) = await Open("snmpwalk", "looking", "1.3.6.1.4.1.99999");
            Assert.Equal((0, $".{OneNumber.Name} = INTEGER: 42\n"), (exit, output[..(output.IndexOf('\n') + 1)]));
        }
        Assert.Equal([42, 42], tree.Sets);
        var bulk = await Program.RunAsync("snmpbulkget", ["-v2c", "-c", "looking", "-On", "-Cr3", agent.LocalEndPoint.ToString(), "1.3.6.1.4.1.99999"]);
        Assert.StartsWith($".{OneNumber.Name} = INTEGER: 42\n", bulk.Output, StringComparison.Ordinal);
    }

    [NeedsFact("snmpget snmpset snmpwalk")]
    public async Task A_wrong_privacy_password_is_said_so()
    {
        var wrong = await Tool("snmpget", Private.Replace("-X privPassword", "-X wrongPassword", StringComparison.Ordinal), OneNumber.Name.ToString());
        Assert.Contains("Decryption error", wrong.Output, StringComparison.Ordinal);
    }

    [NeedsFact("snmpget snmpset snmpwalk")]
    public async Task Rows_are_written_by_who_may()
    {
        Assert.Equal(0, (await Tool("snmpset", Writer, OneNumber.Name.ToString(), "i", "3")).Exit);
        Assert.Equal(0, (await Tool("snmpset", Private, OneNumber.Name.ToString(), "i", "4")).Exit);
        var (exit, output) = await Tool("snmpset", Reader, OneNumber.Name.ToString(), "i", "5");
        Assert.Equal(2, exit);
        Assert.Contains("noAccess", output, StringComparison.Ordinal);
        Assert.Equal([3, 4], tree.Sets);
    }

    [NeedsFact("snmpget snmpset snmpwalk snmpbulkwalk")]
    public async Task A_walk_ends()
    {
        foreach (var tool in new[] { "snmpwalk", "snmpbulkwalk" })
        {
            var (exit, output) = await Tool(tool, Reader, "1.3.6.1.4.1.99999");
            Assert.Equal((0, $".{OneNumber.Name} = INTEGER: 42\n"), (exit, output[..(output.IndexOf('\n') + 1)]));
        }
    }

    [NeedsFact("snmpget snmpset snmpwalk")]
    public async Task A_wrong_password_and_an_unknown_user_are_said_so()
    {
        var wrong = await Tool("snmpget", "-l authNoPriv -u ro -a SHA -A wrongPassword", OneNumber.Name.ToString());
        Assert.Contains("Authentication failure", wrong.Output, StringComparison.Ordinal);
        var unknown = await Tool("snmpget", "-l authNoPriv -u nobody -a SHA -A roPassword1", OneNumber.Name.ToString());
        Assert.Contains("Unknown user name", unknown.Output, StringComparison.Ordinal);
    }
}

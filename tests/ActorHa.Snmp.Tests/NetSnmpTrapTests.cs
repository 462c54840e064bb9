using System.Collections.Concurrent;
using System.Net;
using ActorHa.Snmp.Security;
using ActorHa.Snmp.Traps;
using ActorHa.Testing;

namespace ActorHa.Snmp.Tests;

/// <summary>net-snmp's snmptrap and snmpinform against our receiver.</summary>
public sealed class NetSnmpTrapTests : IAsyncLifetime
{
    private const string Event = "1.3.6.1.4.1.343.2.19.1.0.10", Detail = "1.3.6.1.4.1.343.2.19.1.3.6";
    private const string Engine = "80001f880302fc00000009";

    private readonly CancellationTokenSource stop = new();
    private readonly BlockingCollection<TrapHeard> heard = [];
    private readonly TrapReceiver receiver;
    private Task running = Task.CompletedTask;

    public NetSnmpTrapTests() => receiver = new TrapReceiver(
        new IPEndPoint(IPAddress.Loopback, 0),
        new TrapUsers(
            EngineId.Parse("80001f880302fc00000008"), 2,
            [.. SnmpdChassis.Protocols.Select(p => SnmpdChassis.UserOf(p.Auth, p.Priv)), new UsmUser("plain", AuthProtocol.None, null)],
            [new Community(SnmpVersion.V1, "public"), new Community(SnmpVersion.V2c, "public")]),
        (_, what) => heard.Add(what));

    public Task InitializeAsync()
    {
        running = receiver.RunAsync(stop.Token);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        await receiver.DisposeAsync();
        heard.Dispose();
    }

    private async Task Send(string tool, string options, string what)
    {
        var (exit, output) = await Program.RunAsync(
            tool, [.. options.Split(' '), receiver.LocalEndPoint.ToString(), .. what.Split(' ').Select(word => word == "''" ? "" : word)]);
        Assert.True(exit == 0, $"{tool} {options}: {output}");
    }

    private TrapHeard Heard()
    {
        Assert.True(heard.TryTake(out var one, TimeSpan.FromSeconds(30)), $"nothing was heard; {receiver.Dropped.Total} dropped");
        return one;
    }

    private static string UserOptions(AuthProtocol auth, PrivProtocol priv) =>
        $"-u u{auth}{priv} -a {SnmpdChassis.WordOf(auth)} -A {SnmpdChassis.AuthPassword}" + (priv == PrivProtocol.None
            ? " -l authNoPriv"
            : $" -l authPriv -x {SnmpdChassis.WordOf(priv)} -X {SnmpdChassis.PrivPassword}");

    [NeedsFact("snmptrap snmpinform")]
    public async Task Traps_of_versions_1_and_2c_are_heard_alike()
    {
        await Send("snmptrap", "-v1 -c public", $"1.3.6.1.4.1.343.2.19.1 127.0.0.1 6 10 77 {Detail} s lost");
        await Send("snmptrap", "-v2c -c public", $"77 {Event} {Detail} s lost");
        foreach (var version in new[] { SnmpVersion.V1, SnmpVersion.V2c })
        {
            var one = Heard();
            Assert.Equal((version, Oid.Parse(Event), 77U, false), (one.Version, one.What.Trap, one.What.UpTime, one.Authenticated));
            Assert.Equal([new VarBind(Oid.Parse(Detail), SnmpValue.Octets.Of("lost"))], one.What.Binds);
        }
        await Send("snmptrap", "-v1 -c public", "1.3.6.1.4.1.343 127.0.0.1 3 0 77");
        Assert.Equal(Oid.Parse("1.3.6.1.6.3.1.1.5.4"), Heard().What.Trap);
    }

    [NeedsFact("snmptrap snmpinform")]
    public async Task Informs_of_version_2c_are_answered()
    {
        // The tool ends with 0 only when its inform was answered.
        await Send("snmpinform", "-v2c -c public -r 0 -t 20", $"77 {Event} {Detail} s lost");
        Assert.Equal(Oid.Parse(Event), Heard().What.Trap);
    }

    [NeedsFact("snmptrap snmpinform")]
    public async Task Traps_of_version_3_are_heard_with_every_protocol()
    {
        foreach (var (auth, priv) in SnmpdChassis.Protocols)
        {
            await Send("snmptrap", $"-v3 -e 0x{Engine} -Z 3,100 {UserOptions(auth, priv)}", $"77 {Event} {Detail} s lost");
            var one = Heard();
            Assert.Equal((SnmpVersion.V3, Oid.Parse(Event), true), (one.Version, one.What.Trap, one.Authenticated));
            Assert.Equal(Engine, one.At!.Engine.ToString());
        }
        await Send("snmptrap", $"-v3 -e 0x{Engine} -l noAuthNoPriv -u plain", $"77 {Event}");
        Assert.False(Heard().Authenticated);
    }

    [NeedsFact("snmptrap snmpinform")]
    public async Task Informs_of_version_3_find_the_receivers_engine_and_are_answered()
    {
        foreach (var (auth, priv) in new[] { (AuthProtocol.Sha1, PrivProtocol.None), (AuthProtocol.Sha256, PrivProtocol.Aes128), (AuthProtocol.Md5, PrivProtocol.Des) })
        {
            await Send("snmpinform", $"-v3 -r 0 -t 20 {UserOptions(auth, priv)}", $"77 {Event} {Detail} s lost");
            Assert.True(Heard().Authenticated);
        }
    }

    [NeedsFact("snmptrap snmpinform")]
    public async Task A_trap_with_a_wrong_password_or_of_a_stranger_is_dropped_and_counted()
    {
        var wrong = UserOptions(AuthProtocol.Sha1, PrivProtocol.None).Replace(SnmpdChassis.AuthPassword, "anotherPassword", StringComparison.Ordinal);
        await Send("snmptrap", $"-v3 -e 0x{Engine} {wrong}", $"77 {Event}");
        await Send("snmptrap", "-v2c -c private", $"77 {Event}");
        await Send("snmptrap", "-v2c -c public", $"77 {Event}");
        Assert.Equal(SnmpVersion.V2c, Heard().Version);
        Assert.Empty(heard);
        Assert.Equal((1, 1), (receiver.Dropped[DropReason.WrongDigest], receiver.Dropped[DropReason.UnknownUser]));
    }
}

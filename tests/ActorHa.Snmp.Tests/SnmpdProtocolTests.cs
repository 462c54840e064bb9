using System.Net.Sockets;
using ActorHa.Snmp.Security;
using ActorHa.Testing;

namespace ActorHa.Snmp.Tests;

/// <summary>Every version, level and protocol of the manager against net-snmp's agent.</summary>
public sealed class SnmpdProtocolTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly Oid Led = SnmpdChassis.PowerLed;

    private static VarBind[] Write(int value) => [new(Led.With(1), new SnmpValue.Integer(value))];

    private static SnmpAnswer.Response Response(SnmpAnswer answer) => Assert.IsType<SnmpAnswer.Response>(answer);

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task Every_authentication_and_every_encryption_reads_and_writes()
    {
        await using var chassis = await SnmpdChassis.StartAsync();
        foreach (var (auth, priv) in SnmpdChassis.Protocols)
        {
            await using var manager = new SnmpManager(chassis.EndPoint, SnmpdChassis.UserOf(auth, priv));
            var response = Response(await manager.GetAsync([Led.With(1), Led.With(9)], Patience));
            Assert.True(response.Authenticated && response.Error == SnmpError.None, $"{auth} {priv}");
            Assert.Equal([new SnmpValue.Integer(2), new SnmpValue.NoSuchInstance()], response.Binds.Select(b => b.Value));
            Assert.Equal(SnmpError.None, Response(await manager.SetAsync(Write(2), null, Patience)).Error);
        }
        Assert.Equal(SnmpdChassis.Protocols.Count(), chassis.Sets.Length);
    }

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task Without_a_signature_it_reads_and_says_so()
    {
        await using var chassis = await SnmpdChassis.StartAsync();
        await using var manager = new SnmpManager(chassis.EndPoint, new UsmUser("nobody1", AuthProtocol.None, null));
        var response = Response(await manager.GetAsync([Led.With(1)], Patience));
        Assert.Equal((new SnmpValue.Integer(2), false), (response.Binds[0].Value, response.Authenticated));
        // A user that could sign is not admitted without.
        await using var bare = new SnmpManager(chassis.EndPoint, new UsmUser("imsro", AuthProtocol.None, null));
        Assert.Equal(SnmpError.AuthorizationError, Response(await bare.GetAsync([Led.With(1)], Patience)).Error);
    }

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task Versions_1_and_2c_read_write_and_walk()
    {
        await using var chassis = await SnmpdChassis.StartAsync();
        foreach (var version in new[] { SnmpVersion.V1, SnmpVersion.V2c })
        {
            await using var writer = new SnmpManager(chassis.EndPoint, new Community(version, "writing"));
            var response = Response(await writer.GetAsync([Led.With(1)], Patience));
            Assert.Equal((new SnmpValue.Integer(2), false, null), (response.Binds[0].Value, response.Authenticated, response.At));
            Assert.Equal(SnmpError.None, Response(await writer.SetAsync(Write(2), null, Patience)).Error);
            var (rows, fault) = await writer.WalkAsync(Led, 100, Patience);
            Assert.Null(fault);
            Assert.Equal([2, 2, -32, -32, -32, -32], rows.Select(row => ((SnmpValue.Integer)row.Value).Number));
            // At the very end of what the device has, version 1 knows only an error.
            Assert.Null((await writer.WalkAsync(Oid.Parse("2.99"), 100, Patience)).Fault);
            await using var reader = new SnmpManager(chassis.EndPoint, new Community(version, "looking"));
            var expected = version == SnmpVersion.V1 ? SnmpError.NoSuchName : SnmpError.NoAccess;
            Assert.Equal(expected, Response(await reader.SetAsync(Write(3), null, Patience)).Error);
            await using var stranger = new SnmpManager(chassis.EndPoint, new Community(version, "guessing"));
            Assert.IsType<SnmpAnswer.NoAnswer>(await stranger.GetAsync([Led.With(1)], TimeSpan.FromMilliseconds(400)));
        }
        Assert.Equal(["1 2", "1 2"], chassis.Sets);
    }

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task A_bulk_question_and_a_bulk_walk_read_what_single_steps_read()
    {
        await using var chassis = await SnmpdChassis.StartAsync();
        await using var signed = new SnmpManager(chassis.EndPoint, SnmpdChassis.UserOf(AuthProtocol.Sha256, PrivProtocol.Aes128));
        await using var open = new SnmpManager(chassis.EndPoint, new Community(SnmpVersion.V2c, "looking"));
        foreach (var manager in new[] { signed, open })
        {
            var bulk = Response(await manager.GetBulkAsync([Led, Led], 1, 4, Patience));
            Assert.Equal(new[] { 1, 1, 2, 3, 4 }.Select(slot => Led.With((uint)slot)), bulk.Binds.Select(b => b.Name));
            var (stepped, _) = await manager.WalkAsync(Oid.Parse("1.3.6.1.4.1.343"), 200, Patience);
            var (bulked, fault) = await manager.BulkWalkAsync(Oid.Parse("1.3.6.1.4.1.343"), 200, 7, Patience);
            Assert.Null(fault);
            Assert.Equal(stepped, bulked);
            Assert.InRange(bulked.Count, 25, 100);
        }
    }

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task Wrong_keys_are_told_apart()
    {
        await using var chassis = await SnmpdChassis.StartAsync();
        async Task<SnmpAnswer> Ask(UsmUser user)
        {
            await using var manager = new SnmpManager(chassis.EndPoint, user);
            return await manager.GetAsync([Led.With(1)], TimeSpan.FromSeconds(3));
        }
        var good = SnmpdChassis.UserOf(AuthProtocol.Sha1, PrivProtocol.Aes128);
        var password = Assert.IsType<SnmpAnswer.Refused>(await Ask(new UsmUser(good.Name, good.Auth, "anotherPassword", good.Priv, SnmpdChassis.PrivPassword)));
        Assert.Equal(UsmReport.WrongDigest, password.Report);
        var protocol = Assert.IsType<SnmpAnswer.Refused>(await Ask(new UsmUser(good.Name, AuthProtocol.Sha256, SnmpdChassis.AuthPassword)));
        Assert.Equal(UsmReport.WrongDigest, protocol.Report);
        // net-snmp knows a wrong decryption only by what does not parse, and says nothing then: that must not look like an answer.
        foreach (var priv in new[] { PrivProtocol.Aes128, PrivProtocol.Des })
        {
            var user = SnmpdChassis.UserOf(AuthProtocol.Sha1, priv);
            var wrong = await Ask(new UsmUser(user.Name, user.Auth, SnmpdChassis.AuthPassword, priv, "anotherPassword"));
            Assert.True(wrong is SnmpAnswer.Refused { Report: UsmReport.DecryptionError } or SnmpAnswer.NoAnswer, $"{priv}: {wrong}");
        }
    }

    [NeedsFact(SnmpdChassis.Programs)]
    public async Task The_same_octets_are_executed_twice_inside_the_window_and_never_after_a_restart()
    {
        await using var chassis = await SnmpdChassis.StartAsync();
        var user = SnmpdChassis.Writer;
        await using var manager = new SnmpManager(chassis.EndPoint, user);
        Response(await manager.GetAsync([Led.With(1)], Patience));
        var now = manager.Now!;
        var scoped = new ScopedPdu(now.Engine.Octets.ToArray(), "", Pdu.Request(PduType.Set, 5, Write(3)));
        var recorded = Sealing.Seal(user, now, user.Level, true, 5, 65507, scoped);
        await Replay();
        await Replay();
        Assert.Equal(["1 3", "1 3"], chassis.Sets);
        await chassis.RestartAsync();
        await Replay();
        Assert.Equal(["1 3", "1 3"], chassis.Sets);

        async Task Replay()
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(chassis.EndPoint);
            await socket.SendAsync(recorded);
            await socket.ReceiveAsync(new byte[65535]).WaitAsync(Patience);
        }
    }
}

using ActorHa.Snmp.Security;

namespace ActorHa.Snmp.Tests;

public sealed class RecordedPacketTests
{
    private static readonly Oid Led = Oid.Parse("1.3.6.1.4.1.343.2.19.1.2.10.202.1.1.6");

    [Fact]
    public void Every_recorded_datagram_is_encoded_again_octet_by_octet() =>
        Assert.All(Recorded.All, datagram => Assert.Equal(Convert.ToHexString(datagram), Convert.ToHexString(Recorded.Decode(datagram).Encode())));

    [Fact]
    public void The_discovery_report_names_the_engine_and_the_reason()
    {
        var report = Recorded.Decode(Recorded.DiscoveryReport);
        Assert.Equal(Recorded.Engine, EngineId.Of(report.Security.Engine));
        Assert.Equal(PduType.Report, report.Scoped!.Pdu.Type);
        Assert.Equal(UsmReport.UnknownEngineId, UsmStats.Read(report.Scoped.Pdu.Binds));
        Assert.Equal(new SnmpValue.Counter(75), report.Scoped.Pdu.Binds[0].Value);
    }

    [Fact]
    public void The_key_is_the_one_that_net_snmp_made() => Assert.Equal(
        "924de6bee7ed02146e247a5ad703702b12b07d3e", Convert.ToHexStringLower(Recorded.Reader.KeysFor(Recorded.Engine).Auth));

    [Fact]
    public void Recorded_signatures_are_genuine_and_any_changed_octet_is_noticed()
    {
        foreach (var datagram in new[] { Recorded.GetRequest, Recorded.GetResponse })
        {
            Assert.True(Sealing.IsGenuine(datagram, Recorded.Decode(datagram), Recorded.Reader.KeysFor(Recorded.Engine)));
            for (var i = 0; i < datagram.Length; i++)
            {
                var forged = (byte[])datagram.Clone();
                forged[i] ^= 1;
                if (V3Message.TryDecode(forged, out var message, out _))
                    Assert.False(Sealing.IsGenuine(forged, message, Recorded.Reader.KeysFor(Recorded.Engine)), $"octet {i}");
            }
        }
    }

    [Fact]
    public void The_recorded_request_is_built_again_with_its_signature()
    {
        var recorded = Recorded.Decode(Recorded.GetRequest);
        var at = new EngineMoment(Recorded.Engine, 1, 160);
        var built = Sealing.Seal(Recorded.Reader, at, MessageFlags.Auth, true, recorded.MessageId, recorded.MaxSize, recorded.Scoped!);
        Assert.Equal(Convert.ToHexString(Recorded.GetRequest), Convert.ToHexString(built));
    }

    [Fact]
    public void The_recorded_answer_is_a_number_and_a_row_that_does_not_exist()
    {
        var pdu = Recorded.Decode(Recorded.GetResponse).Scoped!.Pdu;
        Assert.Equal([new VarBind(Led.With(1), new SnmpValue.Integer(2)), new VarBind(Led.With(9), new SnmpValue.NoSuchInstance())], pdu.Binds);
        Assert.Equal(SnmpError.None, pdu.Error);
    }

    [Fact]
    public void The_recorded_encrypted_answer_opens()
    {
        var message = Recorded.Decode(Recorded.PrivResponse);
        var keys = Recorded.Private.KeysFor(Recorded.Engine);
        Assert.Equal("5d87050bdc9afee483d913e55770b22d87726c5f5ab6fb9a09f810b60c632480", Convert.ToHexStringLower(keys.Auth));
        Assert.Equal("05694c98efd96e8b3d835e180865351a", Convert.ToHexStringLower(keys.Priv));
        Assert.True(Sealing.IsGenuine(Recorded.PrivResponse, message, keys));
        Assert.True(Sealing.TryOpen(message, keys, out var scoped, out _));
        Assert.Equal(Convert.ToHexString(Recorded.PrivPlain), Convert.ToHexString(V3Message.Encode(scoped)));
        Assert.Equal([new VarBind(Led.With(1), new SnmpValue.Integer(2))], scoped.Pdu.Binds);
    }
}

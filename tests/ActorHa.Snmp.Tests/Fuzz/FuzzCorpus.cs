using ActorHa.Snmp.Security;
using ActorHa.Snmp.Traps;
using ActorHa.Snmp.Wire;

namespace ActorHa.Snmp.Tests.Fuzz;

/// <summary>Datagrams to begin from: recorded ones, and one of each kind that this library makes.</summary>
internal static class FuzzCorpus
{
    public static readonly UsmUser Signs = new("signs", AuthProtocol.Sha256, "maplesyrup");
    public static readonly UsmUser Aes = new("aes", AuthProtocol.Sha1, "maplesyrup", PrivProtocol.Aes128, "treacle-tart");
    public static readonly UsmUser Des = new("des", AuthProtocol.Md5, "maplesyrup", PrivProtocol.Des, "treacle-tart");
    public static readonly Community Looking = new(SnmpVersion.V2c, "looking");
    public static readonly Community Old = new(SnmpVersion.V1, "looking");

    private static readonly Notification Event =
        new(Oid.Parse("1.3.6.1.4.1.343.2.19.1.0.10"), 77, [new(OneNumber.Name, SnmpValue.Octets.Of("lost"))]);

    /// <summary>Datagrams of users are signed for this moment of the agent: unchanged, they would be obeyed.</summary>
    public static byte[][] At(EngineMoment now)
    {
        var set = Pdu.Request(PduType.Set, 5, [new(OneNumber.Name, new SnmpValue.Integer(3))]);
        var get = Pdu.Request(PduType.Get, 6, [VarBind.Asking(OneNumber.Name)]);
        var bulk = new Pdu(PduType.GetBulk, 7, 1, 100, [VarBind.Asking(OneNumber.Name), VarBind.Asking(Oid.Parse("1.3"))]);
        var all = new Pdu(PduType.Response, 8, 0, 0, [
            new(OneNumber.Name, new SnmpValue.BigCounter(ulong.MaxValue)), new(OneNumber.Name, new SnmpValue.IpAddress(1)),
            new(OneNumber.Name, new SnmpValue.Name(OneNumber.Name)), new(OneNumber.Name, new SnmpValue.EndOfMibView())]);
        var report = Pdu.Request(PduType.Report, 5, [new(UsmStats.Name(UsmReport.NotInTimeWindow), new SnmpValue.Counter(1))]);
        var sender = now with { Engine = EngineId.Parse("80001f880302fc00000077") };
        return
        [
            .. Recorded.All,
            .. from user in new[] { Signs, Aes, Des } from pdu in new[] { set, get, bulk, all, report } select Sealed(user, now, pdu),
            .. new[] { Signs, Aes, Des }.Select(user => TrapSender.Encode(user, sender, Event)),
            .. from pdu in new[] { set, get, bulk, all, Event.ToPdu(PduType.Inform, 9) } select Open(Looking, pdu),
            .. from pdu in new[] { set, get } select Open(Old, pdu),
            TrapSender.Encode(Looking, Event), TrapSender.Encode(Old, Event),
        ];
    }

    private static byte[] Sealed(UsmUser user, EngineMoment now, Pdu pdu) =>
        Sealing.Seal(user, now, user.Level, true, 5, 65507, new ScopedPdu(now.Engine.Octets.ToArray(), "", pdu));

    private static byte[] Open(Community community, Pdu pdu) => new CommunityMessage(community.Version, community.Octets, pdu, null).Encode();
}

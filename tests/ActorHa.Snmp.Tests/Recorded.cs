using ActorHa.Snmp.Security;

namespace ActorHa.Snmp.Tests;

/// <summary>Datagrams recorded between net-snmp's own tools and its agent.</summary>
internal static class Recorded
{
    public static readonly byte[] DiscoveryRequest = Convert.FromHexString(
        "3039020103300e020164020300ffe30401040201030410300e0400020100020100040004000400301204000400a00c020200c80201000201003000");

    public static readonly byte[] DiscoveryReport = Convert.FromHexString(
        "3061020103300e020164020300ffe3040100020103041c301a040b80001f880302fc00000001020101020200a0040004000400302e040b80001f880302fc000000010400a81d020200c80201000201003011300f060a2b060106030f0101040041014b");

    public static readonly byte[] GetRequest = Convert.FromHexString(
        "308191020103300e020168020300ffe3040105020103042d302b040b80001f880302fc00000001020101020200a00405696d73726f040cfb823ffef2c344baf48e21000400304d040b80001f880302fc000000010400a03c020200cc0201000201003030301606122b060104018257021301020a814a010106010500301606122b060104018257021301020a814a010106090500");

    public static readonly byte[] GetResponse = Convert.FromHexString(
        "308192020103300e020168020300ffe3040101020103042d302b040b80001f880302fc00000001020101020200a00405696d73726f040cc1836caeeec89ef74862012e0400304e040b80001f880302fc000000010400a23d020200cc0201000201003031301706122b060104018257021301020a814a01010601020102301606122b060104018257021301020a814a010106098100");

    public static readonly byte[] PrivResponse = Convert.FromHexString(
        "308196020103301102043d9469db020300ffe304010302010304423040040b80001f880302fc000000010201030201710407696d737072697604187b1a6aef9401c5b1562fbe63c68739dc499635ae9eaa4a8704087678c3184387a180043a34ff77857e9959109e3d5503369209fa7d129aea6eb62ee6a6d63458d6110e0c7a6791109fa91ec0f3bfe07859c1b1f4be58a437b3004c8cf0ec");

    public static readonly byte[] PrivPlain = Convert.FromHexString(
        "3038040b80001f880302fc000000010400a2270204729229180201000201003019301706122b060104018257021301020a814a01010601020102");

    public static readonly EngineId Engine = EngineId.Parse("80001f880302fc00000001");

    public static readonly UsmUser Reader = MakeReader();

    public static readonly UsmUser Private = MakePrivate();

    public static readonly byte[][] All = [DiscoveryRequest, DiscoveryReport, GetRequest, GetResponse, PrivResponse];

    /// <summary>One of one's own, for a test that looks at what a user remembers: classes run beside each other.</summary>
    public static UsmUser MakeReader() => new("imsro", AuthProtocol.Sha1, "roPassword1");

    /// <summary>As <see cref="MakeReader"/>.</summary>
    public static UsmUser MakePrivate() => new("imspriv", AuthProtocol.Sha256, "authPass256", PrivProtocol.Aes128, "privPass128");

    public static V3Message Decode(byte[] datagram)
    {
        Assert.True(V3Message.TryDecode(datagram, out var message, out var why), why);
        return message;
    }
}

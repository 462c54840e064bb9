using System.Formats.Asn1;
using ActorHa.Snmp.Wire;

namespace ActorHa.Snmp.Tests;

public sealed class BerTests
{
    [Theory]
    [InlineData("020105", 5)]
    [InlineData("020400000005", 5)]
    [InlineData("0206000000000005", 5)]
    [InlineData("0201ff", -1)]
    [InlineData("0204fffffff0", -16)]
    [InlineData("0206ffffffffffe0", -32)]
    [InlineData("02020080", 128)]
    [InlineData("02047fffffff", int.MaxValue)]
    [InlineData("020480000000", int.MinValue)]
    [InlineData("0281020005", 5)]
    public void Integers_are_read_with_or_without_leading_zeros(string hex, int number) =>
        Assert.Equal(number, new BerReader(Convert.FromHexString(hex)).Integer());

    [Theory]
    [InlineData("0200")]
    [InlineData("02050080000000")]
    [InlineData("020501000000 00")]
    [InlineData("0205ff7fffffff")]
    [InlineData("028005 0000")]
    [InlineData("0202 05")]
    [InlineData("03020505")]
    [InlineData("")]
    [InlineData("02")]
    [InlineData("0284ffffffff")]
    public void Integers_that_are_none_are_refused(string hex) => Assert.True(Refuses(hex, (ref BerReader r) => r.Integer()));

    [Theory]
    [InlineData("4204ffffffff", uint.MaxValue)]
    [InlineData("420500ffffffff", uint.MaxValue)]
    [InlineData("4201ff", 255)]
    [InlineData("42020000", 0)]
    [InlineData("42060000 00000096", 0x96)]
    public void Unsigned_integers_are_never_negative(string hex, uint number) =>
        Assert.Equal(number, new BerReader(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))).Unsigned(0x42, 4));

    [Theory]
    [InlineData("42050100000000")]
    [InlineData("4200")]
    public void Unsigned_integers_that_are_none_are_refused(string hex) => Assert.True(Refuses(hex, (ref BerReader r) => r.Unsigned(0x42, 4)));

    [Theory]
    [InlineData("1.3.6.1.4.1.343.2.19.1.2.10.202.1.1.6.1")]
    [InlineData("0.0")]
    [InlineData("2.999.4294967295.0.128")]
    [InlineData("1.3.4294967295")]
    public void Object_identifiers_survive_a_round_trip(string text)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteObjectIdentifier(text);
        Assert.Equal(text, new BerReader(writer.Encode()).ObjectId().ToString());
    }

    [Theory]
    [InlineData("0600")]
    [InlineData("06022b80")]
    [InlineData("06032b8001")]
    [InlineData("06062b9080808000")]
    [InlineData("06082bffffffffffff7f")]
    public void Object_identifiers_that_are_none_are_refused(string hex) => Assert.True(Refuses(hex, (ref BerReader r) => r.ObjectId()));

    [Fact]
    public void An_object_identifier_of_too_many_numbers_is_refused() =>
        Assert.True(Refuses("067f" + string.Concat(Enumerable.Repeat("01", 127)) + "", (ref BerReader r) => r.ObjectId(), accepted: true)
            && Refuses("068180" + string.Concat(Enumerable.Repeat("01", 128)), (ref BerReader r) => r.ObjectId()));

    [Fact]
    public void Every_kind_of_value_survives_a_round_trip()
    {
        SnmpValue[] values =
        [
            new SnmpValue.Integer(-32), new SnmpValue.Octets(new byte[] { 0, 255 }), SnmpValue.Empty, new SnmpValue.Name(Oid.Parse("1.3.6")),
            new SnmpValue.IpAddress(0x7F000001), new SnmpValue.Counter(uint.MaxValue), new SnmpValue.Unsigned(0x80000000),
            new SnmpValue.Ticks(0), new SnmpValue.BigCounter(ulong.MaxValue), new SnmpValue.NoSuchObject(), new SnmpValue.NoSuchInstance(),
            new SnmpValue.EndOfMibView(),
        ];
        var pdu = new Pdu(PduType.Response, -7, 0, 0, [.. values.Select((v, i) => new VarBind(Oid.Of(1, 3, (uint)i), v))]);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        PduCodec.Write(writer, pdu);
        var reader = new BerReader(writer.Encode());
        var back = PduCodec.Read(ref reader);
        Assert.Equal(pdu.Binds, back.Binds);
        Assert.Equal(pdu.RequestId, back.RequestId);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("1.40")]
    [InlineData("3.1")]
    [InlineData("1..3")]
    [InlineData("1.3.4294967296")]
    [InlineData("1.3.-1")]
    public void A_text_that_is_no_object_identifier_is_refused(string text) => Assert.False(Oid.TryParse(text, out _));

    [Fact]
    public void Object_identifiers_are_ordered_as_a_walk_visits_them()
    {
        var sorted = new[] { "1.3.6", "1.3.6.1", "1.3.6.2", "1.3.6.10" };
        Assert.Equal(sorted, sorted.Reverse().Select(Oid.Parse).Order().Select(o => o.ToString()));
    }

    private delegate object Reading(ref BerReader reader);

    private static bool Refuses(string hex, Reading read, bool accepted = false)
    {
        var reader = new BerReader(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        try
        {
            read(ref reader);
            return accepted;
        }
        catch (Exception e) when (e is MalformedException or AsnContentException)
        {
            return !accepted;
        }
    }
}

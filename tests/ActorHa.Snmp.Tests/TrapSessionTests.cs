using ActorHa.Snmp.Security;
using ActorHa.Snmp.Traps;
using ActorHa.Testing;

namespace ActorHa.Snmp.Tests;

/// <summary>The receiver's side of traps, datagram by datagram, on a clock that tests move.</summary>
public sealed class TrapSessionTests
{
    private static readonly EngineId Self = EngineId.Parse("80001f880302fc00000088");
    private static readonly EngineId Sender = EngineId.Parse("80001f880302fc00000077");
    private static readonly UsmUser User = new("teller", AuthProtocol.Sha1, "maplesyrup");
    private static readonly UsmUser Secret = new("whisperer", AuthProtocol.Sha256, "maplesyrup", PrivProtocol.Aes128, "treacle-tart");
    private static readonly Community Public = new(SnmpVersion.V2c, "public");
    private static readonly Notification Event = new(Oid.Parse("1.3.6.1.4.1.343.2.19.1.0.10"), 77, [new(OneNumber.Name, new SnmpValue.Integer(1))]);

    private readonly ShiftedTime time = new();
    private readonly TrapSession session;

    public TrapSessionTests() => session = new TrapSession(Self, 1, [User, Secret], [Public, new Community(SnmpVersion.V1, "public")], time);

    private static byte[] Trap(int boots, int seconds, UsmUser? user = null) =>
        TrapSender.Encode(user ?? User, new EngineMoment(Sender, boots, seconds), Event);

    private DropReason? Dropped(byte[] datagram)
    {
        var (what, answer, dropped) = session.Hear(datagram);
        Assert.Null(answer);
        Assert.True(what is null == dropped is not null);
        return dropped;
    }

    [Fact]
    public void A_signed_trap_teaches_the_senders_clock_and_a_later_one_is_held_against_it()
    {
        Assert.Null(Dropped(Trap(5, 1000)));
        time.Advance(TimeSpan.FromSeconds(100));
        Assert.Null(Dropped(Trap(5, 951)));
        Assert.Equal(DropReason.OutsideTimeWindow, Dropped(Trap(5, 940)));
        Assert.Equal(DropReason.OutsideTimeWindow, Dropped(Trap(4, 5000)));
        Assert.Null(Dropped(Trap(6, 0)));
        Assert.Equal(6, Assert.Single(session.Clocks).Now.Boots);
    }

    [Fact]
    public void What_is_not_genuine_teaches_nothing()
    {
        Assert.Equal(DropReason.WrongDigest, Dropped(Trap(5, 1000, new UsmUser("teller", AuthProtocol.Sha1, "treacle-tart"))));
        Assert.Equal(DropReason.UnknownUser, Dropped(Trap(5, 1000, new UsmUser("stranger", AuthProtocol.Sha1, "maplesyrup"))));
        Assert.Equal(DropReason.WrongLevel, Dropped(Trap(5, 1000, new UsmUser("teller", AuthProtocol.None, null))));
        Assert.Equal(DropReason.WrongLevel, Dropped(Trap(5, 1000, new UsmUser("whisperer", AuthProtocol.Sha256, "maplesyrup"))));
        Assert.Empty(session.Clocks);
        Assert.Null(Dropped(Trap(1, 1)));
        // Signed well and encrypted badly: it is the sender's word all the same, and cannot be read.
        Assert.Equal(DropReason.DecryptionError, Dropped(Trap(1, 2, new UsmUser("whisperer", AuthProtocol.Sha256, "maplesyrup", PrivProtocol.Aes128, "anotherPassword"))));
    }

    [Fact]
    public void An_encrypted_trap_is_read()
    {
        var (what, _, _) = session.Hear(Trap(1, 1, Secret));
        Assert.Equal((Event.Trap, Event.UpTime, true), (what!.What.Trap, what.What.UpTime, what.Authenticated));
        Assert.Equal(Event.Binds, what.What.Binds);
    }

    [Theory]
    [InlineData("1.3.6.1.4.1.343.2.19.1.0.10")]
    [InlineData("1.3.6.1.4.1.343.2.19.1.10")]
    [InlineData("1.3.6.1.6.3.1.1.5.3")]
    public void A_trap_of_version_1_is_told_as_version_2_would_have_it(string name)
    {
        var (what, _, _) = session.Hear(TrapSender.Encode(new Community(SnmpVersion.V1, "public"), Event with { Trap = Oid.Parse(name) }));
        // Version 1 has no trap without the 0 before its number: it comes back with one (RFC 3584 section 3.1).
        var expected = name.EndsWith(".1.10", StringComparison.Ordinal) ? "1.3.6.1.4.1.343.2.19.1.0.10" : name;
        Assert.Equal(Oid.Parse(expected), what!.What.Trap);
        Assert.Equal(Event.Binds, what.What.Binds);
    }

    [Fact]
    public void An_inform_is_answered_with_its_own_words_and_a_question_is_not()
    {
        var inform = new Wire.CommunityMessage(SnmpVersion.V2c, Public.Octets, Event.ToPdu(PduType.Inform, 9), null);
        var (what, answer, _) = session.Hear(inform.Encode());
        Assert.Equal(Event.Trap, what!.What.Trap);
        Assert.True(Wire.CommunityMessage.TryDecode(answer, out var back, out _));
        Assert.Equal((PduType.Response, 9), (back.Pdu!.Type, back.Pdu.RequestId));
        Assert.Equal(inform.Pdu!.Binds, back.Pdu.Binds);
        var question = new Wire.CommunityMessage(SnmpVersion.V2c, Public.Octets, Pdu.Request(PduType.Get, 9, Event.AllBinds), null);
        Assert.Equal(DropReason.WrongContent, Dropped(question.Encode()));
    }

    [Fact]
    public void A_notification_begins_with_the_time_and_its_name()
    {
        foreach (var binds in new VarBind[][] { [], [.. Event.AllBinds.Take(1)], [.. Event.AllBinds.Reverse()] })
        {
            var odd = new Wire.CommunityMessage(SnmpVersion.V2c, Public.Octets, Pdu.Request(PduType.Trap, 9, binds), null);
            Assert.Equal(DropReason.WrongContent, Dropped(odd.Encode()));
        }
    }
}

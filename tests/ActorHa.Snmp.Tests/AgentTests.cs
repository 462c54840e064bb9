using ActorHa.Snmp.Agent;
using ActorHa.Snmp.Security;
using ActorHa.Testing;

namespace ActorHa.Snmp.Tests;

/// <summary>The agent's side, datagram by datagram.</summary>
public sealed class AgentTests
{
    private static readonly UsmUser Reader = new("reader", AuthProtocol.Sha1, "maplesyrup");
    private static readonly UsmUser Writer = new("writer", AuthProtocol.Sha256, "maplesyrup", PrivProtocol.Aes128, "treacle-tart");
    private static readonly EngineId Engine = EngineId.Parse("80001f880302fc00000001");

    private readonly ShiftedTime time = new();
    private readonly OneNumber tree = new();
    private readonly AgentSession agent;

    public AgentTests() => agent = new AgentSession(Engine, 7, [new(Reader, false), new(Writer, true)], tree, time);

    private Pdu? Ask(
        Pdu pdu, UsmUser? user = null, int boots = 7, int seconds = 0, MessageFlags? level = null, bool reportable = true, int maxSize = 65507)
    {
        user ??= Reader;
        var scoped = new ScopedPdu(Engine.Octets.ToArray(), "", pdu);
        var asked = Sealing.Seal(user, new EngineMoment(Engine, boots, seconds), level ?? user.Level, reportable, 5, maxSize, scoped);
        if (agent.Answer(asked) is not { } datagram) return null;
        var message = Recorded.Decode(datagram);
        Assert.Equal(5, message.MessageId);
        Assert.True(datagram.Length <= maxSize);
        if (message.Has(MessageFlags.Auth)) Assert.True(Sealing.IsGenuine(datagram, message, user.KeysFor(Engine)));
        Assert.True(Sealing.TryOpen(message, user.KeysFor(Engine), out var answer, out _));
        return answer.Pdu;
    }

    private static Pdu Get(PduType type = PduType.Get) => Pdu.Request(type, 9, [VarBind.Asking(OneNumber.Name)]);

    private static Pdu Set(SnmpValue value) => Pdu.Request(PduType.Set, 9, [new VarBind(OneNumber.Name, value)]);

    private static UsmReport Report(Pdu? pdu)
    {
        Assert.Equal(PduType.Report, pdu?.Type);
        return UsmStats.Read(pdu!.Binds);
    }

    [Theory]
    [InlineData(7, 0, true)]
    [InlineData(7, 150, true)]
    [InlineData(7, 152, false)]
    [InlineData(6, 0, false)]
    [InlineData(8, 0, false)]
    public void A_message_outside_the_time_window_is_not_processed(int boots, int seconds, bool processed)
    {
        var answer = Ask(Get(), boots: boots, seconds: seconds);
        if (processed) Assert.Equal(PduType.Response, answer!.Type);
        else Assert.Equal(UsmReport.NotInTimeWindow, Report(answer));
    }

    [Fact]
    public void A_message_from_before_the_time_window_is_not_processed()
    {
        time.Advance(TimeSpan.FromSeconds(200));
        Assert.Equal(PduType.Response, Ask(Get(), seconds: 51)!.Type);
        Assert.Equal(UsmReport.NotInTimeWindow, Report(Ask(Get(), seconds: 49)));
    }

    [Fact]
    public void Engines_at_the_end_of_their_boots_authenticate_nobody()
    {
        var last = new AgentSession(Engine, int.MaxValue, [new(Reader, false)], tree, time);
        var scoped = new ScopedPdu(Engine.Octets.ToArray(), "", Get());
        var asked = Sealing.Seal(Reader, new EngineMoment(Engine, int.MaxValue, 0), Reader.Level, true, 5, 65507, scoped);
        Assert.Equal(UsmReport.NotInTimeWindow, Report(Recorded.Decode(last.Answer(asked)!).Scoped!.Pdu));
    }

    [Fact]
    public void A_report_is_sent_only_to_who_wants_one() => Assert.Null(Ask(Get(), boots: 6, reportable: false));

    [Fact]
    public void A_user_that_can_sign_but_does_not_is_not_admitted() =>
        Assert.Equal(SnmpError.AuthorizationError, Ask(Get(), level: 0)!.Error);

    [Fact]
    public void A_user_that_can_encrypt_but_does_not_is_not_admitted()
    {
        Assert.Equal(SnmpError.AuthorizationError, Ask(Set(new SnmpValue.Integer(1)), Writer, level: MessageFlags.Auth)!.Error);
        Assert.Empty(tree.Sets);
    }

    [Fact]
    public void A_user_that_only_reads_changes_nothing()
    {
        Assert.Equal(SnmpError.NoAccess, Ask(Set(new SnmpValue.Integer(1)))!.Error);
        Assert.Empty(tree.Sets);
    }

    [Fact]
    public void A_user_that_may_write_does()
    {
        Assert.Equal(SnmpError.None, Ask(Set(new SnmpValue.Integer(1)), Writer)!.Error);
        Assert.Equal([1], tree.Sets);
    }

    [Fact]
    public void Of_a_SET_with_one_bad_part_nothing_is_done()
    {
        var answer = Ask(Pdu.Request(PduType.Set, 9, [new(OneNumber.Name, new SnmpValue.Integer(1)), new(OneNumber.Name, SnmpValue.Octets.Of("x"))]), Writer)!;
        Assert.Equal((SnmpError.WrongType, 2), (answer.Error, answer.Index));
        Assert.Empty(tree.Sets);
    }

    [Fact]
    public void The_same_SET_sent_twice_is_done_twice_because_SNMP_knows_no_duplicates()
    {
        var scoped = new ScopedPdu(Engine.Octets.ToArray(), "", Set(new SnmpValue.Integer(1)));
        var datagram = Sealing.Seal(Writer, new EngineMoment(Engine, 7, 0), Writer.Level, true, 5, 65507, scoped);
        agent.Answer(datagram);
        agent.Answer(datagram);
        Assert.Equal([1, 1], tree.Sets);
    }

    [Fact]
    public void What_comes_next_is_a_row_or_the_end()
    {
        Assert.IsType<SnmpValue.EndOfMibView>(Ask(Get(PduType.GetNext))!.Binds[0].Value);
        var before = Pdu.Request(PduType.GetNext, 9, [VarBind.Asking(Oid.Parse("1.3"))]);
        Assert.Equal(OneNumber.Name, Ask(before)!.Binds[0].Name);
    }

    [Fact]
    public void A_bulk_question_gets_its_rounds_up_to_the_end()
    {
        var bulk = new Pdu(PduType.GetBulk, 9, 1, 10, [VarBind.Asking(Oid.Parse("1.3")), VarBind.Asking(Oid.Parse("1.3"))]);
        Assert.Equal(
            [OneNumber.Name, OneNumber.Name, OneNumber.Name], Ask(bulk)!.Binds.Select(b => b.Name));
    }

    [Fact]
    public void A_bulk_question_with_absurd_numbers_gets_a_bounded_answer()
    {
        var bulk = new Pdu(PduType.GetBulk, 9, -5, int.MaxValue, [.. Enumerable.Repeat(VarBind.Asking(Oid.Parse("1.3")), 200)]);
        Assert.InRange(Ask(bulk)!.Binds.Count, 1, 512);
    }

    [Fact]
    public void An_answer_that_does_not_fit_is_too_big_or_cut_where_that_is_allowed()
    {
        var many = Enumerable.Repeat(VarBind.Asking(OneNumber.Name), 40).ToArray();
        Assert.Equal(SnmpError.TooBig, Ask(Pdu.Request(PduType.Get, 9, many), maxSize: 600)!.Error);
        var bulk = Ask(new Pdu(PduType.GetBulk, 9, 40, 0, [.. many.Select(_ => VarBind.Asking(Oid.Parse("1.3")))]), maxSize: 600)!;
        Assert.Equal(SnmpError.None, bulk.Error);
        Assert.InRange(bulk.Binds.Count, 1, 39);
    }

    [Fact]
    public void Boots_in_a_file_rise_and_a_spoilt_file_is_not_guessed()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("boots").FullName, "boots");
        Assert.Equal([1, 2, 3], [EngineBoots.Next(file), EngineBoots.Next(file), EngineBoots.Next(file)]);
        File.WriteAllText(file, "three");
        Assert.Throws<InvalidDataException>(() => EngineBoots.Next(file));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }
}

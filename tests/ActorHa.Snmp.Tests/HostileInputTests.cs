using ActorHa.Snmp.Agent;
using ActorHa.Snmp.Manager;
using ActorHa.Snmp.Security;

namespace ActorHa.Snmp.Tests;

/// <summary>Answers to the very question that is being asked, changed on their way. (Datagrams from strangers: Fuzz.)</summary>
public sealed class HostileInputTests
{
    private const int Rounds = 5_000;

    [Fact]
    public void Mutated_answers_to_the_very_question_never_throw_and_are_believed_only_unchanged()
    {
        var random = new Random(3);
        var agent = new AgentSession(Recorded.Engine, 1, [new AgentUser(Recorded.Reader, true)], new OneNumber(), TimeProvider.System);
        for (var i = 0; i < Rounds; i++)
        {
            var session = new UsmSession(Recorded.Reader, TimeProvider.System);
            var question = new Question(PduType.Get, [VarBind.Asking(OneNumber.Name)], null);
            Assert.IsType<Heard.AskAgain>(session.Hear(question, agent.Answer(session.Build(question))!));
            Assert.IsType<Heard.AskAgain>(session.Hear(question, agent.Answer(session.Build(question))!));
            var answer = agent.Answer(session.Build(question))!;
            var forged = Mutate(answer, random);
            if (forged.AsSpan().SequenceEqual(answer)) continue;
            var heard = session.Hear(question, forged);
            Assert.False(heard is Heard.Answer { What: SnmpAnswer.Response }, Convert.ToHexString(forged));
        }
    }

    private static byte[] Mutate(byte[] datagram, Random random)
    {
        var copy = datagram.ToList();
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var at = random.Next(copy.Count);
            switch (random.Next(4))
            {
                case 0: copy[at] = (byte)random.Next(256); break;
                case 1: copy[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: copy.Insert(at, (byte)random.Next(256)); break;
                case 3 when copy.Count > 8: copy.RemoveRange(at, Math.Min(copy.Count - at, random.Next(1, 8))); break;
            }
            if (copy.Count == 0) break;
        }
        return [.. copy];
    }
}

/// <summary>A tree of one writable number.</summary>
internal sealed class OneNumber : IMibTree
{
    public static readonly Oid Name = Oid.Parse("1.3.6.1.4.1.99999.1.0");

    public int Number { get; private set; } = 42;

    public List<int> Sets { get; } = [];

    public SnmpValue Get(Oid name) => name.Equals(Name) ? new SnmpValue.Integer(Number) : new SnmpValue.NoSuchObject();

    public VarBind? Next(Oid after) => after.CompareTo(Name) < 0 ? new VarBind(Name, Get(Name)) : null;

    public SnmpError Check(Oid name, SnmpValue value) => (name.Equals(Name), value) switch
    {
        (false, _) => SnmpError.NotWritable,
        (true, SnmpValue.Integer) => SnmpError.None,
        _ => SnmpError.WrongType,
    };

    public SnmpError Set(Oid name, SnmpValue value)
    {
        Number = ((SnmpValue.Integer)value).Number;
        Sets.Add(Number);
        return SnmpError.None;
    }
}

using ActorHa.Snmp.Agent;
using ActorHa.Snmp.Manager;
using ActorHa.Snmp.Security;
using ActorHa.Testing;

namespace ActorHa.Snmp.Tests;

/// <summary>A manager's and an agent's side of USM face to face, without sockets, on a clock that tests move.</summary>
public sealed class SessionTests
{
    private static readonly UsmUser User = new("bert", AuthProtocol.Sha1, "maplesyrup");
    private static readonly EngineId Engine = EngineId.Parse("80001f880302fc00000001");

    private readonly ShiftedTime time = new();
    private readonly OneNumber tree = new();

    private AgentSession Agent(int boots = 7, UsmUser? user = null, bool mayWrite = true) =>
        new(Engine, boots, [new AgentUser(user ?? User, mayWrite)], tree, time);

    private UsmSession Manager(UsmUser? user = null) => new(user ?? User, time);

    private static Question Get() => new(PduType.Get, [VarBind.Asking(OneNumber.Name)], null);

    private static Question Set(int number, EngineMoment? at = null) =>
        new(PduType.Set, [new VarBind(OneNumber.Name, new SnmpValue.Integer(number))], at);

    /// <summary>Asks until there is an answer; null when the agent was silent.</summary>
    private static SnmpAnswer? Ask(UsmSession manager, AgentSession agent, Question question)
    {
        for (var i = 0; i < 20; i++)
        {
            if (agent.Answer(manager.Build(question)) is not { } datagram) return null;
            switch (manager.Hear(question, datagram))
            {
                case Heard.Answer answer: return answer.What;
                case Heard.Dropped dropped: throw new InvalidOperationException($"dropped: {dropped}");
            }
        }
        throw new InvalidOperationException("no end");
    }

    /// <summary>The device's signed answer to the last try of a question, told at a moment of its clock.</summary>
    private static byte[] Answered(UsmSession manager, Question question, EngineMoment at)
    {
        var id = Recorded.Decode(manager.Build(question)).MessageId;
        var pdu = new Pdu(PduType.Response, question.RequestId, 0, 0, question.Binds);
        return Sealing.Seal(User, at, MessageFlags.Auth, false, id, V3Message.LargestSize, new ScopedPdu(at.Engine.Octets.ToArray(), "", pdu));
    }

    private static SnmpAnswer.Response Good(SnmpAnswer? answer)
    {
        var response = Assert.IsType<SnmpAnswer.Response>(answer);
        Assert.Equal(SnmpError.None, response.Error);
        return response;
    }

    public static TheoryData<AuthProtocol, PrivProtocol> Protocols()
    {
        var data = new TheoryData<AuthProtocol, PrivProtocol> { { AuthProtocol.None, PrivProtocol.None } };
        foreach (var auth in Enum.GetValues<AuthProtocol>().Where(a => a != AuthProtocol.None))
        {
            foreach (var priv in Enum.GetValues<PrivProtocol>()) data.Add(auth, priv);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public void A_question_is_answered_with_every_protocol(AuthProtocol auth, PrivProtocol priv)
    {
        var user = new UsmUser("u", auth, "authPassword", priv, "privPassword");
        var response = Good(Ask(Manager(user), Agent(user: user), Get()));
        Assert.Equal([new VarBind(OneNumber.Name, new SnmpValue.Integer(42))], response.Binds);
        Assert.Equal(auth != AuthProtocol.None, response.Authenticated);
        Assert.Equal(Engine, response.At!.Engine);
    }

    [Fact]
    public void The_first_question_takes_a_discovery_and_a_look_at_the_time_and_the_next_one_neither()
    {
        var (manager, agent, question) = (Manager(), Agent(), Get());
        Assert.IsType<Heard.AskAgain>(manager.Hear(question, agent.Answer(manager.Build(question))!));
        Assert.Null(manager.Now);
        Assert.IsType<Heard.AskAgain>(manager.Hear(question, agent.Answer(manager.Build(question))!));
        Assert.Equal(new EngineMoment(Engine, 7, 0), manager.Now);
        Assert.IsType<Heard.Answer>(manager.Hear(question, agent.Answer(manager.Build(question))!));
        var next = Get();
        Assert.IsType<Heard.Answer>(manager.Hear(next, agent.Answer(manager.Build(next))!));
    }

    [Fact]
    public void The_devices_time_is_carried_on_between_answers()
    {
        var (manager, agent) = (Manager(), Agent());
        Good(Ask(manager, agent, Get()));
        time.Advance(TimeSpan.FromSeconds(1000));
        Assert.InRange(manager.Now!.Seconds, 1000, 1001);
        var question = Get();
        Assert.IsType<Heard.Answer>(manager.Hear(question, agent.Answer(manager.Build(question))!));
    }

    [Fact]
    public void A_device_that_rebooted_is_asked_again_with_its_new_time()
    {
        var manager = Manager();
        Good(Ask(manager, Agent(boots: 7), Get()));
        Good(Ask(manager, Agent(boots: 8), Get()));
        Assert.Equal(8, manager.Now!.Boots);
        Assert.Equal(0, manager.ClockWentBack);
    }

    [Fact]
    public void A_device_that_forgot_its_boots_is_believed_when_it_signs_and_the_jump_back_is_counted()
    {
        var manager = Manager();
        Good(Ask(manager, Agent(boots: 1), Get()));
        time.Advance(TimeSpan.FromHours(5));
        Good(Ask(manager, Agent(boots: 1), Get()));
        Assert.InRange(manager.Now!.Seconds, 0, 5);
        Assert.Equal(1, manager.ClockWentBack);
    }

    [Fact]
    public void A_device_that_starts_again_inside_the_time_window_is_followed_and_its_next_SET_lives_no_longer_for_it()
    {
        var manager = Manager();
        var before = Agent(boots: 1);
        Good(Ask(manager, before, Get()));
        time.Advance(TimeSpan.FromSeconds(100));
        Good(Ask(manager, before, Get()));
        var after = Agent(boots: 1);
        time.Advance(TimeSpan.FromSeconds(1));
        Good(Ask(manager, after, Get()));
        Assert.InRange(manager.Now!.Seconds, 0, 3);
        Assert.Equal(1, manager.ClockWentBack);
        var at = manager.Now!;
        time.Advance(TimeSpan.FromSeconds(200));
        var refused = Assert.IsType<SnmpAnswer.Refused>(Ask(manager, after, Set(3, at)));
        Assert.Equal((UsmReport.NotInTimeWindow, true), (refused.Report, refused.Authenticated));
        Assert.Empty(tree.Sets);
        Good(Ask(manager, after, Get()));
        Assert.Equal(1, manager.ClockWentBack);
    }

    [Fact]
    public void A_step_back_is_seen_in_the_answer_to_a_SET_with_an_older_moment_too()
    {
        var manager = Manager();
        Good(Ask(manager, Agent(boots: 1), Get()));
        var stamp = manager.Now!;
        time.Advance(TimeSpan.FromSeconds(100));
        // Its time is that of the stamp, and a hundred seconds behind what it would be.
        Good(Ask(manager, Agent(boots: 1), Set(3, stamp)));
        Assert.InRange(manager.Now!.Seconds, 0, 3);
        Assert.Equal(1, manager.ClockWentBack);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(149)]
    public void Who_sleeps_between_asking_and_hearing_does_not_take_it_for_the_devices_clock_going_back(int asleep)
    {
        var (manager, agent) = (Manager(), Agent(boots: 1));
        Good(Ask(manager, agent, Get()));
        var stamp = manager.Now!;
        time.Advance(TimeSpan.FromSeconds(100));
        foreach (var question in new[] { Get(), Set(3, stamp), Set(4) })
        {
            var answer = agent.Answer(manager.Build(question))!;
            time.Advance(TimeSpan.FromSeconds(asleep));
            Assert.IsType<Heard.Answer>(manager.Hear(question, answer));
            Assert.Equal(0, manager.ClockWentBack);
        }
    }

    [Fact]
    public void Who_sleeps_before_hearing_that_a_stamp_was_too_old_does_not_take_it_for_a_step_back()
    {
        var (manager, agent) = (Manager(), Agent(boots: 1));
        Good(Ask(manager, agent, Get()));
        var question = Set(3, manager.Now!);
        time.Advance(TimeSpan.FromSeconds(152));
        var answer = agent.Answer(manager.Build(question))!;
        time.Advance(TimeSpan.FromSeconds(300));
        Assert.IsType<SnmpAnswer.Refused>(Assert.IsType<Heard.Answer>(manager.Hear(question, answer)).What);
        Assert.Equal(0, manager.ClockWentBack);
    }

    [Fact]
    public void An_answer_to_an_earlier_try_is_held_against_the_time_of_that_try()
    {
        var (manager, agent, question) = (Manager(), Agent(boots: 1), Get());
        Good(Ask(manager, agent, Get()));
        time.Advance(TimeSpan.FromSeconds(10));
        var first = agent.Answer(manager.Build(question))!;
        time.Advance(TimeSpan.FromSeconds(60));
        manager.Build(question);
        Assert.IsType<Heard.Answer>(manager.Hear(question, first));
        Assert.Equal(0, manager.ClockWentBack);
    }

    [Fact]
    public void Clocks_that_part_in_a_long_silence_are_no_step_back()
    {
        var (manager, agent) = (Manager(), Agent(boots: 1));
        Good(Ask(manager, agent, Get()));
        time.Advance(TimeSpan.FromHours(12));
        Good(Ask(manager, agent, Get()));
        // The device's clock loses 40 s in the next 12 hours: one part in a thousand.
        time.Advance(TimeSpan.FromHours(12));
        var question = Get();
        var said = manager.Now!;
        Assert.IsType<Heard.Answer>(manager.Hear(question, Answered(manager, question, said with { Seconds = said.Seconds - 40 })));
        Assert.Equal(0, manager.ClockWentBack);
    }

    [Fact]
    public void A_recorded_answer_does_not_set_the_clock_back()
    {
        var (manager, agent, old) = (Manager(), Agent(boots: 1), Get());
        Good(Ask(manager, agent, Get()));
        var recorded = agent.Answer(manager.Build(old))!;
        Assert.IsType<Heard.Answer>(manager.Hear(old, recorded));
        time.Advance(TimeSpan.FromSeconds(100));
        var question = Get();
        manager.Build(question);
        Assert.Equal(DropReason.NotAsked, Assert.IsType<Heard.Dropped>(manager.Hear(question, recorded)).Reason);
        Good(Ask(manager, agent, question));
        Assert.InRange(manager.Now!.Seconds, 100, 101);
        Assert.Equal(0, manager.ClockWentBack);
    }

    [Fact]
    public void A_signed_word_about_the_time_that_answers_no_question_of_now_is_dropped()
    {
        // The device's real answer to an older question, kept and played again: it would set our clock back.
        var (manager, old) = (Manager(), Agent(boots: 1));
        var first = Get();
        manager.Hear(first, old.Answer(manager.Build(first))!);
        var report = old.Answer(manager.Build(first))!;
        manager.Hear(first, report);
        Good(Ask(manager, Agent(boots: 2), Get()));
        var question = Get();
        manager.Build(question);
        Assert.Equal(DropReason.NotAsked, Assert.IsType<Heard.Dropped>(manager.Hear(question, report)).Reason);
        Assert.Equal(2, manager.Now!.Boots);
    }

    [Fact]
    public void An_answer_to_an_older_question_is_never_the_answer_to_a_new_one()
    {
        var (manager, agent) = (Manager(), Agent());
        Good(Ask(manager, agent, Get()));
        var (older, newer) = (Get(), Get());
        var late = agent.Answer(manager.Build(older))!;
        manager.Build(newer);
        Assert.Equal(DropReason.NotAsked, Assert.IsType<Heard.Dropped>(manager.Hear(newer, late)).Reason);
    }

    [Fact]
    public void An_answer_to_an_earlier_try_of_the_same_question_counts()
    {
        var (manager, agent, question) = (Manager(), Agent(), Get());
        Good(Ask(manager, agent, Get()));
        var first = agent.Answer(manager.Build(question))!;
        manager.Build(question);
        Assert.IsType<Heard.Answer>(manager.Hear(question, first));
    }

    [Fact]
    public void Ids_of_questions_and_tries_are_all_different()
    {
        var (manager, ids) = (Manager(), new HashSet<(int, int)>());
        for (var i = 0; i < 200; i++)
        {
            var message = Recorded.Decode(manager.Build(Get()));
            Assert.True(ids.Add((1, message.MessageId)));
            Assert.True(ids.Add((2, message.Scoped!.Pdu.RequestId)));
        }
    }

    [Fact]
    public void An_answer_older_than_the_time_window_is_dropped()
    {
        var (manager, agent, question) = (Manager(), Agent(), Get());
        Good(Ask(manager, agent, Get()));
        var answer = agent.Answer(manager.Build(question))!;
        time.Advance(TimeSpan.FromSeconds(152));
        Assert.Equal(DropReason.OutsideTimeWindow, Assert.IsType<Heard.Dropped>(manager.Hear(question, answer)).Reason);
    }

    [Fact]
    public void An_answer_less_secure_than_the_question_is_dropped()
    {
        var manager = Manager();
        Good(Ask(manager, Agent(), Get()));
        var question = Get();
        var id = Recorded.Decode(manager.Build(question)).MessageId;
        var pdu = new Pdu(PduType.Response, question.RequestId, 0, 0, [new VarBind(OneNumber.Name, new SnmpValue.Integer(0))]);
        var security = new SecurityParameters(Engine.Octets.ToArray(), 7, 0, User.Name, [], []);
        var forged = new V3Message(id, 65507, 0, security, new ScopedPdu(Engine.Octets.ToArray(), "", pdu), null).Encode();
        Assert.Equal(DropReason.WrongLevel, Assert.IsType<Heard.Dropped>(manager.Hear(question, forged)).Reason);
    }

    [Fact]
    public void A_signed_answer_that_is_not_encrypted_is_no_answer_to_an_encrypted_question()
    {
        var user = new UsmUser("u", AuthProtocol.Sha256, "authPassword", PrivProtocol.Aes128, "privPassword");
        var manager = Manager(user);
        Good(Ask(manager, Agent(user: user), Get()));
        var question = Get();
        var id = Recorded.Decode(manager.Build(question)).MessageId;
        var pdu = new Pdu(PduType.Response, question.RequestId, 0, 0, question.Binds);
        var plain = Sealing.Seal(user, manager.Now!, MessageFlags.Auth, false, id, 65507, new ScopedPdu([], "", pdu));
        Assert.Equal(DropReason.WrongLevel, Assert.IsType<Heard.Dropped>(manager.Hear(question, plain)).Reason);
    }

    public static TheoryData<string, Func<Pdu, Pdu>> WrongAnswers() => new()
    {
        { "another request id", pdu => pdu with { RequestId = pdu.RequestId ^ 1 } },
        { "another name", pdu => pdu with { Binds = [new VarBind(Oid.Parse("1.3.6"), new SnmpValue.Integer(0))] } },
        { "no names", pdu => pdu with { Binds = [] } },
        { "more names", pdu => pdu with { Binds = [.. pdu.Binds, .. pdu.Binds] } },
        { "another kind", pdu => pdu with { Type = PduType.Get } },
    };

    [Theory]
    [MemberData(nameof(WrongAnswers))]
    public void A_signed_answer_with_other_content_than_asked_is_dropped(string what, Func<Pdu, Pdu> change)
    {
        var manager = Manager();
        Good(Ask(manager, Agent(), Get()));
        var question = Get();
        var id = Recorded.Decode(manager.Build(question)).MessageId;
        var pdu = change(new Pdu(PduType.Response, question.RequestId, 0, 0, question.Binds));
        var forged = Sealing.Seal(User, manager.Now!, MessageFlags.Auth, false, id, 65507, new ScopedPdu([], "", pdu));
        var dropped = Assert.IsType<Heard.Dropped>(manager.Hear(question, forged));
        Assert.True(dropped.Reason == DropReason.WrongContent, $"{what}: {dropped}");
    }

    [Fact]
    public void An_unsigned_word_about_the_time_is_dropped()
    {
        var manager = Manager();
        Good(Ask(manager, Agent(), Get()));
        var question = Get();
        var id = Recorded.Decode(manager.Build(question)).MessageId;
        var pdu = new Pdu(PduType.Report, question.RequestId, 0, 0, [new(UsmStats.Name(UsmReport.NotInTimeWindow), new SnmpValue.Counter(1))]);
        var security = new SecurityParameters(Engine.Octets.ToArray(), 99, 9, User.Name, [], []);
        var forged = new V3Message(id, 65507, 0, security, new ScopedPdu([], "", pdu), null).Encode();
        Assert.Equal(DropReason.WrongLevel, Assert.IsType<Heard.Dropped>(manager.Hear(question, forged)).Reason);
        Assert.Equal(7, manager.Now!.Boots);
    }

    [Fact]
    public void A_wrong_password_and_an_unknown_user_are_told_apart_and_said_to_be_unsigned()
    {
        var wrong = Assert.IsType<SnmpAnswer.Refused>(Ask(Manager(new UsmUser("bert", AuthProtocol.Sha1, "molasses!")), Agent(), Get()));
        Assert.Equal((UsmReport.WrongDigest, false), (wrong.Report, wrong.Authenticated));
        var unknown = Assert.IsType<SnmpAnswer.Refused>(Ask(Manager(new UsmUser("ernie", AuthProtocol.Sha1, "maplesyrup")), Agent(), Get()));
        Assert.Equal((UsmReport.UnknownUserName, false), (unknown.Report, unknown.Authenticated));
    }

    [Fact]
    public void A_SET_is_not_sent_again_on_an_unsigned_report()
    {
        var manager = Manager();
        Good(Ask(manager, Agent(), Get()));
        var replaced = new AgentSession(EngineId.Parse("8000000001aabbcc"), 1, [new AgentUser(User, true)], tree, time);
        var refused = Assert.IsType<SnmpAnswer.Refused>(Ask(manager, replaced, Set(3)));
        Assert.Equal((UsmReport.UnknownEngineId, false), (refused.Report, refused.Authenticated));
        Good(Ask(manager, replaced, Set(4)));
        Assert.Equal([4], tree.Sets);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(149)]
    public void A_SET_with_a_moment_of_its_own_works_inside_the_time_window(int secondsLater)
    {
        var (manager, agent) = (Manager(), Agent());
        Good(Ask(manager, agent, Get()));
        var stamp = manager.Now!;
        time.Advance(TimeSpan.FromSeconds(secondsLater));
        Good(Ask(manager, agent, Set(3, stamp)));
        Assert.Equal([3], tree.Sets);
    }

    [Fact]
    public void A_SET_with_an_old_moment_is_refused_signed_and_never_sent_with_another()
    {
        var (manager, agent) = (Manager(), Agent());
        Good(Ask(manager, agent, Get()));
        var stamp = manager.Now!;
        time.Advance(TimeSpan.FromSeconds(152));
        var refused = Assert.IsType<SnmpAnswer.Refused>(Ask(manager, agent, Set(3, stamp)));
        Assert.Equal((UsmReport.NotInTimeWindow, true), (refused.Report, refused.Authenticated));
        Assert.Empty(tree.Sets);
    }

    [Fact]
    public void A_SET_with_a_moment_of_an_earlier_boot_is_refused()
    {
        var manager = Manager();
        Good(Ask(manager, Agent(boots: 7), Get()));
        var stamp = manager.Now!;
        Assert.IsType<SnmpAnswer.Refused>(Ask(manager, Agent(boots: 8), Set(3, stamp)));
        Assert.Empty(tree.Sets);
    }

    [Fact]
    public void A_SET_without_a_moment_learns_the_new_time_and_is_sent_again()
    {
        var manager = Manager();
        Good(Ask(manager, Agent(boots: 7), Get()));
        Good(Ask(manager, Agent(boots: 8), Set(2)));
        Assert.Equal([2], tree.Sets);
    }

    [Fact]
    public void A_liar_that_names_one_engine_after_the_other_is_not_followed_for_ever()
    {
        var (manager, question) = (Manager(), Get());
        Heard heard = new Heard.AskAgain();
        for (byte i = 0; i < 20 && heard is Heard.AskAgain; i++)
        {
            var asked = manager.Build(question);
            heard = manager.Hear(question, new AgentSession(EngineId.Of([1, 2, 3, 4, i]), 1, [], tree, time).Answer(asked)!);
        }
        Assert.IsType<SnmpAnswer.NoAnswer>(Assert.IsType<Heard.Answer>(heard).What);
    }
}

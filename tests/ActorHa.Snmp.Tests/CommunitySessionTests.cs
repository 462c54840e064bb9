using ActorHa.Snmp.Agent;
using ActorHa.Snmp.Manager;

namespace ActorHa.Snmp.Tests;

/// <summary>SNMPv1 and v2c, both sides, without sockets.</summary>
public sealed class CommunitySessionTests
{
    private readonly OneNumber tree = new();
    private readonly CommunityResponder agent;

    public CommunitySessionTests() => agent = new CommunityResponder(
        [
            .. new[] { SnmpVersion.V1, SnmpVersion.V2c }.SelectMany(version => new AgentCommunity[]
                { new(new Community(version, "looking"), false), new(new Community(version, "writing"), true) }),
        ],
        new PduResponder(tree));

    private SnmpAnswer.Response Ask(SnmpVersion version, string community, Question question)
    {
        var manager = new CommunitySession(new Community(version, community));
        var heard = manager.Hear(question, agent.Answer(manager.Build(question))!);
        return Assert.IsType<SnmpAnswer.Response>(Assert.IsType<Heard.Answer>(heard).What);
    }

    private static Question Get(Oid? name = null) => new(PduType.Get, [VarBind.Asking(name ?? OneNumber.Name)], null);

    private static Question Set(SnmpValue value) => new(PduType.Set, [new(OneNumber.Name, value)], null);

    [Theory]
    [InlineData(SnmpVersion.V1)]
    [InlineData(SnmpVersion.V2c)]
    public void A_question_is_answered_and_never_as_authenticated(SnmpVersion version)
    {
        var response = Ask(version, "looking", Get());
        Assert.Equal((new SnmpValue.Integer(42), false, null), (response.Binds[0].Value, response.Authenticated, response.At));
    }

    [Fact]
    public void Version_1_says_in_its_own_words_what_it_cannot_say()
    {
        Assert.Equal(SnmpError.NoSuchName, Ask(SnmpVersion.V1, "looking", Get(Oid.Parse("1.3.6.1"))).Error);
        Assert.IsType<SnmpValue.NoSuchObject>(Ask(SnmpVersion.V2c, "looking", Get(Oid.Parse("1.3.6.1"))).Binds[0].Value);
        var end = new Question(PduType.GetNext, [VarBind.Asking(Oid.Parse("2.1"))], null);
        Assert.Equal((SnmpError.NoSuchName, 1), (Ask(SnmpVersion.V1, "looking", end).Error, Ask(SnmpVersion.V1, "looking", end).ErrorIndex));
        Assert.Equal(SnmpError.NoSuchName, Ask(SnmpVersion.V1, "looking", Set(new SnmpValue.Integer(1))).Error);
        Assert.Equal(SnmpError.BadValue, Ask(SnmpVersion.V1, "writing", Set(SnmpValue.Octets.Of("x"))).Error);
        Assert.Empty(tree.Sets);
    }

    [Fact]
    public void A_community_counts_for_its_version_and_its_right()
    {
        var manager = new CommunitySession(new Community(SnmpVersion.V2c, "guessing"));
        Assert.Null(agent.Answer(manager.Build(Get())));
        Assert.Equal(SnmpError.NoAccess, Ask(SnmpVersion.V2c, "looking", Set(new SnmpValue.Integer(1))).Error);
        Assert.Equal(SnmpError.None, Ask(SnmpVersion.V2c, "writing", Set(new SnmpValue.Integer(1))).Error);
        Assert.Equal([1], tree.Sets);
    }

    [Fact]
    public void An_answer_to_another_question_of_another_community_or_of_another_version_is_dropped()
    {
        var manager = new CommunitySession(new Community(SnmpVersion.V2c, "looking"));
        var (older, newer) = (Get(), Get());
        var late = agent.Answer(manager.Build(older))!;
        manager.Build(newer);
        Assert.Equal(DropReason.NotAsked, Assert.IsType<Heard.Dropped>(manager.Hear(newer, late)).Reason);
        foreach (var other in new[] { new Community(SnmpVersion.V2c, "writing"), new Community(SnmpVersion.V1, "looking") })
            Assert.Equal(DropReason.WrongSource, Assert.IsType<Heard.Dropped>(new CommunitySession(other).Hear(older, late)).Reason);
        Assert.IsType<Heard.Answer>(manager.Hear(older, late));
    }

    [Fact]
    public async Task What_a_version_cannot_carry_is_a_fault_of_the_caller()
    {
        await using var manager = new SnmpManager(ActorHa.Testing.SnmpdChassis.FreePort(), new Community(SnmpVersion.V1, "looking"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => manager.GetBulkAsync([OneNumber.Name], 0, 5, TimeSpan.FromSeconds(1)));
        var moment = new Security.EngineMoment(Recorded.Engine, 1, 1);
        await Assert.ThrowsAsync<ArgumentException>(() => manager.SetAsync([], moment, TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentException>(() => new Community(SnmpVersion.V3, "looking"));
        Assert.DoesNotContain("looking", new Community(SnmpVersion.V1, "looking").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_queue_of_a_silent_device_has_an_end()
    {
        await using var manager = new SnmpManager(ActorHa.Testing.SnmpdChassis.FreePort(), new Community(SnmpVersion.V2c, "looking"));
        using var enough = new CancellationTokenSource();
        var asked = Enumerable.Range(0, 200).Select(_ => manager.GetAsync([OneNumber.Name], TimeSpan.FromSeconds(30), enough.Token)).ToArray();
        var refused = asked.Where(one => one.IsCompleted).ToArray();
        Assert.Equal(72, refused.Length);
        Assert.All(refused, one => Assert.Equal(new SnmpAnswer.NoAnswer(false, "128 questions to this device wait already"), one.Result));
        await enough.CancelAsync();
        Assert.All(await Task.WhenAll(asked), answer => Assert.IsType<SnmpAnswer.NoAnswer>(answer));
    }
}

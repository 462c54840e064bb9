using System.Collections.Immutable;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>One test walks all leaves: a new kind of event needs a sample here, which evolves, round-trips and prints.</summary>
public sealed class JournalLeaves
{
    private static readonly ImmutableDictionary<string, Event> Samples = new Event[]
    {
        Configures(number: 2), new MaintenanceBegan("operator", Sec(60)), new MaintenanceEnded("time"),
        Joins(A, 2), Admits(A), new AgentStarted(W, RunOf(W, 2), "1.2"), new AgentStopAnnounced(A, Sec(30)), new HostLeaving(A, I(1)), new HostReleased(A, "operator"),
        Asks(A, B), Switches(A, B), new FenceEnded(E(5), A, 20, true, "answered"), new FenceLevelFailed(E(5), A, 0, "no answer"), new FenceWithdrawn(E(5), A, A), new FenceDisputed(E(5), A), new FenceChallenged(E(5), A), Fenced(A),
        new PowerOnOrdered(A, B, RunOf(B), "operator"), new PowerOnEnded(A, true, "reads on"),
        new DrillBegan(A, E(5), B, "operator"), new DrillEnded(A, DrillGrade.Good, "proven off after 0.5 s", Sec(0.3)),
        new FencingArmed(A, "mac at slot", "seen"), new FencingDisarmed(A, "another's slot"),
        new WatchdogArmed(A, I(1), Sec(10), Sec(6), "iTCO_wdt"), new WatchdogDisarmed(A, I(1), "no VM is here"), new FenceHalfProven(E(5), A, I(1), AProof),
        new VmAssigned(Mail, B, I(1), E(9)), new VmStarting(Mail, E(1), I(1), RunOf(A)), new VmStopping(Mail, E(1), RunOf(A), "operator"), new VmActive(Mail, E(1), 42),
        new VmFailed(Mail, E(1), "killed"), new VmSteady(Mail, E(1)), new VmReleased(Mail, E(1), true), new VmWaiting(Mail, "waits for memory"),
        new VmWanted(Mail, false, "operator"), new VmMoveOrdered(Mail, B, "operator"), new VmMoveDropped(Mail, "closed"),
        new VmStrayFound(Mail, B, I(1), RunOf(B), 7), new VmStrayStopped(Mail, B),
        new JournalRestored("operator"), new HostReported(A, I(1), [new ReportedVm(Mail, E(3), 7)]),
    }.ToImmutableDictionary(e => e.GetType().Name);

    public static TheoryData<string> Leaves => [.. JournalCodec.EventTypes.Keys];

    [Fact]
    public void The_codec_knows_every_kind_of_event() =>
        Assert.Equal(typeof(Event).Assembly.GetTypes().Count(t => t.IsSubclassOf(typeof(Event)) && !t.IsAbstract), JournalCodec.EventTypes.Count);

    [Theory]
    [MemberData(nameof(Leaves))]
    public void Every_event_has_a_sample_that_evolves_round_trips_and_prints(string name)
    {
        Assert.True(Samples.TryGetValue(name, out var sample), $"{name} has no sample: add one to {nameof(JournalLeaves)}");
        var open = Case.TheSite().And(Asks(A, B), Switches(A, B)).State;
        foreach (var state in new[] { ClusterState.Empty, Case.TheSite().State, open })
        {
            var after = state.Evolve([sample], state.Index + 1);
            Assert.Equal(state.Index + 1, after.Index);
            Assert.Equal(JournalCodec.Hash(after), JournalCodec.Hash(state.Evolve([sample], state.Index + 1)));
        }
        var entry = new JournalLine().Entry(B, sample);
        var bytes = JournalCodec.Encode(entry);
        var back = JournalCodec.Decode(bytes);
        Assert.Equal(sample.GetType(), Assert.Single(back.Events).GetType());
        Assert.Equal(bytes, JournalCodec.Encode(back));
        Assert.Equal(JournalCodec.Hash(ClusterState.Empty.Evolve(entry)), JournalCodec.Hash(ClusterState.Empty.Evolve(back)));
        Assert.Contains($"\"event\":\"{name}\"", JournalCodec.Print(sample), StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_of_an_older_epoch_change_nothing()
    {
        var s = Case.TheSite().And(new VmReleased(Mail, E(1), false)).Runs(Mail, B, 5).State;
        Event[] late = [new VmStarting(Mail, E(1), I(1), RunOf(A)), new VmStopping(Mail, E(1), RunOf(A), ""), new VmActive(Mail, E(1), 1), new VmFailed(Mail, E(1), ""), new VmSteady(Mail, E(1)), new VmReleased(Mail, E(1), true)];
        foreach (var e in late) Assert.Equal(s.Vm(Mail), e.Apply(s, s.Index + 1).Vm(Mail));
    }

    [Fact]
    public void Answers_to_an_older_request_change_nothing()
    {
        var s = Case.TheSite().And(Asks(A, B, 7), Switches(A, B, 7)).State;
        Event[] late = [Switches(A, W), new FenceLevelFailed(E(5), A, 0, ""), new FenceWithdrawn(E(5), A, A), new FenceDisputed(E(5), A), new FenceChallenged(E(5), A), Fenced(A), Asks(A, W, 8)];
        foreach (var e in late) Assert.Equal(s.Host(A), e.Apply(s, s.Index + 1).Host(A));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not an entry")]
    [InlineData("null")]
    public void What_is_no_entry_is_refused_as_unknown(string text) =>
        Assert.Throws<UnknownEntryException>(() => JournalCodec.Decode(System.Text.Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_head_is_written_and_read_alike()
    {
        var head = new JournalHead(2, 17, "abc");
        Assert.Equal(head, JournalHead.Parse(head.ToString()));
        Assert.Throws<FormatException>(() => JournalHead.Parse("17:abc"));
    }
}

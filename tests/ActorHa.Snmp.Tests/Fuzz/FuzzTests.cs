using ActorHa.Snmp.Agent;
using ActorHa.Snmp.Manager;
using ActorHa.Snmp.Security;
using ActorHa.Snmp.Traps;

namespace ActorHa.Snmp.Tests.Fuzz;

/// <summary>
/// Datagrams from strangers, by the hundred thousand: whatever they hold, both sides of SNMP say no. They do not throw,
/// do not take memory beyond a bound, and nothing that was known before is another afterwards.
/// </summary>
public sealed class FuzzTests
{
    [Fact]
    public void Two_hundred_thousand_datagrams_change_nothing() => Run(seed: 1, 200_000);

    [Fact]
    [Trait("Length", "Long")]
    public void Ten_million_datagrams_change_nothing() => Run(seed: 2, 10_000_000);

    [Fact]
    public void A_datagram_is_made_again_from_its_seed_and_number()
    {
        var now = new EngineMoment(Recorded.Engine, 1, 0);
        var corpus = FuzzCorpus.At(now);
        var first = new Mutator(corpus, 7).Make(4711);
        Assert.Equal(first, new Mutator(corpus, 7).Make(4711));
        Assert.NotEqual(first, new Mutator(corpus, 8).Make(4711));
    }

    private static void Run(int seed, int count)
    {
        var bench = new Bench();
        var mutator = new Mutator(bench.Corpus, seed);
        for (var number = 0L; number < count; number++)
        {
            var datagram = mutator.Make(number);
            if (bench.Corpus.Any(known => known.AsSpan().SequenceEqual(datagram))) continue;
            try
            {
                if (bench.Take(datagram) is { } fault) Assert.Fail($"seed {seed}, datagram {number}: {fault}: {Convert.ToHexString(datagram)}");
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}, datagram {number} throws {e}: {Convert.ToHexString(datagram)}");
            }
        }
    }

    /// <summary>A manager that waits for an answer, an agent and a trap receiver, all with something to lose.</summary>
    private sealed class Bench
    {
        private static readonly UsmUser[] Users = [FuzzCorpus.Signs, FuzzCorpus.Aes, FuzzCorpus.Des, Recorded.MakeReader(), Recorded.MakePrivate()];

        private readonly OneNumber tree = new();
        private readonly AgentSession agent;
        private readonly CommunityResponder open;
        private readonly TrapSession traps;
        private readonly UsmSession manager = new(FuzzCorpus.Aes, TimeProvider.System);
        private readonly CommunitySession looking = new(FuzzCorpus.Looking);
        private readonly Question question = new(PduType.Get, [VarBind.Asking(OneNumber.Name)], null);
        private readonly Question plain = new(PduType.Get, [VarBind.Asking(OneNumber.Name)], null);
        private readonly (EngineId? Engine, int? Boots, int Back, int Steps, int Outstanding, bool Sent, EngineClock? Candidate, int Clocks, int Keys, int Sets) before;

        public Bench()
        {
            agent = new AgentSession(Recorded.Engine, 3, [.. Users.Select(user => new AgentUser(user, MayWrite: true))], tree, TimeProvider.System);
            open = new CommunityResponder([new(FuzzCorpus.Looking, false), new(FuzzCorpus.Old, false)], new PduResponder(tree));
            traps = new TrapSession(EngineId.Parse("80001f880302fc00000088"), 1, Users, [FuzzCorpus.Looking, FuzzCorpus.Old], TimeProvider.System);
            // A password becomes a key once, by way of a megabyte: not what a datagram costs.
            foreach (var user in Users) user.KeysFor(Recorded.Engine);
            // The manager has found the agent, and asks once more.
            while (manager.Hear(question, agent.Answer(manager.Build(question))!) is Heard.AskAgain)
            {
            }
            manager.Build(question);
            looking.Build(plain);
            Corpus = FuzzCorpus.At(agent.Now);
            before = State();
        }

        public byte[][] Corpus { get; }

        /// <summary>What a datagram did that it may not; null when nothing.</summary>
        public string? Take(byte[] datagram)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            agent.Answer(datagram);
            open.Answer(datagram);
            var trap = traps.Hear(datagram);
            var heard = manager.Hear(question, datagram);
            var heardOpen = looking.Hear(plain, datagram);
            V3Message.TryDecodeScoped(datagram, out _, out _);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;

            if (heard is not Heard.Dropped) return $"the manager heard {heard}";
            if (heardOpen is not Heard.Dropped) return $"the v2c manager heard {heardOpen}";
            if (trap.What is { Authenticated: true } told) return $"the receiver believed {told}";
            // The least varbind has 7 octets and becomes some objects, by each of the readers, and once more in an answer.
            if (allocated > 200_000 + (400L * datagram.Length)) return $"{datagram.Length} octets took {allocated} octets of memory";
            return State() == before ? null : $"something is another than before: {State()}, was {before}";
        }

        private (EngineId?, int?, int, int, int, bool, EngineClock?, int, int, int) State() => (
            manager.Now?.Engine, manager.Now?.Boots, manager.ClockWentBack, question.Steps, question.Outstanding, question.Sent,
            question.Candidate, traps.Clocks.Count, Users.Sum(user => user.Remembered), tree.Sets.Count);
    }
}

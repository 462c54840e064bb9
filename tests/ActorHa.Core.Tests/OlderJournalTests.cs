using System.Text;

namespace ActorHa.Core.Tests;

/// <summary>
/// A journal that an earlier version has written leads to the states that it has recorded: an upgrade turns no member read-only.
/// Journals/4426986.jsonl is what the members of that commit wrote in a played story (fences, a refutation, a restart, a watchdog).
/// </summary>
public sealed class OlderJournalTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Journals", "4426986.jsonl"));

    [Fact]
    public void What_an_earlier_version_wrote_leads_to_the_states_that_it_recorded()
    {
        var state = ClusterState.Empty;
        foreach (var entry in Lines.Select(l => JournalCodec.Decode(Encoding.UTF8.GetBytes(l))))
        {
            var next = state.Evolve(entry);
            Assert.Equal((entry.Index, entry.StateAfter), (next.Index, JournalCodec.Hash(next)));
            Assert.Null(Invariants.Breach(state, entry, next));
            state = next;
        }
    }

    [Theory]
    [InlineData("FenceWithdrawn")]
    [InlineData("HostFenced")]
    [InlineData("HostJoined")]
    [InlineData("WatchdogArmed")]
    [InlineData("ConfigurationApplied")]
    public void It_holds_what_the_newer_rules_have_changed(string kind) => Assert.Contains(Lines, l => l.Contains($"\"event\":\"{kind}\"", StringComparison.Ordinal));
}

using ActorHa.Agent.Quorum;
using ActorHa.Core;

namespace ActorHa.Agent.Tests.Quorum;

/// <summary>What is kept for those who only look.</summary>
public sealed class LedgerTests
{
    [Fact]
    public void A_configuration_is_kept_by_its_digest_and_not_by_its_text()
    {
        var ledger = new Ledger();
        var config = ClusterConfig.None with { Name = "ponyville" };
        var entry = new JournalEntry(1, 7, "id", new MemberName("applejack"), DateTimeOffset.UnixEpoch, "apply", "because", [], "", "",
            [new ConfigurationApplied(3, "digest", new string('#', 1 << 20), config, "operator")]);
        ledger.Keep(entry, DateTimeOffset.UnixEpoch);
        var kept = Assert.IsType<ConfigurationApplied>(Assert.Single(Assert.Single(ledger.Entries(null, 10)).Entry.Events));
        Assert.Equal((3, "digest", "", "operator"), (kept.Number, kept.Sha256, kept.Text, kept.Operator));
        Assert.Same(ClusterConfig.None, kept.Config);
    }
}

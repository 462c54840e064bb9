using ActorHa.Drivers.Journal.Etcd;
using ActorHa.Ports;

namespace ActorHa.Drivers.Tests.Journal;

/// <summary>All tests with etcd processes run one after the other: they measure time.</summary>
[CollectionDefinition("etcd", DisableParallelization = true)]
public sealed class EtcdCollection;

/// <summary>One healthy cluster for a whole class; made at the first use, so that nothing starts where tests are skipped.</summary>
public sealed class HealthyEtcd : IAsyncLifetime
{
    private EtcdCluster? _cluster;

    internal async Task<EtcdCluster> ClusterAsync() => _cluster ??= await EtcdCluster.StartAsync();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
    }
}

[Collection("etcd")]
[ContractNeeds("etcd")]
public sealed class EtcdJournalStoreTests(HealthyEtcd etcd) : JournalStoreContract, IClassFixture<HealthyEtcd>
{
    private readonly EtcdMembers[] _members = new EtcdMembers[2];

    protected override async Task<(IJournalStore First, IJournalStore Second)> OpenAsync()
    {
        var cluster = await etcd.ClusterAsync();
        var name = Guid.NewGuid().ToString("N");
        _members[0] = new EtcdMembers(cluster.Options(EtcdCluster.Names[0]));
        _members[1] = new EtcdMembers(cluster.Options(EtcdCluster.Names[1]));
        return (new EtcdJournalStore(_members[0], name), new EtcdJournalStore(_members[1], name));
    }

    protected override async Task CloseAsync()
    {
        foreach (var members in _members) await members.DisposeAsync();
    }

    [ContractFact]
    public async Task All_members_tell_the_same_cluster_id()
    {
        await First.ReadAsync(0, Patience, default);
        await Second.ReadAsync(0, Patience, default);
        Assert.NotNull(_members[0].ClusterId);
        Assert.Equal(_members[0].ClusterId, _members[1].ClusterId);
        Assert.Equal(_members[0].ClusterId, ((EtcdJournalStore)First).ClusterId);
    }

    [ContractFact]
    public async Task A_member_of_another_cluster_is_not_believed()
    {
        var cluster = await etcd.ClusterAsync();
        await using var members = new EtcdMembers(cluster.Options() with { ClusterId = 0xbad });
        var store = new EtcdJournalStore(members, "pinned");
        var fault = await Assert.ThrowsAsync<JournalUnavailableException>(() => store.ReadAsync(0, TimeSpan.FromSeconds(1), default));
        Assert.Contains("another cluster", fault.Message, StringComparison.Ordinal);
        Assert.False((await store.PulseAsync(EtcdCluster.Names[0], Bytes("x"), TimeSpan.FromSeconds(1), default)).Accepted);
    }

    [ContractFact]
    public async Task An_entry_that_etcd_refuses_for_its_size_is_unknown_at_once_with_etcds_words()
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        var outcome = await Append(First, ActorHa.Core.JournalHead.Empty, new string('x', 1_700_000), patience: 60);
        Assert.Contains("too large", Assert.IsType<AppendUnknown>(outcome).Why, StringComparison.Ordinal);
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 30);
    }
}

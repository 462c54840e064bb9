using System.Diagnostics;
using ActorHa.Core;
using ActorHa.Drivers.Journal.Etcd.Wire;
using ActorHa.Ports;
using Google.Protobuf;

namespace ActorHa.Drivers.Journal.Etcd;

/// <summary>
/// The journal in etcd. Under <c>/actorha/&lt;cluster&gt;/</c>: <c>head</c>, <c>journal/&lt;index, 20 digits&gt;</c>,
/// <c>pulse/&lt;member&gt;</c>. Holds no connection itself: <see cref="EtcdMembers"/> is shared, and disposed after it.
/// </summary>
public sealed class EtcdJournalStore : IJournalStore
{
    /// <summary>Most entries of one <see cref="ReadAsync"/>. If the last one is below head, read again after it.</summary>
    public const int MostEntries = 1024;

    private readonly EtcdMembers _members;
    private readonly EtcdTxns _txns;

    /// <param name="members">Connections to etcd.</param>
    /// <param name="cluster">Name of the cluster; part of every key.</param>
    /// <exception cref="ArgumentException">The name is empty or holds a slash: it would reach into another's keys.</exception>
    public EtcdJournalStore(EtcdMembers members, string cluster)
    {
        if (cluster.Length == 0 || cluster.Contains('/')) throw new ArgumentException($"not a name of a cluster: \"{cluster}\"", nameof(cluster));
        _members = members;
        _txns = new EtcdTxns(cluster);
    }

    /// <inheritdoc cref="EtcdMembers.ClusterId"/>
    public ulong? ClusterId => _members.ClusterId;

    /// <inheritdoc/>
    public async Task<AppendOutcome> AppendAsync(
        JournalHead expected, JournalHead next, ReadOnlyMemory<byte> entry, TimeSpan patience, CancellationToken cancel)
    {
        AppendVerdict.CheckFollows(expected, next);
        // Framed once: each attempt sends these very bytes.
        var round = new EtcdRound<TxnResponse>(_members, EtcdMethods.Txn, Grpc.Frame(_txns.Append(expected, next, entry)));
        return await round.AskAsync(patience, cancel) is { } answer
            ? EtcdTxns.Outcome(answer, expected, next, entry)
            : new AppendUnknown(round.Why());
    }

    /// <inheritdoc/>
    /// <remarks>
    /// At most <see cref="MostEntries"/>, in pages that all show the store as the first one saw it. Gaps are not looked
    /// for here. A damaged key or head also throws <see cref="JournalUnavailableException"/>.
    /// </remarks>
    public async Task<JournalTail> ReadAsync(long after, TimeSpan patience, CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        var entries = new List<StoredEntry>();
        var revision = 0L;
        while (true)
        {
            var first = (entries.Count > 0 ? entries[^1].Index : Math.Max(after, 0)) + 1;
            var round = new EtcdRound<TxnResponse>(_members, EtcdMethods.Txn, Grpc.Frame(_txns.Read(first, revision)));
            var answer = await round.AskAsync(patience - Stopwatch.GetElapsedTime(began), cancel);
            cancel.ThrowIfCancellationRequested();
            if (answer is null) throw new JournalUnavailableException(round.Why());
            if (answer.Responses is not [{ ResponseRange: { } headRange }, { ResponseRange: { } page }])
                throw new JournalUnavailableException("etcd's answer to the read lacks its two ranges");
            if (revision == 0) revision = answer.Header.Revision;
            try
            {
                foreach (var kv in page.Kvs) entries.Add(EtcdTxns.Entry(kv));
                if (!page.More || page.Kvs.Count == 0 || entries.Count >= MostEntries)
                    return new JournalTail(EtcdTxns.Head(headRange), entries);
            }
            catch (FormatException fault)
            {
                throw new JournalUnavailableException($"the journal is damaged: {fault.Message}", fault);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<PulseOutcome> PulseAsync(MemberName member, ReadOnlyMemory<byte> payload, TimeSpan patience, CancellationToken cancel)
    {
        var round = new EtcdRound<TxnResponse>(_members, EtcdMethods.Txn, Grpc.Frame(_txns.Pulse(member, payload)));
        return await round.AskAsync(patience, cancel) is { } answer
            ? new PulseOutcome(true, _members.Channels[round.AnsweredBy].Name.Value, EtcdTxns.PulseHead(answer))
            : new PulseOutcome(false, round.Why());
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Also wakes once at each (new) connection: what happened in between was missed. Ends without an exception when
    /// cancelled.
    /// </remarks>
    public Task WatchAsync(Action wake, CancellationToken cancel) => new EtcdWatch(_members, _txns.HeadKey, wake).RunAsync(cancel);

    /// <summary>Nothing to free: see <see cref="EtcdMembers"/>.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

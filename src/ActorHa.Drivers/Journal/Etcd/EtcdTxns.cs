using System.Globalization;
using ActorHa.Core;
using ActorHa.Drivers.Journal.Etcd.Wire;
using ActorHa.Ports;
using Google.Protobuf;

namespace ActorHa.Drivers.Journal.Etcd;

/// <summary>The journal's keys, its transactions as etcd's messages, and what the answers mean. No input, no output.</summary>
/// <param name="cluster">Name of the cluster: all keys stand under <c>/actorha/&lt;cluster&gt;/</c>.</param>
internal sealed class EtcdTxns(string cluster)
{
    /// <summary>Entries of one page of a read. Bounds an answer: entries are a few kilobytes, etcd's limit is 1.5 MiB.</summary>
    public const int PageSize = 128;

    private const int Digits = 20;

    private readonly string _prefix = $"/actorha/{cluster}/";

    private readonly ByteString _journalEnd = ByteString.CopyFromUtf8($"/actorha/{cluster}/journal0"); // '0' follows '/'

    /// <summary>The key that every append compares and every watch watches.</summary>
    public ByteString HeadKey { get; } = ByteString.CopyFromUtf8($"/actorha/{cluster}/head");

    public ByteString PulseKey(MemberName member) => ByteString.CopyFromUtf8($"{_prefix}pulse/{member.Value}");

    /// <summary>Twenty digits: the order of the keys' bytes is the order of the indices, up to the largest.</summary>
    public ByteString EntryKey(long index) =>
        ByteString.CopyFromUtf8(string.Create(CultureInfo.InvariantCulture, $"{_prefix}journal/{index:D20}"));

    /// <summary>
    /// Put both if head is <paramref name="expected"/> and the place is free; else tell both. It holds puts, so etcd
    /// evaluates it in Raft's order also when the comparison fails: its "no" is never stale.
    /// </summary>
    public TxnRequest Append(JournalHead expected, JournalHead next, ReadOnlyMemory<byte> entry)
    {
        var entryKey = EntryKey(next.Index);
        return new TxnRequest
        {
            Compare =
            {
                expected == JournalHead.Empty
                    ? Absent(HeadKey)
                    : new Compare
                    {
                        Result = Compare.Types.CompareResult.Equal,
                        Target = Compare.Types.CompareTarget.Value,
                        Key = HeadKey,
                        Value = ByteString.CopyFromUtf8(expected.ToString()),
                    },
                Absent(entryKey),
            },
            Success =
            {
                new RequestOp { RequestPut = new PutRequest { Key = entryKey, Value = UnsafeByteOperations.UnsafeWrap(entry) } },
                new RequestOp { RequestPut = new PutRequest { Key = HeadKey, Value = ByteString.CopyFromUtf8(next.ToString()) } },
            },
            Failure =
            {
                new RequestOp { RequestRange = new RangeRequest { Key = HeadKey } },
                new RequestOp { RequestRange = new RangeRequest { Key = entryKey } },
            },
        };
    }

    /// <summary>What an answer to <see cref="Append"/> means.</summary>
    public static AppendOutcome Outcome(TxnResponse answer, JournalHead expected, JournalHead next, ReadOnlyMemory<byte> entry)
    {
        if (answer.Succeeded) return new AppendCommitted();
        if (answer.Responses is not [{ ResponseRange: { } headRange }, { ResponseRange: { } entryRange }])
            return new AppendUnknown("etcd's answer to the append lacks its two ranges");
        try
        {
            // A bare null would become an empty memory here, and an absent entry an empty one.
            var stored = entryRange.Kvs is [var kv, ..] ? kv.Value.Memory : default(ReadOnlyMemory<byte>?);
            return AppendVerdict.OfFailure(expected, next, entry.Span, Head(headRange), stored);
        }
        catch (FormatException fault)
        {
            return new AppendUnknown($"the journal is damaged: {fault.Message}");
        }
    }

    /// <summary>Put the member's own key and tell head. It holds a put, so etcd orders it in Raft, and the head it tells is never stale.</summary>
    public TxnRequest Pulse(MemberName member, ReadOnlyMemory<byte> payload) => new()
    {
        Success =
        {
            new RequestOp { RequestPut = new PutRequest { Key = PulseKey(member), Value = UnsafeByteOperations.UnsafeWrap(payload) } },
            new RequestOp { RequestRange = new RangeRequest { Key = HeadKey } },
        },
    };

    /// <summary>Head in the answer to <see cref="Pulse"/>; null = absent, or it cannot be read: the write counts all the same.</summary>
    public static JournalHead? PulseHead(TxnResponse answer)
    {
        try
        {
            return answer.Responses is [_, { ResponseRange: { } range }] ? Head(range) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Head, and a page of entries from <paramref name="first"/> on.</summary>
    /// <param name="first">Index of the first entry wanted.</param>
    /// <param name="revision">0 = now; else as the store stood then, so that several pages make one picture.</param>
    public TxnRequest Read(long first, long revision) => new()
    {
        Success =
        {
            new RequestOp { RequestRange = new RangeRequest { Key = HeadKey, Revision = revision } },
            new RequestOp
            {
                RequestRange = new RangeRequest { Key = EntryKey(first), RangeEnd = _journalEnd, Limit = PageSize, Revision = revision },
            },
        },
    };

    /// <summary>Head in the answer to a range; null = absent.</summary>
    /// <exception cref="FormatException">It is not a head.</exception>
    public static JournalHead? Head(RangeResponse range) =>
        range.Kvs is [var kv, ..] ? JournalHead.Parse(kv.Value.ToStringUtf8()) : null;

    /// <summary>An entry with its index.</summary>
    /// <exception cref="FormatException">The key is not one of ours.</exception>
    public static StoredEntry Entry(KeyValue kv)
    {
        var key = kv.Key.ToStringUtf8();
        var digits = key.AsSpan(key.LastIndexOf('/') + 1);
        return digits.Length == Digits && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new StoredEntry(index, kv.Value.Memory)
            : throw new FormatException($"not a key of the journal: {key}");
    }

    private static Compare Absent(ByteString key) => new()
    {
        Result = Compare.Types.CompareResult.Equal,
        Target = Compare.Types.CompareTarget.Create,
        Key = key,
        // Written although it is 0: a oneof says its field's number on the wire also for the default value.
        CreateRevision = 0,
    };
}

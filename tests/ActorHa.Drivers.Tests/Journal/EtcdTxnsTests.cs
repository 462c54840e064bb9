using ActorHa.Core;
using ActorHa.Drivers.Journal.Etcd;
using ActorHa.Drivers.Journal.Etcd.Wire;
using ActorHa.Ports;
using Google.Protobuf;

namespace ActorHa.Drivers.Tests.Journal;

/// <summary>
/// The bytes on the wire, written down by hand from etcd's public field numbers: a comparison lost in a message would be
/// an unconditional write.
/// </summary>
public sealed class EtcdTxnsTests
{
    private static readonly EtcdTxns Txns = new("c");
    private static readonly byte[] HeadKey = Utf8("/actorha/c/head");
    private static readonly byte[] FirstKey = Utf8("/actorha/c/journal/00000000000000000001");
    private static readonly byte[] EighthKey = Utf8("/actorha/c/journal/00000000000000000008");

    [Fact]
    public void An_append_compares_heads_value_and_that_the_place_is_free()
    {
        var txn = Txns.Append(new JournalHead(2, 7, "ab"), new JournalHead(2, 8, "cd"), Utf8("entry"));
        byte[] expected =
        [
            // TxnRequest.compare = 1: Compare { result EQUAL (0, absent), target = 2: VALUE (3), key = 3, value = 7 }
            .. Field(1, [0x10, 3, .. Field(3, HeadKey), .. Field(7, Utf8("2:7:ab"))]),
            // Compare { target = 2: CREATE (1), key = 3, create_revision = 5: 0, present on the wire }
            .. Field(1, [0x10, 1, .. Field(3, EighthKey), 0x28, 0]),
            .. PutsAndRanges(EighthKey, "entry", "2:8:cd"),
        ];
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(txn.ToByteArray()));
    }

    [Fact]
    public void The_first_append_compares_that_head_is_absent()
    {
        var txn = Txns.Append(JournalHead.Empty, new JournalHead(1, 1, "cd"), Utf8("entry"));
        byte[] expected =
        [
            .. Field(1, [0x10, 1, .. Field(3, HeadKey), 0x28, 0]),
            .. Field(1, [0x10, 1, .. Field(3, FirstKey), 0x28, 0]),
            .. PutsAndRanges(FirstKey, "entry", "1:1:cd"),
        ];
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(txn.ToByteArray()));
    }

    [Fact]
    public void A_frame_is_a_zero_byte_the_length_and_the_message() =>
        Assert.Equal("00000000040A026869", Convert.ToHexString(Grpc.Frame(new RangeRequest { Key = ByteString.CopyFromUtf8("hi") })));

    [Fact]
    public void An_answer_without_its_ranges_is_unknown()
    {
        var outcome = EtcdTxns.Outcome(new TxnResponse(), JournalHead.Empty, new JournalHead(1, 1, "x"), Utf8("entry"));
        Assert.IsType<AppendUnknown>(outcome);
    }

    [Fact]
    public void An_absent_entry_is_not_taken_for_an_empty_one()
    {
        var head = new RangeResponse { Kvs = { new KeyValue { Value = ByteString.CopyFromUtf8("1:9:x") } } };
        var answer = new TxnResponse
        {
            Responses = { new ResponseOp { ResponseRange = head }, new ResponseOp { ResponseRange = new RangeResponse() } },
        };
        var outcome = EtcdTxns.Outcome(answer, new JournalHead(1, 4, "d"), new JournalHead(1, 5, "e"), Utf8("entry"));
        Assert.Contains("folded", Assert.IsType<AppendUnknown>(outcome).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_that_is_none_is_damage()
    {
        var head = new RangeResponse { Kvs = { new KeyValue { Value = ByteString.CopyFromUtf8("rubbish") } } };
        var answer = new TxnResponse
        {
            Responses = { new ResponseOp { ResponseRange = head }, new ResponseOp { ResponseRange = new RangeResponse() } },
        };
        var outcome = EtcdTxns.Outcome(answer, new JournalHead(1, 4, "d"), new JournalHead(1, 5, "e"), Utf8("entry"));
        Assert.Contains("damaged", Assert.IsType<AppendUnknown>(outcome).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frame_cut_short_or_too_long_is_a_fault()
    {
        await Assert.ThrowsAsync<EtcdCallException>(() => Read([0, 0, 0]));
        await Assert.ThrowsAsync<EndOfStreamException>(() => Read([0, 0, 0, 0, 9, 1]));
        await Assert.ThrowsAsync<EtcdCallException>(() => Read([0, 0xff, 0xff, 0xff, 0xff]));
        await Assert.ThrowsAsync<EtcdCallException>(() => Read([1, 0, 0, 0, 0]));
        Assert.Null(await Read([]));
        static Task<StatusResponse?> Read(byte[] bytes) =>
            Grpc.ReadAsync(new MemoryStream(bytes), StatusResponse.Parser, default).AsTask();
    }

    private static byte[] PutsAndRanges(byte[] entryKey, string entry, string head) =>
    [
        // success = 2: RequestOp { request_put = 2: PutRequest { key = 1, value = 2 } }
        .. Field(2, Field(2, [.. Field(1, entryKey), .. Field(2, Utf8(entry))])),
        .. Field(2, Field(2, [.. Field(1, HeadKey), .. Field(2, Utf8(head))])),
        // failure = 3: RequestOp { request_range = 1: RangeRequest { key = 1 } }
        .. Field(3, Field(1, Field(1, HeadKey))),
        .. Field(3, Field(1, Field(1, entryKey))),
    ];

    /// <summary>Tag (number, length-delimited), length, content.</summary>
    private static byte[] Field(int number, byte[] content) => [(byte)(number << 3 | 2), (byte)content.Length, .. content];

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}

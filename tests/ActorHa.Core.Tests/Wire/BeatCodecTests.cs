using System.Security.Cryptography;
using ActorHa.Core.Wire;
using static ActorHa.Core.Tests.Wire.Beats;

namespace ActorHa.Core.Tests.Wire;

public class BeatCodecTests
{
    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(8)]
    public void What_is_written_is_read_back(int sightings)
    {
        var sent = Of("applejack", sightings);
        Assert.True(Codec.TryDecode(Bytes(sent), out var got, out var refusal));
        Assert.Equal(BeatRefusal.None, refusal);
        Assert.Equal("applejack", got.Sender.ToString());
        Assert.Equal(new MemberName("applejack"), got.Sender.ToMember());
        Assert.Equal(BootA, got.Boot);
        Assert.Equal(new Incarnation(3), got.Incarnation);
        Assert.Equal(1000, got.Sequence);
        Assert.Equal(sent.AgentRun, got.AgentRun);
        Assert.Equal(42u, got.MindAgeMs);
        Assert.Equal(BeatHealth.HypervisorOk | BeatHealth.StorageOk, got.Health);
        Assert.Equal(5, got.ConfigNumber);
        Assert.Equal(777, got.JournalPosition);
        Assert.Equal(sent.Sightings.ToArray(), got.Sightings.ToArray());
        if (sightings > 1)
        {
            Assert.True(got.TryFind(Name("peer1"), out var row));
            Assert.Equal(51, row.Sequence);
        }
        Assert.False(got.TryFind(Name("nobody"), out _));
    }

    [Fact]
    public void A_member_that_has_read_nothing_yet_is_heard()
    {
        Assert.True(Codec.TryDecode(Bytes(Of("applejack") with { ConfigNumber = 0, JournalPosition = 0 }), out var got, out _));
        Assert.Equal((0, 0), (got.ConfigNumber, got.JournalPosition));
    }

    [Fact]
    public void A_duration_travels_as_whole_milliseconds_within_its_bounds()
    {
        Assert.Equal((0u, 0u, 1u), (WireIds.Milliseconds(TimeSpan.FromSeconds(-1)), WireIds.Milliseconds(TimeSpan.Zero), WireIds.Milliseconds(TimeSpan.FromMicroseconds(1900))));
        Assert.Equal(uint.MaxValue, WireIds.Milliseconds(TimeSpan.FromDays(100)));
    }

    [Fact]
    public void Every_flipped_bit_is_refused()
    {
        var good = Bytes(Of("applejack"));
        for (var bit = 0; bit < good.Length * 8; bit++)
        {
            var bad = good.ToArray();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            var expected = (bit / 8) switch { < 4 => BeatRefusal.BadMagic, 4 => BeatRefusal.BadVersion, >= 8 and < 16 => BeatRefusal.OtherCluster, _ => BeatRefusal.BadMac };
            Assert.Equal(expected, Refusal(bad));
        }
    }

    [Fact]
    public void Every_shorter_and_every_longer_datagram_is_refused()
    {
        var good = Bytes(Of("applejack", sightings: 8));
        Assert.Equal(BeatCodec.MaxLength, good.Length);
        for (var length = 0; length < good.Length; length++)
            Assert.Equal(length < BeatCodec.MinLength ? BeatRefusal.TooShort : BeatRefusal.BadMac, Refusal(good.AsSpan(0, length)));
        Assert.Equal(BeatRefusal.TooLong, Refusal([.. good, 0]));
        Assert.Equal(BeatRefusal.TooLong, Refusal(new byte[65507]));
        Assert.Equal(BeatRefusal.BadMac, Refusal([.. Bytes(Of("applejack", sightings: 0)), 0]));
    }

    [Fact]
    public void Random_bytes_are_refused_and_break_nothing()
    {
        var random = new Random(4711);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(0, 2 * BeatCodec.MaxLength)];
            random.NextBytes(bytes);
            if (i % 2 == 0 && bytes.Length > 16) Bytes(Of("applejack"))[..16].CopyTo(bytes, 0);
            Assert.NotEqual(BeatRefusal.None, Refusal(bytes));
        }
    }

    [Fact]
    public void A_foreign_key_and_a_foreign_cluster_are_told_apart()
    {
        var foreignKey = new BeatCodec("pony", [.. Key.Reverse()]);
        var foreignCluster = new BeatCodec("zebra", Key);
        Assert.Equal(BeatRefusal.BadMac, Refusal(Bytes(Of("applejack"), foreignKey)));
        Assert.Equal(BeatRefusal.OtherCluster, Refusal(Bytes(Of("applejack"), foreignCluster)));
    }

    [Theory]
    [InlineData(5, 0x80, "a health flag that nobody defined")]
    [InlineData(6, 3, "more sightings than the length holds")]
    [InlineData(6, 255, "more sightings than there can be")]
    [InlineData(7, 1, "the zero is not zero")]
    [InlineData(16, 0, "a sender without a name")]
    [InlineData(17, (int)' ', "a blank in a name")]
    [InlineData(18, 0, "bytes after the end of a name")]
    [InlineData(64, 0x80, "a negative incarnation")]
    [InlineData(72, 0x80, "a negative sequence")]
    [InlineData(92, 0x80, "a negative configuration number")]
    [InlineData(100, 0x80, "a negative journal index")]
    [InlineData(108, 0, "a peer without a name")]
    [InlineData(148, 0x80, "a negative incarnation of a peer")]
    [InlineData(156, 0x80, "a negative sequence of a peer")]
    [InlineData(172, (int)'0', "a peer spoken of twice")]
    public void Authentic_nonsense_is_malformed(int offset, int value, string why)
    {
        var bytes = Bytes(Of("applejack"));
        bytes[offset] = (byte)value;
        HMACSHA256.HashData(Key, bytes.AsSpan(..^32), bytes.AsSpan(^32..));
        Assert.True(Refusal(bytes) == BeatRefusal.Malformed, why);
    }

    [Fact]
    public void A_beat_that_could_not_be_read_back_is_not_written()
    {
        var nameless = Of("applejack") with { Sender = default };
        var unnumbered = Of("applejack") with { Sequence = 0 };
        var ofItself = Of("peer1");
        Assert.Throws<ArgumentException>(() => Bytes(nameless));
        Assert.Throws<ArgumentException>(() => Bytes(unnumbered));
        Assert.Throws<ArgumentException>(() => Bytes(ofItself));
        Assert.Throws<ArgumentException>(() => Codec.Encode(Of("applejack"), new byte[BeatCodec.MinLength]));
        Assert.Throws<ArgumentException>(() => Codec.Encode(Of("applejack"), new byte[Bytes(Of("applejack")).Length - 1]));
        Assert.Throws<ArgumentException>(() => new BeatCodec("pony", new byte[15]));
        Assert.NotNull(new BeatCodec("pony", new byte[16]));
        var unheard = Of("applejack", sightings: 0);
        Assert.True(unheard.TryAddSighting(new Sighting(Name("peer1"), 1, Incarnation.None, 0, 0)));
        Assert.Throws<ArgumentException>(() => Bytes(unheard));
        var full = Of("applejack", sightings: 8);
        Assert.False(full.TryAddSighting(new Sighting(Name("ninth"), 1, Incarnation.None, 1, 0)));
    }

    [Theory, InlineData(""), InlineData("a b"), InlineData("käse"), InlineData("\u0161"), InlineData("123456789012345678901234567890123"), InlineData("tab\t")]
    public void A_name_that_cannot_travel_is_refused_at_the_door(string name) =>
        Assert.Throws<ArgumentException>(() => Name(name));

    [Fact]
    public void What_is_no_name_on_the_wire_is_not_read()
    {
        static bool Reads(int length, params byte[] text)
        {
            var bytes = new byte[length];
            text.CopyTo(bytes, 0);
            return WireName.TryRead(bytes, out _);
        }
        Assert.True(Reads(32, (byte)'!', (byte)'~'));
        Assert.False(Reads(31, (byte)'a'));
        Assert.False(Reads(32));
        Assert.False(Reads(32, (byte)'a', 0, (byte)'b'));
        Assert.Equal("!~", Name("!~").ToString());
    }

    [Fact]
    public void A_name_of_32_characters_travels_whole() =>
        Assert.Equal("12345678901234567890123456789012", Name("12345678901234567890123456789012").ToString());

    [Fact]
    public void Writing_and_reading_beats_allocates_nothing()
    {
        var beat = Of("applejack", sightings: 8);
        var buffer = new byte[BeatCodec.MaxLength];
        var receiver = new BeatReceiver(new MemberName("rainbowdash"), [new MemberName("applejack")]);
        Assert.True(Round(2_000));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var all = Round(10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(all);

        bool Round(int times)
        {
            for (var i = 0; i < times; i++)
            {
                beat.Sequence++;
                var length = Codec.Encode(beat, buffer);
                if (!Codec.TryDecode(buffer.AsSpan(0, length), out var got, out _)) return false;
                if (receiver.Accept(got, Incarnation.None) != BeatRefusal.None) return false;
            }
            return true;
        }
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ActorHa.Core.Wire;

/// <summary>
/// Beats to bytes and back, authenticated, without allocating. All numbers big endian:
/// <code>
///   0  4  magic "AHAB"            48 16  boot id                 100  8  journal index
///   4  1  version 1               64  8  incarnation             108  n x 60: peer 32, boot prefix 8, incarnation 8,
///   5  1  health                  72  8  sequence                             sequence 8, age 4
///   6  1  n, sightings (0..8)     80  8  agent run               then 32  HMAC-SHA-256 of all before
///   7  1  zero                    88  4  mind age
///   8  8  cluster id              92  8  configuration number
///  16 32  sender
/// </code>
/// What is read before the code is checked (length, magic, version, cluster) only chooses the reason of the refusal.
/// </summary>
public sealed class BeatCodec
{
    /// <summary>Length of a beat without sightings.</summary>
    public const int MinLength = Head + Mac;

    /// <summary>Length of a beat with all sightings; far below any network's limit, so no beat is ever fragmented.</summary>
    public const int MaxLength = Head + Beat.MaxSightings * Row + Mac;

    /// <summary>Fewest bytes of a key.</summary>
    public const int MinKeyLength = 16;

    private const int Head = 108, Row = 60, Mac = 32;
    private const byte Version = 1;
    private const BeatHealth KnownHealth = BeatHealth.HypervisorOk | BeatHealth.StorageOk | BeatHealth.Leaving;

    private readonly ulong _cluster;
    private readonly byte[] _key;

    /// <param name="cluster">The cluster's name.</param>
    /// <param name="key">The members' common secret, at least 16 bytes; copied.</param>
    /// <exception cref="ArgumentException">The key is too short to be a secret.</exception>
    public BeatCodec(string cluster, ReadOnlySpan<byte> key)
    {
        if (key.Length < MinKeyLength) throw new ArgumentException($"the heartbeat key has {key.Length} bytes, at least {MinKeyLength} are needed", nameof(key));
        _cluster = WireIds.OfCluster(cluster);
        _key = key.ToArray();
    }

    private static ReadOnlySpan<byte> Magic => "AHAB"u8;

    /// <summary>Writes a beat; returns its length, at most <see cref="MaxLength"/>.</summary>
    /// <exception cref="ArgumentException">We are wrong: the beat could not be read back, or the buffer is too small.</exception>
    public int Encode(in Beat beat, Span<byte> destination)
    {
        if (!IsPossible(beat)) throw new ArgumentException("this beat has impossible content", nameof(beat));
        var rows = beat.Sightings;
        var signed = Head + rows.Length * Row;
        if (destination.Length < signed + Mac) throw new ArgumentException("the buffer is too small for this beat", nameof(destination));
        Magic.CopyTo(destination);
        destination[4] = Version;
        destination[5] = (byte)beat.Health;
        destination[6] = (byte)rows.Length;
        destination[7] = 0;
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _cluster);
        beat.Sender.Write(destination[16..]);
        beat.Boot.TryWriteBytes(destination[48..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(destination[64..], beat.Incarnation.Number);
        BinaryPrimitives.WriteInt64BigEndian(destination[72..], beat.Sequence);
        BinaryPrimitives.WriteUInt64BigEndian(destination[80..], beat.AgentRun);
        BinaryPrimitives.WriteUInt32BigEndian(destination[88..], beat.MindAgeMs);
        BinaryPrimitives.WriteInt64BigEndian(destination[92..], beat.ConfigNumber);
        BinaryPrimitives.WriteInt64BigEndian(destination[100..], beat.JournalPosition);
        for (var i = 0; i < rows.Length; i++) WriteRow(rows[i], destination.Slice(Head + i * Row, Row));
        HMACSHA256.HashData(_key, destination[..signed], destination.Slice(signed, Mac));
        return signed + Mac;
    }

    /// <summary>Reads one datagram. False with the reason when it is not a well-formed beat of this cluster.</summary>
    public bool TryDecode(ReadOnlySpan<byte> datagram, out Beat beat, out BeatRefusal refusal)
    {
        beat = default;
        refusal = Check(datagram);
        if (refusal != BeatRefusal.None) return false;
        if (Read(datagram[..^Mac], ref beat) && IsPossible(beat)) return true;
        beat = default;
        refusal = BeatRefusal.Malformed;
        return false;
    }

    private BeatRefusal Check(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < MinLength) return BeatRefusal.TooShort;
        if (datagram.Length > MaxLength) return BeatRefusal.TooLong;
        if (!datagram.StartsWith(Magic)) return BeatRefusal.BadMagic;
        if (datagram[4] != Version) return BeatRefusal.BadVersion;
        if (BinaryPrimitives.ReadUInt64BigEndian(datagram[8..]) != _cluster) return BeatRefusal.OtherCluster;
        Span<byte> expected = stackalloc byte[Mac];
        HMACSHA256.HashData(_key, datagram[..^Mac], expected);
        return CryptographicOperations.FixedTimeEquals(expected, datagram[^Mac..]) ? BeatRefusal.None : BeatRefusal.BadMac;
    }

    private static bool Read(ReadOnlySpan<byte> signed, ref Beat beat)
    {
        int rows = signed[6];
        if (rows > Beat.MaxSightings || signed.Length != Head + rows * Row || signed[7] != 0) return false;
        if (!WireName.TryRead(signed.Slice(16, WireName.Length), out var sender)) return false;
        beat.Sender = sender;
        beat.Health = (BeatHealth)signed[5];
        beat.Boot = new Guid(signed.Slice(48, 16), bigEndian: true);
        beat.Incarnation = new Incarnation(BinaryPrimitives.ReadInt64BigEndian(signed[64..]));
        beat.Sequence = BinaryPrimitives.ReadInt64BigEndian(signed[72..]);
        beat.AgentRun = BinaryPrimitives.ReadUInt64BigEndian(signed[80..]);
        beat.MindAgeMs = BinaryPrimitives.ReadUInt32BigEndian(signed[88..]);
        beat.ConfigNumber = BinaryPrimitives.ReadInt64BigEndian(signed[92..]);
        beat.JournalPosition = BinaryPrimitives.ReadInt64BigEndian(signed[100..]);
        for (var i = 0; i < rows; i++)
        {
            if (!TryReadRow(signed.Slice(Head + i * Row, Row), out var row)) return false;
            beat.TryAddSighting(row);
        }
        return true;
    }

    private static void WriteRow(in Sighting row, Span<byte> to)
    {
        row.Peer.Write(to);
        BinaryPrimitives.WriteUInt64BigEndian(to[32..], row.BootPrefix);
        BinaryPrimitives.WriteInt64BigEndian(to[40..], row.Incarnation.Number);
        BinaryPrimitives.WriteInt64BigEndian(to[48..], row.Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(to[56..], row.AgeMs);
    }

    private static bool TryReadRow(ReadOnlySpan<byte> from, out Sighting row)
    {
        row = default;
        if (!WireName.TryRead(from[..WireName.Length], out var peer)) return false;
        row = new Sighting(
            peer,
            BinaryPrimitives.ReadUInt64BigEndian(from[32..]),
            new Incarnation(BinaryPrimitives.ReadInt64BigEndian(from[40..])),
            BinaryPrimitives.ReadInt64BigEndian(from[48..]),
            BinaryPrimitives.ReadUInt32BigEndian(from[56..]));
        return true;
    }

    // The same test for what we send and what we take: a beat that we could not read back is never sent.
    private static bool IsPossible(in Beat beat)
    {
        if (beat.Sender.IsEmpty || beat.Boot == Guid.Empty || beat.Incarnation.Number < 0 || beat.Sequence <= 0) return false;
        if (beat.ConfigNumber < 0 || beat.JournalPosition < 0 || (beat.Health & ~KnownHealth) != 0) return false;
        var rows = beat.Sightings;
        for (var i = 0; i < rows.Length; i++)
        {
            ref readonly var row = ref rows[i];
            if (row.Peer.IsEmpty || row.Peer == beat.Sender || row.Incarnation.Number < 0 || row.Sequence <= 0) return false;
            for (var j = 0; j < i; j++)
                if (rows[j].Peer == row.Peer) return false;
        }
        return true;
    }
}

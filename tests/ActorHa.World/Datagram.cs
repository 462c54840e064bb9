using ActorHa.Core.Wire;

namespace ActorHa.World;

/// <summary>
/// A datagram on its way. All members hold the same key, so what the real codec says of it is the same for each of them and is
/// asked once; and of what arrives as it was sent the codec says what was sent, so that one of <see cref="Asked"/> shows it.
/// </summary>
public sealed class Datagram
{
    /// <summary>Of so many undamaged datagrams one goes through the codec: two authentications cost more than all else that a beat does.</summary>
    public const int Asked = 64;

    private readonly BeatCodec _codec;
    private readonly bool _good;
    private readonly Beat _beat;

    /// <summary>A beat is sent.</summary>
    public Datagram(in Beat beat, BeatCodec codec)
    {
        (_codec, _good) = (codec, true);
        if (beat.Sequence % Asked != 0) _beat = beat;
        else _good = codec.TryDecode(Write(beat, codec), out _beat, out _);
    }

    private Datagram(byte[] bytes, BeatCodec codec) => (_codec, _good) = (codec, codec.TryDecode(bytes, out _beat, out _));

    /// <summary>Whether the codec takes it.</summary>
    public bool IsGood => _good;

    /// <summary>What the codec makes of it.</summary>
    public ref readonly Beat Beat => ref _beat;

    /// <summary>The same with one bit flipped.</summary>
    public Datagram Damage(Random random)
    {
        // What was damaged before stays refused.
        if (!_good) return this;
        var copy = Write(_beat, _codec);
        copy[random.Next(copy.Length)] ^= (byte)(1 << random.Next(8));
        return new Datagram(copy, _codec);
    }

    private static byte[] Write(in Beat beat, BeatCodec codec)
    {
        Span<byte> bytes = stackalloc byte[BeatCodec.MaxLength];
        return bytes[..codec.Encode(beat, bytes)].ToArray();
    }
}

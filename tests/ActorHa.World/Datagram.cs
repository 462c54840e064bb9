using ActorHa.Core.Wire;

namespace ActorHa.World;

/// <summary>
/// A datagram on its way. All members hold the same key, so what the real codec says of these bytes is the same for each of
/// them and is asked once.
/// </summary>
public sealed class Datagram(byte[] bytes, BeatCodec codec)
{
    private bool _read;
    private bool _good;
    private Beat _beat;

    /// <summary>What the codec makes of it; false when it is refused.</summary>
    public bool TryRead(out Beat beat)
    {
        if (!_read) (_read, _good) = (true, codec.TryDecode(bytes, out _beat, out _));
        beat = _beat;
        return _good;
    }

    /// <summary>The same with one bit flipped.</summary>
    public Datagram Damage(Random random)
    {
        var copy = (byte[])bytes.Clone();
        copy[random.Next(copy.Length)] ^= (byte)(1 << random.Next(8));
        return new Datagram(copy, codec);
    }
}

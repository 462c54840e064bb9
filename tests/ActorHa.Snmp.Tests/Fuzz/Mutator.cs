namespace ActorHa.Snmp.Tests.Fuzz;

/// <summary>Makes the datagram of a number: the same seed and number give the same datagram, without those before it.</summary>
internal sealed class Mutator(byte[][] corpus, int seed)
{
    private static readonly byte[] TellingOctets =
        [0x00, 0x01, 0x02, 0x04, 0x05, 0x06, 0x30, 0x40, 0x41, 0x46, 0x7F, 0x80, 0x81, 0x82, 0x84, 0x88, 0xA0, 0xA4, 0xA8, 0xFF];

    public byte[] Make(long number)
    {
        var random = new Random(HashOf(seed, number));
        return random.Next(100) switch
        {
            < 10 => Noise(random),
            10 when random.Next(40) == 0 => ManyBinds(random),
            _ => Mutated(random),
        };
    }

    // HashCode differs from run to run; this does not.
    private static int HashOf(int seed, long number) => (int)(((ulong)number * 0x9E3779B97F4A7C15 ^ (uint)seed * 0xD1B54A32D192ED03) >> 32);

    private static byte[] Noise(Random random)
    {
        var datagram = new byte[random.Next(300)];
        random.NextBytes(datagram);
        if (datagram.Length > 1 && random.Next(2) == 0) (datagram[0], datagram[1]) = (0x30, (byte)Math.Min(127, datagram.Length - 2));
        return datagram;
    }

    /// <summary>As many varbinds as a datagram holds: what costs most to read.</summary>
    private static byte[] ManyBinds(Random random)
    {
        var body = new byte[random.Next(60_000)];
        ReadOnlySpan<byte> least = [0x30, 0x05, 0x06, 0x01, 0x2B, 0x05, 0x00];
        for (var at = 0; at + least.Length <= body.Length; at += least.Length) least.CopyTo(body.AsSpan(at));
        body = body[..(body.Length / least.Length * least.Length)];
        byte[] pdu = [0x02, 1, 1, 0x02, 1, 0, 0x02, 1, 0, .. Long(0x30, body)];
        return Long(0x30, [0x02, 1, 1, 0x04, 7, .. "looking"u8, .. Long(0xA0, pdu)]);
    }

    private static byte[] Long(byte tag, byte[] content) => [tag, 0x82, (byte)(content.Length >> 8), (byte)content.Length, .. content];

    private byte[] Mutated(Random random)
    {
        var datagram = new List<byte>(corpus[random.Next(corpus.Length)]);
        for (var n = random.Next(1, 5); n > 0 && datagram.Count > 0; n--)
        {
            var at = random.Next(datagram.Count);
            switch (random.Next(8))
            {
                case 0: datagram[at] = (byte)random.Next(256); break;
                case 1: datagram[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: datagram[at] = TellingOctets[random.Next(TellingOctets.Length)]; break;
                case 3: datagram.Insert(at, (byte)random.Next(256)); break;
                case 4: datagram.RemoveRange(at, Math.Min(datagram.Count - at, random.Next(1, 9))); break;
                case 5: datagram.RemoveRange(at, datagram.Count - at); break;
                case 6: datagram.InsertRange(at, datagram.GetRange(at, Math.Min(datagram.Count - at, random.Next(1, 40)))); break;
                case 7: Splice(datagram, at, random); break;
            }
        }
        return [.. datagram];
    }

    private void Splice(List<byte> datagram, int at, Random random)
    {
        var other = corpus[random.Next(corpus.Length)];
        datagram.RemoveRange(at, datagram.Count - at);
        datagram.AddRange(other[Math.Min(at, other.Length)..]);
    }
}

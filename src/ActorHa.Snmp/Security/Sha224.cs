using System.Buffers.Binary;
using System.Numerics;

namespace ActorHa.Snmp.Security;

/// <summary>
/// SHA-224 (FIPS 180-4 section 6.3): SHA-256 with other first words, cut to 28 octets. The framework has every hash of
/// RFC 7860 but this one.
/// </summary>
internal static class Sha224
{
    private const int BlockSize = 64;

    /// <summary>Fractional parts of the cube roots of the first 64 primes (FIPS 180-4 section 4.2.2).</summary>
    private static readonly uint[] K = [.. Primes(64).Select(p => CubeRootFraction(p))];

    public static byte[] HashData(ReadOnlySpan<byte> data) => HashData(data, []);

    /// <summary>HMAC (RFC 2104) over it.</summary>
    public static byte[] HmacData(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message)
    {
        Span<byte> block = stackalloc byte[BlockSize];
        block.Clear();
        if (key.Length > BlockSize) HashData(key).CopyTo(block);
        else key.CopyTo(block);
        foreach (ref var octet in block) octet ^= 0x36;
        var inner = HashData(block, message);
        foreach (ref var octet in block) octet ^= 0x36 ^ 0x5C;
        return HashData(block, inner);
    }

    private static byte[] HashData(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var length = first.Length + second.Length;
        var padded = new byte[(length + 9 + BlockSize - 1) / BlockSize * BlockSize];
        first.CopyTo(padded);
        second.CopyTo(padded.AsSpan(first.Length));
        padded[length] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(padded.AsSpan(padded.Length - 8), (ulong)length * 8);

        // FIPS 180-4 section 5.3.2.
        Span<uint> h = [0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4];
        for (var at = 0; at < padded.Length; at += BlockSize) Compress(h, padded.AsSpan(at, BlockSize));

        var digest = new byte[28];
        for (var i = 0; i < 7; i++) BinaryPrimitives.WriteUInt32BigEndian(digest.AsSpan(i * 4), h[i]);
        return digest;
    }

    private static void Compress(Span<uint> h, ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[64];
        for (var t = 0; t < 16; t++) w[t] = BinaryPrimitives.ReadUInt32BigEndian(block[(t * 4)..]);
        for (var t = 16; t < 64; t++)
        {
            var s0 = BitOperations.RotateRight(w[t - 15], 7) ^ BitOperations.RotateRight(w[t - 15], 18) ^ (w[t - 15] >> 3);
            var s1 = BitOperations.RotateRight(w[t - 2], 17) ^ BitOperations.RotateRight(w[t - 2], 19) ^ (w[t - 2] >> 10);
            w[t] = w[t - 16] + s0 + w[t - 7] + s1;
        }
        var (a, b, c, d, e, f, g, i) = (h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7]);
        for (var t = 0; t < 64; t++)
        {
            var s1 = BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25);
            var t1 = i + s1 + ((e & f) ^ (~e & g)) + K[t] + w[t];
            var s0 = BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22);
            var t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
            (i, g, f, e, d, c, b, a) = (g, f, e, d + t1, c, b, a, t1 + t2);
        }
        h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += i;
    }

    private static IEnumerable<int> Primes(int count) =>
        Enumerable.Range(2, int.MaxValue - 2).Where(n => !Enumerable.Range(2, n - 2).Any(d => n % d == 0)).Take(count);

    private static uint CubeRootFraction(int prime)
    {
        // floor(cbrt(p) * 2^32) by bisection over whole numbers: exact, where floating point might not be.
        var wanted = new BigInteger(prime) << 96;
        var (low, high) = (BigInteger.Zero, BigInteger.One << 36);
        while (high - low > 1)
        {
            var middle = (low + high) >> 1;
            if (middle * middle * middle <= wanted) low = middle;
            else high = middle;
        }
        return (uint)(low & uint.MaxValue);
    }
}

namespace ActorHa.Snmp.Security;

/// <summary>
/// The name of one SNMP engine, 5 to 32 octets (RFC 3411 section 5). Keys are made for it: another engine, other keys.
/// </summary>
public sealed class EngineId : IEquatable<EngineId>
{
    private readonly byte[] octets;

    private EngineId(byte[] octets) => this.octets = octets;

    /// <summary>The octets.</summary>
    public ReadOnlySpan<byte> Octets => octets;

    /// <summary>From octets.</summary>
    /// <exception cref="ArgumentException">Not 5 to 32 octets.</exception>
    public static EngineId Of(ReadOnlySpan<byte> octets) => octets.Length is >= 5 and <= 32
        ? new EngineId(octets.ToArray())
        : throw new ArgumentException("an engine id has 5 to 32 octets", nameof(octets));

    /// <summary>From hexadecimal digits.</summary>
    /// <exception cref="FormatException">Not hexadecimal.</exception>
    public static EngineId Parse(string hex) => Of(Convert.FromHexString(hex));

    /// <inheritdoc/>
    public bool Equals(EngineId? other) => other is not null && octets.AsSpan().SequenceEqual(other.octets);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as EngineId);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(octets);
        return hash.ToHashCode();
    }

    /// <summary>Lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(octets);
}

/// <summary>A moment on one engine's own clock: which of its boots, and seconds since that boot (RFC 3414 section 2.2).</summary>
public sealed record EngineMoment(EngineId Engine, int Boots, int Seconds)
{
    /// <summary>A message further than this from the engine's own time is refused (RFC 3414 section 2.2.3).</summary>
    public const int WindowSeconds = 150;

    /// <inheritdoc/>
    public override string ToString() => $"boots {Boots}, time {Seconds}";
}

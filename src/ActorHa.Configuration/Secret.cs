using System.Security.Cryptography;
using System.Text;

namespace ActorHa.Configuration;

/// <summary>A password or key. It does not show itself: not in logs, not in messages, not in a debugger's one line.</summary>
[System.Diagnostics.DebuggerDisplay("***")]
public sealed class Secret : IEquatable<Secret>
{
    private readonly byte[] bytes;

    /// <summary>Wraps bytes; they are copied.</summary>
    public Secret(ReadOnlySpan<byte> bytes) => this.bytes = bytes.ToArray();

    /// <summary>Wraps the UTF-8 of a text.</summary>
    public Secret(string text) => bytes = Encoding.UTF8.GetBytes(text);

    /// <summary>The bytes, for the one place that needs them.</summary>
    public ReadOnlySpan<byte> Reveal() => bytes;

    /// <summary>The bytes as a text, for the one place that needs it.</summary>
    public string RevealText() => Encoding.UTF8.GetString(bytes);

    /// <summary>In time that does not depend on the content.</summary>
    public bool Equals(Secret? other) => other is not null && CryptographicOperations.FixedTimeEquals(bytes, other.bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Secret);

    /// <inheritdoc/>
    public override int GetHashCode() => bytes.Length;

    /// <summary>Three stars, always.</summary>
    public override string ToString() => "***";
}

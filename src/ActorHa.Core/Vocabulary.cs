using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorHa.Core;

// The words of the house, as types. One meaning each; the glossary in README.md says which.

/// <summary>A value with one text or number inside, written bare in JSON (also as a dictionary key).</summary>
public interface ITextValue<TSelf> where TSelf : ITextValue<TSelf>
{
    /// <summary>The text inside.</summary>
    string Value { get; }

    /// <summary>Wraps a text.</summary>
    static abstract TSelf Of(string value);
}

/// <summary>A value with one number inside.</summary>
public interface INumberValue<TSelf> where TSelf : INumberValue<TSelf>
{
    /// <summary>The number inside.</summary>
    long Number { get; }

    /// <summary>Wraps a number.</summary>
    static abstract TSelf Of(long number);
}

/// <summary>Name of a member: a host or the witness.</summary>
[JsonConverter(typeof(TextValueConverter<MemberName>))]
public readonly record struct MemberName(string Value) : ITextValue<MemberName>, IComparable<MemberName>
{
    /// <inheritdoc/>
    public static MemberName Of(string value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(MemberName other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}

/// <summary>Name of a virtual machine.</summary>
[JsonConverter(typeof(TextValueConverter<VmName>))]
public readonly record struct VmName(string Value) : ITextValue<VmName>, IComparable<VmName>
{
    /// <inheritdoc/>
    public static VmName Of(string value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(VmName other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}

/// <summary>The kernel's name of one boot (Linux: <c>/proc/sys/kernel/random/boot_id</c>). Unordered: it proves nothing by itself.</summary>
[JsonConverter(typeof(TextValueConverter<BootId>))]
public readonly record struct BootId(string Value) : ITextValue<BootId>
{
    /// <inheritdoc/>
    public static BootId Of(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}

/// <summary>One life of one agent process. Permissions die with it.</summary>
[JsonConverter(typeof(TextValueConverter<AgentRun>))]
public readonly record struct AgentRun(string Value) : ITextValue<AgentRun>
{
    /// <inheritdoc/>
    public static AgentRun Of(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}

/// <summary>One boot of one host, numbered by the journal (1, 2, …; 0 = never joined). Older ones are void.</summary>
[JsonConverter(typeof(NumberValueConverter<Incarnation>))]
public readonly record struct Incarnation(long Number) : INumberValue<Incarnation>, IComparable<Incarnation>
{
    /// <summary>Before the first join.</summary>
    public static readonly Incarnation None;

    /// <inheritdoc/>
    public static Incarnation Of(long number) => new(number);

    /// <summary>The next boot.</summary>
    public Incarnation Next() => new(Number + 1);

    /// <inheritdoc/>
    public int CompareTo(Incarnation other) => Number.CompareTo(other.Number);

    /// <summary>Earlier boot than.</summary>
    public static bool operator <(Incarnation a, Incarnation b) => a.Number < b.Number;

    /// <summary>Later boot than.</summary>
    public static bool operator >(Incarnation a, Incarnation b) => a.Number > b.Number;

    /// <summary>Earlier or same boot.</summary>
    public static bool operator <=(Incarnation a, Incarnation b) => a.Number <= b.Number;

    /// <summary>Later or same boot.</summary>
    public static bool operator >=(Incarnation a, Incarnation b) => a.Number >= b.Number;

    /// <inheritdoc/>
    public override string ToString() => $"i{Number}";
}

/// <summary>Number of an ownership of a VM or of a fence request; rises over the whole cluster; answers repeat it.</summary>
[JsonConverter(typeof(NumberValueConverter<Epoch>))]
public readonly record struct Epoch(long Number) : INumberValue<Epoch>, IComparable<Epoch>
{
    /// <summary>Before the first order.</summary>
    public static readonly Epoch None;

    /// <inheritdoc/>
    public static Epoch Of(long number) => new(number);

    /// <summary>The next order.</summary>
    public Epoch Next() => new(Number + 1);

    /// <inheritdoc/>
    public int CompareTo(Epoch other) => Number.CompareTo(other.Number);

    /// <inheritdoc/>
    public override string ToString() => $"e{Number}";
}

/// <summary>
/// A moment on one member's own monotonic clock. Never compared between members, never stored in the journal.
/// Ticks of 100 ns, as in <see cref="TimeSpan"/>.
/// </summary>
public readonly record struct Instant(long Ticks) : IComparable<Instant>
{
    /// <summary>Seconds since the clock's own beginning, for stories.</summary>
    public double Seconds => Ticks / (double)TimeSpan.TicksPerSecond;

    /// <summary>A moment later.</summary>
    public static Instant operator +(Instant a, TimeSpan b) => new(a.Ticks + b.Ticks);

    /// <summary>A moment earlier.</summary>
    public static Instant operator -(Instant a, TimeSpan b) => new(a.Ticks - b.Ticks);

    /// <summary>The time between.</summary>
    public static TimeSpan operator -(Instant a, Instant b) => new(a.Ticks - b.Ticks);

    /// <summary>Before.</summary>
    public static bool operator <(Instant a, Instant b) => a.Ticks < b.Ticks;

    /// <summary>After.</summary>
    public static bool operator >(Instant a, Instant b) => a.Ticks > b.Ticks;

    /// <summary>Before or at.</summary>
    public static bool operator <=(Instant a, Instant b) => a.Ticks <= b.Ticks;

    /// <summary>After or at.</summary>
    public static bool operator >=(Instant a, Instant b) => a.Ticks >= b.Ticks;

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Ticks.CompareTo(other.Ticks);
}

/// <summary>Writes a text value bare.</summary>
public sealed class TextValueConverter<T> : JsonConverter<T> where T : struct, ITextValue<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.Of(reader.GetString() ?? throw new JsonException("a text is expected"));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

    /// <inheritdoc/>
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.Of(reader.GetString()!);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Value);
}

/// <summary>Writes a number value bare.</summary>
public sealed class NumberValueConverter<T> : JsonConverter<T> where T : struct, INumberValue<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => T.Of(reader.GetInt64());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Number);
}

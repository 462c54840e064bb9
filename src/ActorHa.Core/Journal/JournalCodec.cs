using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ActorHa.Core;

/// <summary>Bytes of entries and hashes of states. Deterministic: the same value gives the same bytes on every member.</summary>
public static class JournalCodec
{
    /// <summary>Every kind of event, by its name in the journal.</summary>
    public static readonly ImmutableSortedDictionary<string, Type> EventTypes = typeof(Event).Assembly.GetTypes()
        .Where(t => t.IsSubclassOf(typeof(Event)) && !t.IsAbstract)
        .ToImmutableSortedDictionary(t => t.Name, t => t, StringComparer.Ordinal);

    private static readonly JsonSerializerOptions Plain = Make();

    private static readonly JsonSerializerOptions Options = new(Plain) { Converters = { new ConfigConverter() } };

    private static JsonSerializerOptions Make() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        // A field that this version does not know was written by a newer one: what it changes is not known either.
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NameEvents } },
    };

    /// <summary>The stored form.</summary>
    public static byte[] Encode(JournalEntry entry) => JsonSerializer.SerializeToUtf8Bytes(entry, Options);

    /// <summary>Reads a stored entry.</summary>
    /// <exception cref="UnknownEntryException">An event of a newer version, or no entry at all: the reader turns read-only.</exception>
    public static JournalEntry Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var entry = JsonSerializer.Deserialize<JournalEntry>(bytes, Options) ?? throw new UnknownEntryException("an empty entry");
            // A field that is missing reads as nothing: refused here, or the fold would stumble over it later.
            return entry is { Id: not null, Because: not null, Previous: not null, StateAfter: not null, Events.IsDefault: false } && !entry.Events.Contains(null!)
                ? entry
                : throw new UnknownEntryException("an entry with missing fields");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException)
        {
            throw new UnknownEntryException($"an entry that this version cannot read: {e.Message}", e);
        }
    }

    /// <summary>Hash of stored bytes: lower-case hexadecimal SHA-256.</summary>
    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Hash of a state: equal on all members that have read the same journal.</summary>
    public static string Hash(ClusterState s) => s.Derived.Hash;

    /// <summary>Works the hash out.</summary>
    internal static string WorkHash(ClusterState s) => Hash(Encode(s));

    /// <summary>The form of a state that its hash is about: all of it.</summary>
    public static byte[] Encode(ClusterState s) => JsonSerializer.SerializeToUtf8Bytes(s, Options);

    /// <summary>Reads a state back; who goes on from it comes to the same as who has read every entry.</summary>
    /// <exception cref="UnknownEntryException">A newer version wrote it, or it is no state at all.</exception>
    public static ClusterState DecodeState(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<ClusterState>(bytes, Options) ?? throw new UnknownEntryException("an empty state");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException)
        {
            throw new UnknownEntryException($"a state that this version cannot read: {e.Message}", e);
        }
    }

    /// <summary>One event as JSON, for people.</summary>
    public static string Print(Event e) => JsonSerializer.Serialize(e, Options);

    /// <summary>A configuration is the largest part of a state and changes once a year: its bytes are written once and kept beside it.</summary>
    private sealed class ConfigConverter : JsonConverter<ClusterConfig>
    {
        private readonly ConditionalWeakTable<ClusterConfig, byte[]> _written = [];

        public override ClusterConfig? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonSerializer.Deserialize<ClusterConfig>(ref reader, Plain);

        public override void Write(Utf8JsonWriter writer, ClusterConfig value, JsonSerializerOptions options) =>
            writer.WriteRawValue(_written.GetValue(value, c => JsonSerializer.SerializeToUtf8Bytes(c, Plain)), skipInputValidation: true);
    }

    private static void NameEvents(JsonTypeInfo info)
    {
        if (info.Type != typeof(Event)) return;
        info.PolymorphismOptions = new JsonPolymorphismOptions
        {
            TypeDiscriminatorPropertyName = "event",
            UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization,
        };
        foreach (var (name, type) in EventTypes) info.PolymorphismOptions.DerivedTypes.Add(new JsonDerivedType(type, name));
    }
}

/// <summary>The journal holds what this version does not know: nothing may be decided on it.</summary>
public sealed class UnknownEntryException(string message, Exception? inner = null) : Exception(message, inner);

using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace ActorHa.Core.Wire;

/// <summary>
/// One heartbeat: what a member says of itself and whom it heard itself. A plain struct of about 600 bytes without
/// references, to be passed by reference and filled again and again.
/// </summary>
/// <remarks>
/// <see cref="Sequence"/> starts at the milliseconds since the host's boot at the agent's start and rises by one per
/// beat. As beats are more than a millisecond apart it never overtakes that clock, so an agent restarted in the same
/// boot starts above all that its forerunner sent, without remembering anything on disk.
/// </remarks>
public struct Beat
{
    /// <summary>Most peers that one beat can speak of.</summary>
    public const int MaxSightings = 8;

    private Rows _rows;
    private int _count;

    /// <summary>Who says so.</summary>
    public WireName Sender { get; set; }

    /// <summary>The sender's kernel's boot id.</summary>
    public Guid Boot { get; set; }

    /// <summary>The sender's incarnation; <see cref="Core.Incarnation.None"/> = not joined (yet).</summary>
    public Incarnation Incarnation { get; set; }

    /// <summary>Rises with each beat of one boot; more than 0.</summary>
    public long Sequence { get; set; }

    /// <summary>Short form of the sender's agent run, see <see cref="WireIds.Of(AgentRun)"/>.</summary>
    public ulong AgentRun { get; set; }

    /// <summary>Milliseconds since the end of the mind's (Quorum's) last turn; <see cref="uint.MaxValue"/> = longer, or never.</summary>
    public uint MindAgeMs { get; set; }

    /// <summary>How the sender is.</summary>
    public BeatHealth Health { get; set; }

    /// <summary>Number of the configuration that the sender decides by.</summary>
    public long ConfigNumber { get; set; }

    /// <summary>The newest journal entry that the sender has ever taken in, also before a restart; see <see cref="JournalHead.Position"/>.</summary>
    public long JournalPosition { get; set; }

    /// <summary>Whom the sender has heard itself, each peer at most once; peers never heard are absent.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<Sighting> Sightings => ((ReadOnlySpan<Sighting>)_rows)[.._count];

    /// <summary>Forgets all sightings.</summary>
    public void ClearSightings() => _count = 0;

    /// <summary>Adds a sighting; the ninth is refused (false).</summary>
    public bool TryAddSighting(in Sighting sighting)
    {
        if (_count == MaxSightings) return false;
        _rows[_count++] = sighting;
        return true;
    }

    /// <summary>What the sender heard of <paramref name="peer"/>; asked for oneself it is the echo of one's own beats.</summary>
    public readonly bool TryFind(WireName peer, out Sighting sighting)
    {
        foreach (ref readonly var row in Sightings)
        {
            if (row.Peer != peer) continue;
            sighting = row;
            return true;
        }
        sighting = default;
        return false;
    }

    [InlineArray(MaxSightings)]
    private struct Rows
    {
        private Sighting _first;
    }
}

/// <summary>
/// One peer as the sender heard it itself, by the kernel's receive stamp. Never what others told: a sighting of a
/// sighting would let one old beat go round for ever.
/// </summary>
/// <param name="Peer">Who was heard.</param>
/// <param name="BootPrefix">First 8 bytes of the boot id in that beat, see <see cref="WireIds.PrefixOf"/>.</param>
/// <param name="Incarnation">The incarnation in that beat.</param>
/// <param name="Sequence">Sequence of that beat, the newest one heard: the echo.</param>
/// <param name="AgeMs">Milliseconds between its reception and the sending of this; <see cref="uint.MaxValue"/> = longer.</param>
public readonly record struct Sighting(WireName Peer, ulong BootPrefix, Incarnation Incarnation, long Sequence, uint AgeMs);

/// <summary>How a sender is.</summary>
[Flags]
public enum BeatHealth : byte
{
    /// <summary>Neither hypervisor nor storage is well.</summary>
    None = 0,

    /// <summary>The hypervisor answers in time.</summary>
    HypervisorOk = 1,

    /// <summary>Shared storage takes a write in time.</summary>
    StorageOk = 2,

    /// <summary>The agent is stopping in an orderly way; the journal says until when.</summary>
    Leaving = 4,
}

/// <summary>Short forms of names for the wire: enough to tell apart, not to be turned back.</summary>
public static class WireIds
{
    /// <summary>First 8 bytes of the SHA-256 of the cluster's name (UTF-8): keeps two clusters in one network apart.</summary>
    public static ulong OfCluster(string name) => Short(name);

    /// <summary>First 8 bytes of the SHA-256 of the agent run's text.</summary>
    public static ulong Of(AgentRun run) => Short(run.Value);

    /// <summary>The boot id as a GUID.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Guid Of(BootId boot) => Guid.Parse(boot.Value);

    /// <summary>First 8 bytes of a boot id as it is written.</summary>
    public static ulong PrefixOf(Guid boot)
    {
        Span<byte> bytes = stackalloc byte[16];
        boot.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    /// <summary>A duration as whole milliseconds on the wire, held within its bounds.</summary>
    public static uint Milliseconds(TimeSpan age) => age <= TimeSpan.Zero ? 0 : (uint)Math.Min(age.Ticks / TimeSpan.TicksPerMillisecond, uint.MaxValue);

    private static ulong Short(string text) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

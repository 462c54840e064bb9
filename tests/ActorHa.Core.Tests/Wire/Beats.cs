using ActorHa.Core;
using ActorHa.Core.Wire;

namespace ActorHa.Core.Tests.Wire;

/// <summary>Samples.</summary>
internal static class Beats
{
    public static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    public static readonly BeatCodec Codec = new("pony", Key);
    public static readonly Guid BootA = new("01020304-0506-0708-090a-0b0c0d0e0f10");
    public static readonly Guid BootB = new("66666666-7777-8888-9999-aaaaaaaaaaaa");

    public static WireName Name(string name) => WireName.Of(new MemberName(name));

    public static Beat Of(string sender, int sightings = 2, long sequence = 1000, long incarnation = 3, Guid? boot = null)
    {
        var beat = new Beat
        {
            Sender = Name(sender),
            Boot = boot ?? BootA,
            Incarnation = new Incarnation(incarnation),
            Sequence = sequence,
            AgentRun = WireIds.Of(new AgentRun("run-7")),
            MindAgeMs = 42,
            Health = BeatHealth.HypervisorOk | BeatHealth.StorageOk,
            ConfigNumber = 5,
            JournalPosition = 777,
        };
        for (var i = 0; i < sightings; i++)
            Assert.True(beat.TryAddSighting(new Sighting(Name($"peer{i}"), WireIds.PrefixOf(BootB), new Incarnation(i), 50 + i, (uint)(100 * i))));
        return beat;
    }

    public static byte[] Bytes(in Beat beat, BeatCodec? codec = null)
    {
        var buffer = new byte[BeatCodec.MaxLength];
        return buffer[..(codec ?? Codec).Encode(beat, buffer)];
    }

    public static BeatRefusal Refusal(ReadOnlySpan<byte> datagram, BeatCodec? codec = null)
    {
        var read = (codec ?? Codec).TryDecode(datagram, out var beat, out var refusal);
        Assert.Equal(read, refusal == BeatRefusal.None);
        if (!read) Assert.True(beat.Sender.IsEmpty && beat.Sightings.IsEmpty);
        return refusal;
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace ActorHa.Drivers.Journal.Etcd;

/// <summary>
/// The frame of gRPC over HTTP/2: one zero byte (not compressed), length as 4 bytes big endian, the message.
/// </summary>
internal static class Grpc
{
    private const int Prefix = 5;

    /// <summary>Longest answer taken, in bytes: a wrong length must not eat the agent's memory.</summary>
    public const int LongestMessage = 64 * 1024 * 1024;

    public static readonly MediaTypeHeaderValue ContentType = new("application/grpc");

    public static byte[] Frame(IMessage message)
    {
        var frame = new byte[Prefix + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - Prefix);
        message.WriteTo(frame.AsSpan(Prefix));
        return frame;
    }

    /// <summary>The next message of the stream; null at its proper end.</summary>
    /// <exception cref="EtcdCallException">What came is not a frame, or ended in the middle.</exception>
    public static async ValueTask<T?> ReadAsync<T>(Stream stream, MessageParser<T> parser, CancellationToken cancel)
        where T : class, IMessage<T>
    {
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            var got = await stream.ReadAtLeastAsync(buffer.AsMemory(0, Prefix), Prefix, throwOnEndOfStream: false, cancel);
            if (got == 0) return null;
            if (got < Prefix) throw new EtcdCallException(EtcdCallException.Internal, "the answer ends within a frame's head");
            var length = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(1));
            if (buffer[0] != 0 || length > LongestMessage)
                throw new EtcdCallException(EtcdCallException.Internal, $"not a frame we take: flag {buffer[0]}, {length} bytes");
            if (length > buffer.Length)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = [];
                buffer = ArrayPool<byte>.Shared.Rent((int)length);
            }

            await stream.ReadExactlyAsync(buffer.AsMemory(0, (int)length), cancel);
            return parser.ParseFrom(buffer, 0, (int)length);
        }
        finally
        {
            if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Throws unless the call ended with status 0; the status stands in the trailers, without a body in the headers.</summary>
    public static void ThrowUnlessOk(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
            throw new EtcdCallException(EtcdCallException.Unavailable, $"HTTP status {(int)response.StatusCode}");
        var status = Header(response, "grpc-status");
        if (status == "0") return;
        if (!int.TryParse(status, out var code))
            throw new EtcdCallException(EtcdCallException.Unavailable, "the answer ends without a status");
        throw new EtcdCallException(code, Uri.UnescapeDataString(Header(response, "grpc-message") ?? $"status {code}"));
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var trailing) ? trailing.FirstOrDefault()
        : response.Headers.TryGetValues(name, out var leading) ? leading.FirstOrDefault()
        : null;
}

/// <summary>
/// A request stream that stays open: one frame at once, then another one every so often, until the call is cancelled.
/// </summary>
internal sealed class RepeatingContent(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> then, TimeSpan every) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(first, cancellationToken);
        await stream.FlushAsync(cancellationToken);
        using var timer = new PeriodicTimer(every);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await stream.WriteAsync(then, cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}

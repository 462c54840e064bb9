using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ActorHa.Core;
using Google.Protobuf;

namespace ActorHa.Drivers.Journal.Etcd;

/// <summary>
/// One HTTP/2 connection to one etcd member, and gRPC calls over it. Made at the first call, made anew when it broke.
/// Every call has its own patience; no call waits for another, so a frozen member stalls nobody.
/// </summary>
internal sealed class EtcdChannel : IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly Uri _base;
    private readonly X509Certificate2Collection _certificates = [];
    private Socket? _socket;
    private long _answered;

    public EtcdChannel(EtcdEndpoint endpoint, EtcdTls? tls, TimeSpan connectTimeout)
    {
        Name = endpoint.Name;
        _base = endpoint.Address;
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = connectTimeout,
            ConnectCallback = ConnectAsync,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            EnableMultipleHttp2Connections = false,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            // No HTTP/2 pings: etcd hangs up on a client that pings an idle connection (grpc-keepalive-min-time 5 s, and
            // never without a stream). EtcdMembers asks for the status instead, which a frozen process cannot answer.
        };
        if (_base.Scheme == Uri.UriSchemeHttps)
            handler.SslOptions = SslOptions(tls ?? throw new ArgumentException($"{_base} needs certificates", nameof(tls)), _certificates);
        _http = new HttpMessageInvoker(handler, disposeHandler: true);
    }

    public MemberName Name { get; }

    /// <summary>True when a complete answer came within <paramref name="span"/> before now.</summary>
    public bool AnsweredWithin(TimeSpan span) =>
        Volatile.Read(ref _answered) is var at and not 0 && Stopwatch.GetElapsedTime(at) <= span;

    /// <summary>One question, one answer.</summary>
    /// <param name="method">The procedure.</param>
    /// <param name="frame">The framed request.</param>
    /// <param name="patience">Bound of the whole call, connecting included.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="EtcdCallException">No complete and positive answer in time.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/>.</exception>
    public async Task<T> CallAsync<T>(EtcdMethod<T> method, ReadOnlyMemory<byte> frame, TimeSpan patience, CancellationToken cancel)
        where T : class, IMessage<T>
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(patience);
        try
        {
            using var request = Request(method.Path, new ReadOnlyMemoryContent(frame));
            using var response = await _http.SendAsync(request, limit.Token);
            await using var body = await response.Content.ReadAsStreamAsync(limit.Token);
            var answer = await Grpc.ReadAsync(body, method.Parser, limit.Token);
            // Reading up to the end brings the trailers: without a status 0 there the answer is not believed.
            if (answer is not null && await Grpc.ReadAsync(body, method.Parser, limit.Token) is not null)
                throw new EtcdCallException(EtcdCallException.Internal, "two answers to one question");
            Grpc.ThrowUnlessOk(response);
            Volatile.Write(ref _answered, Stopwatch.GetTimestamp());
            return answer ?? throw new EtcdCallException(EtcdCallException.Internal, "a status without an answer");
        }
        catch (Exception fault) when (fault is not EtcdCallException)
        {
            cancel.ThrowIfCancellationRequested();
            throw Explain(fault, limit.IsCancellationRequested, patience);
        }
    }

    /// <summary>
    /// Two streams: <paramref name="content"/> goes up, each message that comes down is given to <paramref name="heard"/>.
    /// </summary>
    /// <param name="path">The procedure.</param>
    /// <param name="content">The request stream.</param>
    /// <param name="parser">Of the answers.</param>
    /// <param name="heard">Called for each; false ends the call.</param>
    /// <param name="quiet">Longest silence: without a message for this long the call ends.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="EtcdCallException">The stream ended; why.</exception>
    public async Task StreamAsync<T>(
        string path, HttpContent content, MessageParser<T> parser, Func<T, bool> heard, TimeSpan quiet, CancellationToken cancel)
        where T : class, IMessage<T>
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(quiet);
        try
        {
            using var request = Request(path, content);
            // Without it a watch on a member that is cut off from the others stays open and silent.
            request.Headers.Add("hasleader", "true");
            using var response = await _http.SendAsync(request, limit.Token);
            await using var body = await response.Content.ReadAsStreamAsync(limit.Token);
            while (await Grpc.ReadAsync(body, parser, limit.Token) is { } message)
            {
                if (!heard(message)) return;
                limit.CancelAfter(quiet);
            }

            Grpc.ThrowUnlessOk(response);
            throw new EtcdCallException(EtcdCallException.Unavailable, "the member ended the stream");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException or InvalidProtocolBufferException or ObjectDisposedException)
        {
            cancel.ThrowIfCancellationRequested();
            throw Explain(fault, limit.IsCancellationRequested, quiet);
        }
    }

    /// <summary>Gives the connection up: its calls end, the next one connects anew.</summary>
    public void HangUp() => Interlocked.Exchange(ref _socket, null)?.Dispose();

    public void Dispose()
    {
        HangUp();
        _http.Dispose();
        foreach (var certificate in _certificates) certificate.Dispose();
    }

    private HttpRequestMessage Request(string path, HttpContent content)
    {
        content.Headers.ContentType = Grpc.ContentType;
        return new HttpRequestMessage(HttpMethod.Post, new Uri(_base, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
            Headers = { TE = { new("trailers") } },
        };
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancel);
            // Kept so that HangUp ends the connection at once; disposing the handler would wait for the streams in use.
            Volatile.Write(ref _socket, socket);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private EtcdCallException Explain(Exception fault, bool late, TimeSpan patience) =>
        late ? new EtcdCallException(EtcdCallException.DeadlineExceeded, $"no answer within {patience.TotalSeconds:0.###} s", fault)
        : fault is InvalidProtocolBufferException ? new EtcdCallException(EtcdCallException.Internal, $"not a message: {fault.Message}", fault)
        : new EtcdCallException(EtcdCallException.Unavailable, (fault.InnerException ?? fault).Message, fault);

    private static SslClientAuthenticationOptions SslOptions(EtcdTls tls, X509Certificate2Collection own)
    {
        own.Add(X509Certificate2.CreateFromPemFile(tls.CertFile, tls.KeyFile));
        own.Add(X509CertificateLoader.LoadCertificateFromFile(tls.CaFile));
        var certificate = own[0];
        return new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificates = [certificate],
            LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate,
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { own[1] },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        };
    }
}

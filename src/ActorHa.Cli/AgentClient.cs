using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using ActorHa.Ports.Api;

namespace ActorHa.Cli;

/// <summary>The agent gave no usable answer.</summary>
public sealed class NoAnswerException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The agent called the request nonsense (400, 404).</summary>
public sealed class BadRequestException(string message) : Exception(message);

/// <summary>Questions and commands to the agent on this machine, over its unix socket. Every wait is bounded.</summary>
public sealed class AgentClient : IDisposable
{
    private readonly string socket;
    private readonly TimeSpan patience;
    private readonly HttpClient http;

    /// <param name="socket">Path of the agent's socket.</param>
    /// <param name="patience">Bound of one question, from connect to the last byte.</param>
    public AgentClient(string socket, TimeSpan patience)
    {
        (this.socket, this.patience) = (socket, patience);
        http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri("http://agent"), // the name is not looked up: the socket decides
            Timeout = Timeout.InfiniteTimeSpan,    // the bound is our own, see AskAsync
            MaxResponseContentBufferSize = 64 << 20,
        };
    }

    /// <summary>Asks.</summary>
    /// <exception cref="NoAnswerException">No usable answer in time.</exception>
    /// <exception cref="BadRequestException">The agent does not understand.</exception>
    public Task<T> GetAsync<T>(string path, CancellationToken cancel) =>
        AskAsync<T>(() => new HttpRequestMessage(HttpMethod.Get, path), "", cancel);

    /// <summary>Orders.</summary>
    /// <exception cref="NoAnswerException">No usable answer in time: the order may still take effect.</exception>
    /// <exception cref="BadRequestException">The agent does not understand.</exception>
    public Task<CommandResult> PostAsync<T>(string path, T command, CancellationToken cancel) =>
        AskAsync<CommandResult>(() => new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(command, options: ApiContract.Json) },
            "; the command may have been taken all the same: see actorha history", cancel);

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<T> AskAsync<T>(Func<HttpRequestMessage> ask, string doubt, CancellationToken cancel)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bound.CancelAfter(patience);
        try
        {
            using var request = ask();
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, bound.Token);
            if (response.IsSuccessStatusCode)
                return await response.Content.ReadFromJsonAsync<T>(ApiContract.Json, bound.Token) ?? throw new JsonException("null");
            var text = Terminal.Plain(await ProblemAsync(response, bound.Token));
            if ((int)response.StatusCode is >= 400 and < 500) throw new BadRequestException(text);
            throw new NoAnswerException($"the agent cannot answer: {text}{doubt}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new NoAnswerException($"the agent did not answer within {patience.TotalSeconds:0.##} s{doubt}");
        }
        catch (HttpRequestException e) when (e.InnerException is NoAnswerException noAnswer)
        {
            throw noAnswer;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new NoAnswerException($"the agent broke off: {e.Message}{doubt}", e);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new NoAnswerException($"the agent's answer cannot be read (another version?): {e.Message}{doubt}", e);
        }
    }

    private static async Task<string> ProblemAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            if (await response.Content.ReadFromJsonAsync<ApiProblem>(ApiContract.Json, cancel) is { Error.Length: > 0 } problem) return problem.Error;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            // No problem of ours in the body: the status alone must do.
        }
        return $"HTTP status {(int)response.StatusCode}";
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
            return new NetworkStream(connection, ownsSocket: true);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            connection.Dispose();
            var why = e is not SocketException { SocketErrorCode: var code } ? $"{socket} is no path of a socket"
                : code == SocketError.AccessDenied ? $"no permission for {socket}: only root may operate the cluster (sudo actorha …)"
                : !Path.Exists(socket) ? $"there is no socket {socket}: does the agent run here? (--socket or ACTORHA_SOCKET name another)"
                : code == SocketError.ConnectionRefused ? $"nobody listens at {socket}: the agent does not run"
                : $"{socket}: {e.Message}";
            throw new NoAnswerException(why, e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}

using System.Net.Sockets;
using System.Text;

namespace ActorHa.Lab;

/// <summary>
/// Speaks to a running lab, for tests, the demo and the command line. Each call is one connection, one question, one
/// answer; what the lab refuses is a <see cref="LabException"/> with its sentence.
/// </summary>
public sealed class LabClient(string dir)
{
    private readonly LabPaths _paths = LabPaths.In(dir);

    /// <summary>Pulls a host's plug. Everything in it is gone when this returns.</summary>
    public Task<LabReply> PowerOffAsync(string host) => AskAsync("power", host, "off");

    /// <summary>Plugs a host in.</summary>
    public Task<LabReply> PowerOnAsync(string host) => AskAsync("power", host, "on");

    /// <summary>Both, at once.</summary>
    public Task<LabReply> PowerCycleAsync(string host) => AskAsync("power", host, "cycle");

    /// <summary>Nothing gets through between two of members and chassis.</summary>
    public Task<LabReply> CutAsync(string a, string b) => AskAsync("cut", a, b);

    /// <summary><paramref name="to"/> hears <paramref name="from"/> no more.</summary>
    public Task<LabReply> CutOneWayAsync(string from, string to) => AskAsync("cut", from, to, "--one-way");

    /// <summary>Cuts a host off from all members, and from the chassis if asked.</summary>
    public Task<LabReply> IsolateAsync(string host, bool alsoFromChassis = false) =>
        alsoFromChassis ? AskAsync("cut", host, "--all") : AskAsync("cut", host);

    /// <summary>No heartbeat reaches the host; all else does.</summary>
    public Task<LabReply> DeafenAsync(string host) => AskAsync("deaf", host);

    /// <summary>Lifts the cuts of a host; null = all.</summary>
    public Task<LabReply> HealAsync(string? host = null) => host == null ? AskAsync("heal") : AskAsync("heal", host);

    /// <summary>Every process of a host stands still.</summary>
    public Task<LabReply> FreezeAsync(string host) => AskAsync("freeze", host);

    /// <summary>Every process of a host goes on.</summary>
    public Task<LabReply> ThawAsync(string host) => AskAsync("thaw", host);

    /// <summary>SIGKILL to <c>agent</c>, <c>etcd</c> or <c>vm:NAME</c> of a host.</summary>
    public Task<LabReply> KillAsync(string host, string role) => AskAsync("kill", host, role);

    /// <summary>Stops <c>agent</c> or <c>etcd</c> (SIGTERM); it stays down until <see cref="StartAsync"/>.</summary>
    public Task<LabReply> StopAsync(string host, string service) => AskAsync("stop", host, service);

    /// <summary>Lets a stopped service run again.</summary>
    public Task<LabReply> StartAsync(string host, string service) => AskAsync("start", host, service);

    /// <summary>SIGTERM to a service, which then starts again.</summary>
    public Task<LabReply> RestartAsync(string host, string service) => AskAsync("restart", host, service);

    /// <summary>SIGSTOP to one process.</summary>
    public Task<LabReply> PauseAsync(string host, string role) => AskAsync("pause", host, role);

    /// <summary>SIGCONT to one process.</summary>
    public Task<LabReply> ResumeAsync(string host, string role) => AskAsync("resume", host, role);

    /// <summary>Orderly shutdown; the host is off when this returns.</summary>
    public Task<LabReply> ShutdownAsync(string host) => AskAsync("shutdown", host);

    /// <summary>Lets a host's etcd lead.</summary>
    public Task<LabReply> LeadAsync(string host) => AskAsync("lead", host);

    /// <summary>Sets a fault of the chassis; <c>off</c> lifts it.</summary>
    public Task<LabReply> ChassisAsync(string fault, string value) => AskAsync("chassis", fault, value);

    /// <summary>What the referee saw: never ActorHa's own records.</summary>
    public async Task<RefereeReport> RefereeAsync() => (await AskAsync("referee")).Referee ?? throw new LabException("the referee does not answer");

    /// <summary>How the site stands.</summary>
    public async Task<LabStatus> StatusAsync() =>
        (await AskAsync("status")).Status ?? throw new LabException("the lab's daemon is of another version: it answered no status");

    /// <summary>Per member what is wrong with its etcd; empty = healthy.</summary>
    public async Task<IReadOnlyDictionary<string, string>> HealthAsync() =>
        (await AskAsync("health")).Etcd ?? throw new LabException("the lab's daemon is of another version: it answered no health");

    /// <summary>Asks anything.</summary>
    /// <exception cref="LabException">No lab is up there, or it refused.</exception>
    public async Task<LabReply> AskAsync(string command, params IReadOnlyList<string> words)
    {
        var reply = await TryAskAsync(command, words) ?? throw new LabException($"no lab is up in {_paths.Dir} (actorha-lab up starts one)");
        return reply.Ok ? reply : throw new LabException(reply.Text);
    }

    /// <summary>As <see cref="AskAsync"/>, but null if nobody answers and without judging the answer.</summary>
    internal async Task<LabReply?> TryAskAsync(string command, params IReadOnlyList<string> words)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_paths.Socket));
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(LabJson.Line(new LabRequest(command, words)) + "\n"));
            using var reader = new StreamReader(stream);
            return await reader.ReadLineAsync() is { } line ? LabJson.Parse<LabReply>(line) : null;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return null;
        }
    }
}

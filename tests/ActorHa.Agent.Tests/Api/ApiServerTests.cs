using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using ActorHa.Agent.Actors;
using ActorHa.Agent.Api;
using ActorHa.Agent.Composition;
using ActorHa.Agent.Heartbeats;
using ActorHa.Agent.Quorum;
using ActorHa.Agent.Tests.Os;
using ActorHa.Core;
using ActorHa.Core.Wire;
using ActorHa.Ports.Api;
using ActorHa.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorHa.Agent.Tests.Api;

/// <summary>What the local interface answers where the mind says nothing, or is not asked.</summary>
public sealed class ApiServerTests
{
    private static readonly MemberName Self = new("applejack");
    private readonly TestProbe<QuorumMessage> _mind = new("quorum", TimeProvider.System);

    [Fact]
    public async Task No_outcome_in_time_is_no_refusal()
    {
        var (status, error) = await PostAsync(ApiContract.Vm, new VmCommand("mail", VmAction.Start, null, "test"));
        Assert.Equal((HttpStatusCode.GatewayTimeout, "no outcome after 0 s"), (status, error));
        Assert.IsType<WantVm>((await _mind.ExpectAsync<Commanded>()).Command);
    }

    /// <summary>Once it was in force, no file of another name could replace it.</summary>
    [Fact]
    public async Task The_first_configuration_too_is_this_clusters()
    {
        var (status, error) = await PostAsync(ApiContract.ConfigApply, new ApplyConfigCommand("cluster { name = elsewhere, hosts { a { memory = 1G, fencing = [] }, b { memory = 1G, fencing = [] } }, witnesses = [ w ] }", 0, "test"));
        Assert.Equal((HttpStatusCode.BadRequest, "cluster.name: found elsewhere, expected pony, the cluster of this member (member.cluster)"), (status, error));
        Assert.Equal(0, _mind.Waiting);
    }

    private async Task<(HttpStatusCode Status, string Error)> PostAsync<T>(string path, T command)
    {
        using var folder = new TempFolder();
        var socket = Path.Combine(folder.Path, "s");
        await using var actors = new ActorSystem(NullLogger.Instance, TimeProvider.System);
        var ledger = new Ledger();
        var who = new MemberIdentity(Self, "pony", true, new BootId(Guid.NewGuid().ToString()), new AgentRun("run"), [], "", "0");
        var desk = new CommandDesk(TimeSpan.FromMilliseconds(100)) { Quorum = _mind };
        await using var server = new ApiServer(socket, "pony", new StatusPage(who, ledger, actors, () => new HeartbeatCounters(0, 0, 0, 0, new Dictionary<BeatRefusal, long>()), () => null, () => []), ledger, desk, NullLoggerFactory.Instance);
        await server.StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var s = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await s.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
                return new NetworkStream(s, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://agent") };
        using var answer = await client.PostAsJsonAsync(path, command, ApiContract.Json);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<ApiProblem>(ApiContract.Json))!.Error);
    }
}

using System.Net.Sockets;
using System.Text;
using ActorHa.Agent.Os;
using ActorHa.Testing;

namespace ActorHa.Agent.Tests.Os;

public class SdNotifyTests
{
    [NeedsFact]
    public void It_tells_ready_watchdog_and_stopping_to_a_socket_in_the_file_system()
    {
        using var folder = new TempFolder();
        Tell(Path.Combine(folder.Path, "notify"), Path.Combine(folder.Path, "notify"));
    }

    [NeedsFact]
    public void It_tells_them_to_an_abstract_socket()
    {
        var name = $"actorha-test-{Guid.NewGuid():N}";
        Tell("\0" + name, "@" + name);
    }

    private static void Tell(string bound, string variable)
    {
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        systemd.Bind(new UnixDomainSocketEndPoint(bound));
        var notify = SdNotify.FromEnvironment(new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = variable }.GetValueOrDefault, 1);
        Assert.True(notify.IsWanted);
        Assert.True(notify.Ready("host of pony,\nquorate"));
        Assert.True(notify.Watchdog());
        Assert.True(notify.Stopping("bye"));
        Assert.True(notify.Wait(TimeSpan.FromSeconds(30)));
        Assert.Equal("READY=1\nSTATUS=host of pony, quorate", Next());
        Assert.Equal("WATCHDOG=1", Next());
        Assert.Equal("STOPPING=1\nSTATUS=bye", Next());
        Assert.Equal("EXTEND_TIMEOUT_USEC=30000000", Next());

        string Next()
        {
            var buffer = new byte[500];
            return Encoding.UTF8.GetString(buffer, 0, systemd.Receive(buffer));
        }
    }

    [Theory, InlineData(null), InlineData("")]
    public void Without_a_socket_it_does_nothing(string? socket)
    {
        var notify = new SdNotify(socket);
        Assert.False(notify.IsWanted);
        Assert.False(notify.Ready("x") || notify.Watchdog() || notify.Stopping("x") || notify.Status("x"));
    }

    [Fact]
    public void A_service_manager_that_does_not_listen_is_no_fault()
    {
        Assert.False(new SdNotify("/nonexistent/notify").Ready("x"));
        Assert.False(new SdNotify("vsock:2:1234").Ready("x"));
        Assert.False(new SdNotify(new string('x', 500)).Ready("x"));
    }

    [Theory]
    [InlineData("30000000", "77", 30.0)]
    [InlineData("30000000", "78", null)]
    [InlineData("30000000", null, 30.0)]
    [InlineData("soon", "77", null)]
    [InlineData("0", "77", null)]
    public void The_watchdogs_period_counts_only_for_this_process(string period, string? pid, double? seconds)
    {
        var environment = new Dictionary<string, string?> { ["WATCHDOG_USEC"] = period, ["WATCHDOG_PID"] = pid };
        Assert.Equal(seconds, SdNotify.FromEnvironment(environment.GetValueOrDefault, 77).WatchdogEvery?.TotalSeconds);
    }
}

using ActorHa.Agent.Composition;
using ActorHa.Agent.Tests.Os;

namespace ActorHa.Agent.Tests.Composition;

/// <summary>What cannot run here ends with a code and a line, not with an exception.</summary>
public sealed class AgentProgramTests
{
    [Fact]
    public async Task An_interface_that_is_not_there_ends_with_3()
    {
        using var folder = new TempFolder();
        folder.File("hb.key", new string('a', 64));
        var boot = folder.File("boot_id", Guid.NewGuid().ToString());
        var file = folder.File("m.conf", $$"""
            member {
              name = applejack, cluster = pony, role = host, interfaces = [ eth99 ]
              state-dir = "{{folder.Path.Replace('\\', '/')}}/state", api-socket = "{{folder.Path.Replace('\\', '/')}}/s", boot-id-file = "{{boot.Replace('\\', '/')}}"
              heartbeat { listen = "127.0.0.1:7411", key-file = "hb.key" }
              peers { witness { heartbeat = "127.0.0.1:7412", etcd = none } }
              etcd { endpoint = "http://127.0.0.1:2379" }
            }
            """);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(folder.Path, "hb.key"), UnixFileMode.UserRead);
        Assert.Equal(3, await AgentProgram.RunAsync(["--config", file], (_, _) => throw new InvalidOperationException("nothing is built")));
    }
}

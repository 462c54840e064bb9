using System.Diagnostics;
using ActorHa.Testing;

namespace ActorHa.Lab.Tests.Site;

/// <summary>A lab of its own directory and name. Its agent is a stub that starts one "VM", a script which ignores SIGTERM.</summary>
public sealed class TestLab : IAsyncLifetime
{
    /// <summary>What the tests of a real lab need.</summary>
    public const string Programs = "etcd ip nft nsenter unshare setsid";

    public string Dir { get; } = Path.Combine(Path.GetTempPath(), $"lab-{Guid.NewGuid():N}"[..12]);

    public LabPaths Paths => LabPaths.In(Dir);

    public LabClient Client => new(Dir);

    public SiteDescription Site => new() { Name = Paths.DerivedName(), AgentCommand = $"bash {Dir}/stub {{host}}" };

    public List<string> Progress { get; } = [];

    public async Task InitializeAsync()
    {
        if (NeedsFactAttribute.Missing(Programs, root: true) == null) await UpAsync();
    }

    public async Task UpAsync()
    {
        Directory.CreateDirectory(Dir);
        await File.WriteAllTextAsync($"{Dir}/stub", $"""
            echo "stub of $1 started"
            trap 'echo "stub of $1 was asked to end"; exit 0' TERM
            [ -e /run/vm ] || setsid bash {Dir}/start-vm &
            while :; do sleep 1000 & wait $!; done
            """);
        await File.WriteAllTextAsync($"{Dir}/start-vm", $"touch /run/vm; exec {Dir}/qemu-stub -name guest=mail,debug-threads=on\n");
        // The kernel names a script's process after the script.
        await File.WriteAllTextAsync($"{Dir}/qemu-stub", "#!/bin/bash\ntrap '' TERM HUP\nwhile :; do sleep 1000; done\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode($"{Dir}/qemu-stub", (UnixFileMode)0b111_101_101);
        await LabBuilder.UpAsync(Site, Paths, fresh: false, Progress.Add);
    }

    public Task<bool> DownAsync() => LabBuilder.DownAsync(Site.Name, Progress.Add);

    public async Task DisposeAsync()
    {
        if (!Directory.Exists(Dir)) return;
        await DownAsync();
        Directory.Delete(Dir, recursive: true);
    }

    /// <summary>Waits until it is so, generously.</summary>
    public static async Task Until(string what, Func<Task<bool>> so)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await so())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20), $"not within 20 s: {what}");
            await Task.Delay(20);
        }
    }

    /// <summary>The process of a role, once it runs.</summary>
    public async Task<HostProcess> RunningAsync(string host, string role)
    {
        HostProcess? found = null;
        await Until($"{role} runs on {host}", async () => (found = (await Client.StatusAsync())[host].Process(role)) != null);
        return found!;
    }

    /// <summary>Waits until every member's etcd is well.</summary>
    public Task EtcdIsWell() => Until("etcd is healthy", async () => (await Client.HealthAsync()).Values.All(v => v.Length == 0));
}

using ActorHa.Testing;

namespace ActorHa.Lab.Tests.Site;

public sealed class UpAndDownTests
{
    [NeedsFact(TestLab.Programs, root: true)]
    public async Task Down_leaves_nothing_and_up_works_after_it_and_after_a_crash_of_the_daemon()
    {
        var lab = new TestLab();
        try
        {
            var machine = Interfaces();
            await lab.UpAsync();
            var pids = await PidsAsync(lab);
            Assert.Equal(machine, Interfaces());

            // The crash: the daemon is gone, its hosts run on.
            var crashed = (await lab.Client.StatusAsync()).DaemonPid;
            Tool.Signal(crashed, Signal.Kill);
            await TestLab.Until("the daemon is gone", () => Task.FromResult(!Tool.Lives(crashed)));
            Assert.Contains("no lab is up", (await Assert.ThrowsAsync<LabException>(lab.Client.StatusAsync)).Message);
            Assert.All(pids, p => Assert.True(Tool.Lives(p)));

            await lab.UpAsync();
            Assert.Contains(lab.Progress, l => l.Contains("left behind"));
            Assert.All(pids, p => Assert.False(Tool.Lives(p), $"process {p} of the crashed lab"));
            await lab.UpAsync();
            Assert.Contains(lab.Progress, l => l.Contains("is up already"));

            // Down with the daemon dead is the harder one.
            pids = [.. await PidsAsync(lab)];
            Tool.Signal((await lab.Client.StatusAsync()).DaemonPid, Signal.Kill);
            Assert.True(await lab.DownAsync());
            AssertNothingIsLeft(lab, pids);
            Assert.False(await lab.DownAsync());

            await lab.UpAsync();
            pids = await PidsAsync(lab);
            Assert.True(await lab.DownAsync());
            AssertNothingIsLeft(lab, pids);
            Assert.Equal(machine, Interfaces());
        }
        finally
        {
            await lab.DisposeAsync();
        }
    }

    private static void AssertNothingIsLeft(TestLab lab, IReadOnlyList<int> pids)
    {
        Assert.DoesNotContain(pids, p => Tool.Lives(p));
        Assert.DoesNotContain(LabNetwork.Namespaces(lab.Site), n => File.Exists($"/run/netns/{n}"));
        Assert.False(ControlGroup.Of(lab.Site.Name).Exists);
        Assert.Null(LabRecord.Find(lab.Site.Name));
        Assert.False(File.Exists(lab.Paths.Socket));
    }

    private static async Task<IReadOnlyList<int>> PidsAsync(TestLab lab) =>
        [.. (await lab.Client.StatusAsync()).Hosts.SelectMany(h => h.Processes).Where(p => p.Role is "init" or "etcd").Select(p => p.Pid)];

    private static IReadOnlyList<string> Interfaces() => [.. File.ReadLines("/proc/net/dev").Skip(2).Select(l => l.Split(':')[0].Trim())];
}

using System.Diagnostics;
using ActorHa.Core;
using ActorHa.Ports;
using ActorHa.Testing;
using static System.Threading.CancellationToken;

namespace ActorHa.Drivers.Tests.Qemu;

/// <summary>Threads, files and processes that the kernel does not let go.</summary>
[Collection("vms of this host")]
public class StuckTests
{
    [NeedsFact("python3")]
    public async Task A_vm_that_is_met_before_it_listens_is_asked_to_shut_down_all_the_same()
    {
        await using var bench = new Bench();
        var pid = FakeQemu.Execute(bench, FakeQemu.Late);
        var driver = bench.Driver();
        Assert.Contains(new FoundVm(bench.Vm, new Epoch(5), pid), await driver.FindAsync(None));
        Assert.False(File.Exists(Path.Combine(bench.Dir, "run", bench.Vm.Value, "qmp.sock")), "met too late");

        Assert.Equal(new StopAnswer(bench.Vm, true, $"pid {pid} the guest shut down; flushed"), await driver.StopAsync(bench.Vm, TimeSpan.FromSeconds(30), None));
    }

    [NeedsFact("python3")]
    public async Task A_vm_that_never_listens_is_killed_after_its_grace()
    {
        await using var bench = new Bench();
        using var mute = Process.Start(bench.Mute(), ["-name", bench.Vm.Value, "-fw_cfg", "name=opt/actorha/epoch,string=5", "-qmp", $"unix:{bench.Dir}/none"]);
        var driver = bench.Driver();
        var since = Stopwatch.GetTimestamp();
        var stopped = await driver.StopAsync(bench.Vm, TimeSpan.FromSeconds(0.5), None);
        Assert.Equal(new StopAnswer(bench.Vm, true, $"pid {mute.Id} killed; flushed"), stopped);
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(20));
    }
}

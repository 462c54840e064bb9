using System.Text;
using ActorHa.Core;
using ActorHa.Drivers.Hypervisors.Qemu;
using ActorHa.Ports;
using ActorHa.Testing;
using static System.Threading.CancellationToken;

namespace ActorHa.Drivers.Tests.Qemu;

/// <summary>With the real guest of <c>ops/build-guest</c>.</summary>
[Collection("vms of this host")]
public class GuestTests
{
    private static StartOrder Order(Bench bench, string image, string serial) => new(bench.Vm, new Epoch(9), Bench.Definition(
        "-machine", "q35,accel=tcg", "-m", "96", "-nodefaults", "-display", "none",
        "-kernel", Path.Combine(GuestFactAttribute.Directory, "kernel"), "-initrd", Path.Combine(GuestFactAttribute.Directory, "initrd.gz"),
        "-append", "console=ttyS0 quiet panic=-1 nokaslr cryptomgr.notests ah.vm={vm} ah.host={host} ah.epoch={epoch}",
        "-serial", $"file:{serial}", "-drive", $"file={image},format=raw,if=virtio,cache=writeback"));

    private static async Task<int> BootAsync(Bench bench, QemuHypervisor driver, string image)
    {
        var serial = Path.Combine(bench.Dir, "serial");
        var started = await driver.StartAsync(Order(bench, image, serial), None);
        Assert.True(started.Started, started.Detail);
        await Bench.UntilAsync(() => File.Exists(serial) && File.ReadAllText(serial).Contains($"{bench.Vm} hostA 9 3", StringComparison.Ordinal));
        return started.Pid;
    }

    private static string Area(string image, int number)
    {
        using var file = File.Open(image, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = number * 4096;
        var block = new byte[512];
        file.ReadExactly(block);
        return Encoding.ASCII.GetString(block).TrimEnd('\0', '\n');
    }

    [GuestFact]
    public async Task A_guest_writes_its_epoch_and_shuts_down_when_asked()
    {
        await using var bench = new Bench();
        var driver = bench.Driver();
        var image = bench.Image();
        var pid = await BootAsync(bench, driver, image);
        Assert.StartsWith($"{bench.Vm} hostA 9 ", Area(image, 9));

        var stopped = await driver.StopAsync(bench.Vm, TimeSpan.FromSeconds(30), None);
        Assert.Equal(new StopAnswer(bench.Vm, true, $"pid {pid} the guest shut down; flushed"), stopped);
    }

    [GuestFact]
    public async Task A_guest_that_shuts_itself_down_is_told_from_a_crash_also_by_an_adopting_agent()
    {
        await using var bench = new Bench();
        var first = bench.Driver();
        var pid = await BootAsync(bench, first, bench.Image());
        await first.DisposeAsync();

        var second = bench.Driver();
        await second.FindAsync(None);
        await second.PressPowerButtonAsync(bench.Vm, None);
        var notice = await Bench.NoticeAsync(second);
        Assert.Equal((pid, VmNoticeKind.GuestShutdown), (notice.Pid, notice.Kind));
    }
}

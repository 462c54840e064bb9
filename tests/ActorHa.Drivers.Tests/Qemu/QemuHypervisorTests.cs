using System.Diagnostics;
using ActorHa.Core;
using ActorHa.Ports;
using ActorHa.Testing;
using static System.Threading.CancellationToken;

namespace ActorHa.Drivers.Tests.Qemu;

[Collection("vms of this host")]
public class QemuHypervisorTests
{
    [NeedsFact("qemu-system-x86_64")]
    public async Task A_started_vm_is_found_with_its_epoch_and_stops()
    {
        await using var bench = new Bench();
        var driver = bench.Driver();

        var started = await driver.StartAsync(bench.Order(epoch: 7), None);
        Assert.True(started.Started, started.Detail);
        Assert.Equal(new Epoch(7), started.Epoch);
        Assert.Contains(new FoundVm(bench.Vm, new Epoch(7), started.Pid), await driver.FindAsync(None));

        var stopped = await driver.StopAsync(bench.Vm, TimeSpan.Zero, None);
        Assert.True(stopped.Drained, stopped.Detail);
        Assert.False(Bench.Runs(started.Pid));
        Assert.DoesNotContain(await driver.FindAsync(None), f => f.Vm == bench.Vm);
        Assert.False(driver.Notices.TryRead(out _), "an ordered end is no news");
    }

    [NeedsFact("qemu-system-x86_64")]
    public async Task A_killed_vm_is_noticed_at_once()
    {
        await using var bench = new Bench();
        var driver = bench.Driver();
        var started = await driver.StartAsync(bench.Order(), None);

        var killed = Stopwatch.GetTimestamp();
        Bench.Kill(started.Pid);
        var notice = await Bench.NoticeAsync(driver);

        Assert.Equal(new VmNotice(bench.Vm, new Epoch(7), started.Pid, VmNoticeKind.Exited, "signal 9"), notice);
        Assert.True(Stopwatch.GetElapsedTime(killed) < TimeSpan.FromSeconds(0.5), $"{Stopwatch.GetElapsedTime(killed)}");
        Assert.False(Directory.Exists($"/proc/{started.Pid}"), "reaped");
    }

    [NeedsFact("qemu-system-x86_64")]
    public async Task Another_life_of_the_agent_adopts_the_vm_and_notices_its_end()
    {
        await using var bench = new Bench();
        var first = bench.Driver();
        var started = await first.StartAsync(bench.Order(epoch: 12), None);
        await first.DisposeAsync();

        var second = bench.Driver();
        Assert.Contains(new FoundVm(bench.Vm, new Epoch(12), started.Pid), await second.FindAsync(None));
        Bench.Kill(started.Pid);
        var notice = await Bench.NoticeAsync(second);
        Assert.Equal((new Epoch(12), started.Pid, VmNoticeKind.Exited), (notice.Epoch, notice.Pid, notice.Kind));
    }

    [NeedsFact("qemu-system-x86_64")]
    public async Task A_running_vm_is_not_started_again()
    {
        await using var bench = new Bench();
        var driver = bench.Driver();
        var started = await driver.StartAsync(bench.Order(epoch: 3), None);

        var again = await driver.StartAsync(bench.Order(epoch: 4), None);
        Assert.False(again.Started);
        Assert.Equal($"{bench.Vm} runs already: pid {started.Pid}, e3", again.Detail);
        Assert.True(Bench.Runs(started.Pid));
    }

    [NeedsFact("qemu-system-x86_64")]
    public async Task A_vm_that_we_did_not_start_is_found_without_epoch_watched_and_refuses_a_start()
    {
        await using var bench = new Bench();
        var driver = bench.Driver();
        using var foreign = Process.Start("qemu-system-x86_64", [.. Bench.Paused, "-name", bench.Vm.Value]);
        await Bench.UntilAsync(() => Bench.Runs(foreign.Id));

        Assert.Contains(new FoundVm(bench.Vm, null, foreign.Id), await driver.FindAsync(None));
        Assert.Contains("not ours", (await driver.StartAsync(bench.Order(), None)).Detail);

        foreign.Kill();
        var notice = await Bench.NoticeAsync(driver);
        Assert.Equal((null, foreign.Id, VmNoticeKind.Exited), (notice.Epoch, notice.Pid, notice.Kind));
    }

    [NeedsFact("qemu-system-x86_64")]
    public async Task What_a_killed_vm_left_behind_does_not_hinder_the_next_start()
    {
        await using var bench = new Bench();
        var driver = bench.Driver();
        var started = await driver.StartAsync(bench.Order(), None);
        Bench.Kill(started.Pid);
        await Bench.NoticeAsync(driver);
        var run = Path.Combine(bench.Dir, "run", bench.Vm.Value);
        Assert.True(File.Exists(Path.Combine(run, "pid")) && File.Exists(Path.Combine(run, "qmp.sock")), "left behind");

        var again = await driver.StartAsync(bench.Order(epoch: 8), None);
        Assert.True(again.Started, again.Detail);
        Assert.Equal($"{again.Pid}", (await File.ReadAllTextAsync(Path.Combine(run, "pid"))).Trim());
    }

    [NeedsFact("qemu-system-x86_64")]
    public async Task A_failed_start_says_what_qemu_said()
    {
        await using var bench = new Bench();
        var driver = bench.Driver();
        var missing = await driver.StartAsync(bench.Order(1, "-drive", "file=/nowhere/disk.raw,format=raw,if=virtio"), None);
        Assert.False(missing.Started);
        Assert.Contains("exit code 1", missing.Detail);
        Assert.Contains("No such file or directory", missing.Detail);

        Assert.Contains("JSON array", (await driver.StartAsync(new StartOrder(bench.Vm, new Epoch(2), "-m 64"), None)).Detail);
        Assert.Contains("driver's own", (await driver.StartAsync(bench.Order(3, "-daemonize"), None)).Detail);
        Assert.Contains("not installed", (await bench.Driver("no-such-qemu").StartAsync(bench.Order(4), None)).Detail);
        Assert.False(driver.Notices.TryRead(out _), "a failed start is an answer, not news");
    }

    [NeedsFact("qemu-system-x86_64")]
    public async Task An_image_in_use_elsewhere_refuses_the_start_by_its_lock()
    {
        await using var bench = new Bench();
        await using var other = new Bench();
        string[] disk = ["-drive", $"file={bench.Image()},format=raw,if=virtio"];
        Assert.True((await bench.Driver().StartAsync(bench.Order(1, disk), None)).Started);

        var second = await other.Driver().StartAsync(other.Order(2, disk), None);
        Assert.False(second.Started);
        Assert.Contains("lock", second.Detail);
    }

    [NeedsFact("qemu-system-x86_64")]
    public async Task A_guest_that_does_not_listen_is_killed_after_its_grace()
    {
        await using var bench = new Bench();
        var driver = bench.Driver();
        var started = await driver.StartAsync(bench.Order(1, "-drive", $"file={bench.Image()},format=raw,if=virtio"), None);

        var since = Stopwatch.GetTimestamp();
        var stopped = await driver.StopAsync(bench.Vm, TimeSpan.FromSeconds(0.3), None);
        Assert.Equal(new StopAnswer(bench.Vm, true, $"pid {started.Pid} killed; flushed"), stopped);
        Assert.True(Stopwatch.GetElapsedTime(since) >= TimeSpan.FromSeconds(0.3));
    }

    [NeedsFact("qemu-system-x86_64")]
    public async Task A_kill_does_not_wait_out_the_grace_of_a_stop_before_it()
    {
        await using var bench = new Bench();
        var driver = bench.Driver();
        var started = await driver.StartAsync(bench.Order(1), None);
        // One at work, one in line: a host whose life is over has time for neither.
        var atWork = driver.StopAsync(bench.Vm, TimeSpan.FromMinutes(1), None);
        var inLine = driver.StopAsync(bench.Vm, TimeSpan.FromMinutes(1), None);
        var killed = await driver.StopAsync(bench.Vm, TimeSpan.Zero, None).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(killed.Drained, killed.Detail);
        Assert.Equal($"pid {started.Pid} killed; flushed", (await atWork).Detail);
        Assert.True((await inLine).Drained);
    }

    [NeedsFact("qemu-system-x86_64")]
    public async Task Stopping_what_does_not_run_is_success()
    {
        await using var bench = new Bench();
        Assert.Equal(new StopAnswer(bench.Vm, true, "it does not run"), await bench.Driver().StopAsync(bench.Vm, TimeSpan.FromSeconds(9), None));
    }

    [NeedsFact("sleep")]
    public async Task A_stop_calls_off_the_start_at_work_and_those_in_line()
    {
        await using var bench = new Bench();
        var driver = bench.Driver(bench.Mute());
        var atWork = driver.StartAsync(bench.Order(1), None);
        var inLine = driver.StartAsync(bench.Order(2), None);

        var stopped = await driver.StopAsync(bench.Vm, TimeSpan.Zero, None);

        Assert.True(stopped.Drained, stopped.Detail);
        Assert.Contains("called off", (await atWork).Detail);
        Assert.Equal("a stop was given after this start", (await inLine).Detail);
        Assert.DoesNotContain(await driver.FindAsync(None), f => f.Vm == bench.Vm);
    }

    [NeedsFact("sleep")]
    public async Task A_process_that_never_answers_is_killed_after_the_patience()
    {
        await using var bench = new Bench();

        var answer = await bench.Driver(bench.Mute(), patience: 0.3).StartAsync(bench.Order(), None);
        Assert.Equal((false, "no answer by QMP within 0.3 s: killed"), (answer.Started, answer.Detail));
    }

    [NeedsFact("qemu-system-x86_64")]
    public async Task The_death_of_the_agent_leaves_the_vm_running()
    {
        await using var bench = new Bench();
        using var agent = AgentProcess.Start(bench);
        var pid = int.Parse((await agent.StandardOutput.ReadLineAsync())!);
        agent.Kill();
        await agent.WaitForExitAsync();

        var found = await bench.Driver().FindAsync(None);
        Assert.Contains(new FoundVm(bench.Vm, new Epoch(5), pid), found);
        var fields = (await File.ReadAllTextAsync($"/proc/{pid}/stat")).Split(") ")[1].Split(' ');
        Assert.Equal($"{pid}", fields[3]); // its own session: no terminal's or agent's signal reaches it
    }
}

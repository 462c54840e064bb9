using System.Diagnostics;
using System.Text;
using ActorHa.Core;
using ActorHa.Drivers.Hypervisors.Qemu;
using ActorHa.Ports;
using ActorHa.Testing;
using static System.Threading.CancellationToken;

namespace ActorHa.Drivers.Tests.Qemu;

/// <summary>Threads, files and processes that the kernel does not let go.</summary>
[Collection("vms of this host")]
public class StuckTests
{
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(20);

    [NeedsFact("python3")]
    public async Task A_vm_whose_main_thread_is_dead_is_there_until_its_last_thread_has_ended()
    {
        await using var bench = new Bench();
        var driver = bench.Driver(FakeQemu.Install(bench));
        var started = await driver.StartAsync(bench.Order(7, FakeQemu.Behead), None);
        Assert.True(started.Started, started.Detail);
        await FakeQemu.UntilBeheadedAsync(started.Pid);

        Assert.Contains(new FoundVm(bench.Vm, new Epoch(7), started.Pid), await driver.FindAsync(None));
        Assert.Equal($"{bench.Vm} runs already: pid {started.Pid}, e7", (await driver.StartAsync(bench.Order(8), None)).Detail);
        Assert.Equal(new StopAnswer(bench.Vm, true, $"pid {started.Pid} killed; flushed"), await driver.StopAsync(bench.Vm, TimeSpan.Zero, None));
        Assert.False(FakeQemu.MayWrite(started.Pid), "called gone while a thread of it was left");
        Assert.DoesNotContain(await driver.FindAsync(None), f => f.Vm == bench.Vm);
    }

    [NeedsFact("python3")]
    public async Task What_is_watched_and_has_not_ended_is_there_whatever_the_process_table_shows()
    {
        await using var bench = new Bench();
        var hidden = 0;
        var driver = bench.Driver(new KernelCalls { Read = path => path.StartsWith($"/proc/{hidden}/", StringComparison.Ordinal) ? null : ProcessTable.ReadFile(path) }, FakeQemu.Install(bench));
        var started = await driver.StartAsync(bench.Order(7), None);
        Assert.True(started.Started, started.Detail);
        hidden = started.Pid;

        Assert.Contains(new FoundVm(bench.Vm, new Epoch(7), started.Pid), await driver.FindAsync(None));
        Assert.Contains("runs already", (await driver.StartAsync(bench.Order(8), None)).Detail);
        Assert.Equal(new StopAnswer(bench.Vm, true, $"pid {started.Pid} killed; flushed"), await driver.StopAsync(bench.Vm, TimeSpan.Zero, None));
        Assert.False(FakeQemu.MayWrite(started.Pid), "called gone while it ran");
    }

    [NeedsFact("python3")]
    public Task Another_life_of_the_agent_finds_a_vm_whose_main_thread_is_dead() => FindsAsync(withoutMemory: false);

    [NeedsFact("python3")]
    public Task And_one_whose_other_threads_have_let_go_of_its_memory_and_are_stuck_while_they_close_its_files() => FindsAsync(withoutMemory: true);

    private static async Task FindsAsync(bool withoutMemory)
    {
        await using var bench = new Bench();
        var first = bench.Driver(FakeQemu.Install(bench));
        var started = await first.StartAsync(bench.Order(7, FakeQemu.Behead), None);
        Assert.True(started.Started, started.Detail);
        await FakeQemu.UntilBeheadedAsync(started.Pid);
        await first.DisposeAsync();

        var gone = false;
        var second = bench.Driver(
            new KernelCalls
            {
                Read = path => withoutMemory && path.StartsWith($"/proc/{started.Pid}/task/", StringComparison.Ordinal) ? [] : ProcessTable.ReadFile(path),
                // The first thing after the searches.
                Flush = _ =>
                {
                    gone = !FakeQemu.MayWrite(started.Pid);
                    return null;
                },
            },
            FakeQemu.Install(bench));
        // A start is refused before any search by the clock.
        Assert.Equal($"{bench.Vm} runs already: pid {started.Pid}, {(withoutMemory ? "not ours" : "e7")}", (await second.StartAsync(bench.Order(8), None)).Detail);
        Assert.Contains(new FoundVm(bench.Vm, withoutMemory ? null : new Epoch(7), started.Pid), await second.FindAsync(None));
        Assert.Equal(new StopAnswer(bench.Vm, true, $"pid {started.Pid} killed; flushed"), await second.StopAsync(bench.Vm, TimeSpan.Zero, None));
        Assert.True(gone, "called gone while a thread of it was left");
    }

    [NeedsTheory]
    [InlineData("(ah-mail) Z", 2, 0, "mail")]
    [InlineData("(ah-mail) D", 1, 0, "mail")] // its only thread is closing its files
    [InlineData("(ah-mail) Z", 1, 0, null)] // waits to be reaped
    [InlineData("(ah-mail) S", 1, 0x200000, null)] // a thread of the kernel
    [InlineData("(vi) ah-mail) D", 1, 0, null)]
    [InlineData("(ah-) D", 1, 0, null)]
    public void A_process_without_arguments_is_a_vm_for_as_long_as_a_thread_is_left(string name, int threads, int flags, string? vm)
    {
        var table = Table(name, threads, flags);
        Assert.Equal(vm, table.Look(Environment.ProcessId)?.Vm.Value);
    }

    [NeedsTheory]
    [InlineData("mailserver-l-one", "mailserver-l-one")]
    [InlineData("", "mailserver-l")]
    public void A_name_that_the_kernel_has_cut_is_told_by_the_pid_file_or_may_be_all_that_begin_so(string running, string vm)
    {
        var run = Directory.CreateTempSubdirectory("ah-run-").FullName;
        foreach (var one in new[] { "mailserver-l-one", "mailserver-l-two" })
        {
            Directory.CreateDirectory(Path.Combine(run, one));
            File.WriteAllText(Path.Combine(run, one, "pid"), one == running ? $"{Environment.ProcessId}\n" : "1\n");
        }

        var found = Table("(ah-mailserver-l) Z", 2, 0, run).Look(Environment.ProcessId)!;
        Assert.Equal(vm, found.Vm.Value);
        Assert.True(found.Is(new VmName("mailserver-l-one")));
        Assert.Equal(running.Length == 0, found.Is(new VmName("mailserver-l-two")));
        Assert.False(found.Is(new VmName("mailserver")));
        Directory.Delete(run, recursive: true);
    }

    [NeedsFact]
    public void A_process_that_is_being_executed_is_looked_at_again_until_it_shows_its_arguments()
    {
        var looks = 0;
        var table = new ProcessTable(
            path => !path.EndsWith("/cmdline", StringComparison.Ordinal) ? Stat("(qemu) R", 1, 0, memory: 4096)
                : path.Contains("/task/", StringComparison.Ordinal) || ++looks < 3 ? []
                : "qemu-system-x86_64\0-name\0guest=mail\0"u8.ToArray(),
            "/nowhere");
        Assert.Equal("mail", table.Look(Environment.ProcessId)?.Vm.Value);
    }

    /// <summary>Where the kernel hides addresses from us the end of the environment is 0 for all, too; it says so by a start of the code at 1.</summary>
    [NeedsFact]
    public void A_process_whose_addresses_are_hidden_is_not_being_executed_for_that()
    {
        var table = new ProcessTable(path => path.EndsWith("/stat", StringComparison.Ordinal) ? Stat("(blank) S", 1, 0, memory: 4096, code: 1) : [], "/nowhere");
        Assert.Null(table.Look(Environment.ProcessId));
    }

    private static byte[] Stat(string name, int threads, int flags, int memory = 0, int code = 0) =>
        Encoding.UTF8.GetBytes($"7 {name} 1 7 7 0 -1 {flags} 0 0 0 0 0 0 0 0 20 0 {threads} 0 99 {memory} 0 0 {code}{string.Concat(Enumerable.Repeat(" 0", 26))}");

    private static ProcessTable Table(string name, int threads, int flags, string run = "/nowhere") => new(
        path => path.EndsWith("/stat", StringComparison.Ordinal) ? Stat(name, threads, flags)
            : path.StartsWith("/proc", StringComparison.Ordinal) ? []
            : ProcessTable.ReadFile(path),
        run);

    /// <summary>It shows no arguments any more, and has ended when the search is through: what the table said last has no epoch, and is no stray.</summary>
    [NeedsFact("python3")]
    public async Task One_that_ends_while_it_is_looked_at_is_not_called_another()
    {
        await using var bench = new Bench();
        var (pid, driver) = (0, (QemuHypervisor?)null);
        driver = bench.Driver(
            new KernelCalls
            {
                Read = path =>
                {
                    if (path == $"/proc/{pid}/cmdline") return [];
                    if (path != $"/proc/{pid}/task/{pid}/cmdline") return path.StartsWith($"/proc/{pid}/task/", StringComparison.Ordinal) ? [] : ProcessTable.ReadFile(path);
                    Bench.Kill(pid);
                    Bench.NoticeAsync(driver!).Wait();
                    return [];
                },
            },
            FakeQemu.Install(bench));
        var started = await driver.StartAsync(bench.Order(), None);
        Assert.True(started.Started, started.Detail);
        Volatile.Write(ref pid, started.Pid);
        Assert.DoesNotContain(await driver.FindAsync(None), f => f.Pid == started.Pid);
    }

    [NeedsFact("python3")]
    public async Task A_stop_kills_though_the_open_files_cannot_be_listed_and_says_so()
    {
        using var storage = new ManualResetEventSlim();
        await using var bench = new Bench();
        var driver = bench.Driver(
            new KernelCalls
            {
                OpenFiles = _ =>
                {
                    storage.Wait(Generous + Generous);
                    return [];
                },
                ListPatience = TimeSpan.FromSeconds(0.2),
            },
            FakeQemu.Install(bench));
        var started = await driver.StartAsync(bench.Order(), None);
        Assert.True(started.Started, started.Detail);

        for (var stop = 0; stop < 2; stop++)
        {
            var stopped = await driver.StopAsync(bench.Vm, TimeSpan.Zero, None).WaitAsync(Generous);
            Assert.Equal(new StopAnswer(bench.Vm, false, $"gone, but the files that pid {started.Pid} held open could not be listed"), stopped);
            Assert.False(FakeQemu.MayWrite(started.Pid), "it was not killed");
        }

        storage.Set();
        await Bench.UntilAsync(() => driver.StopAsync(bench.Vm, TimeSpan.Zero, None).Result.Drained);
    }

    [NeedsFact]
    public void Open_files_are_listed_by_their_names()
    {
        var image = Path.GetTempFileName();
        using (File.OpenRead(image)) Assert.Contains(image, ProcessTable.OpenFiles(Environment.ProcessId));
        File.Delete(image);
        Assert.Empty(ProcessTable.OpenFiles(int.MaxValue));
    }

    [NeedsFact("python3 sleep")]
    public async Task One_stuck_process_makes_a_search_and_a_start_fail_and_a_stop_kill_without_being_drained()
    {
        using var stuck = Process.Start("sleep", "600");
        using var lets = new ManualResetEventSlim(true);
        await using var bench = new Bench();
        var held = 0;
        var driver = bench.Driver(
            new KernelCalls
            {
                Read = path =>
                {
                    if (path == $"/proc/{stuck.Id}/cmdline" && !lets.IsSet)
                    {
                        Interlocked.Increment(ref held);
                        lets.Wait(Generous + Generous);
                    }

                    return ProcessTable.ReadFile(path);
                },
                SearchPatience = TimeSpan.FromSeconds(2),
            },
            FakeQemu.Install(bench));
        var started = await driver.StartAsync(bench.Order(), None);
        Assert.True(started.Started, started.Detail);
        lets.Reset();

        var why = $"process {stuck.Id} has not answered";
        Assert.Contains(why, (await Assert.ThrowsAsync<IOException>(() => driver.FindAsync(None).WaitAsync(Generous))).Message);
        Assert.Contains(why, (await driver.StartAsync(bench.Order(8), None).WaitAsync(Generous)).Detail);
        var stopped = await driver.StopAsync(bench.Vm, TimeSpan.Zero, None).WaitAsync(Generous);
        Assert.False(stopped.Drained);
        Assert.Contains(why, stopped.Detail);
        Assert.False(FakeQemu.MayWrite(started.Pid), "it was not killed");
        Assert.Equal(1, held);

        lets.Set();
        Assert.DoesNotContain(await driver.FindAsync(None), f => f.Vm == bench.Vm);
        Assert.True((await driver.StopAsync(bench.Vm, TimeSpan.Zero, None)).Drained);
        stuck.Kill();
    }

    [NeedsFact]
    public async Task Stops_that_are_given_again_wait_for_the_one_flush_that_is_stuck()
    {
        using var storage = new ManualResetEventSlim();
        await using var bench = new Bench();
        var entered = 0;
        var driver = bench.Driver(
            new KernelCalls
            {
                Flush = _ =>
                {
                    Interlocked.Increment(ref entered);
                    storage.Wait(Generous + Generous);
                    return null;
                },
            },
            killPatience: 0.05);
        for (var stop = 0; stop < 10; stop++)
            Assert.Equal(new StopAnswer(bench.Vm, false, "gone, but its images are still being flushed"), await driver.StopAsync(bench.Vm, TimeSpan.Zero, None));
        Assert.Equal(1, entered);

        storage.Set();
        await Bench.UntilAsync(() => driver.StopAsync(bench.Vm, TimeSpan.Zero, None).Result.Drained);
        Assert.True(entered > 1, "what was written since is flushed anew");
    }

    [NeedsFact("python3")]
    public async Task A_vm_that_is_met_before_it_listens_is_asked_to_shut_down_all_the_same()
    {
        await using var bench = new Bench();
        var pid = FakeQemu.Execute(bench, FakeQemu.Late);
        var driver = bench.Driver();
        Assert.Contains(new FoundVm(bench.Vm, new Epoch(5), pid), await driver.FindAsync(None));
        var stops = driver.StopAsync(bench.Vm, TimeSpan.FromSeconds(30), None);
        await File.WriteAllTextAsync(Path.Combine(bench.Dir, "run", bench.Vm.Value, "qmp.sock.go"), "");
        Assert.Equal(new StopAnswer(bench.Vm, true, $"pid {pid} the guest shut down; flushed"), await stops);
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

    [NeedsFact("python3")]
    public async Task A_search_that_meets_a_vm_while_it_starts_leaves_it_to_its_start()
    {
        await using var bench = new Bench();
        QemuHypervisor driver = null!;
        driver = bench.Driver(
            new KernelCalls
            {
                Spawn = (program, arguments, log) =>
                {
                    var pid = Spawn.Start(program, arguments, log);
                    Bench.UntilAsync(() => driver.FindAsync(None).Result.Contains(new FoundVm(bench.Vm, new Epoch(7), pid))).Wait();
                    return pid;
                },
            },
            FakeQemu.Install(bench));
        var started = await driver.StartAsync(bench.Order(7), None);
        Assert.True(started.Started, started.Detail);

        Bench.Kill(started.Pid);
        Assert.Equal("signal 9", (await Bench.NoticeAsync(driver)).Detail);
        await Task.Delay(1500);
        Assert.False(driver.Notices.TryRead(out _), "its end is told once");
    }
}

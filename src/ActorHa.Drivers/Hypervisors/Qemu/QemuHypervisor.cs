using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Threading.Channels;
using ActorHa.Core;
using ActorHa.Ports;

namespace ActorHa.Drivers.Hypervisors.Qemu;

/// <summary>
/// VMs as plain QEMU processes. They are started without a shell, in a session (and a systemd scope) of their own; their
/// ends come from the kernel's pidfds, their events from QMP. Nothing of what it knows must be kept: another agent's life
/// finds the same processes, with their epochs, in the process table.
/// </summary>
/// <remarks>
/// One driver per host and process namespace; that no second agent works beside it is the agent's business (its lock).
/// Orders for one VM are carried out one after the other; a stop voids every start that was asked before it.
/// </remarks>
public sealed class QemuHypervisor : IHypervisor
{
    private readonly QemuOptions _options;
    private readonly KernelCalls _kernel;
    private readonly ProcessTable _table;
    private readonly StickyWork<List<VmProcess>> _search;
    private readonly string? _binary;
    private readonly string? _systemdRun;
    private readonly EndWatch _ends = new();
    private readonly ConcurrentDictionary<int, WatchedVm> _watched = new();
    private readonly ConcurrentDictionary<VmName, Desk> _desks = new();
    private readonly HashSet<VmName> _spawning = [];
    private readonly Lock _watching = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationToken _closed;
    private int _disposed;

    // A notice waits for room (its sender is the follower of that one process), so none is lost and the queue has an end.
    private readonly Channel<VmNotice> _notices = Channel.CreateBounded<VmNotice>(1024);

    /// <summary>Makes the driver; nothing is started or adopted by it.</summary>
    public QemuHypervisor(QemuOptions options)
        : this(options, new KernelCalls())
    {
    }

    internal QemuHypervisor(QemuOptions options, KernelCalls kernel)
    {
        _options = options;
        _kernel = kernel;
        _table = new ProcessTable(kernel.Read, options.RuntimeDirectory);
        _search = new StickyWork<List<VmProcess>>(ScanAndAdopt);
        _closed = _closing.Token;
        _binary = OnPath(options.Binary);
        if (options.UseScopes ?? Directory.Exists("/run/systemd/system")) _systemdRun = OnPath("systemd-run");
        Directory.CreateDirectory(options.RuntimeDirectory);
    }

    /// <inheritdoc/>
    public ChannelReader<VmNotice> Notices => _notices.Reader;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FoundVm>> FindAsync(CancellationToken cancel)
    {
        var found = await SearchAsync(cancel);
        // Whoever finds also keeps house: QEMU's own chatter must not fill /run.
        foreach (var process in found.Where(p => p.QmpSocket is not null))
            VmLog.Shorten(new StartPlan(process.Vm, default, _options.Host, Path.Combine(_options.RuntimeDirectory, process.Vm.Value)).Log, _options.LogLimit);
        return [.. found.SelectMany(p => Names(p).Select(vm => new FoundVm(vm, p.Epoch, p.Pid)))];
    }

    /// <summary>All VMs that a process may be: more than one only where its name is cut.</summary>
    private List<VmName> Names(VmProcess process)
    {
        if (!process.NameIsCut) return [process.Vm];
        List<VmName> may = [.. _table.NamesLike(process).Union(_desks.Keys.Where(process.Is))];
        return may.Count == 0 ? [process.Vm] : may;
    }

    /// <summary>All VM processes: what the table shows, and what is watched and has not ended, whatever the table shows of it.</summary>
    /// <exception cref="IOException">The table could not be read, or not in time: nothing is known.</exception>
    private async Task<List<VmProcess>> SearchAsync(CancellationToken cancel)
    {
        List<VmProcess> found;
        try
        {
            found = await _search.Ask().WaitAsync(_kernel.SearchPatience, cancel);
        }
        catch (TimeoutException)
        {
            throw new IOException($"the process table cannot be read: process {_table.At} has not answered within {_kernel.SearchPatience.TotalSeconds:0.#} s");
        }

        List<VmProcess> watched = [.. _watched.Values.Where(w => !w.Ended.IsCompleted).Select(w => w.Process)];
        return [.. watched, .. found.Where(f => !watched.Exists(w => w.Pid == f.Pid && f.Is(w.Vm)))];
    }

    private List<VmProcess> ScanAndAdopt()
    {
        List<WatchedVm> before = [.. _watched.Values];
        var found = _table.Scan();
        // One that is just ending shows no arguments: it is what was known of it, and where it has ended meanwhile, nothing.
        for (var i = found.Count - 1; i >= 0; i--)
            if (found[i].Epoch is null && before.Find(w => w.Process.Pid == found[i].Pid && found[i].Is(w.Process.Vm)) is { } known)
                if (known.Ended.IsCompleted) found.RemoveAt(i);
                else found[i] = known.Process;
        found.ForEach(Adopt);
        return found;
    }

    /// <inheritdoc/>
    public async Task<StartAnswer> StartAsync(StartOrder order, CancellationToken cancel)
    {
        var asked = Stopwatch.GetTimestamp();
        if (!CommandLine.IsUsable(order.Vm)) return No(order, $"'{order.Vm}' cannot be a VM's name here: letters, digits, '.', '-', '_', up to 64");
        var desk = _desks.GetOrAdd(order.Vm, _ => new Desk(_kernel.Flush));
        using var orClosed = CancellationTokenSource.CreateLinkedTokenSource(cancel, _closed);
        return await desk.StartAsync(
            mayGoOn => ExecuteAsync(order, desk, asked, mayGoOn),
            () => No(order, "a stop was given after this start"),
            orClosed.Token);
    }

    private async Task<StartAnswer> ExecuteAsync(StartOrder order, Desk desk, long asked, CancellationToken mayGoOn)
    {
        if (_binary is null) return No(order, $"{_options.Binary} is not installed");
        var plan = new StartPlan(order.Vm, order.Epoch, _options.Host, Path.Combine(_options.RuntimeDirectory, order.Vm.Value));
        if (plan.QmpSocket.Length > 107) return No(order, $"{plan.QmpSocket} is too long for a socket's path (107)");
        WatchedVm vm;
        try
        {
            if ((await SearchAsync(mayGoOn)).Find(p => p.Is(order.Vm)) is { } leftover)
                return No(order, $"{order.Vm} runs already: pid {leftover.Pid}, {leftover.Epoch?.ToString() ?? "not ours"}");

            var arguments = CommandLine.Build(plan, order.Definition);
            Prepare(plan);
            string program = _binary;
            if (_systemdRun is not null)
            {
                arguments.InsertRange(0, ["--scope", "--quiet", "--collect", $"--unit=actorha-vm-{order.Vm}.scope", "--", _binary]);
                program = _systemdRun;
            }

            if (mayGoOn.IsCancellationRequested) return No(order, "the start was called off");
            if (Execute(plan, program, arguments) is not { } watched) return No(order, "the process could not be watched: killed");
            vm = watched;
        }
        catch (OperationCanceledException)
        {
            return No(order, "the start was called off");
        }
        catch (Exception e) when (e is Win32Exception or FormatException or IOException or UnauthorizedAccessException)
        {
            return No(order, e.Message);
        }

        var executed = Stopwatch.GetElapsedTime(asked);
        desk.Begin(vm.Process.Images);
        var patience = Task.Delay(_options.StartPatience, mayGoOn);
        await Task.WhenAny(vm.Greeted, vm.Ended, patience);
        var started = vm.Greeted.IsCompletedSuccessfully && vm.Greeted.Result is not null && !vm.Ended.IsCompleted && !mayGoOn.IsCancellationRequested;
        vm.Answer(started);
        if (started)
            return new StartAnswer(order.Vm, order.Epoch, true, vm.Process.Pid,
                $"executed after {executed.TotalMilliseconds:0.0} ms, QMP answered after {Stopwatch.GetElapsedTime(asked).TotalMilliseconds:0.0} ms");

        if (vm.Greeted.IsCompleted) await Task.WhenAny(vm.Ended, patience); // the line has ended, so does the process
        if (vm.Ended.IsCompleted) return No(order, $"QEMU ended ({vm.Ended.Result ?? "?"}): {VmLog.LastLines(plan.Log)}");
        var why = mayGoOn.IsCancellationRequested ? "the start was called off" : $"no answer by QMP within {_options.StartPatience.TotalSeconds:0.#} s";
        vm.Kill();
        await Task.WhenAny(vm.Ended, Task.Delay(_options.KillPatience, CancellationToken.None));
        return No(order, vm.Ended.IsCompleted ? $"{why}: killed" : $"{why}; pid {vm.Process.Pid} does not die");
    }

    private WatchedVm? Execute(StartPlan plan, string program, List<string> arguments)
    {
        // A search that meets it before we watch it leaves it to us: only we can reap it. No lock meanwhile: the
        // program's own storage may hang.
        lock (_watching) _spawning.Add(plan.Vm);
        try
        {
            var pid = _kernel.Spawn(program, arguments, plan.Log);
            if (PidFd.Open(pid) is { } fd) return Watch(CommandLine.Read(pid, [program, .. arguments])!, fd, young: true);
            // Our own child cannot vanish before we reap it: we are out of descriptors. Unwatched it may not run.
            _ = Native.Kill(pid, 9);
            return null;
        }
        finally
        {
            lock (_watching) _spawning.Remove(plan.Vm);
        }
    }

    /// <inheritdoc/>
    public Task<StopAnswer> StopAsync(VmName vm, TimeSpan grace, CancellationToken cancel)
    {
        var desk = _desks.GetOrAdd(vm, _ => new Desk(_kernel.Flush));
        return desk.StopAsync(grace <= TimeSpan.Zero, async hurried =>
        {
            try
            {
                return await EndAsync(vm, grace, desk, hurried, cancel);
            }
            catch (IOException e)
            {
                return new StopAnswer(vm, false, e.Message);
            }
        }, cancel);
    }

    private async Task<StopAnswer> EndAsync(VmName vm, TimeSpan grace, Desk desk, CancellationToken hurried, CancellationToken cancel)
    {
        var story = new List<string>();
        var stuck = new List<string>();
        var met = new HashSet<WatchedVm>();
        List<VmProcess> found;
        // First what is watched: it is killed also where the table cannot be read. Then, once more, what a search met: more
        // than one process of one VM cannot be ours, but none may survive a stop.
        for (var search = 1; ; search++)
        {
            foreach (var watched in Alive(vm).Where(met.Add))
            {
                var how = await EndAsync(watched, grace, desk, hurried, cancel);
                if (how is not null) story.Add($"pid {watched.Process.Pid} {how}");
                else stuck.Add($"pid {watched.Process.Pid} was killed and does not end: {State(watched.Process.Pid)}");
            }

            found = await SearchAsync(cancel);
            if (search == 2 || Alive(vm).All(met.Contains)) break;
        }

        if (stuck.Count > 0) return new StopAnswer(vm, false, string.Join(", ", stuck));
        // Whatever could not be watched above (no descriptor left) or came meanwhile by another hand.
        if (found.Find(p => p.Is(vm)) is { } still) return new StopAnswer(vm, false, $"pid {still.Pid} is still there");
        if (desk.Unlisted() is { Count: > 0 } unlisted)
            return new StopAnswer(vm, false, $"gone, but the files that pid {string.Join(", ", unlisted)} held open could not be listed");
        try
        {
            if (await desk.FlushAsync().WaitAsync(_options.KillPatience, cancel) is { } trouble) return new StopAnswer(vm, false, $"gone, but {trouble}");
        }
        catch (TimeoutException)
        {
            return new StopAnswer(vm, false, "gone, but its images are still being flushed");
        }

        return new StopAnswer(vm, true, story.Count == 0 ? "it does not run" : $"{string.Join(", ", story)}; flushed");
    }

    private List<WatchedVm> Alive(VmName vm) => [.. _watched.Values.Where(w => w.Process.Is(vm) && !w.Ended.IsCompleted)];

    /// <summary>Ends one process; how, or null where it does not end.</summary>
    private async Task<string?> EndAsync(WatchedVm watched, TimeSpan grace, Desk desk, CancellationToken hurried, CancellationToken cancel)
    {
        desk.Learn(watched.Process.Images);
        // Afterwards nobody knows them any more; but where they cannot be had, the kill does not wait.
        await Task.WhenAny(desk.ListAsync(watched.Process.Pid, _kernel.OpenFiles), Task.Delay(_kernel.ListPatience, cancel));
        cancel.ThrowIfCancellationRequested();
        watched.Order();
        var how = "killed";
        if (grace > TimeSpan.Zero && await AskGuestAsync(watched, grace, hurried, cancel)) how = "the guest shut down";
        else watched.Kill();
        await Task.WhenAny(watched.Ended, Task.Delay(_options.KillPatience, cancel));
        cancel.ThrowIfCancellationRequested();
        return watched.Ended.IsCompleted ? how : null;
    }

    /// <summary>
    /// Presses the VM's power button, no more: the guest's end is then its own doing and told as a notice. False where no
    /// process of ours is known that would hear it.
    /// </summary>
    public async Task<bool> PressPowerButtonAsync(VmName vm, CancellationToken cancel) =>
        _watched.Values.FirstOrDefault(w => w.Process.Vm == vm) is { } watched
        && await watched.Greeted.WaitAsync(cancel) is { } qmp
        && await qmp.AskAsync("system_powerdown", cancel) is not null;

    /// <summary>Presses the power button and waits; true when the process ended within <paramref name="grace"/>.</summary>
    private static async Task<bool> AskGuestAsync(WatchedVm vm, TimeSpan grace, CancellationToken hurried, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel, hurried);
        patience.CancelAfter(grace);
        try
        {
            if (await vm.Greeted.WaitAsync(patience.Token) is not { } qmp) return vm.Ended.IsCompleted;
            await qmp.AskAsync("system_powerdown", patience.Token);
            await vm.Ended.WaitAsync(patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return vm.Ended.IsCompleted;
        }
    }

    /// <summary>Watches a process that was found in the table, unless it is watched already or gone.</summary>
    private void Adopt(VmProcess process)
    {
        if (_watched.TryGetValue(process.Pid, out var known) && !known.Ended.IsCompleted) return;
        if (PidFd.Open(process.Pid) is not { } fd) return;
        // The number may have passed to another process since the scan; what the descriptor names cannot change any more.
        if (_table.Look(process.Pid) is { } again && (again.Is(process.Vm) || process.Is(again.Vm))) Watch(process, fd, young: false);
        else fd.Dispose();
    }

    private WatchedVm? Watch(VmProcess process, PidFd fd, bool young)
    {
        var vm = new WatchedVm(process, fd, n => _notices.Writer.WriteAsync(n, _closed).AsTask());
        lock (_watching)
        {
            // Its start may have come to watch it since the search met it, or is about to.
            if (!young && (_spawning.Contains(process.Vm) || (_watched.TryGetValue(process.Pid, out var known) && !known.Ended.IsCompleted)))
            {
                fd.Dispose();
                return null;
            }

            _watched[process.Pid] = vm;
        }

        _ends.Add(fd, reap: young, how =>
        {
            _watched.TryRemove(KeyValuePair.Create(process.Pid, vm));
            vm.End(how);
        });
        _ = FollowAsync(vm, young);
        return vm;
    }

    private static async Task FollowAsync(WatchedVm vm, bool young)
    {
        try
        {
            await vm.FollowAsync(young);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // The driver is closed: nobody is left to be told.
        }
    }

    /// <summary>Clears what an earlier life left behind (no process of this VM is there) and cuts the log.</summary>
    private static void Prepare(StartPlan plan)
    {
        Directory.CreateDirectory(plan.Directory);
        File.Delete(plan.QmpSocket);
        File.Delete(plan.PidFile);
        VmLog.Begin(plan.Log);
    }

    private static string State(int pid)
    {
        try
        {
            return File.ReadLines($"/proc/{pid}/status").FirstOrDefault(l => l.StartsWith("State:", StringComparison.Ordinal)) ?? "state unknown";
        }
        catch (IOException)
        {
            return "state unknown";
        }
    }

    private static string? OnPath(string program) => Path.IsPathRooted(program)
        ? File.Exists(program) ? program : null
        : $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/usr/bin:/sbin:/bin".Split(':')
            .Where(d => d.Length > 0).Select(d => Path.Combine(d, program)).FirstOrDefault(File.Exists);

    private static StartAnswer No(StartOrder order, string why) => new(order.Vm, order.Epoch, false, 0, why);

    /// <summary>Stops watching. The VMs go on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        await _closing.CancelAsync();
        _notices.Writer.TryComplete();
        _ends.Dispose();
        foreach (var vm in _watched.Values) vm.Dispose();
        _closing.Dispose();
    }
}

using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using ActorHa.Lab.Guests;
using ActorHa.Lab.Referee;
using ActorHa.Testing;

namespace ActorHa.Lab.Tests.Referee;

/// <summary>Real guests on one real disk, watched by all three witnesses.</summary>
public class RealGuestTests
{
    [GuestFact]
    public async Task A_vm_that_runs_twice_is_caught_by_each_of_the_three_witnesses()
    {
        await using var site = new Site();
        site.Start("A", 1);
        await site.UntilSpokenAsync("A", 1, 3);
        site.Start("B", 2);
        await site.UntilSpokenAsync("B", 2, 20);
        await site.UntilAsync(() => site.Evidence.Disk.Count(d => d.Epoch == 1 && site.Evidence.Disk.Any(n => n.Epoch == 2 && n.SeenMs <= d.NotBeforeMs)) > 2);

        var verdict = Judge.Try(site.Evidence).Vms[site.Vm];
        Assert.Equal([Witness.ProcessTable, Witness.Disk, Witness.Serial], verdict.Violations.Select(v => v.By).Distinct().Order());
        Assert.Equal([("A", 1L), ("B", 2L)], verdict.Runs.Select(r => (r.Host, r.Epoch)));
    }

    [GuestFact]
    public async Task A_clean_hand_over_is_clean()
    {
        await using var site = new Site();
        var a = site.Start("A", 1);
        await site.UntilSpokenAsync("A", 1, 10);
        a.Kill();
        await a.WaitForExitAsync();
        site.Start("B", 2);
        await site.UntilSpokenAsync("B", 2, 10);
        await site.UntilAsync(() => site.Evidence.Disk.Any(d => d.Epoch == 2));

        var verdict = Judge.Try(site.Evidence).Vms[site.Vm];
        Assert.Empty(verdict.Violations);
        Assert.Equal([("A", 1L), ("B", 2L)], verdict.Runs.Select(r => (r.Host, r.Epoch)));
        Assert.All(new[] { 1L, 2L }, e => Assert.Contains(site.Evidence.Disk, d => d.Epoch == e && d.Vm == site.Vm));
    }

    /// <summary>A directory, a disk and the three witnesses.</summary>
    private sealed class Site : IAsyncDisposable
    {
        private readonly string _dir = Directory.CreateTempSubdirectory("ah-ref-").FullName;
        private readonly SerialRecorder _recorder;
        private readonly ProcessSampler _processes = new();
        private readonly DiskSampler _disk;
        private readonly List<Process> _started = [];

        public Site()
        {
            using (var disk = File.Create(Path.Combine(_dir, "disk.raw"))) disk.SetLength(1 << 20);
            _recorder = new SerialRecorder(_dir);
            _recorder.Listen(Vm);
            _disk = new DiskSampler(Path.Combine(_dir, "disk.raw"));
        }

        public string Vm { get; } = $"r{Guid.NewGuid().ToString("n")[..8]}";

        public Evidence Evidence => new(
            SerialLine.ReadLog(SerialRecorder.LogOf(_dir, Vm)), _disk.Advances, [.. _processes.Lives.Where(l => l.Vm == Vm)]);

        public Process Start(string host, long epoch)
        {
            var text = GuestDefinition.Arguments(
                    Path.Combine(GuestFactAttribute.Directory, "kernel"), Path.Combine(GuestFactAttribute.Directory, "initrd.gz"),
                    Path.Combine(_dir, "disk.raw"), SerialRecorder.SocketOf(_dir, Vm))
                .Replace("{vm}", Vm, StringComparison.Ordinal).Replace("{host}", host, StringComparison.Ordinal).Replace("{epoch}", $"{epoch}", StringComparison.Ordinal);
            var process = Process.Start("qemu-system-x86_64", JsonSerializer.Deserialize<string[]>(text)!);
            _started.Add(process);
            return process;
        }

        public Task UntilSpokenAsync(string host, long epoch, long counter) =>
            UntilAsync(() => Evidence.Serial.Any(l => l.Host == host && l.Epoch == epoch && l.Counter >= counter));

        public async Task UntilAsync(Func<bool> condition)
        {
            for (var since = Stopwatch.GetTimestamp(); !condition(); await Task.Delay(50))
                Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(60), "waited too long");
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var process in _started)
            {
                if (!process.HasExited) process.Kill();
                await process.WaitForExitAsync();
                process.Dispose();
            }

            await _disk.DisposeAsync();
            await _processes.DisposeAsync();
            await _recorder.DisposeAsync();
            Directory.Delete(_dir, recursive: true);
        }
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using ActorHa.Lab.Guests;
using ActorHa.Ports.Api;

namespace ActorHa.Lab.Demo;

/// <summary>The product's main job, shown: a whole site comes up, a host loses its power, its VMs come up on the other one.</summary>
public sealed class Demonstration(LabPaths paths, TextWriter output)
{
    /// <summary>Runs it; the lab is taken down afterwards, unless it shall stay. Exit code 0: recovered, and no VM ran twice.</summary>
    public async Task<int> RunAsync(bool stay)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => { c.Cancel = true; stop.Cancel(); });
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => { c.Cancel = true; stop.Cancel(); });
        var site = new SiteDescription { Name = paths.DerivedName() };
        var keep = false;
        try
        {
            var shown = ShowAsync(site);
            if (await Task.WhenAny(shown, Task.Delay(Timeout.Infinite, stop.Token)) != shown)
            {
                await output.WriteLineAsync("\ninterrupted: everything that was started is ended");
                return 130;
            }
            var clean = await shown;
            keep = stay;
            return clean ? 0 : 1;
        }
        finally
        {
            if (keep) await output.WriteLineAsync("The site stays up: ops/actorha-in-lab witness status; ops/lab help; ops/lab down ends it.");
            else await LabBuilder.DownAsync(site.Name, _ => { });
        }
    }

    private async Task<bool> ShowAsync(SiteDescription description)
    {
        Title("A site of two hosts, a witness and a chassis, on this machine");
        var site = await RunningSite.UpAsync(description, paths, s => output.WriteLine($"  {s}"));
        Table(await site.StatusAsync("witness"));

        Title("The power of applejack is pulled");
        var after = (await site.StatusAsync("rainbowdash"))!.Index;
        var pulled = await site.Lab.PowerOffAsync("applejack");
        using var told = new CancellationTokenSource();
        var telling = TellAsync(site, after, pulled.AtMs, told.Token);
        var recovery = await Recovery.AwaitAsync(site, pulled.AtMs, after, TimeSpan.FromSeconds(60));
        await told.CancelAsync();
        await telling;
        Title("What it took (ms since the pull)");
        foreach (var (name, ms) in new[]
        {
            ("noticed: silent, nothing answers, reads off", recovery.Noticed), ("committed: the fence request is on a majority's disks", recovery.Committed),
            ("proven off: two readings, the second after forced-off", recovery.Proven), ("started: QEMU's process on rainbowdash", recovery.Started),
            ("both VMs that fit are started", recovery.AllStarted), ("guest alive: its first word on the serial line", recovery.GuestAlive),
        })
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {ms,7:0}  {name}"));
        await output.WriteLineAsync("  (the guests run without hardware virtualisation: their boot is most of the last line)");
        Title("The decisions and their reasons");
        foreach (var e in await site.HistoryAsync("rainbowdash", after))
        {
            await output.WriteLineAsync($"  #{e.Index} {e.Who}: {e.Because}");
            foreach (var line in e.Evidence) await output.WriteLineAsync($"       {line}");
        }
        Table(await site.StatusAsync("witness"));

        Title("applejack gets its power back: it rejoins, and nothing moves back");
        await site.Lab.PowerOnAsync("applejack");
        await site.AwaitAsync("applejack to rejoin, and what waited for it to run", site.IsReadyAsync, TimeSpan.FromSeconds(90));
        Table(await site.StatusAsync("witness"));

        Title("The referee, from disks, serial lines and process tables");
        var report = await site.Lab.RefereeAsync();
        await output.WriteAsync(report.ToText());
        return report.Clean;
    }

    private async Task TellAsync(RunningSite site, long after, double fromMs, CancellationToken end)
    {
        var offset = LabClock.Now - DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        while (!end.IsCancellationRequested)
        {
            foreach (var e in await site.HistoryAsync("rainbowdash", after))
            {
                after = e.Index;
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {e.When.ToUnixTimeMilliseconds() + offset - fromMs,7:0} ms  {e.Who,-11} {e.Because}"));
            }
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private void Title(string text) => output.WriteLine($"\n== {text}");

    private void Table(StatusDto? s)
    {
        if (s is null) { output.WriteLine("  (no answer)"); return; }
        foreach (var m in s.Members.Where(m => m.Role == "host"))
            output.WriteLine($"  {m.Name,-12} {m.Verdict,-12} {(m.Protection?.Ready == true ? "protected" : "NOT PROTECTED"),-14} {m.MemoryUsedMb} of {m.MemoryTotalMb} MiB");
        foreach (var v in s.Vms.OrderByDescending(v => v.Priority))
            output.WriteLine($"  {v.Name,-12} {v.State.ToString().ToLowerInvariant(),-12} {v.Host ?? "-",-14} {v.Reason}");
    }
}

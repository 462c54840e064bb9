using System.Diagnostics;
using System.Text.RegularExpressions;
using ActorHa.Lab;
using ActorHa.Lab.Demo;
using ActorHa.Ports.Api;
using Xunit.Abstractions;

namespace ActorHa.Site.Tests;

/// <summary>
/// Case 35 on real etcd: its data is put back to a snapshot from before a failover. The journal then names a host as owner of VMs
/// that run on the other one.
/// </summary>
[Trait("Length", "Long")]
public sealed partial class RestoreTests(ShippedSite site, ITestOutputHelper output) : SiteTests<ShippedSite>(site, output)
{
    private static readonly string[] Members = ["applejack", "rainbowdash", "witness"];

    [SiteFact("etcdctl")]
    public async Task Case_35_a_snapshot_from_before_a_failover_starts_nothing_twice()
    {
        var snapshot = Path.Combine(Directory.CreateTempSubdirectory("actorha-").FullName, "db");
        await EndAsync("witness");
        File.Copy(Database("witness"), snapshot);
        await Lab.StartAsync("witness", "etcd");
        await UntilAsync("the witness to be quorate", async () => (await Running.StatusAsync("witness"))?.Quorate == true);

        await RecoveredAsync(await Lab.PowerOffAsync("applejack"));
        var there = await VmProcessesAsync("rainbowdash");
        var before = (await Running.StatusAsync("witness"))!;

        foreach (var member in Members.Skip(1)) await EndAsync(member, kill: true);
        foreach (var member in Members) PutBack(member, snapshot);
        foreach (var member in Members.Skip(1)) await Lab.StartAsync(member, "etcd");
        await Site.PowerOnAsync("applejack");
        Say("etcd is put back to the state before the failover, applejack boots");
        await UntilAsync("applejack to say that others have seen more", async () => (await Running.StatusAsync("applejack"))?.Alarms.Any(a => a.Name == "read-only") == true);
        await HoldsForAsync(TimeSpan.FromSeconds(8), "nothing runs on applejack, and all on rainbowdash", ThereAsync);

        await Lab.RestartAsync("witness", "agent");
        await UntilAsync("the witness to say that it has seen more", async () => (await Running.StatusAsync("witness"))?.Alarms.Any(a => a.Because.Contains("this member has seen entry", StringComparison.Ordinal)) == true);
        Assert.True((await Running.StatusAsync("witness"))!.Index < before.Index);
        await Site.CommandAsync(ApiContract.JournalAccept, new JournalAcceptCommand(before.Cluster, "test"));
        Say("accepted");
        await UntilAsync("both hosts to have reported", async () => (await EventsAsync("witness")).Where(e => e.Name == "HostReported").Select(e => e.Host).Distinct().Count() == 2);
        var report = (await EventsAsync("witness")).Single(e => e is { Name: "HostReported", Host: "rainbowdash" });
        Assert.Equal(there.Keys, report.Json.GetProperty("running").EnumerateArray().Select(r => r.GetProperty("vm").GetString()).Order());
        await HoldsForAsync(TimeSpan.FromSeconds(8), "nothing runs on applejack, and all on rainbowdash", ThereAsync);
        Assert.Equal(2, (await Running.StatusAsync("witness"))!.Lineage);
        foreach (var e in await EventsAsync("witness")) Say($"    #{e.Index} {e.Name} {e.Host}");
        // Nobody is admitted before a lost SET can strike no more (set-lifetime, 180 s): a new site is quicker.
        var verdict = await Lab.RefereeAsync();
        Assert.True(verdict.Clean, verdict.ToText());
        await Site.RenewAsync();

        async Task<bool> ThereAsync() => (await VmProcessesAsync("applejack")).Count == 0 && there.SequenceEqual(await VmProcessesAsync("rainbowdash"));
    }

    private string Database(string member) => Path.Combine(Site.Paths.Disk(member), "etcd/member/snap/db");

    /// <summary>It is asked to end, which takes half a minute and more without a majority, and locks its database until it has.</summary>
    private async Task EndAsync(string member, bool kill = false)
    {
        await Lab.StopAsync(member, "etcd");
        if (kill && !IsFree(Database(member)))
        {
            try
            {
                await Lab.KillAsync(member, "etcd");
            }
            catch (LabException e) when (e.Message.StartsWith("no etcd runs", StringComparison.Ordinal))
            {
                // It has ended by itself just now, as it was asked to.
            }
        }
        await UntilAsync($"etcd of {member} to have ended", () => Task.FromResult(IsFree(Database(member))));
    }

    private static bool IsFree(string file)
    {
        try
        {
            using var alone = File.Open(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>etcd's own tool makes new data of a snapshot; which member it is for stands in the lab's command.</summary>
    private void PutBack(string member, string snapshot)
    {
        var data = Path.Combine(Site.Paths.Disk(member), "etcd");
        Directory.Delete(data, recursive: true);
        var flags = Identity().Matches(File.ReadAllText(Path.Combine(Site.Paths.Etc(member), "start-etcd"))).Select(m => m.Value);
        var tool = new ProcessStartInfo("etcdctl", ["snapshot", "restore", snapshot, "--skip-hash-check=true", $"--data-dir={data}", .. flags]) { RedirectStandardError = true, RedirectStandardOutput = true };
        tool.Environment["ETCDCTL_API"] = "3";
        using var running = Process.Start(tool)!;
        var said = running.StandardError.ReadToEnd();
        running.WaitForExit();
        Assert.True(running.ExitCode == 0, said);
    }

    [GeneratedRegex(@"--(name|initial-cluster|initial-cluster-token|initial-advertise-peer-urls)=[^\s'\\]+")]
    private static partial Regex Identity();
}

using System.Security.Cryptography;
using ActorHa.Core;
using ActorHa.Core.Wire;
using ActorHa.Lab;
using Xunit.Abstractions;

namespace ActorHa.Site.Tests;

/// <summary>Case 19: what strangers send to an agent's heartbeat port is dropped and counted, and has no effect.</summary>
[Trait("Length", "Long")]
public sealed class DatagramTests(ShippedSite site, ITestOutputHelper output) : SiteTests<ShippedSite>(site, output)
{
    private const string Cluster = "ppnrw";
    private const int Port = 7411;

    [SiteFact]
    public async Task Case_19_replayed_beats_do_not_keep_a_dead_host_alive()
    {
        var key = Convert.FromHexString((await File.ReadAllTextAsync(Site.Paths.HeartbeatKey)).Trim());
        var boot = new BootId((await Lab.StatusAsync())["applejack"].BootId);
        // As one recorded them: of the life that is about to end, authentic, and older than what was heard.
        var recorded = Beat(key, boot, sequence: 1);
        var forged = Beat(RandomNumberGenerator.GetBytes(key.Length), boot, sequence: long.MaxValue / 2);
        byte[][] all = [recorded, forged, recorded[..20], [.. recorded, .. new byte[2000]], RandomNumberGenerator.GetBytes(recorded.Length)];

        using var end = new CancellationTokenSource();
        var fault = await Lab.PowerOffAsync("applejack");
        var sending = SendAsync(all, end.Token);
        try
        {
            await RecoveredAsync(fault);
        }
        finally
        {
            await end.CancelAsync();
            await sending;
        }
        await FencedOnceAsync();
        var refused = (await Running.StatusAsync("rainbowdash"))!.Beats!.Refused;
        Say(string.Join(", ", refused.Select(r => $"{r.Key} {r.Value}")));
        Assert.All(new[] { "Replay", "BadMac", "TooShort", "TooLong", "BadMagic" }, why => Assert.True(refused.ContainsKey(why), $"nothing was refused as {why}"));
        await EndAsync();
    }

    private static byte[] Beat(byte[] key, BootId boot, long sequence)
    {
        var beat = new Beat { Sender = WireName.Of(new MemberName("applejack")), Boot = WireIds.Of(boot), Incarnation = new Incarnation(1), Sequence = sequence, MindAgeMs = 1 };
        var buffer = new byte[BeatCodec.MaxLength];
        return buffer[..new BeatCodec(Cluster, key).Encode(beat, buffer)];
    }

    /// <summary>Ten times a second, from the witness's network: a source address that is none of applejack's does not matter.</summary>
    private async Task SendAsync(byte[][] datagrams, CancellationToken end)
    {
        var files = datagrams.Select((d, i) => (Path: Path.Combine(Site.Paths.Dir, $"datagram-{i}"), Bytes: d)).ToList();
        foreach (var (path, bytes) in files) await File.WriteAllBytesAsync(path, bytes, CancellationToken.None);
        var to = new SiteDescription().Member("rainbowdash").Address;
        var init = (await Lab.StatusAsync())["witness"].Process("init")!.Pid;
        // bash sends what one write gives as one datagram; cat writes a small file at once.
        var once = string.Join("; ", files.Select(f => $"cat '{f.Path}' >/dev/udp/{to}/{Port}"));
        using var sender = System.Diagnostics.Process.Start("nsenter", ["-t", $"{init}", "-n", "--", "bash", "-c", $"while :; do {once}; sleep 0.1; done"]);
        await Task.Delay(Timeout.Infinite, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        sender.Kill(entireProcessTree: true);
        await sender.WaitForExitAsync(CancellationToken.None);
    }
}

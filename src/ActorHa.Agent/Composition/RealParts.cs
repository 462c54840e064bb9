using ActorHa.Agent.Fencing;
using ActorHa.Configuration;
using ActorHa.Core;
using ActorHa.Drivers.Fencing.Watchdog;
using ActorHa.Drivers.Hypervisors.Qemu;
using ActorHa.Drivers.Journal.Etcd;
using ActorHa.Ports;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Composition;

/// <summary>The drivers that ship, for a member's settings: the only place that knows both agent and drivers.</summary>
public static class RealParts
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    /// <summary>Makes them. Nothing is asked of the world yet.</summary>
    public static AgentParts Build(MemberSettings settings, ILoggerFactory logs)
    {
        var own = new EtcdEndpoint(settings.Name, settings.Etcd.Endpoint);
        var members = new EtcdMembers(new EtcdOptions
        {
            Members = [own, .. settings.Peers.Where(p => p.Value.Etcd is not null).Select(p => new EtcdEndpoint(p.Key, p.Value.Etcd!))],
            Tls = settings.Etcd.Tls is { } t ? new EtcdTls(t.CaFile, t.CertificateFile, t.KeyFile) : null,
        });
        var hypervisor = settings.Role == MemberRole.Host
            ? new QemuHypervisor(new QemuOptions { Host = settings.Name, RuntimeDirectory = settings.Qemu.RuntimeDir, Binary = settings.Qemu.Binary })
            : null;
        var devices = new DeviceRegistry(settings, logs.CreateLogger("devices"));
        var leadership = new EtcdLeadership(members);
        return new AgentParts(
            new EtcdJournalStore(members, settings.Cluster),
            new EtcdPeerProbe(members),
            hypervisor,
            devices.Make,
            settings.Role == MemberRole.Witness ? ct => KeepLeaderAsync(leadership, settings.Name, logs.CreateLogger("leadership"), ct) : null,
            async () =>
            {
                if (hypervisor is not null) await hypervisor.DisposeAsync();
                await devices.DisposeAsync();
                await members.DisposeAsync();
            },
            settings.Role == MemberRole.Host ? w => new LinuxWatchdog(w.Device) : null);
    }

    /// <summary>Leadership stays off the hosts: their death then costs no election. Looked at at the start and again and again.</summary>
    private static async Task KeepLeaderAsync(EtcdLeadership leadership, MemberName witness, ILogger log, CancellationToken cancel)
    {
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                var report = await leadership.LookAsync(cancel);
                if (report is { Sure: true, Leader: { } leader } && leader != witness && await leadership.MoveToAsync(witness, cancel))
                    LeadershipLog.Moved(log, leader, witness);
                await Task.Delay(LookEvery, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The agent stops.
        }
    }
}

internal static partial class LeadershipLog
{
    [LoggerMessage(500, LogLevel.Information, "the journal's leader moves from {From} to {To}")]
    public static partial void Moved(ILogger log, MemberName from, MemberName to);
}

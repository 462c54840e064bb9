using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using ActorHa.Agent.Actors;
using ActorHa.Core;
using ActorHa.Snmp.Traps;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Watching;

/// <summary>
/// Turns traps from a chassis' address into "look now" for the hosts in it, and into nothing else: what a trap says is not
/// read, and whether it is signed does not matter. Whoever can forge one gains questions, as few as NodeWatchers allow.
/// </summary>
public sealed class ChassisTraps(TimeProvider time, ILogger log)
{
    /// <summary>Between two hints from one chassis: a flood stays in the receiver, out of the mailboxes.</summary>
    private static readonly TimeSpan HintAgain = TimeSpan.FromMilliseconds(100);

    private readonly LookNow _look = new();
    private readonly Dictionary<IPAddress, long> _last = [];
    private volatile FrozenDictionary<IPAddress, ActorRef<WatchMessage>[]> _watchers = FrozenDictionary<IPAddress, ActorRef<WatchMessage>[]>.Empty;
    private (ClusterConfig? Config, int Watchers) _known;

    /// <summary>Which hosts are in which chassis, by the newest configuration. One caller at a time.</summary>
    public void Know(ClusterConfig config, IReadOnlyDictionary<MemberName, ActorRef<WatchMessage>> watchers)
    {
        if (ReferenceEquals(_known.Config, config) && _known.Watchers == watchers.Count) return;
        _known = (config, watchers.Count);
        var hosts = from host in config.Hosts
                    where watchers.ContainsKey(host.Key)
                    from device in host.Value.Fencing.SelectMany(level => level.Plugs).Select(plug => plug.Device).Distinct()
                    let address = AddressOf(config, device)
                    where address is not null
                    group watchers[host.Key] by address;
        _watchers = hosts.ToFrozenDictionary(at => at.Key, at => at.Distinct().ToArray());
        // Only addresses of the configuration are in it, and of no older one.
        lock (_last) _last.Clear();
    }

    /// <summary>A datagram came to the trap port. Returns how many watchers were told.</summary>
    public int Heard(IPAddress from)
    {
        if (from.IsIPv4MappedToIPv6) from = from.MapToIPv4();
        if (!_watchers.TryGetValue(from, out var watchers)) return 0;
        lock (_last)
        {
            if (_last.TryGetValue(from, out var last) && time.GetElapsedTime(last) < HintAgain) return 0;
            _last[from] = time.GetTimestamp();
        }
        TrapLog.Look(log, from);
        return watchers.Count(watcher => watcher.Tell(_look));
    }

    /// <summary>Hears until cancelled. A port that cannot be had is said and left: traps are a convenience.</summary>
    public async Task RunAsync(IPEndPoint listen, CancellationToken cancel)
    {
        TrapReceiver receiver;
        try
        {
            // Nobody's password: what counts is where a datagram comes from, and that it is SNMP at all.
            receiver = new TrapReceiver(
                listen, TrapUsers.Nobody, (from, _) => Heard(from.Address),
                (from, why) =>
                {
                    if (why != Snmp.DropReason.Malformed) Heard(from.Address);
                },
                time);
        }
        catch (SocketException e)
        {
            TrapLog.NotHeard(log, listen, e.Message);
            return;
        }
        await using (receiver) await receiver.RunAsync(cancel);
    }

    private static IPAddress? AddressOf(ClusterConfig config, string device) =>
        config.Devices.TryGetValue(device, out var d) && d.Options.TryGetValue("address", out var text) && IPAddress.TryParse(text, out var address)
            ? address
            : null;
}

internal static partial class TrapLog
{
    [LoggerMessage(210, LogLevel.Debug, "a trap from {Chassis}: looking at its hosts")]
    public static partial void Look(ILogger log, IPAddress chassis);

    [LoggerMessage(211, LogLevel.Warning, "traps are not heard, {Listen}: {Reason}")]
    public static partial void NotHeard(ILogger log, IPEndPoint listen, string reason);
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using ActorHa.Core;
using ActorHa.Ports;

namespace ActorHa.Agent.Fencing;

/// <summary>Makes the device of a plug, or says why it cannot.</summary>
public delegate IFenceDevice MakeDevice(string name, DeviceConfig device, string plug);

/// <summary>
/// The plugs of all hosts by the newest configuration. A level is one or more plugs that must all be off: its readings and
/// answers are those of all of them taken together, the worst counting.
/// </summary>
public sealed class FenceBench(MakeDevice make) : IAsyncDisposable
{
    private readonly Lock _door = new();
    private readonly ConcurrentDictionary<(MemberName Host, int Level), SwitchStamp?[]> _stamps = new();
    private ImmutableSortedDictionary<MemberName, ImmutableArray<ImmutableArray<IFenceDevice>>> _levels = ImmutableSortedDictionary<MemberName, ImmutableArray<ImmutableArray<IFenceDevice>>>.Empty;
    private Dictionary<(FencePlug Plug, DeviceConfig Config), IFenceDevice> _devices = [];
    private ClusterState _state = ClusterState.Empty;
    private long _config;

    /// <summary>Takes the state in; devices are made anew when the configuration is another. Returns those no longer used.</summary>
    public IReadOnlyList<IFenceDevice> Know(ClusterState s)
    {
        lock (_door)
        {
            _state = s;
            if (s.ConfigNumber == _config) return [];
            _config = s.ConfigNumber;
            var before = _devices;
            _devices = [];
            _levels = s.Config.Hosts.ToImmutableSortedDictionary(h => h.Key, h => h.Value.Fencing.Select(l => l.Plugs.Select(p => Device(s, p, before)).ToImmutableArray()).ToImmutableArray());
            return [.. before.Values.Except(_devices.Values)];
        }
    }

    /// <summary>What the mapping of the host is now; null = nothing to check.</summary>
    /// <remarks>Without the door: it is asked on the watchers' thread, which must not wait while devices are made.</remarks>
    public string? Fingerprint(MemberName host) => Arming.Fingerprint(Volatile.Read(ref _state), host) is { Length: > 0 } print ? print : null;

    /// <summary>Takes the stamps of all plugs of the host.</summary>
    public void Stamp(MemberName host)
    {
        var levels = _levels.GetValueOrDefault(host, []);
        for (var i = 0; i < levels.Length; i++) _stamps[(host, i)] = [.. levels[i].Select(d => d.Stamp())];
    }

    /// <summary>Reads all plugs of a level: off only when all are.</summary>
    public async Task<PowerReading> ReadAsync(MemberName host, int level, TimeSpan patience, CancellationToken cancel)
    {
        var plugs = Plugs(host, level);
        if (plugs.IsEmpty) return PowerReading.Unknown("no fence device");
        var readings = await Task.WhenAll(plugs.Select(p => p.ReadAsync(patience, cancel)));
        if (readings.Length == 1) return readings[0];
        var all = readings[0].Power;
        var power = readings.All(r => r.Power == all) ? all : readings.Any(r => r.Power == Power.On) ? Power.On : Power.Unknown;
        return new PowerReading(power, string.Join(" + ", readings.Select(r => r.Source)), string.Join("; ", readings.Select(r => r.Detail)));
    }

    /// <summary>Forces all plugs of a level off, under the stamps of the switching.</summary>
    public async Task<SetDone> OffAsync(MemberName host, int level, TimeSpan patience, CancellationToken cancel)
    {
        var plugs = Plugs(host, level);
        var stamps = _stamps.GetValueOrDefault((host, level)) ?? [];
        return Together(await Task.WhenAll(plugs.Select((p, i) => p.ForceOffAsync(i < stamps.Length ? stamps[i] : null, patience, cancel))));
    }

    /// <summary>
    /// Switches all plugs of a level on, after those of the other levels: a level that was tried and proved nothing may have
    /// cut a power of its own. The answer is that of the level asked for.
    /// </summary>
    public async Task<SetDone> OnAsync(MemberName host, int level, TimeSpan patience, CancellationToken cancel)
    {
        var asked = Plugs(host, level);
        var others = _levels.GetValueOrDefault(host, []).SelectMany(l => l).Except(asked);
        await Task.WhenAll(others.Select(p => p.PowerOnAsync(patience, cancel)));
        return Together(await Task.WhenAll(asked.Select(p => p.PowerOnAsync(patience, cancel))));
    }

    /// <summary>
    /// Checks every plug of every level. Before fencing is armed each level must be ready: they are walked one after the other, and the
    /// "off" of a plug that is another's would be taken for proof. Later one whole level is enough, for a dark device must not disarm
    /// the others. What is shown to be another's plug is wrong at whatever level it stands.
    /// </summary>
    /// <param name="host">The host to be protected.</param>
    /// <param name="fingerprint">Its mapping.</param>
    /// <param name="alive">Whether we hear it: what a plug reads is evidence about the mapping only then.</param>
    /// <param name="patience">With one answer of a device.</param>
    /// <param name="now">Goes into the result.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<Protection> CheckAsync(MemberName host, string fingerprint, bool alive, TimeSpan patience, Instant now, CancellationToken cancel)
    {
        ImmutableArray<ImmutableArray<IFenceDevice>> levels;
        ImmutableArray<string> macs;
        bool armed;
        lock (_door) (levels, macs, armed) = (_levels.GetValueOrDefault(host, []), _state.Host(host).Macs, _state.Host(host).Armed == fingerprint);
        if (levels.IsEmpty) return new Protection(false, false, fingerprint, "no fence device is configured", now);
        if (macs.IsEmpty) return new Protection(false, false, fingerprint, "its own addresses are not known yet", now);
        var checks = new List<ProtectionCheck[]>();
        foreach (var level in levels)
            checks.Add([.. (await Task.WhenAll(level.Select(d => d.CheckAsync(macs, patience, cancel)))).Select(c => Weigh(c, alive, armed))]);
        var ready = checks.FindAll(level => level.All(c => c.Ready));
        var wrong = checks.Exists(level => level.Any(c => c.Wrong));
        var detail = string.Join(" | ", checks.Select(level => string.Join("; ", level.Select(c => c.Detail))));
        return !wrong && ready.Count >= (armed ? 1 : checks.Count)
            ? new Protection(true, false, fingerprint, detail, now) { RoundTrip = ready[0].Max(c => c.RoundTrip) }
            : new Protection(false, wrong, fingerprint, detail, now);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var device in _devices.Values) await device.DisposeAsync();
    }

    private IFenceDevice Device(ClusterState s, FencePlug plug, Dictionary<(FencePlug, DeviceConfig), IFenceDevice> before)
    {
        var config = s.Config.Devices.GetValueOrDefault(plug.Device) ?? throw new InvalidOperationException($"no device {plug.Device} in configuration {s.ConfigNumber}");
        var key = (plug, config);
        if (_devices.TryGetValue(key, out var made)) return made;
        return _devices[key] = before.GetValueOrDefault(key) ?? make(plug.Device, config, plug.Plug);
    }

    private ImmutableArray<IFenceDevice> Plugs(MemberName host, int level)
    {
        lock (_door)
        {
            var levels = _levels.GetValueOrDefault(host, []);
            return levels.IsEmpty ? [] : levels[level % levels.Length];
        }
    }

    /// <summary>
    /// Where only the power itself can show that a plug is the host's: it must have read on once while the host was heard.
    /// A plug that reads off is what it is after a fence; off while the host is heard protects nobody.
    /// </summary>
    internal static ProtectionCheck Weigh(ProtectionCheck check, bool alive, bool armed) => check switch
    {
        { Ready: true, Shown: Power.On } when !alive && !armed => check with { Ready = false, Detail = $"{check.Detail}; not armed before the host is heard while the plug reads on" },
        { Ready: false, Shown: Power.Off } when !alive && armed => check with { Ready = true, Detail = $"{check.Detail}, but it was, while the host lived" },
        { Ready: false, Shown: Power.Off } when alive => check with { Detail = $"{check.Detail}, and the host is heard: the plug is another's, or the device lies" },
        _ => check,
    };

    private static SetDone Together(SwitchAnswer[] answers)
    {
        var detail = string.Join("; ", answers.Select(a => a.Detail));
        return new SetDone(
            Answered: answers.All(a => a.Result != SwitchResult.Unanswered),
            Refused: answers.Length == 0 || answers.Any(a => a.Result is SwitchResult.Refused or SwitchResult.NotSent),
            answers.Length == 0 ? "no fence device" : detail);
    }
}

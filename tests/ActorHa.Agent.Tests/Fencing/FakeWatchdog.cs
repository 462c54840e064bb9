using ActorHa.Ports;

namespace ActorHa.Agent.Tests.Fencing;

/// <summary>A watchdog that writes down what is done to it, for machines without one.</summary>
internal sealed class FakeWatchdog : IWatchdogDevice
{
    private TimeSpan _timeout = TimeSpan.FromSeconds(60);
    private bool _open;
    private int _fed;

    public List<string> Acts { get; } = [];

    public WatchdogFacts Facts { get; set; } = new("iTCO_wdt", true, true, false);

    /// <summary>What every call throws.</summary>
    public string? Fault { get; set; }

    /// <summary>The time-out that it takes instead of the one asked for.</summary>
    public TimeSpan? Takes { get; set; }

    /// <summary>The longest time-out that it can keep.</summary>
    public TimeSpan Most { get; set; } = TimeSpan.FromHours(1);

    public bool CanRelease { get; set; }

    public Action OnOpen { get; set; } = () => { };

    public int Fed => Volatile.Read(ref _fed);

    public WatchdogFacts Look() => Fault is { } why ? throw new WatchdogException(why) : Facts with { MagicClose = null };

    public WatchdogFacts Open()
    {
        Act("open");
        _open = true;
        OnOpen();
        return Facts;
    }

    public TimeSpan ReadTimeout() => _timeout;

    public void SetTimeout(TimeSpan timeout)
    {
        if (timeout > Most) throw new WatchdogException("too long");
        Act($"set {timeout.TotalSeconds:0}");
        _timeout = Takes ?? timeout;
    }

    public void Feed()
    {
        Act("feed");
        Interlocked.Increment(ref _fed);
    }

    public bool Release()
    {
        if (!CanRelease) return false;
        Act("released");
        _open = false;
        return true;
    }

    public void Dispose()
    {
        if (_open) Act("closed");
        _open = false;
        _timeout = TimeSpan.FromSeconds(60);
    }

    private void Act(string act)
    {
        if (Fault is { } why && act != "closed") throw new WatchdogException(why);
        Acts.Add(act);
    }
}

using ActorHa.Core;
using ActorHa.Ports;

namespace ActorHa.Agent.Fencing;

/// <summary>
/// Carries the order for the watchdog's device out, one step a turn. Before each act that restarts the timer it looks at
/// the newest order and the clock: between that look and the act it may be paused, and the waiting of the others covers
/// exactly one such pause (<see cref="WatchdogTiming.Wait"/>).
/// </summary>
public sealed class WatchdogHand(Func<WatchdogConfig, IWatchdogDevice> make, Func<WatchdogOrder> order, Func<Instant> now) : IDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    // Longest first: how long the host lives on without an agent when its timer cannot be switched off.
    private static readonly TimeSpan[] Farewells = [TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(1)];

    private IWatchdogDevice? _device;
    private bool _set;
    private string? _fault;
    private Instant? _retryAt;
    private WatchdogReport _live = WatchdogReport.Closed;

    /// <summary>One step; returns how the device stands after it.</summary>
    public WatchdogReport Turn()
    {
        var o = order();
        try
        {
            switch (o.Mode)
            {
                case WatchdogMode.Hold or WatchdogMode.Feed when o.Config is { } config && _device is null:
                    Open(o, config);
                    break;
                case WatchdogMode.Hold when _device is { } device && _fault is not null:
                    // Refused, but it runs now: without a promise it may be switched off, and must not reset the host.
                    if (device.Release()) _device = null;
                    else device.Feed();
                    break;
                case WatchdogMode.Feed when _device is not null && _fault is not null:
                    break;
                case WatchdogMode.Hold or WatchdogMode.Feed when _device is { } device && !_set:
                    Set(device, o);
                    break;
                case WatchdogMode.Hold or WatchdogMode.Feed when _device is { } device && o.MayFeed(now()):
                    device.Feed();
                    break;
                case WatchdogMode.Release when _device is { } device:
                    if (device.Release()) Forget();
                    else device.Feed();
                    break;
            }
        }
        catch (WatchdogException e)
        {
            _device?.Dispose();
            Forget();
            Fault(e.Message);
        }
        return _fault is { } fault ? new WatchdogReport(WatchdogCondition.Failed, TimeSpan.Zero, fault) : _set ? _live : WatchdogReport.Closed;
    }

    /// <summary>
    /// The agent ends. Where a promise binds, the timer keeps its time-out; else it is switched off, or given its longest
    /// time-out, so that a shutdown is not cut short by a reset.
    /// </summary>
    public void Dispose()
    {
        try
        {
            if (_device is { } device && order().Mode is WatchdogMode.Hold or WatchdogMode.Release && !device.Release()) Stretch(device);
        }
        catch (WatchdogException)
        {
            // Nobody is left to whom it could be said; the timer runs on as it did.
        }
        _device?.Dispose();
        Forget();
    }

    private void Open(WatchdogOrder o, WatchdogConfig config)
    {
        if (now() < _retryAt) return;
        var device = make(config);
        try
        {
            if (Refusal(config, device.Look()) is { } refused) throw new WatchdogException(refused);
        }
        catch (WatchdogException)
        {
            device.Dispose();
            throw;
        }
        if (!order().MayFeed(now())) { device.Dispose(); return; }
        _device = device;
        _fault = null;
        var facts = device.Open();
        if (Refusal(config, facts) is { } why) { Fault(why); return; }
        _live = new WatchdogReport(WatchdogCondition.Live, o.Timeout, $"{config.Device} ({facts.Identity}), {o.Timeout.TotalSeconds:0} s{(facts.Nowayout ? "" : ", can be switched off")}");
        Set(device, o);
    }

    /// <summary>The time-out is set, and read back: others wait by it.</summary>
    private void Set(IWatchdogDevice device, WatchdogOrder o)
    {
        if (device.ReadTimeout() != o.Timeout)
        {
            if (!order().MayFeed(now())) return;
            device.SetTimeout(o.Timeout);
        }
        var taken = device.ReadTimeout();
        if (taken == o.Timeout) _set = true;
        else Fault($"the device took {taken.TotalSeconds:0} s for a time-out of {o.Timeout.TotalSeconds:0} s: configure one that it can keep");
    }

    private static string? Refusal(WatchdogConfig config, WatchdogFacts facts) => facts switch
    {
        { Identity: "Software Watchdog" } when !config.ForceSoftdog => $"{config.Device} is the kernel's software timer, which dies with the kernel that it should reset: load a hardware driver, or force-softdog = yes",
        { Nowayout: false } when config.NeedsNowayout => $"{config.Device} ({facts.Identity}) can be switched off by anybody: load its driver with nowayout=1, or nowayout = no",
        { Nowayout: false, MagicClose: false } => $"{config.Device} ({facts.Identity}) stops when its device is closed: an agent that dies would disarm it; load its driver with nowayout=1",
        _ => null,
    };

    private void Fault(string why) => (_fault, _retryAt) = (why, now() + Retry);

    private static void Stretch(IWatchdogDevice device)
    {
        foreach (var farewell in Farewells)
        {
            try
            {
                device.SetTimeout(farewell);
                return;
            }
            catch (WatchdogException)
            {
                // More than this device can: the next shorter one.
            }
        }
    }

    private void Forget() => (_device, _set, _fault, _retryAt) = (null, false, null, null);
}

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
    private WatchdogFacts? _facts;
    private bool _vetted;
    private bool _set;
    private string? _fault;
    private Instant? _retryAt;
    private Instant? _lookAt;
    private WatchdogReport _live = WatchdogReport.Closed;

    /// <summary>One step; returns how the device stands after it.</summary>
    public WatchdogReport Turn()
    {
        var o = order();
        try
        {
            switch (o.Mode)
            {
                case WatchdogMode.Hold or WatchdogMode.Feed when o.Config is { } config && !_vetted:
                    Open(o, config);
                    break;
                case WatchdogMode.Hold when _device is { } device && _fault is not null:
                    // Refused, but it runs now: without a promise it may be switched off, and must not reset the host.
                    if (device.Release()) Close();
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
                case WatchdogMode.Release when o.Config is { } config:
                    TakeUp(config);
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
        if (_device is null && (now() < _retryAt || !Begin(config, looked => Refusal(config, looked) is { } refused ? throw new WatchdogException(refused) : order().MayFeed(now())))) return;
        (_vetted, _fault) = (true, null);
        if (Refusal(config, _facts!) is { } why) { Fault(why); return; }
        _live = new WatchdogReport(WatchdogCondition.Live, o.Timeout, $"{config.Device} ({_facts!.Identity}), {o.Timeout.TotalSeconds:0} s{(_facts.Nowayout ? "" : ", can be switched off")}");
        Set(_device!, o);
    }

    /// <summary>
    /// An agent that died here left the timer running, and nothing binds this host now: without us it would reset a healthy
    /// host. Looked at again and again, so that a device that is missing or in other hands is known before it is needed.
    /// </summary>
    private void TakeUp(WatchdogConfig config)
    {
        // A time of its own: a look must not hold up the opening when a VM comes.
        if (now() < _lookAt) return;
        (_fault, _lookAt) = (null, now() + Retry);
        Begin(config, looked => looked.Running && order().Mode == WatchdogMode.Release);
    }

    private bool Begin(WatchdogConfig config, Func<WatchdogFacts, bool> shall)
    {
        var device = make(config);
        var ours = false;
        try
        {
            if (!shall(device.Look())) return false;
            _facts = device.Open();
            return ours = true;
        }
        finally
        {
            if (ours) _device = device;
            else device.Dispose();
        }
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

    private void Close() => (_device, _facts, _vetted, _set) = (null, null, false, false);

    private void Forget()
    {
        Close();
        (_fault, _retryAt) = (null, null);
    }
}

namespace ActorHa.Ports;

/// <summary>
/// The watchdog timer of this host. What restarts the timer is said at each act: whoever calls it must have the right to
/// feed at that moment. Not for two threads at once.
/// </summary>
public interface IWatchdogDevice : IDisposable
{
    /// <summary>What can be known without touching the timer.</summary>
    /// <exception cref="WatchdogException">There is no such device, or its facts cannot be read.</exception>
    WatchdogFacts Look();

    /// <summary>Opens the device. <b>Starts or restarts the timer.</b></summary>
    /// <exception cref="WatchdogException">It is held by another, or is no watchdog.</exception>
    WatchdogFacts Open();

    /// <summary>Time-out of the open device.</summary>
    /// <exception cref="WatchdogException">The device does not say.</exception>
    TimeSpan ReadTimeout();

    /// <summary>Sets the time-out (whole seconds). <b>Restarts the timer.</b> The device may take another: read it back.</summary>
    /// <exception cref="WatchdogException">The device refuses.</exception>
    void SetTimeout(TimeSpan timeout);

    /// <summary><b>Restarts the timer.</b></summary>
    /// <exception cref="WatchdogException">The device no longer takes it.</exception>
    void Feed();

    /// <summary>Switches the timer off and closes the device; false when it cannot be switched off: then it stays open and runs.</summary>
    bool Release();
}

/// <summary>What a watchdog is.</summary>
/// <param name="Identity">Its driver's name for it; <c>Software Watchdog</c> is the kernel's own.</param>
/// <param name="Nowayout">It cannot be switched off once it runs.</param>
/// <param name="MagicClose">It runs on when it is closed without the letter V; null = not known before it is open.</param>
/// <param name="Running">The timer runs: somebody opened it, and it was not switched off since.</param>
public sealed record WatchdogFacts(string Identity, bool Nowayout, bool? MagicClose, bool Running);

/// <summary>The device is missing, refuses or fails.</summary>
public sealed class WatchdogException(string message, Exception? inner = null) : Exception(message, inner);

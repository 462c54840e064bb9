using ActorHa.Core;
using ActorHa.Ports;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Fencing;

/// <summary>
/// The watchdog's thread of its own: no actor and no driver call holds it up. It holds a deadline that the mind moves
/// forward with each committed write; a mind that no longer turns moves nothing.
/// </summary>
public sealed class WatchdogThread : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan JoinPatience = TimeSpan.FromSeconds(2);

    private readonly WatchdogHand _hand;
    private readonly Action<WatchdogReport> _say;
    private readonly ILogger _log;
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private WatchdogOrder _order = WatchdogOrder.Nothing;
    private volatile bool _stop;

    /// <summary>Starts the thread; it touches nothing before its first order.</summary>
    /// <param name="make">Makes the device.</param>
    /// <param name="say">Told when the device stands otherwise than before; called on the thread: hand on and return.</param>
    /// <param name="now">The clock that orders are given by.</param>
    /// <param name="log">Where it speaks.</param>
    public WatchdogThread(Func<WatchdogConfig, IWatchdogDevice> make, Action<WatchdogReport> say, Func<Instant> now, ILogger log)
    {
        (_say, _log) = (say, log);
        _hand = new WatchdogHand(make, () => Volatile.Read(ref _order), now);
        _thread = new Thread(Run) { Name = "watchdog", IsBackground = true };
        _thread.Start();
    }

    /// <summary>A new order. Any thread; it binds when this returns.</summary>
    public void Hold(WatchdogOrder order)
    {
        var before = Interlocked.Exchange(ref _order, order);
        if (before.Mode != order.Mode) WatchdogLog.Ordered(_log, order.Mode, order.Because);
        // A deadline that has moved on waits for the next turn: it is at most 250 ms away.
        if (before.Mode != order.Mode || order.Mode == WatchdogMode.Hold) _wake.Set();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop = true;
        _wake.Set();
        if (!_thread.Join(JoinPatience)) { WatchdogLog.Stuck(_log); return; }
        _hand.Dispose();
        _wake.Dispose();
    }

    private void Run()
    {
        var said = WatchdogReport.Closed;
        while (!_stop)
        {
            try
            {
                var report = _hand.Turn();
                if (report != said)
                {
                    said = report;
                    WatchdogLog.Stands(_log, report.Condition, report.Detail);
                    _say(report);
                }
            }
            catch (Exception e) // we are wrong: nothing is fed any more, and the mind is told so
            {
                WatchdogLog.Failed(_log, e);
                _say(new WatchdogReport(WatchdogCondition.Failed, TimeSpan.Zero, e.Message));
                return;
            }
            _wake.WaitOne(Every);
        }
    }
}

/// <summary>What the watchdog's thread says. Numbers 320 to 329.</summary>
internal static partial class WatchdogLog
{
    [LoggerMessage(320, LogLevel.Information, "watchdog: {Mode} ({Because})")]
    public static partial void Ordered(ILogger log, WatchdogMode mode, string because);

    [LoggerMessage(321, LogLevel.Warning, "watchdog: {Condition}: {Detail}")]
    public static partial void Stands(ILogger log, WatchdogCondition condition, string detail);

    [LoggerMessage(322, LogLevel.Critical, "the watchdog's thread failed: nothing feeds any more")]
    public static partial void Failed(ILogger log, Exception cause);

    [LoggerMessage(323, LogLevel.Error, "the watchdog's thread did not end in time")]
    public static partial void Stuck(ILogger log);
}

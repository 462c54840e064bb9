using System.Globalization;
using ActorHa.Ports;
using Microsoft.Win32.SafeHandles;

namespace ActorHa.Drivers.Fencing.Watchdog;

/// <summary>
/// A watchdog of the Linux kernel: <c>/dev/watchdogN</c> and <c>/sys/class/watchdog/watchdogN</c>
/// (Documentation/watchdog/watchdog-api.rst, ABI/testing/sysfs-class-watchdog).
/// </summary>
public sealed class LinuxWatchdog : IWatchdogDevice
{
    // Any letter feeds; V, as the last one before closing, switches the timer off where that is allowed.
    private static readonly byte[] Food = "k"u8.ToArray();
    private static readonly byte[] Magic = "V"u8.ToArray();

    private readonly string _device;
    private readonly string _facts;
    private readonly IWatchdogCalls _calls;
    private SafeFileHandle? _open;
    private bool _mayStop;

    /// <param name="device">The device: <c>/dev/watchdog0</c>.</param>
    public LinuxWatchdog(string device) : this(device, "/sys/class/watchdog", new WatchdogCalls())
    {
    }

    internal LinuxWatchdog(string device, string sysfs, IWatchdogCalls calls) =>
        (_device, _facts, _calls) = (device, Path.Combine(sysfs, Path.GetFileName(device)), calls);

    /// <inheritdoc/>
    public WatchdogFacts Look()
    {
        if (!File.Exists(_device)) throw new WatchdogException($"there is no {_device}: is its driver loaded?");
        return new WatchdogFacts(Fact("identity"), Nowayout(), null, Fact("state") == "active");
    }

    /// <inheritdoc/>
    public WatchdogFacts Open()
    {
        try
        {
            // Closed on exec by the framework: a child that held a copy would feed once more at its own end.
            _open ??= File.OpenHandle(_device, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new WatchdogException($"{_device} cannot be opened (another program may hold it: systemd's RuntimeWatchdogSec, watchdog-mux): {e.Message}", e);
        }
        var (options, identity) = Ask(d => _calls.GetSupport(d));
        var magic = (options & WatchdogCalls.MagicClose) != 0;
        var nowayout = Nowayout();
        _mayStop = magic && !nowayout;
        return new WatchdogFacts(identity, nowayout, magic, Running: true);
    }

    /// <inheritdoc/>
    public TimeSpan ReadTimeout() => TimeSpan.FromSeconds(Ask(_calls.GetTimeout));

    /// <inheritdoc/>
    public void SetTimeout(TimeSpan timeout) => Ask(d => _calls.SetTimeout(d, (int)timeout.TotalSeconds));

    /// <inheritdoc/>
    public void Feed() => Write(Food);

    /// <inheritdoc/>
    public bool Release()
    {
        if (_open is null) return true;
        if (!_mayStop) return false;
        Write(Magic);
        Dispose();
        return true;
    }

    /// <summary>Closes the device. Without <see cref="Release"/> the timer runs on; the kernel restarts it once more at the closing.</summary>
    public void Dispose()
    {
        _open?.Dispose();
        _open = null;
    }

    private SafeFileHandle Device => _open ?? throw new WatchdogException($"{_device} is not open");

    private T Ask<T>(Func<SafeFileHandle, T> call)
    {
        try
        {
            return call(Device);
        }
        catch (WatchdogException e) when (_open is not null)
        {
            throw new WatchdogException($"{_device}: {e.Message}", e);
        }
    }

    private void Write(byte[] bytes)
    {
        try
        {
            RandomAccess.Write(Device, bytes, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new WatchdogException($"{_device} takes no feeding: {e.Message}", e);
        }
    }

    private bool Nowayout() => int.TryParse(Fact("nowayout"), NumberStyles.None, CultureInfo.InvariantCulture, out var set)
        ? set != 0
        : throw new WatchdogException($"{Path.Combine(_facts, "nowayout")} is not a number");

    private string Fact(string name)
    {
        var path = Path.Combine(_facts, name);
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new WatchdogException($"{path} cannot be read, so that it is not known what {_device} is: {e.Message}", e);
        }
    }
}

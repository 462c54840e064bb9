using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ActorHa.Agent.Os;

/// <summary>
/// Tells systemd how the service is: one datagram to the socket named in <c>NOTIFY_SOCKET</c> (sd_notify(3)). Without
/// that variable every call does nothing. Nothing here throws: a service manager that does not listen is no fault of ours.
/// </summary>
public sealed class SdNotify
{
    private readonly string? _socket;

    /// <param name="socket">Path of the socket; <c>@name</c> = in the abstract name space; null or empty = none.</param>
    /// <param name="watchdogEvery">Time within which systemd wants a sign, null = none.</param>
    public SdNotify(string? socket, TimeSpan? watchdogEvery = null)
    {
        _socket = string.IsNullOrEmpty(socket) ? null : socket[0] == '@' ? "\0" + socket[1..] : socket;
        WatchdogEvery = watchdogEvery;
    }

    /// <summary>Whether anybody wants to hear.</summary>
    public bool IsWanted => _socket is not null;

    /// <summary>
    /// Systemd restarts the service when <see cref="Watchdog"/> stays out for this long (<c>WATCHDOG_USEC</c>); call it
    /// twice as often. Null: it does not watch.
    /// </summary>
    public TimeSpan? WatchdogEvery { get; }

    /// <summary>As the environment of this process says.</summary>
    public static SdNotify FromEnvironment() => FromEnvironment(Environment.GetEnvironmentVariable, Environment.ProcessId);

    /// <summary>As an environment says; <c>WATCHDOG_USEC</c> counts only for the process named in <c>WATCHDOG_PID</c>.</summary>
    public static SdNotify FromEnvironment(Func<string, string?> variable, int processId)
    {
        var forUs = variable("WATCHDOG_PID") is not { Length: > 0 } pid || pid == processId.ToString(CultureInfo.InvariantCulture);
        var microseconds = long.TryParse(variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;
        return new SdNotify(variable("NOTIFY_SOCKET"), forUs && microseconds > 0 ? TimeSpan.FromMicroseconds(microseconds) : null);
    }

    /// <summary>The service is up. True when the datagram was taken.</summary>
    public bool Ready(string status) => Send($"READY=1\nSTATUS={OneLine(status)}");

    /// <summary>The service's mind works. Send it only when it does.</summary>
    public bool Watchdog() => Send("WATCHDOG=1");

    /// <summary>The service is going down.</summary>
    public bool Stopping(string status) => Send($"STOPPING=1\nSTATUS={OneLine(status)}");

    /// <summary>What it is at, a stop for one, may take so much longer from now on, whatever the unit says (<c>EXTEND_TIMEOUT_USEC</c>).</summary>
    public bool Wait(TimeSpan more) => Send($"EXTEND_TIMEOUT_USEC={((long)more.TotalMicroseconds).ToString(CultureInfo.InvariantCulture)}");

    /// <summary>One line for <c>systemctl status</c>.</summary>
    public bool Status(string status) => Send($"STATUS={OneLine(status)}");

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private bool Send(string text)
    {
        if (_socket is null) return false;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
            return socket.SendTo(Encoding.UTF8.GetBytes(text), new UnixDomainSocketEndPoint(_socket)) > 0;
        }
        catch (Exception e) when (e is SocketException or ArgumentException or PlatformNotSupportedException)
        {
            return false; // nobody listens, or an address that we cannot speak to (vsock)
        }
    }
}

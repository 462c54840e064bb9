using System.Globalization;
using System.Net.Sockets;
using ActorHa.Ports;

namespace ActorHa.FaultyAgent;

/// <summary>
/// The lab's watchdog behind the port that ships: a unix socket in the device's place, for no ioctl goes through a socket.
/// All that decides when to feed is the agent's own.
/// </summary>
public sealed class LabWatchdogDevice(string socket) : IWatchdogDevice
{
    private Socket? _socket;
    private StreamReader? _reader;
    private bool _open;

    /// <summary>The lab's watchdog of this host; null where there is none.</summary>
    public static string? Socket() =>
        Environment.GetEnvironmentVariable("LAB_HOME") is { } home && Path.Combine(home, "watchdog.sock") is var path && File.Exists(path) ? path : null;

    /// <inheritdoc/>
    public WatchdogFacts Look()
    {
        if (!File.Exists(socket)) throw new WatchdogException($"there is no {socket}");
        Connect();
        return Facts(null, Ask("state") == "active");
    }

    /// <inheritdoc/>
    public WatchdogFacts Open()
    {
        Connect();
        if (!_open) Must("open");
        _open = true;
        return Facts(true, true);
    }

    /// <inheritdoc/>
    public TimeSpan ReadTimeout() => TimeSpan.FromSeconds(int.Parse(Ask("timeout"), CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public void SetTimeout(TimeSpan timeout) => Must($"timeout {(int)timeout.TotalSeconds}");

    /// <inheritdoc/>
    public void Feed() => Must("feed");

    /// <inheritdoc/>
    public bool Release() => _socket is null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader?.Dispose();
        _socket?.Dispose();
        (_socket, _reader, _open) = (null, null, false);
    }

    private static WatchdogFacts Facts(bool? magic, bool running) => new("Lab watchdog", Nowayout: true, magic, running);

    private void Connect()
    {
        if (_socket is not null) return;
        _socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            _socket.Connect(new UnixDomainSocketEndPoint(socket));
        }
        catch (SocketException e)
        {
            Dispose();
            throw new WatchdogException($"{socket}: {e.Message}", e);
        }
        _reader = new StreamReader(new NetworkStream(_socket));
    }

    private void Must(string word)
    {
        if (Ask(word) is not "ok" and var answer) throw new WatchdogException($"{socket}: {answer}");
    }

    private string Ask(string word)
    {
        try
        {
            (_socket ?? throw new WatchdogException($"{socket} is not open")).Send(System.Text.Encoding.ASCII.GetBytes(word + "\n"));
            return _reader!.ReadLine() ?? throw new WatchdogException($"{socket} was closed");
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new WatchdogException($"{socket}: {e.Message}", e);
        }
    }
}

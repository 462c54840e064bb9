using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace ActorHa.Lab.Tests.Site;

/// <summary>A datagram socket that belongs to the network of a lab's host, though this process does not.</summary>
public sealed class HostSocket : IDisposable
{
    private const int Port = 9999;
    private readonly Socket _socket;

    private HostSocket(Socket socket, IPAddress address)
    {
        _socket = socket;
        Address = address;
    }

    public IPAddress Address { get; }

    public static HostSocket On(SiteDescription site, string host)
    {
        var address = AddressOf(site, host);
        return Inside(site, host, () =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
            socket.Bind(new IPEndPoint(address, Port));
            return new HostSocket(socket, address);
        });
    }

    /// <summary>A connection from one host to another one's etcd.</summary>
    public static Socket ToEtcd(SiteDescription site, string from, string to) => Inside(site, from, () =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(AddressOf(site, to), 2379);
        return socket;
    });

    // A socket stays in the network namespace of the thread that made it; this thread enters one and ends there.
    private static T Inside<T>(SiteDescription site, string host, Func<T> make) where T : class
    {
        T? made = null;
        Exception? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var ns = File.OpenHandle(new LabNetwork(site).NamespaceFile(host));
                const int network = 0x40000000;
                if (SetNs((int)ns.DangerousGetHandle(), network) != 0) throw new IOException(Marshal.GetLastPInvokeErrorMessage());
                made = make();
            }
            catch (Exception e)
            {
                fault = e;
            }
        });
        thread.Start();
        thread.Join();
        return made ?? throw new InvalidOperationException($"no socket on {host}", fault);
    }

    private static IPAddress AddressOf(SiteDescription site, string host) =>
        IPAddress.Parse(host == site.Chassis.Name ? site.Chassis.Address : site.Member(host).Address);

    public void Send(HostSocket to, string text) => _socket.SendTo(Encoding.ASCII.GetBytes(text), new IPEndPoint(to.Address, Port));

    /// <summary>The next datagram that arrives.</summary>
    public string Receive()
    {
        var buffer = new byte[100];
        return Encoding.ASCII.GetString(buffer, 0, _socket.Receive(buffer));
    }

    public void Dispose() => _socket.Dispose();

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static extern int SetNs(int file, int kind);
}

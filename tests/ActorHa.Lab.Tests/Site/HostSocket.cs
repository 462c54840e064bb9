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
        var address = IPAddress.Parse(host == site.Chassis.Name ? site.Chassis.Address : site.Member(host).Address);
        HostSocket? made = null;
        Exception? fault = null;
        // A socket stays in the network namespace of the thread that made it; this thread enters one and ends there.
        var thread = new Thread(() =>
        {
            try
            {
                using var ns = File.OpenHandle(new LabNetwork(site).NamespaceFile(host));
                const int network = 0x40000000;
                if (SetNs((int)ns.DangerousGetHandle(), network) != 0) throw new IOException(Marshal.GetLastPInvokeErrorMessage());
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
                socket.Bind(new IPEndPoint(address, Port));
                made = new HostSocket(socket, address);
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

using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ActorHa.Agent.Os;
using ActorHa.Core;

namespace ActorHa.Agent.Heartbeats;

/// <summary>
/// A UDP socket that neither allocates nor throws in use, and knows when a datagram reached this host. One thread sends,
/// one receives.
/// </summary>
/// <remarks>
/// Linux on 64 bits: the kernel stamps datagrams on arrival (SO_TIMESTAMPNS, socket(7)), so that what waited in the
/// socket while this process was paused or starved is as old as it is. Elsewhere the moment after reading counts, and a
/// process that wakes from a pause takes queued beats for fresh ones.
/// </remarks>
internal sealed unsafe partial class BeatSocket : IDisposable
{
    // <asm-generic/socket.h>, <bits/socket.h>, <asm-generic/errno.h>
    private const int SolSocket = 1, SoTimestampNs = 35, DontWait = 0x40, NoSignal = 0x4000;
    private const int TryAgain = 11, Interrupted = 4;

    private static readonly bool Native = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    private readonly Socket _socket;
    private readonly MonotonicClock _clock;
    private readonly SocketAddress _from;

    /// <exception cref="IOException">The address cannot be bound.</exception>
    public BeatSocket(IPEndPoint bind, MonotonicClock clock)
    {
        _clock = clock;
        _from = new SocketAddress(bind.AddressFamily);
        _socket = new Socket(bind.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (bind.AddressFamily == AddressFamily.InterNetworkV6) _socket.DualMode = true;
            if (Native) _socket.SetRawSocketOption(SolSocket, SoTimestampNs, BitConverter.GetBytes(1));
            _socket.Bind(bind);
        }
        catch (SocketException e)
        {
            _socket.Dispose();
            throw new IOException($"member.heartbeat.listen: found {bind}, expected an address of this machine and a free port ({e.Message})", e);
        }
    }

    public IPEndPoint Local => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Sends without waiting for room. 0, or the system's error number.</summary>
    public int Send(ReadOnlySpan<byte> datagram, SocketAddress to)
    {
        if (!Native) return SendPortably(datagram, to);
        fixed (byte* bytes = datagram)
        fixed (byte* address = to.Buffer.Span)
            return SendTo(_socket.SafeHandle, bytes, (nuint)datagram.Length, DontWait | NoSignal, address, (uint)to.Size) >= 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Waits for a datagram.</summary>
    /// <param name="buffer">Longer ones are cut to this.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="arrived">When it reached this host.</param>
    /// <param name="error">0, or the system's error number.</param>
    /// <returns>Its length, -1 when none came.</returns>
    public int Receive(Span<byte> buffer, TimeSpan patience, out Instant arrived, out int error)
    {
        arrived = default;
        error = 0;
        try
        {
            if (!_socket.Poll(patience, SelectMode.SelectRead)) return -1;
            return Native ? ReceiveStamped(buffer, out arrived, out error) : ReceivePortably(buffer, out arrived);
        }
        catch (SocketException e)
        {
            error = e.ErrorCode;
            return -1;
        }
    }

    public void Dispose() => _socket.Dispose();

    private int SendPortably(ReadOnlySpan<byte> datagram, SocketAddress to)
    {
        try
        {
            _socket.SendTo(datagram, SocketFlags.None, to);
            return 0;
        }
        catch (SocketException e)
        {
            return e.ErrorCode;
        }
    }

    private int ReceivePortably(Span<byte> buffer, out Instant arrived)
    {
        var length = _socket.ReceiveFrom(buffer, SocketFlags.None, _from);
        arrived = _clock.Now;
        return length;
    }

    private int ReceiveStamped(Span<byte> buffer, out Instant arrived, out int error)
    {
        var control = stackalloc ulong[16]; // aligned as the control messages must be
        fixed (byte* bytes = buffer)
        {
            var part = new Part { Base = bytes, Length = (nuint)buffer.Length };
            var message = new Message { Parts = &part, PartCount = 1, Control = (byte*)control, ControlLength = 16 * sizeof(ulong) };
            var length = ReceiveMessage(_socket.SafeHandle, &message, DontWait);
            error = length >= 0 ? 0 : Marshal.GetLastPInvokeError();
            if (error is TryAgain or Interrupted) error = 0; // a datagram with a bad checksum wakes us for nothing
            // This clock first: if we are held up before reading the other one, the beat looks older, not fresher.
            var now = _clock.Now;
            arrived = length >= 0 ? now - AgeOf(message) : default;
            return (int)length;
        }
    }

    // The stamp is wall-clock time, and so is what it is held against, at once; only the difference is used. A step of the
    // wall clock in between falsifies the age of those few datagrams that wait at that moment: backwards they look fresh
    // (never fresher than now), forwards they look old, until the next beat.
    private static TimeSpan AgeOf(in Message message)
    {
        var header = (ControlHeader*)message.Control;
        if (message.ControlLength < (nuint)(sizeof(ControlHeader) + 2 * sizeof(long)) || header->Level != SolSocket || header->Type != SoTimestampNs) return TimeSpan.Zero;
        var stamp = (long*)(header + 1); // struct timespec: seconds, nanoseconds
        var age = DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks - stamp[0] * TimeSpan.TicksPerSecond - stamp[1] / TimeSpan.NanosecondsPerTick;
        return new TimeSpan(Math.Max(age, 0));
    }

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    private static partial nint SendTo(SafeSocketHandle socket, byte* bytes, nuint length, int flags, byte* address, uint addressLength);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(SafeSocketHandle socket, Message* message, int flags);

    // struct iovec, struct msghdr, struct cmsghdr of recvmsg(2), 64 bits
    private struct Part
    {
        public byte* Base;
        public nuint Length;
    }

    private struct Message
    {
        public void* Name;
        public uint NameLength;
        public Part* Parts;
        public nuint PartCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

#pragma warning disable CS0649 // the kernel writes it
    private struct ControlHeader
    {
        public nuint Length;
        public int Level;
        public int Type;
    }
#pragma warning restore CS0649
}

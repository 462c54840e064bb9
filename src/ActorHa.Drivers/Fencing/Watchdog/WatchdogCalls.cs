using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using ActorHa.Ports;
using Microsoft.Win32.SafeHandles;

namespace ActorHa.Drivers.Fencing.Watchdog;

/// <summary>The device calls of linux/watchdog.h that are used here.</summary>
internal interface IWatchdogCalls
{
    /// <summary>WDIOC_GETSUPPORT: options and identity.</summary>
    (uint Options, string Identity) GetSupport(SafeFileHandle device);

    /// <summary>WDIOC_GETTIMEOUT, seconds.</summary>
    int GetTimeout(SafeFileHandle device);

    /// <summary>WDIOC_SETTIMEOUT, seconds; returns what the device took.</summary>
    int SetTimeout(SafeFileHandle device, int seconds);
}

/// <summary>
/// Those calls on Linux. Their numbers are made as in asm-generic/ioctl.h (x86-64 and arm64): direction, size, 'W', number.
/// </summary>
internal sealed class WatchdogCalls : IWatchdogCalls
{
    /// <summary>Size of struct watchdog_info: options, firmware_version (4 bytes each), identity (32).</summary>
    public const int InfoSize = 40;

    /// <summary>_IOR('W', 0, struct watchdog_info).</summary>
    public const uint GetSupportCall = 0x80285700;

    /// <summary>_IOWR('W', 6, int).</summary>
    public const uint SetTimeoutCall = 0xC0045706;

    /// <summary>_IOR('W', 7, int).</summary>
    public const uint GetTimeoutCall = 0x80045707;

    /// <summary>WDIOF_MAGICCLOSE: closed without the letter V, the timer runs on.</summary>
    public const uint MagicClose = 0x0100;

    /// <inheritdoc/>
    public (uint Options, string Identity) GetSupport(SafeFileHandle device)
    {
        var info = new byte[InfoSize];
        Check(Ioctl(device, GetSupportCall, info), "is no watchdog");
        return Parse(info);
    }

    /// <inheritdoc/>
    public int GetTimeout(SafeFileHandle device)
    {
        var value = new byte[sizeof(int)];
        Check(Ioctl(device, GetTimeoutCall, value), "does not tell its time-out");
        return MemoryMarshal.Read<int>(value);
    }

    /// <inheritdoc/>
    public int SetTimeout(SafeFileHandle device, int seconds)
    {
        var value = new byte[sizeof(int)];
        MemoryMarshal.Write(value, seconds);
        Check(Ioctl(device, SetTimeoutCall, value), $"refuses a time-out of {seconds} s");
        return MemoryMarshal.Read<int>(value);
    }

    /// <summary>Reads a struct watchdog_info.</summary>
    public static (uint Options, string Identity) Parse(ReadOnlySpan<byte> info)
    {
        var options = BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(info) : BinaryPrimitives.ReadUInt32BigEndian(info);
        var identity = info[8..InfoSize];
        var end = identity.IndexOf((byte)0);
        return (options, Encoding.ASCII.GetString(end < 0 ? identity : identity[..end]));
    }

    private static void Check(int result, string fault)
    {
        if (result < 0) throw new WatchdogException($"it {fault}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    // ioctl is variadic in C; on x86-64 and on Linux arm64 its arguments are passed like those of any other function.
    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Ioctl(SafeFileHandle device, nuint call, [In, Out] byte[] argument);
}

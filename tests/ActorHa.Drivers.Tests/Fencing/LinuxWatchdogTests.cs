using System.Text;
using ActorHa.Drivers.Fencing.Watchdog;
using ActorHa.Ports;
using Microsoft.Win32.SafeHandles;

namespace ActorHa.Drivers.Tests.Fencing;

/// <summary>
/// The driver without a watchdog: a file in the device's place, the kernel's facts as files, the device calls played. What
/// only a real device can show (that it resets the host) is not shown here; the driver's README says so.
/// </summary>
public sealed class LinuxWatchdogTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("actorha-watchdog-");
    private readonly PlayedCalls _calls = new();

    public void Dispose() => _folder.Delete(true);

    private string Device => Path.Combine(_folder.FullName, "watchdog0");

    private string Facts => Path.Combine(_folder.FullName, "sysfs", "watchdog0");

    private LinuxWatchdog Make(string nowayout = "1\n", string identity = "iTCO_wdt\n", string state = "inactive\n")
    {
        File.WriteAllText(Device, "");
        Directory.CreateDirectory(Facts);
        File.WriteAllText(Path.Combine(Facts, "identity"), identity);
        File.WriteAllText(Path.Combine(Facts, "nowayout"), nowayout);
        File.WriteAllText(Path.Combine(Facts, "state"), state);
        return new LinuxWatchdog(Device, Path.Combine(_folder.FullName, "sysfs"), _calls);
    }

    [Fact]
    public void What_can_be_known_without_opening_is_read_from_the_kernels_files()
    {
        using var dog = Make();
        Assert.Equal(new WatchdogFacts("iTCO_wdt", true, null, Running: false), dog.Look());
        using var running = Make(state: "active\n");
        Assert.True(running.Look().Running);
        Assert.Empty(File.ReadAllBytes(Device));
    }

    [Fact]
    public void Feeding_writes_a_letter_that_is_not_the_magic_one_and_releasing_writes_that_last()
    {
        using var dog = Make(nowayout: "0\n");
        Assert.Equal(new WatchdogFacts("iTCO_wdt", false, true, Running: true), dog.Open());
        dog.Feed();
        dog.Feed();
        // At the offset 0 of a plain file each write lies over the one before; a device knows no offset.
        Assert.Equal("k", File.ReadAllText(Device));
        Assert.True(dog.Release());
        Assert.Equal("V", File.ReadAllText(Device));
        Assert.True(dog.Release());
        Assert.Contains("is not open", Assert.Throws<WatchdogException>(dog.Feed).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1\n", 0x0100u)]
    [InlineData("0\n", 0u)]
    public void What_cannot_be_switched_off_stays_open(string nowayout, uint options)
    {
        _calls.Options = options;
        using var dog = Make(nowayout);
        dog.Open();
        Assert.False(dog.Release());
        dog.Feed();
        Assert.Equal("k", File.ReadAllText(Device));
    }

    [Fact]
    public void The_time_out_is_set_in_seconds_and_read_back_from_the_device()
    {
        using var dog = Make();
        dog.Open();
        Assert.Equal(TimeSpan.FromSeconds(60), dog.ReadTimeout());
        dog.SetTimeout(TimeSpan.FromSeconds(10));
        Assert.Equal((10, TimeSpan.FromSeconds(10)), (_calls.Timeout, dog.ReadTimeout()));
    }

    [Fact]
    public void A_missing_device_and_missing_facts_are_said()
    {
        using var none = new LinuxWatchdog(Device, _folder.FullName, _calls);
        Assert.Contains("is its driver loaded?", Assert.Throws<WatchdogException>(none.Look).Message, StringComparison.Ordinal);
        using var dog = Make(nowayout: "perhaps");
        Assert.Contains("is not a number", Assert.Throws<WatchdogException>(dog.Look).Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(Facts, "nowayout"));
        Assert.Contains("cannot be read", Assert.Throws<WatchdogException>(dog.Look).Message, StringComparison.Ordinal);
        File.Delete(Device);
        Assert.Contains("cannot be opened", Assert.Throws<WatchdogException>(dog.Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_watchdog_is_told_by_the_system_call_itself()
    {
        if (!OperatingSystem.IsLinux()) return;
        Make().Dispose();
        using var dog = new LinuxWatchdog(Device, Path.Combine(_folder.FullName, "sysfs"), new WatchdogCalls());
        Assert.Contains("it is no watchdog", Assert.Throws<WatchdogException>(dog.Open).Message, StringComparison.Ordinal);
        Assert.Contains("does not tell its time-out", Assert.Throws<WatchdogException>(() => dog.ReadTimeout()).Message, StringComparison.Ordinal);
        Assert.Contains("refuses a time-out of 10 s", Assert.Throws<WatchdogException>(() => dog.SetTimeout(TimeSpan.FromSeconds(10))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WatchdogCalls.GetSupportCall, 2, WatchdogCalls.InfoSize, 0)]
    [InlineData(WatchdogCalls.SetTimeoutCall, 3, 4, 6)]
    [InlineData(WatchdogCalls.GetTimeoutCall, 2, 4, 7)]
    public void The_calls_are_numbered_by_direction_size_letter_and_number(uint call, int direction, int size, int number) =>
        Assert.Equal((uint)((direction << 30) | (size << 16) | ('W' << 8) | number), call);

    [Fact]
    public void The_kernels_structure_is_read()
    {
        var info = new byte[WatchdogCalls.InfoSize];
        BitConverter.TryWriteBytes(info, 0x8180u);
        BitConverter.TryWriteBytes(info.AsSpan(4), 7u);
        Encoding.ASCII.GetBytes("i6300ESB timer").CopyTo(info, 8);
        Assert.Equal((0x8180u, "i6300ESB timer"), WatchdogCalls.Parse(info));
        Encoding.ASCII.GetBytes(new string('x', 32)).CopyTo(info, 8);
        Assert.Equal(new string('x', 32), WatchdogCalls.Parse(info).Identity);
    }

    private sealed class PlayedCalls : IWatchdogCalls
    {
        public uint Options { get; set; } = WatchdogCalls.MagicClose;

        public int Timeout { get; private set; } = 60;

        public (uint Options, string Identity) GetSupport(SafeFileHandle device) => (Options, "iTCO_wdt");

        public int GetTimeout(SafeFileHandle device) => Timeout;

        public int SetTimeout(SafeFileHandle device, int seconds) => Timeout = seconds;
    }
}

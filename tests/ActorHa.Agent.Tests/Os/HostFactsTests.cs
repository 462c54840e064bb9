using System.Net.NetworkInformation;
using ActorHa.Agent.Os;
using ActorHa.Core;
using ActorHa.TestKit;
using ActorHa.Testing;

namespace ActorHa.Agent.Tests.Os;

public class HostFactsTests
{
    [Fact]
    public void A_boot_id_is_read_and_written_in_one_form()
    {
        using var folder = new TempFolder();
        var file = folder.File("boot_id", "0A1B2C3D-1111-2222-3333-444455556666\n");
        Assert.Equal(new BootId("0a1b2c3d-1111-2222-3333-444455556666"), BootIdFile.Read(file));
    }

    [Theory, InlineData(""), InlineData("not a guid"), InlineData("00000000-0000-0000-0000-000000000000")]
    public void What_is_no_boot_id_is_refused_with_the_files_name(string content)
    {
        using var folder = new TempFolder();
        var file = folder.File("boot_id", content);
        Assert.Contains(file, Assert.Throws<InvalidDataException>(() => BootIdFile.Read(file)).Message);
        Assert.Contains("cannot be read", Assert.Throws<InvalidDataException>(() => BootIdFile.Read(file + "x")).Message);
    }

    [NeedsFact]
    public void This_boot_has_an_id() => Assert.Equal(36, BootIdFile.Read().Value.Length);

    [Fact]
    public void Macs_are_lower_case_with_colons_sorted_and_without_loopback()
    {
        var macs = NetworkAddresses.Macs([]);
        Assert.All(macs, mac => Assert.Matches("^([0-9a-f]{2}:){5}[0-9a-f]{2}$", mac));
        Assert.DoesNotContain("00:00:00:00:00:00", macs);
        Assert.Equal(macs.Distinct().Order(StringComparer.Ordinal), macs);
        Assert.Equal("00:1e:67:0a:bc:0d", NetworkAddresses.Write([0, 0x1e, 0x67, 0x0a, 0xbc, 0x0d]));
        foreach (var one in NetworkInterface.GetAllNetworkInterfaces()) Assert.Subset(macs.ToHashSet(), NetworkAddresses.Macs([one.Name]).ToHashSet());
    }

    [Fact]
    public void A_misspelt_interface_is_refused() =>
        Assert.Equal("no such network interface: eth99", Assert.Throws<InvalidDataException>(() => NetworkAddresses.Macs(["eth99"])).Message);

    [Fact]
    public void Only_one_agent_holds_the_hosts_lock_and_the_next_gets_it_after_its_end()
    {
        using var folder = new TempFolder();
        var state = Path.Combine(folder.Path, "state");
        using (HostLock.Take(state))
        {
            var refused = Assert.Throws<HostLockException>(() => HostLock.Take(state));
            Assert.DoesNotContain('\n', refused.Message);
            if (OperatingSystem.IsLinux())
                Assert.Equal($"another agent (process {Environment.ProcessId}) runs on this host already: it holds {Path.Combine(state, "agent.lock")}", refused.Message);
        }
        using var next = HostLock.Take(state);
        Assert.NotNull(next);
    }

    [Fact]
    public void Who_cannot_write_down_its_number_holds_the_lock_all_the_same()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "agent.pid"));
        using (HostLock.Take(folder.Path))
            Assert.StartsWith("another agent runs", Assert.Throws<HostLockException>(() => HostLock.Take(folder.Path)).Message);
    }

    [Fact]
    public void A_state_directory_that_cannot_be_made_is_said_in_one_line()
    {
        using var folder = new TempFolder();
        var file = folder.File("file", "");
        Assert.StartsWith("the lock ", Assert.Throws<HostLockException>(() => HostLock.Take(Path.Combine(file, "state"))).Message);
    }

    [Fact]
    public void The_clock_counts_in_ticks_whatever_the_counters_frequency()
    {
        var time = new FakeTimeProvider();
        var clock = new MonotonicClock(time);
        var start = clock.Now;
        time.Advance(TimeSpan.FromMilliseconds(12.5));
        Assert.Equal(TimeSpan.FromMilliseconds(12.5), clock.Now - start);
        var earlier = MonotonicClock.System.Now;
        Assert.True(MonotonicClock.System.Now >= earlier);
    }
}

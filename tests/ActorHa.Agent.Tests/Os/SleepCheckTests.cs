using ActorHa.Agent.Os;
using ActorHa.Testing;

namespace ActorHa.Agent.Tests.Os;

public class SleepCheckTests
{
    private static readonly string[] Targets = ["sleep.target", "suspend.target", "hibernate.target", "hybrid-sleep.target"];

    [NeedsFact]
    public void A_host_with_masked_targets_and_nohibernate_cannot_sleep()
    {
        using var root = Host("freeze mem disk", "quiet nohibernate");
        foreach (var target in Targets) Mask(root, target);
        Assert.Equal(new SleepAnswer(false, "sleep targets are masked and the kernel does not hibernate (it offers freeze mem disk)"), SleepCheck.Look(root.Path));
    }

    [NeedsFact]
    public void Each_missing_mask_is_named_with_the_cure()
    {
        using var root = Host("freeze mem", "quiet");
        Mask(root, "sleep.target");
        Mask(root, "hibernate.target", "run/systemd/system");
        root.File("etc/systemd/system/hybrid-sleep.target", ""); // an empty file masks as well
        Assert.Equal(new SleepAnswer(true, "not masked: suspend.target (systemctl mask suspend.target)"), SleepCheck.Look(root.Path));
    }

    [NeedsFact]
    public void A_link_elsewhere_and_a_file_with_content_are_no_masks()
    {
        using var root = Host("mem", "quiet");
        Mask(root, "sleep.target");
        Mask(root, "hibernate.target");
        root.File("etc/systemd/system/suspend.target", "[Unit]");
        File.CreateSymbolicLink(Path.Combine(root.Path, "etc/systemd/system/hybrid-sleep.target"), "/lib/systemd/system/hybrid-sleep.target");
        Assert.StartsWith("not masked: suspend.target, hybrid-sleep.target", SleepCheck.Look(root.Path).Detail);
    }

    [NeedsFact]
    public void A_kernel_that_can_hibernate_is_told_even_where_all_is_masked()
    {
        using var root = Host("freeze mem disk", "quiet");
        foreach (var target in Targets) Mask(root, target);
        Assert.Equal(new SleepAnswer(true, "the kernel can hibernate (add nohibernate to its command line)"), SleepCheck.Look(root.Path));
        root.File("sys/power/disk", "[disabled]\n");
        Assert.False(SleepCheck.Look(root.Path).CanSleep);
    }

    [Fact]
    public void A_kernel_without_sleep_states_cannot_sleep()
    {
        using var root = Host("", "quiet");
        Assert.Equal(new SleepAnswer(false, "the kernel knows no sleep state"), SleepCheck.Look(root.Path));
    }

    [Fact]
    public void What_cannot_be_read_counts_as_can_sleep()
    {
        using var root = new TempFolder();
        Assert.True(SleepCheck.Look(root.Path).CanSleep);
        Assert.NotEmpty(SleepCheck.Look().Detail);
    }

    private static TempFolder Host(string state, string commandLine)
    {
        var root = new TempFolder();
        Directory.CreateDirectory(Path.Combine(root.Path, "sys/kernel"));
        root.File("sys/power/state", state + "\n");
        root.File("proc/cmdline", commandLine + "\n");
        return root;
    }

    private static void Mask(TempFolder root, string target, string folder = "etc/systemd/system")
    {
        Directory.CreateDirectory(Path.Combine(root.Path, folder));
        File.CreateSymbolicLink(Path.Combine(root.Path, folder, target), "/dev/null");
    }
}

using ActorHa.Core;
using ActorHa.Drivers.Fencing.FenceAgent;
using ActorHa.Ports;
using ActorHa.Testing;

namespace ActorHa.Drivers.Tests.Fencing.FenceAgent;

public sealed class FenceAgentCheckTests : IDisposable
{
    private readonly HabitBench bench = new("fence_broken", "fence_entities", "fence_huge", "fence_poor");

    public void Dispose() => bench.Dispose();

    private static Task<ProtectionCheck> Check(IFenceDevice device) => device.CheckAsync([], TimeSpan.FromSeconds(1), default);

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task Ready_means_that_all_holds_and_says_what_is_not_known()
    {
        var check = await Check(bench.Device());
        Assert.True(check.Ready, check.Detail);
        Assert.Equal(Power.On, check.Shown);
        Assert.Contains("prove it with a drill", check.Detail, StringComparison.Ordinal);
        Assert.Contains("TRUST-OFF: it is not in the table", check.Detail, StringComparison.Ordinal);
        // Nothing was switched.
        Assert.Equal("status list", bench.Done);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task A_plug_that_reads_off_is_not_shown_to_be_the_hosts()
    {
        bench.Power = "off";
        var check = await Check(bench.Device());
        Assert.Equal((false, Power.Off), (check.Ready, check.Shown));
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task An_agent_that_proves_nothing_protects_nobody()
    {
        var check = await Check(bench.Device(trust: false));
        Assert.False(check.Ready);
        Assert.Contains("it cannot prove a host off", check.Detail, StringComparison.Ordinal);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task All_errors_stand_in_one_answer()
    {
        var check = await Check(bench.Device(trust: false, plug: "-", more: [("option.level", "middle"), ("option.lanplus", "2"), ("option.udpport", "161")]));
        Assert.False(check.Ready);
        Assert.Equal("""
            fence_habits: option lanplus: found 2, expected 1 or 0; option level: found middle, expected low or high; it has no option udpport; the plug must be named; 
            """.Trim() + " it cannot prove a host off: it is not in the table of agents whose way to off was read (trust-off = yes would take its word)", check.Detail);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task Metadata_that_cannot_be_read_protects_nobody()
    {
        foreach (var (agent, why) in new[]
        {
            ("fence_broken", "cannot be read"), ("fence_entities", "cannot be read"), ("fence_huge", "printed more than"),
            ("fence_poor", "does not offer the action off"), ("fence_nowhere", "there is no"),
        })
        {
            var check = await Check(bench.Device(agent: agent));
            Assert.False(check.Ready);
            Assert.Contains(why, check.Detail, StringComparison.Ordinal);
        }
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task A_plug_that_is_not_in_the_list_protects_nobody()
    {
        var check = await Check(bench.Device(plug: "7"));
        Assert.False(check.Ready);
        Assert.Contains("plug 7 is not in its list: 1 2", check.Detail, StringComparison.Ordinal);
        Assert.True((await Check(bench.Device(plug: "two"))).Ready);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task A_device_that_does_not_answer_protects_nobody()
    {
        foreach (var only in new[] { "status", "list" })
        {
            var check = await Check(bench.Device("odd", more: [("option.code", "1"), ("option.only", only)]));
            Assert.Equal((false, (Power?)null), (check.Ready, check.Shown));
        }
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task The_metadata_is_read_once_and_again_when_the_program_is_another()
    {
        var unit = bench.Unit();
        var first = (await unit.MetadataAsync(TimeSpan.FromSeconds(1), default)).Metadata;
        Assert.Same(first, (await unit.MetadataAsync(TimeSpan.FromSeconds(1), default)).Metadata);
        File.SetLastWriteTimeUtc(Path.Combine(bench.Folder, "fence_habits"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.NotSame(first, (await unit.MetadataAsync(TimeSpan.FromSeconds(1), default)).Metadata);
    }
}

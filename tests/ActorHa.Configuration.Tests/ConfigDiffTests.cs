using ActorHa.Configuration;
using ActorHa.Core;
using static ActorHa.Configuration.Tests.Texts;

namespace ActorHa.Configuration.Tests;

public sealed class ConfigDiffTests
{
    [Fact]
    public void Each_change_is_one_line() => Assert.Equal(
        [
            "timers.suspect-after: 2s → 3s",
            "policies.fence-when-agent-lost: no → yes",
            "devices.ims.port: 161 → 1161",
            "hosts.applejack.fencing: ims plug 1 → ims plug 1 and ims plug 3, then ims plug 4",
            "witnesses.luna: added",
            "witnesses.witness: removed",
            "vms.lists: added",
            "vms.mail.memory: 96M → 1G",
            "vms.mail.hosts: applejack, rainbowdash → all",
        ],
        ConfigDiff.Between(ClusterConfigReader.Parse(Site).Whole(), ClusterConfigReader.Parse(Site + """
            cluster.timers.suspect-after = 3s
            cluster.policies.fence-when-agent-lost = yes
            cluster.devices.ims.port = 1161
            cluster.hosts.applejack.fencing = [ [ { device = ims, plug = 1 }, { device = ims, plug = 3 } ], { device = ims, plug = 4 } ]
            cluster.witnesses = [ luna ]
            cluster.vms.lists { memory = 64M, definition = [ "-m", "64" ] }
            cluster.vms.mail { memory = 1G, hosts = [] }
            """).Whole()));

    [Fact]
    public void A_device_that_is_left_as_it_is_is_the_same_device()
    {
        // Its driver stays open by this, and a fence right after a change finds a chassis that has been heard.
        var before = ClusterConfigReader.Parse(Site).Whole().Devices["ims"];
        Assert.Equal(before, ClusterConfigReader.Parse(Site + "cluster.timers.device-patience = 3s").Whole().Devices["ims"]);
        Assert.NotEqual(before, ClusterConfigReader.Parse(Site + "cluster.devices.ims.user = another").Whole().Devices["ims"]);
        Assert.Equal(before.GetHashCode(), ClusterConfigReader.Parse(Site).Whole().Devices["ims"].GetHashCode());
    }

    [Fact]
    public void The_same_meaning_written_otherwise_is_no_change() => Assert.Empty(
        ConfigDiff.Between(ClusterConfigReader.Parse(Site).Whole(), ClusterConfigReader.Parse(Site + "cluster.timers.suspect-after = 2000 ms # same").Whole()));

    [Fact]
    public void Against_nothing_everything_is_added()
    {
        var lines = ConfigDiff.Between(ClusterConfig.None, ClusterConfigReader.Parse(Site).Whole());
        Assert.Equal(["name: (empty) → ppnrw", "devices.ims: added", "hosts.applejack: added", "hosts.rainbowdash: added", "witnesses.witness: added", "vms.mail: added"], lines);
    }
}

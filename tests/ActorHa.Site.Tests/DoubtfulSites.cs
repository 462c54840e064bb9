using ActorHa.Lab;

namespace ActorHa.Site.Tests;

/// <summary>
/// With a longer <c>settle</c> than the default, so that a fault which lasts a part of it is surely met by the one reading
/// and not by the other, however busy the machine is; and with a check of the fence devices every few seconds.
/// </summary>
public sealed class DoubtfulDeviceSite : SiteUnderTest
{
    protected override string Agent => Path.Combine(Needs.Artifacts!, "actorha-agent.dll");

    protected override Task BeforeConfigurationAsync() =>
        File.AppendAllTextAsync(Paths.ClusterConf, "\ncluster.timers { settle = 1s, protection-check = 3s }\n");
}

/// <summary>Whose chassis sends traps, and whose members hear them.</summary>
public sealed class TrapSite : SiteUnderTest
{
    protected override string Agent => Path.Combine(Needs.Artifacts!, "actorha-agent.dll");

    protected override SiteDescription Describe(SiteDescription site) => site with { Chassis = site.Chassis with { Traps = true } };

    // Long enough that nobody takes what a trap has asked for what silence asks, however busy the machine is.
    protected override Task BeforeConfigurationAsync() => File.AppendAllTextAsync(Paths.ClusterConf, "\ncluster.timers { look-after = 2s, suspect-after = 4s }\n");
}

/// <summary>
/// Whose hosts have a watchdog. It is the lab's: a unix socket in the device's place, behind the agent's own port; what
/// feeds it, and when, is what ships.
/// </summary>
public sealed class WatchdogSite : SiteUnderTest
{
    protected override string Agent => Path.Combine(AppContext.BaseDirectory, "actorha-faulty-agent.dll");

    protected override Task BeforeConfigurationAsync() => File.AppendAllTextAsync(Paths.ClusterConf,
        "\ncluster.hosts.applejack.watchdog { timeout = 10s }\ncluster.hosts.rainbowdash.watchdog { timeout = 10s }\n");
}

/// <summary>Whose hosts are fenced by an agent of the fence-agents project instead of the driver for their chassis.</summary>
public sealed class FenceAgentSite : SiteUnderTest
{
    public const string Programs = "fence_intelmodular snmpget snmpset timeout";

    protected override string Agent => Path.Combine(Needs.Artifacts!, "actorha-agent.dll");

    // fence_intelmodular calls off whatever is not on: only a configuration that takes its word is protected by it.
    protected override async Task BeforeConfigurationAsync()
    {
        var site = new SiteDescription().Chassis;
        var text = await File.ReadAllTextAsync(Paths.ClusterConf);
        var device = $$"""
            ims {
                  driver = fence-agent, agent = fence_intelmodular, trust-off = yes, patience = 20s
                  options { ip = "{{site.Address}}", username = {{site.User}}, snmp_version = 3, snmp_auth_prot = SHA, snmp_sec_level = authNoPriv }
                }
            """;
        const string shipped = "ims { driver = modular-server, address = \"192.168.41.2\", user = snmpv3user, auth = SHA, level = authNoPriv }";
        Assert.Contains(shipped, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Paths.ClusterConf, text.Replace(shipped, device, StringComparison.Ordinal));
    }
}

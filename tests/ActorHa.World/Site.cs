using System.Collections.Immutable;
using ActorHa.Core;

namespace ActorHa.World;

/// <summary>The source site: two blades, a witness, four VMs; one is not marked for failover, one does not fit on the survivor.</summary>
public static class Site
{
    /// <summary>The configuration.</summary>
    public static ClusterConfig Config(Action<Builder>? change = null)
    {
        var b = new Builder();
        change?.Invoke(b);
        return new ClusterConfig("ppnrw", b.Hosts.ToImmutableSortedDictionary(), [new MemberName("witness")], b.Vms.ToImmutableSortedDictionary(),
            ImmutableSortedDictionary<string, DeviceConfig>.Empty.Add("ims", new("modular-server", ImmutableSortedDictionary<string, string>.Empty.Add("address", "192.168.41.2"))),
            b.Timers, b.Policies);
    }

    /// <summary>What a test may change.</summary>
    public sealed class Builder
    {
        private static readonly ImmutableArray<MemberName> AppleFirst = [new("applejack"), new("rainbowdash")];

        /// <summary>Hosts.</summary>
        public Dictionary<MemberName, HostConfig> Hosts { get; } = new()
        {
            [new("applejack")] = new(512, [new([new("ims", "1")])]),
            [new("rainbowdash")] = new(256, [new([new("ims", "2")])]),
        };

        /// <summary>VMs.</summary>
        public Dictionary<VmName, VmConfig> Vms { get; } = new()
        {
            [new("mail")] = Vm(100, 96, AppleFirst),
            [new("lists")] = Vm(80, 96, AppleFirst),
            [new("tickets")] = Vm(60, 128, AppleFirst),
            [new("monitor")] = Vm(10, 64, [new("applejack")]) with { Failover = false },
        };

        /// <summary>Timers.</summary>
        public Timers Timers { get; set; } = new();

        /// <summary>Policies.</summary>
        public Policies Policies { get; set; } = new();

        /// <summary>Leaves a host out, of the VMs' homes too.</summary>
        public void Remove(MemberName host)
        {
            Hosts.Remove(host);
            foreach (var (name, vm) in Vms.ToList()) Vms[name] = vm with { Hosts = vm.Hosts.Remove(host) };
        }

        /// <summary>A VM.</summary>
        public static VmConfig Vm(int priority, long memory, ImmutableArray<MemberName> hosts) =>
            new(priority, memory, true, hosts, 3, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(30), "qemu", "[]");
    }
}

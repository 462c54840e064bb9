using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using ActorHa.Core;
using ActorHa.Hocon;

namespace ActorHa.Configuration;

/// <summary>One virtual machine.</summary>
internal static class VmReader
{
    private const long Mebibyte = 1L << 20;
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static VmConfig Read(Section section, ImmutableSortedDictionary<MemberName, HostConfig> hosts)
    {
        var vm = new VmConfig(
            Priority: section.Integer("priority", 0, 1000),
            MemoryMb: (section.Size("memory", Mebibyte, 1L << 46) + Mebibyte - 1) / Mebibyte,
            Failover: section.Boolean("failover"),
            Hosts: ReadHosts(section, hosts),
            MaxRestarts: section.Integer("max-restarts", 0, 1000),
            SteadyAfter: section.Duration("steady-after", TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
            StopGrace: section.Duration("stop-grace", TimeSpan.Zero, TimeSpan.FromHours(1)),
            Driver: section.Parsed("driver", "qemu", t => t == "qemu" ? t : null) ?? "",
            Definition: ReadDefinition(section))
        {
            Preemptible = section.Boolean("preemptible"),
        };
        CheckHome(section, vm);
        CheckRoom(section, vm, hosts);
        return vm;
    }

    private static ImmutableArray<MemberName> ReadHosts(Section section, ImmutableSortedDictionary<MemberName, HostConfig> hosts)
    {
        var names = ImmutableArray.CreateBuilder<MemberName>();
        foreach (var item in section.Texts("hosts"))
        {
            var name = new MemberName(item.Text);
            if (!hosts.ContainsKey(name))
            {
                var meant = NearestName.Of(item.Text, hosts.Keys.Select(h => h.Value));
                section.Refuse("hosts", item.Origin, item.Describe(), meant is not null ? $"\"{meant}\"" : $"one of {string.Join(", ", hosts.Keys)}");
            }
            else if (names.Contains(name)) section.Refuse("hosts", item.Origin, $"{name} twice", "each host once");
            else names.Add(name);
        }
        return names.ToImmutable();
    }

    // QEMU's arguments one by one, never one text that somebody would have to split at blanks.
    private static string ReadDefinition(Section section)
    {
        var arguments = section.Texts("definition");
        if (arguments.IsEmpty && !section.IsBad("definition"))
            section.Refuse("definition", "an empty list", "the arguments of the program, one text each");
        foreach (var own in arguments.Where(a => QemuArguments.AreTheDriversOwn(a.Text)))
            section.Refuse("definition", own.Origin, own.Describe(), "no -name, -pidfile or -daemonize: the driver says them itself");
        return JsonSerializer.Serialize(arguments.Select(a => a.Text), Readable);
    }

    private static void CheckHome(Section section, VmConfig vm)
    {
        if (!vm.Failover && vm.Hosts.IsEmpty && !section.IsBad("hosts") && !section.IsBad("failover"))
            section.Violate("failover", "failover = no and no hosts", "at least one host in hosts", "it waits for its home, the first of hosts");
    }

    private static void CheckRoom(Section section, VmConfig vm, ImmutableSortedDictionary<MemberName, HostConfig> hosts)
    {
        if (section.IsBad("memory") || section.IsBad("hosts") || hosts.IsEmpty) return;
        var most = (vm.Hosts.IsEmpty ? hosts.Keys : vm.Hosts).Max(h => hosts[h].MemoryMb);
        // A host whose own memory could not be read counts 0 and was reported.
        if (most > 0 && vm.MemoryMb > most)
            section.Violate("memory", Units.PrintMebibytes(vm.MemoryMb), $"at most {Units.PrintMebibytes(most)}", "no host that it may run on has more, so it could never start");
    }
}

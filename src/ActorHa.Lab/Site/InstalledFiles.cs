using System.Globalization;

namespace ActorHa.Lab;

/// <summary>
/// The files of members that are installed as README.md says ("Install", steps 2 to 6): the very units and examples of
/// the project, under systemd. What differs from a real site stands in drop-ins: where a log goes, and which process is
/// the service's first.
/// </summary>
public sealed class InstalledFiles(SiteDescription site, LabPaths paths)
{
    private const string Example = "two-hosts-and-a-witness.conf";

    /// <summary>The certificates that <c>ops/make-certificates</c> makes for a lab.</summary>
    public static EtcdTls Certificates(LabPaths paths) => new($"{Pki(paths)}/ca.crt", $"{Pki(paths)}/{{host}}.crt", $"{Pki(paths)}/{{host}}.key");

    /// <summary>Step 2: one authority, one certificate per member.</summary>
    public void MakeCertificates()
    {
        var script = Path.Combine(paths.Dir, "make-certificates");
        Directory.CreateDirectory(paths.Dir);
        File.WriteAllText(script, SiteFiles.Resource("make-certificates"));
        Tool.Run(null, ["bash", script, Pki(paths), .. site.Members.Select(m => $"{m.Name}={m.Address}")]);
    }

    /// <summary>Steps 2 to 6 for one member; init-systemd.sh lays <c>installed</c> over /etc.</summary>
    public void Write(MemberDescription member)
    {
        var etc = Path.Combine(paths.Etc(member.Name), "installed");
        var own = Path.Combine(etc, "actorha");
        var units = Path.Combine(etc, "systemd", "system");
        foreach (var dir in new[] { Path.Combine(own, "etcd"), Path.Combine(own, "tls") })
        {
            Directory.CreateDirectory(dir);
            File.Copy($"{Pki(paths)}/ca.crt", Path.Combine(dir, "ca.crt"), overwrite: true);
            foreach (var kind in new[] { "crt", "key" }) File.Copy($"{Pki(paths)}/{member.Name}.{kind}", Path.Combine(dir, $"member.{kind}"), overwrite: true);
        }
        File.WriteAllText(Path.Combine(own, "etcd.env"), EtcdEnvironment(member));
        File.WriteAllText(Path.Combine(own, Example), SiteFiles.Resource(Example));
        File.WriteAllText(Path.Combine(own, "actorha.conf"), string.Create(CultureInfo.InvariantCulture, $"include \"{Example}\"\nmember = ${{members.{member.Name}}}\n"));
        SiteFiles.WriteSecret(Path.Combine(own, "heartbeat.key"), File.ReadAllText(paths.HeartbeatKey));
        SiteFiles.WriteSecret(Path.Combine(own, "ims.password"), site.Chassis.Password + "\n");
        foreach (var service in new[] { "actorha-etcd", "actorha-agent" })
        {
            Directory.CreateDirectory(Path.Combine(units, $"{service}.service.d"));
            File.WriteAllText(Path.Combine(units, $"{service}.service"), SiteFiles.Resource($"{service}.service"));
            File.WriteAllText(Path.Combine(units, $"{service}.service.d", "lab.conf"), DropIn(service["actorha-".Length..], paths.Logs(member.Name)));
        }
        if (member.Slot is null) return;
        Directory.CreateDirectory(Path.Combine(units, "actorha-vm-.scope.d"));
        File.WriteAllText(Path.Combine(units, "actorha-vm-.scope.d", "order.conf"), SiteFiles.Resource("order.conf"));
    }

    // The journal of systemd does not run here; the lab finds a service's process by its file.
    private static string DropIn(string name, string logs) =>
        $"[Service]\nStandardOutput=append:{logs}/{name}.log\nStandardError=inherit\nExecStartPost=+/bin/sh -c 'echo $MAINPID >/{HostProcesses.InitDirectory}/{name}.pid'\n";

    /// <summary>The example, with this member's values.</summary>
    private string EtcdEnvironment(MemberDescription member)
    {
        var values = new Dictionary<string, string>
        {
            ["ETCD_NAME"] = member.Name,
            ["ETCD_LISTEN_CLIENT_URLS"] = $"https://127.0.0.1:2379,https://{member.Address}:2379",
            ["ETCD_ADVERTISE_CLIENT_URLS"] = $"https://{member.Address}:2379",
            ["ETCD_LISTEN_PEER_URLS"] = $"https://{member.Address}:2380",
            ["ETCD_INITIAL_ADVERTISE_PEER_URLS"] = $"https://{member.Address}:2380",
            ["ETCD_INITIAL_CLUSTER"] = string.Join(',', site.Members.Select(m => $"{m.Name}=https://{m.Address}:2380")),
            ["ETCD_INITIAL_CLUSTER_TOKEN"] = site.Cluster,
        };
        return string.Join('\n', SiteFiles.Resource("etcd.env.example").Split('\n').Select(line =>
            values.Remove(line.Split('=')[0], out var value) ? $"{line.Split('=')[0]}={value}" : line))
            + (values.Count == 0 ? "" : throw new LabException($"etcd.env.example has no {string.Join(", ", values.Keys)}"));
    }

    private static string Pki(LabPaths paths) => Path.Combine(paths.Dir, "pki");
}

using System.Security.Cryptography;
using System.Text;

namespace ActorHa.Lab;

/// <summary>Writes the files that the members and etcd start with.</summary>
public sealed class SiteFiles(SiteDescription site, LabPaths paths)
{
    /// <summary>Port of the members' heartbeats.</summary>
    public const int HeartbeatPort = 7411;

    /// <summary>Port that the members hear traps at.</summary>
    public const int TrapPort = 162;

    private const int ClientPort = 2379;
    private const int PeerPort = 2380;

    /// <summary>The VMs of <c>hocon/lab.conf</c>.</summary>
    public static readonly IReadOnlyList<string> Vms = ["mail", "lists", "tickets", "monitor"];

    /// <summary>Directory of the programs, for <c>{artifacts}</c>.</summary>
    public static string Artifacts => AppContext.BaseDirectory.TrimEnd('/');

    /// <summary>Base address of a member's etcd for clients.</summary>
    public static string EtcdEndpoint(SiteDescription site, MemberDescription member) =>
        $"{Scheme(site)}://{member.Address}:{ClientPort}";

    /// <summary>Writes everything; a heartbeat key of an earlier run stays.</summary>
    public void Write()
    {
        foreach (var dir in new[] { paths.Shared, paths.Serial }) Directory.CreateDirectory(dir);
        File.WriteAllText(paths.Site, site.ToJson());
        File.WriteAllText(paths.Init, Resource(site.Systemd ? "init-systemd.sh" : "init.sh"));
        File.WriteAllText(paths.ClusterConf, ClusterConf());
        Guests();
        if (!File.Exists(paths.HeartbeatKey)) WriteSecret(paths.HeartbeatKey, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + "\n");
        var installed = new InstalledFiles(site, paths);
        if (site.Systemd) installed.MakeCertificates();
        foreach (var member in site.Members)
        {
            Write(member);
            if (site.Systemd) installed.Write(member);
        }
    }

    /// <summary>The guest's kernel and initramfs, where they were built (ops/lab says where), and a blank disk for each VM.</summary>
    private void Guests()
    {
        if (Environment.GetEnvironmentVariable("ACTORHA_GUEST") is { Length: > 0 } built)
        {
            foreach (var file in new[] { "kernel", "initrd.gz" }) File.Copy(Path.Combine(built, file), Path.Combine(paths.Shared, file), overwrite: true);
        }
        foreach (var vm in Vms)
        {
            using var disk = File.Create(Path.Combine(paths.Shared, $"{vm}.img"));
            disk.SetLength(1 << 20);
        }
    }

    private void Write(MemberDescription member)
    {
        var etc = paths.Etc(member.Name);
        foreach (var dir in new[] { paths.Disk(member.Name), etc, paths.Logs(member.Name) }) Directory.CreateDirectory(dir);
        File.WriteAllText(Path.Combine(etc, "hosts"), Hosts());
        File.WriteAllText(Path.Combine(etc, "actorha.conf"), MemberConf(member));
        File.WriteAllText(Path.Combine(etc, "start-etcd"), $"export GOGC={site.Etcd.Gogc} GOMAXPROCS={site.Etcd.Processors}\nexec {string.Join(" \\\n  ", EtcdCommand(member).Select(Quote))}\n");
        File.WriteAllText(Path.Combine(etc, "start-agent"), $"exec {AgentCommand(member)}\n");
        WriteSecret(Path.Combine(etc, "heartbeat.key"), File.ReadAllText(paths.HeartbeatKey));
        WriteSecret(Path.Combine(etc, "ims.password"), site.Chassis.Password + "\n");
    }

    /// <summary>The member's own file: only what is its own.</summary>
    public string MemberConf(MemberDescription member)
    {
        var etc = paths.Etc(member.Name);
        var peers = site.Members.Where(m => m != member).Select(peer =>
            $"    {peer.Name} {{ heartbeat = \"{peer.Address}:{HeartbeatPort}\", etcd = \"{EtcdEndpoint(site, peer)}\" }}");
        var tls = site.Etcd.Tls is { } t
            ? $", ca-file = \"{Own(t.Ca, member)}\", certificate-file = \"{Own(t.Certificate, member)}\", key-file = \"{Own(t.Key, member)}\""
            : "";
        var traps = site.Chassis.Traps ? $"\n  traps {{ listen = \"{member.Address}:{TrapPort}\" }}" : "";
        return $$"""
            # Written by actorha-lab up. What all members share is in the journal (actorha config apply).
            member {
              name = {{member.Name}}
              cluster = {{site.Cluster}}
              role = {{member.Role}}
              state-dir = "{{paths.Disk(member.Name)}}/actorha"
              api-socket = "/run/actorha/agent.sock"
              boot-id-file = "/run/boot_id"
              interfaces = ["eth0"]
              heartbeat { listen = "{{member.Address}}:{{HeartbeatPort}}", key-file = "{{etc}}/heartbeat.key" }
              peers {
            {{string.Join("\n", peers)}}
              }
              etcd { endpoint = "{{EtcdEndpoint(site, member)}}"{{tls}} }
              secrets { ims-password-file = "{{etc}}/ims.password" }{{traps}}
              qemu { runtime-dir = "/run/actorha/vms" }
            }

            """;
    }

    /// <summary>The cluster's file: <c>hocon/lab.conf</c>, its directory replaced by this lab's.</summary>
    public string ClusterConf() => Resource("lab.conf").Replace(LabPaths.DefaultDir, paths.Dir);

    /// <summary>The command that becomes the member's etcd.</summary>
    public IReadOnlyList<string> EtcdCommand(MemberDescription member)
    {
        var s = Scheme(site);
        var etcd = site.Etcd;
        List<string> command =
        [
            "etcd",
            $"--name={member.Name}",
            $"--data-dir={paths.Disk(member.Name)}/etcd",
            $"--listen-client-urls={s}://{member.Address}:{ClientPort},{s}://127.0.0.1:{ClientPort}",
            $"--advertise-client-urls={s}://{member.Address}:{ClientPort}",
            $"--listen-peer-urls={s}://{member.Address}:{PeerPort}",
            $"--initial-advertise-peer-urls={s}://{member.Address}:{PeerPort}",
            $"--initial-cluster={string.Join(',', site.Members.Select(m => $"{m.Name}={s}://{m.Address}:{PeerPort}"))}",
            "--initial-cluster-state=new",
            $"--initial-cluster-token={site.Cluster}",
            "--pre-vote",
            $"--heartbeat-interval={etcd.HeartbeatMs}",
            $"--election-timeout={etcd.ElectionMs}",
            "--auto-compaction-mode=revision",
            $"--auto-compaction-retention={etcd.RetainedRevisions}",
            $"--quota-backend-bytes={etcd.QuotaBytes}",
            "--logger=zap",
            "--log-level=warn",
        ];
        if (etcd.Tls is { } tls)
        {
            var (ca, cert, key) = (Own(tls.Ca, member), Own(tls.Certificate, member), Own(tls.Key, member));
            command.AddRange([
                $"--trusted-ca-file={ca}", $"--cert-file={cert}", $"--key-file={key}", "--client-cert-auth",
                $"--peer-trusted-ca-file={ca}", $"--peer-cert-file={cert}", $"--peer-key-file={key}", "--peer-client-cert-auth"]);
        }
        return command;
    }

    /// <summary>A path of <see cref="EtcdTls"/> for one member.</summary>
    public static string Own(string path, MemberDescription member) => path.Replace("{host}", member.Name);

    private string AgentCommand(MemberDescription member) =>
        site.AgentCommand.Replace("{artifacts}", Artifacts).Replace("{etc}", paths.Etc(member.Name)).Replace("{host}", member.Name);

    private string Hosts() =>
        "127.0.0.1 localhost\n"
        + string.Concat(site.Members.Select(m => $"{m.Address} {m.Name}\n"))
        + $"{site.Chassis.Address} {site.Chassis.Name}\n";

    private static string Scheme(SiteDescription site) => site.Etcd.Tls == null ? "http" : "https";

    private static string Quote(string word) => word.All(c => char.IsAsciiLetterOrDigit(c) || "-_=/.,:".Contains(c)) ? word : $"'{word.Replace("'", "'\\''")}'";

    internal static string Resource(string name)
    {
        using var stream = typeof(SiteFiles).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is missing in the program");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    // Created with its mode: a secret that is readable for a moment is readable.
    internal static void WriteSecret(string path, string text)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("the lab needs Linux");
        File.Delete(path);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(Encoding.UTF8.GetBytes(text));
    }
}

using System.Security.Cryptography;
using System.Text;

namespace ActorHa.Lab;

/// <summary>Where the lab keeps its state: everything below one directory, except the record in <see cref="Records"/>.</summary>
/// <param name="Dir">The directory, absolute.</param>
public sealed record LabPaths(string Dir)
{
    /// <summary>Where a lab lives if nobody says otherwise.</summary>
    public const string DefaultDir = "/var/tmp/actorha-lab";

    /// <summary>The name of the lab in <see cref="DefaultDir"/>.</summary>
    public const string DefaultName = "ah";

    /// <summary>One small file per running lab: what to remove, even when its directory is gone. Lost at reboot, as are the namespaces.</summary>
    public const string Records = "/run/actorha-lab";

    /// <summary>The site that the lab was built from.</summary>
    public string Site => Path.Combine(Dir, "site.json");

    /// <summary>The daemon's control socket.</summary>
    public string Socket => Path.Combine(Dir, "lab.sock");

    /// <summary>The daemon's process id.</summary>
    public string PidFile => Path.Combine(Dir, "lab.pid");

    /// <summary>What the daemon says.</summary>
    public string Log => Path.Combine(Dir, "lab.log");

    /// <summary>Process 1 of the hosts.</summary>
    public string Init => Path.Combine(Dir, "init.sh");

    /// <summary>The cluster's configuration.</summary>
    public string ClusterConf => Path.Combine(Dir, "cluster.conf");

    /// <summary>Key of the heartbeats, the same for all members.</summary>
    public string HeartbeatKey => Path.Combine(Dir, "heartbeat.key");

    /// <summary>The shared storage: disks of VMs, at the same path on every host.</summary>
    public string Shared => Path.Combine(Dir, "shared");

    /// <summary>What the VMs say on their serial lines.</summary>
    public string Serial => Path.Combine(Dir, "serial");

    /// <summary>All that belongs to one host.</summary>
    public string Home(string host) => Path.Combine(Dir, "hosts", host);

    /// <summary>The host's disk: survives its power.</summary>
    public string Disk(string host) => Path.Combine(Home(host), "disk");

    /// <summary>The host's configuration and secrets.</summary>
    public string Etc(string host) => Path.Combine(Home(host), "etc");

    /// <summary>The host's logs.</summary>
    public string Logs(string host) => Path.Combine(Home(host), "log");

    /// <summary>The lab in a directory.</summary>
    /// <exception cref="LabException">A lab cannot live there.</exception>
    public static LabPaths In(string dir)
    {
        var full = Path.GetFullPath(dir).TrimEnd('/');
        if (full.StartsWith("/run/", StringComparison.Ordinal) || full.StartsWith("/dev/", StringComparison.Ordinal) || full is "/run" or "")
            throw new LabException($"a lab cannot live in {dir}: each host has its own /run and /dev/shm");
        // sockaddr_un holds 108 bytes with the final zero.
        if (Encoding.UTF8.GetByteCount(full + "/lab.sock") > 107) throw new LabException($"the path {full} is too long for a unix socket");
        return new LabPaths(full);
    }

    /// <summary>A lab's name if nobody gives one: derived from its directory, so that two labs do not meet.</summary>
    public string DerivedName() =>
        Dir == DefaultDir
            ? DefaultName
            : DefaultName + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Dir)))[..6];
}

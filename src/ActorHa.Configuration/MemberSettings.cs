using System.Collections.Immutable;
using System.Net;
using ActorHa.Core;

namespace ActorHa.Configuration;

/// <summary>What is this member's own: name, addresses, files, secrets. Nothing here is used to decide.</summary>
/// <param name="Name">The member's name in the cluster's configuration.</param>
/// <param name="Cluster">Name of the cluster it belongs to.</param>
/// <param name="Role">Host or witness.</param>
/// <param name="StateDir">Folder for what survives a restart.</param>
/// <param name="ApiSocket">Path of the local interface's socket.</param>
/// <param name="BootIdFile">File with the kernel's name of this boot.</param>
/// <param name="Interfaces">Interfaces that prove the slot; empty = all but lo.</param>
/// <param name="Heartbeat">Heartbeats of this member.</param>
/// <param name="Peers">The other members.</param>
/// <param name="Etcd">The journal's member on this machine.</param>
/// <param name="Secrets">Passwords by name: <c>ims-password</c>, <c>ims-privacy-password</c>.</param>
/// <param name="Traps">Where traps of the chassis are heard; null = nowhere.</param>
/// <param name="Qemu">The QEMU driver.</param>
/// <param name="Log">The log.</param>
public sealed record MemberSettings(
    MemberName Name,
    string Cluster,
    MemberRole Role,
    string StateDir,
    string ApiSocket,
    string BootIdFile,
    ImmutableArray<string> Interfaces,
    HeartbeatSettings Heartbeat,
    ImmutableSortedDictionary<MemberName, PeerSettings> Peers,
    EtcdSettings Etcd,
    ImmutableSortedDictionary<string, Secret> Secrets,
    IPEndPoint? Traps,
    QemuSettings Qemu,
    LogSettings Log)
{
    /// <summary>Password of a device, or null when this member has none: it then cannot fence with it.</summary>
    public Secret? PasswordOf(string device) => Secrets.GetValueOrDefault($"{device}-password");

    /// <summary>Password of a device's encryption (authPriv), or null.</summary>
    public Secret? PrivacyPasswordOf(string device) => Secrets.GetValueOrDefault($"{device}-privacy-password");

    /// <summary>Value of a secret option of a fence agent, or null: <c>token</c> of the device pdu is the secret <c>pdu-token-password</c>.</summary>
    public Secret? SecretOf(string device, string option) => Secrets.GetValueOrDefault(SecretName(device, option));

    /// <summary>Name of the secret that fills a secret option of a fence agent; with <c>-file</c> behind it the key in the member's file.</summary>
    public static string SecretName(string device, string option) => option switch
    {
        "password" => $"{device}-password",
        "snmp_priv_passwd" => $"{device}-privacy-password",
        _ => $"{device}-{option.Replace('_', '-').ToLowerInvariant()}-password",
    };
}

/// <summary>What a member is.</summary>
public enum MemberRole
{
    /// <summary>Runs VMs.</summary>
    Host,

    /// <summary>Runs none.</summary>
    Witness,
}

/// <summary>Heartbeats of this member.</summary>
/// <param name="Listen">Address and port of its socket.</param>
/// <param name="Key">The shared key: 32 bytes at least.</param>
public sealed record HeartbeatSettings(IPEndPoint Listen, Secret Key);

/// <summary>Another member.</summary>
/// <param name="Heartbeat">Where its beats come from and go to.</param>
/// <param name="Etcd">Its etcd member; null when it has none.</param>
public sealed record PeerSettings(IPEndPoint Heartbeat, Uri? Etcd);

/// <summary>The journal's member on this machine.</summary>
/// <param name="Endpoint">http or https.</param>
/// <param name="Tls">Certificates; null with http.</param>
public sealed record EtcdSettings(Uri Endpoint, TlsFiles? Tls);

/// <summary>Certificates for the journal, PEM files.</summary>
public sealed record TlsFiles(string CaFile, string CertificateFile, string KeyFile);

/// <summary>The QEMU driver.</summary>
/// <param name="Binary">Name or path of the program.</param>
/// <param name="RuntimeDir">Folder for sockets and pid files.</param>
public sealed record QemuSettings(string Binary, string RuntimeDir);

/// <summary>The log.</summary>
public sealed record LogSettings(LogThreshold Level);

/// <summary>From which weight on messages are written.</summary>
public enum LogThreshold
{
    /// <summary>Every verdict of every beat.</summary>
    Debug,

    /// <summary>Decisions and their reasons.</summary>
    Info,

    /// <summary>What an operator should look at.</summary>
    Warning,

    /// <summary>What failed.</summary>
    Error,
}

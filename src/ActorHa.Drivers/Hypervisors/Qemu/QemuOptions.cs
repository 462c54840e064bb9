using ActorHa.Core;

namespace ActorHa.Drivers.Hypervisors.Qemu;

/// <summary>What the QEMU driver must know of its host. All of it is a member's own matter, not the cluster's.</summary>
public sealed record QemuOptions
{
    /// <summary>This host's name: fills <c>{host}</c> and marks the processes.</summary>
    public required MemberName Host { get; init; }

    /// <summary>
    /// Directory for what lives as long as a VM process: <c>DIR/&lt;vm&gt;/{qmp.sock,pid,qemu.log}</c>. Must not survive a boot
    /// (<c>/run</c>), must be the same for each agent of this host, and short: a socket's path has at most 107 bytes.
    /// </summary>
    public required string RuntimeDirectory { get; init; }

    /// <summary>The program; a bare name is looked up in PATH once, when the driver is made.</summary>
    public string Binary { get; init; } = "qemu-system-x86_64";

    /// <summary>
    /// Whether each VM gets a transient systemd scope <c>actorha-vm-&lt;name&gt;.scope</c>. Without one a unit with
    /// <c>KillMode=control-group</c> takes its VMs down when the agent stops. Null: where systemd runs.
    /// </summary>
    public bool? UseScopes { get; init; }

    /// <summary>Patience with a started process until its first QMP answer; then it is killed and the start has failed.</summary>
    public TimeSpan StartPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Patience with a killed process until it is gone (one stuck in storage may never be), and with each flush.</summary>
    public TimeSpan KillPatience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A VM's log (QEMU's own output) is cut to nothing when it is found longer than this, bytes.</summary>
    public long LogLimit { get; init; } = 1 << 20;
}

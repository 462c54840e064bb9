using ActorHa.Lab.Chassis;

namespace ActorHa.Lab;

/// <summary>A host as the chassis sees it: a blade in a slot, with network cards and a power switch.</summary>
public sealed class HostBlade(LabHost host, int slot) : IBlade
{
    /// <summary>Its slot, from 1.</summary>
    public int Slot => slot;

    /// <summary>Hardware addresses of its network cards; the first is the host's eth0.</summary>
    public IReadOnlyList<byte[]> Macs => host.Member.Macs;

    /// <summary>How often the blade was booted.</summary>
    public uint BootCount => host.BootCount;

    /// <summary>Whether it has power.</summary>
    public bool HasPower => host.HasPower;

    /// <summary>Everything in it is gone when this returns.</summary>
    public void CutPower() => host.CutPower();

    /// <summary>It boots.</summary>
    public void RestorePower() => host.RestorePower();
}

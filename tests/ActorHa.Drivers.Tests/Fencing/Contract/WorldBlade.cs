using ActorHa.Lab.Chassis;

namespace ActorHa.Drivers.Tests.Fencing;

/// <summary>A blade that is only a switch.</summary>
internal sealed class WorldBlade(int slot) : IBlade
{
    private volatile bool power = true;

    public int Slot => slot;

    public IReadOnlyList<byte[]> Macs => [[2, 0, 0, 0, (byte)slot, 1]];

    public uint BootCount => 7;

    public bool HasPower => power;

    public void CutPower() => power = false;

    public void RestorePower() => power = true;
}

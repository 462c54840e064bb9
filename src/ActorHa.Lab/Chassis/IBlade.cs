namespace ActorHa.Lab.Chassis;

/// <summary>What stands in a slot of the simulated chassis: a host of the lab.</summary>
public interface IBlade
{
    /// <summary>Slot, from 1.</summary>
    int Slot { get; }

    /// <summary>Addresses of its network cards, 6 octets each.</summary>
    IReadOnlyList<byte[]> Macs { get; }

    /// <summary>Boots since it was made; 0 = unknown, as for a blade that never had power.</summary>
    uint BootCount { get; }

    /// <summary>Whether it has power now.</summary>
    bool HasPower { get; }

    /// <summary>Kills everything of that host at once and returns when it is gone.</summary>
    void CutPower();

    /// <summary>Gives it power: it boots.</summary>
    void RestorePower();
}

/// <summary>A blade that hears the power button. A hung host does not: such a blade only ignores the call.</summary>
public interface ICooperativeBlade : IBlade
{
    /// <summary>Asks the host's operating system to shut down. Returns at once; nothing may come of it.</summary>
    void AskToShutDown();
}

/// <summary>Who may ask the chassis.</summary>
/// <param name="Name">User name.</param>
/// <param name="Auth">How it signs; the real one speaks MD5 and SHA (SHA-1).</param>
/// <param name="Password">At least 8 octets.</param>
/// <param name="MayWrite">Whether it may switch.</param>
public sealed record ChassisUser(string Name, Snmp.Security.AuthProtocol Auth, string Password, bool MayWrite);

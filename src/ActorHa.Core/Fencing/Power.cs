namespace ActorHa.Core;

/// <summary>What a fence device says of a host's power. Only <see cref="Off"/> is off; everything unclear is <see cref="Unknown"/>.</summary>
public enum Power
{
    /// <summary>No answer, an answer that cannot be read, or one that is neither on nor off.</summary>
    Unknown,

    /// <summary>The host has power.</summary>
    On,

    /// <summary>The host is there and has no power.</summary>
    Off,

    /// <summary>The device says "standby": never taken for off.</summary>
    Standby,

    /// <summary>The slot is empty: never taken for off.</summary>
    Absent,
}

/// <summary>One reading, with what makes two readings comparable.</summary>
/// <param name="Power">The verdict.</param>
/// <param name="Source">Identity of the device that answered (chassis: engine id and serial); readings of a proof must agree in it.</param>
/// <param name="Detail">What was read, for the operator: <c>presence 1, power LED 0</c>.</param>
public sealed record PowerReading(Power Power, string Source, string Detail)
{
    /// <summary>A reading that says nothing, with the reason.</summary>
    public static PowerReading Unknown(string why) => new(Power.Unknown, "", why);
}

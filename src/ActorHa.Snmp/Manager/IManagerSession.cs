using ActorHa.Snmp.Security;

namespace ActorHa.Snmp.Manager;

/// <summary>What a datagram meant for the question that is being asked.</summary>
internal abstract record Heard
{
    /// <summary>Nothing.</summary>
    public sealed record Dropped(DropReason Reason, string Why) : Heard;

    /// <summary>Engine or time are known now: ask again at once.</summary>
    public sealed record AskAgain : Heard;

    /// <summary>The end of the question.</summary>
    public sealed record Answer(SnmpAnswer What) : Heard;
}

/// <summary>
/// A manager's side towards one device, without sockets: builds the datagrams of a question and judges what comes back.
/// Not thread-safe: one question at a time.
/// </summary>
internal interface IManagerSession
{
    /// <summary>Which version it speaks.</summary>
    SnmpVersion Version { get; }

    /// <summary>The device's engine and time; null before it was heard, authenticated where the user signs, and without engines.</summary>
    EngineMoment? Now { get; }

    /// <summary>How often the device's clock went back: it forgets its boots, and old stamps may come true again.</summary>
    int ClockWentBack { get; }

    /// <summary>The next datagram of a question.</summary>
    byte[] Build(Question question);

    /// <summary>What a datagram means for it.</summary>
    Heard Hear(Question question, ReadOnlySpan<byte> datagram);
}

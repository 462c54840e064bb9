using System.Diagnostics;

namespace ActorHa.Lab.Chassis;

/// <summary>How the chassis misbehaves. Set at run time, from any thread; the next datagram meets it.</summary>
public sealed class ChassisFaults
{
    /// <summary>One flicker in this time: rarely enough that two readings of one proof never meet two of them.</summary>
    private static readonly TimeSpan FlickerEvery = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly Stopwatch clock = Stopwatch.StartNew();

    /// <summary>Answers nobody: the management module is dead or cut off. Power stays as it is.</summary>
    public bool Silent { get => Read(ref field); set => Write(ref field, value); }

    /// <summary>Acknowledges every SET of the power and does nothing.</summary>
    public bool IgnoresSet { get => Read(ref field); set => Write(ref field, value); }

    /// <summary>Reads "off" for every blade, though it is on: the fault that no journal survives.</summary>
    public bool Lies { get => Read(ref field); set => Write(ref field, value); }

    /// <summary>bladePowerLed of every present blade, instead of the truth: 1 standby, -1, -4, -16, -32.</summary>
    public int? OddReading { get => Read(ref field); set => Write(ref field, value); }

    /// <summary>bladePresence of every present blade, instead of 1: 0 absent, -2, -4, -16, -32.</summary>
    public int? OddPresence { get => Read(ref field); set => Write(ref field, value); }

    /// <summary>Time before each answer. The agent has one thread: whoever asks meanwhile waits behind.</summary>
    public TimeSpan Delay { get => Read(ref field); set => Write(ref field, value); }

    /// <summary>The blades of slots 1 and 2 stand in each other's slot: switching one hits the other.</summary>
    public bool SwappedSlots { get => Read(ref field); set => Write(ref field, value); }

    /// <summary>Time from the acknowledgement of a forced off until the power is gone; it reads "on" until then.</summary>
    public TimeSpan OffLatency { get => Read(ref field); set => Write(ref field, value); }

    /// <summary>Each answer is made at once and sent so much later; nobody waits behind it.</summary>
    public TimeSpan Late { get => Read(ref field); set => Write(ref field, value); }

    /// <summary>Every blade reads off for so long every 5 s, whatever it is.</summary>
    public TimeSpan Flicker { get => Read(ref field); set => Write(ref field, value); }

    /// <summary>Time from a forced off until the blade is on again by itself; zero: it stays off.</summary>
    public TimeSpan SelfOn { get => Read(ref field); set => Write(ref field, value); }

    /// <summary>Whether a blade reads off at this moment though it may be on.</summary>
    public bool ReadsOff => Lies || clock.Elapsed.Ticks % FlickerEvery.Ticks < Flicker.Ticks;

    private T Read<T>(ref T value)
    {
        lock (gate) return value;
    }

    private void Write<T>(ref T place, T value)
    {
        lock (gate) place = value;
    }
}

using ActorHa.Lab.Chassis;

namespace ActorHa.Lab.Tests.Chassis;

/// <summary>A blade that is nothing but its power, and remembers what was done to it.</summary>
internal sealed class TestBlade(int slot) : ICooperativeBlade
{
    private readonly List<string> done = [];
    private bool power = true;

    public int Slot => slot;

    public IReadOnlyList<byte[]> Macs { get; init; } = [[2, 0, 0, 0, (byte)slot, 1], [2, 0, 0, 0, (byte)slot, 2]];

    public uint BootCount { get; init; } = 7;

    public bool HasPower
    {
        get { lock (done) return power; }
        set { lock (done) power = value; }
    }

    /// <summary>Calls so far, in order.</summary>
    public string[] Done { get { lock (done) return [.. done]; } }

    public Exception? Breaks { get; set; }

    public void CutPower()
    {
        if (Breaks is { } e) throw e;
        Do("cut", false);
    }

    public void RestorePower() => Do("restore", true);

    public void AskToShutDown()
    {
        lock (done) done.Add("asked");
    }

    private void Do(string what, bool then)
    {
        lock (done)
        {
            done.Add(what);
            power = then;
        }
    }
}

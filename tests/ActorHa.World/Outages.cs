using ActorHa.Core;

namespace ActorHa.World;

/// <summary>How long VMs were away, by the class of the newest fault before.</summary>
public sealed class Outages(WorldModel world)
{
    private readonly Dictionary<VmName, (Instant Since, string Class)> _gone = [];
    private string _class = "none";
    private Instant _since;

    /// <summary>What came back: the class of the fault, seconds from the fault (a host's, the network's) or from the end of the process.</summary>
    public List<(string Class, double Seconds)> Recovered { get; } = [];

    /// <summary>A fault of that class begins.</summary>
    public void Fault(string kind) => (_class, _since) = (kind, world.Time.Now);

    /// <summary>A process is gone.</summary>
    /// <param name="vm">Its VM.</param>
    /// <param name="withHost">The whole host went: what was lost counts from the fault that led to it.</param>
    internal void Gone(VmName vm, bool withHost) => _gone.TryAdd(vm, (withHost && _class is "host" or "network" ? _since : world.Time.Now, _class));

    /// <summary>A process is there.</summary>
    internal void Back(VmName vm)
    {
        if (_gone.Remove(vm, out var gone)) Recovered.Add((gone.Class, (world.Time.Now - gone.Since).TotalSeconds));
    }
}

using ActorHa.Agent.Fencing;
using ActorHa.Core;
using ActorHa.Ports;

namespace ActorHa.Agent.Composition;

/// <summary>The drivers that an agent works with. Tests put decorated ones here: nothing of that is in what ships.</summary>
/// <param name="Journal">The journal.</param>
/// <param name="Probe">Asks peers' other processes.</param>
/// <param name="Hypervisor">Null on a witness.</param>
/// <param name="MakeDevice">Makes fence devices.</param>
/// <param name="KeepLeader">Keeps the journal's leader where it belongs; runs until cancelled. Null = nobody's business here.</param>
/// <param name="Dispose">Ends what the drivers hold.</param>
/// <param name="MakeWatchdog">Makes this host's watchdog; null on a witness.</param>
public sealed record AgentParts(
    IJournalStore Journal,
    IPeerProbe Probe,
    IHypervisor? Hypervisor,
    MakeDevice MakeDevice,
    Func<CancellationToken, Task>? KeepLeader,
    Func<ValueTask> Dispose,
    Func<WatchdogConfig, IWatchdogDevice>? MakeWatchdog = null);

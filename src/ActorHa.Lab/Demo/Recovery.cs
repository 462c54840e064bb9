using ActorHa.Lab.Guests;
using ActorHa.Ports.Api;

namespace ActorHa.Lab.Demo;

/// <summary>One recovery in its phases: milliseconds since the fault.</summary>
/// <param name="Noticed">The survivor decided on a request: the silence was noticed and judged.</param>
/// <param name="Committed">The request is on a majority's disks.</param>
/// <param name="Proven">The host is proven off, decided.</param>
/// <param name="Started">The first VM's QEMU process is there (process table).</param>
/// <param name="AllStarted">The last of the VMs that fit is there.</param>
/// <param name="GuestAlive">The first guest has spoken on its serial line.</param>
/// <param name="Decided">From the question that got the last reading of the proof, at the device, to the decision on it, ms; NaN without a device.</param>
/// <param name="Journalled">The same to the proof on a majority's disks.</param>
public sealed record Recovery(double Noticed, double Committed, double Proven, double Started, double AllStarted, double GuestAlive, double Decided, double Journalled)
{
    /// <summary>The VMs that recover on rainbowdash.</summary>
    public static readonly IReadOnlyList<string> Vms = ["mail", "lists"];

    /// <summary>Waits until the VMs of applejack run on rainbowdash and speak, and reads the phases.</summary>
    /// <param name="site">The site.</param>
    /// <param name="fromMs">When the fault was made, ms of the lab's clock.</param>
    /// <param name="after">The journal's index before it.</param>
    /// <param name="patience">How long to wait.</param>
    public static async Task<Recovery> AwaitAsync(RunningSite site, double fromMs, long after, TimeSpan patience)
    {
        RefereeReport report = new(false, 0, []);
        RefereedRun? Run(string vm) => report.Vms.FirstOrDefault(v => v.Vm == vm)?.Runs.FirstOrDefault(r => r.Host == "rainbowdash" && r.FromMs > fromMs);
        await site.AwaitAsync("the VMs to run on rainbowdash", async () =>
        {
            report = await site.Lab.RefereeAsync();
            return Vms.All(vm => Run(vm) is { FirstWordMs: not null });
        }, patience);
        var history = await site.HistoryAsync("rainbowdash", after);
        // Wall clock and the lab's clock of one machine, read together: the entries carry the former.
        var offset = LabClock.Now - (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalMilliseconds;
        double At(DateTimeOffset? when) => when is { } w ? (w - DateTimeOffset.UnixEpoch).TotalMilliseconds + offset - fromMs : double.NaN;
        var request = history.FirstOrDefault(e => e.Events.Any(f => f.Contains("\"FenceRequested\"", StringComparison.Ordinal)));
        var proven = history.FirstOrDefault(e => e.Events.Any(f => f.Contains("\"HostFenced\"", StringComparison.Ordinal)));
        var started = Vms.Select(vm => (Run(vm)!.ProcessMs ?? Run(vm)!.FromMs) - fromMs).ToList();
        // Its own questions only: others ask, too.
        var asked = (await site.Lab.StatusAsync()).ChassisAsked.Where(q => proven is not null && q.From == MemberOf(proven.Who) && q.AtMs - fromMs < At(proven.When)).Select(q => q.AtMs - fromMs).DefaultIfEmpty(double.NaN).Last();
        return new Recovery(At(request?.When), At(request?.Learned), At(proven?.When), started.Min(), started.Max(), Vms.Min(vm => Run(vm)!.FirstWordMs!.Value) - fromMs, At(proven?.When) - asked, At(proven?.Learned) - asked);
    }

    /// <summary><c>member (operator)</c> → member.</summary>
    private static string MemberOf(string who) => who.Split(' ')[0];
}

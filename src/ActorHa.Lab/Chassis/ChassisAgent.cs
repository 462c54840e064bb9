using System.Net;
using System.Text;
using ActorHa.Snmp.Agent;
using ActorHa.Snmp.Security;

namespace ActorHa.Lab.Chassis;

/// <summary>
/// A simulated Intel Modular Server: its management module's SNMPv3 agent over the blades of a lab. The power that it
/// reads is the blades' own; the power that it switches is theirs too.
/// </summary>
public sealed class ChassisAgent : IAsyncDisposable
{
    private readonly ChassisFaults faults;
    private readonly Dictionary<IBlade, PowerLine> lines;
    private readonly SnmpAgent agent;
    private readonly IReadOnlyList<ChassisTrap> traps;
    private readonly Action<IPAddress>? asked;
    private readonly TaskCompletionSource broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Binds the port at once (<see cref="System.Net.Sockets.SocketException"/> where it is taken).</summary>
    /// <param name="listen">Where; port 0 takes a free one, see <see cref="EndPoint"/>.</param>
    /// <param name="serial">The chassis' serial, 1 to 16 characters; the engine id is made of it.</param>
    /// <param name="blades">What stands in the slots; other slots of the six are empty.</param>
    /// <param name="users">Who may ask.</param>
    /// <param name="faults">How it misbehaves.</param>
    /// <param name="bootsFile">Where the engine's boots are kept; null: it forgets them, and each life is boot 1.</param>
    /// <param name="time">The engine's clock.</param>
    /// <param name="trapsTo">Who is told of each change of a blade's power, by a v2c trap; null: nobody.</param>
    /// <param name="asked">Called for each datagram that comes, with its sender, before it is looked at.</param>
    public ChassisAgent(
        IPEndPoint listen, string serial, IReadOnlyList<IBlade> blades, IReadOnlyList<ChassisUser> users, ChassisFaults faults,
        string? bootsFile = null, TimeProvider? time = null, IReadOnlyList<IPEndPoint>? trapsTo = null, Action<IPAddress>? asked = null)
    {
        if (serial.Length is < 1 or > 16) throw new ArgumentException("a serial has 1 to 16 characters", nameof(serial));
        (this.faults, this.asked) = (faults, asked);
        lines = blades.ToDictionary(blade => blade, blade => new PowerLine(blade, faults, e => broken.TrySetException(e)));
        var mib = new ChassisMib(serial, blades, faults, (blade, value) => lines[blade].Order(value));
        agent = new SnmpAgent(
            listen, EngineOf(serial), bootsFile is null ? 1 : EngineBoots.Next(bootsFile),
            [.. users.Select(user => new AgentUser(new UsmUser(user.Name, user.Auth, user.Password), user.MayWrite))],
            mib, time, MayAnswerAsync, late: () => faults.Late);
        traps = [.. (trapsTo ?? []).Select(to => new ChassisTrap(to, blades, faults, () => (uint)(agent.Now.Seconds * 100L)))];
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => agent.LocalEndPoint;

    /// <summary>Answers until cancelled. Throws what a blade threw: then the lab is broken, not the chassis.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var answering = Task.WhenAll(traps.Select(trap => trap.RunAsync(stop.Token)).Prepend(agent.RunAsync(stop.Token)));
        var first = await Task.WhenAny(answering, broken.Task);
        await stop.CancelAsync();
        await answering;
        await first;
    }

    /// <summary>Ends when every switching order so far is done.</summary>
    public Task SwitchedAsync() => Task.WhenAll(lines.Values.Select(line => line.Idle));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await agent.DisposeAsync();
        foreach (var trap in traps) trap.Dispose();
        await SwitchedAsync();
    }

    /// <summary>RFC 3411 section 5: enterprise 343 (Intel) with the top bit set, then format 4, text.</summary>
    private static EngineId EngineOf(string serial) => EngineId.Of([0x80, 0x00, 0x01, 0x57, 4, .. Encoding.UTF8.GetBytes(serial)]);

    private async ValueTask<bool> MayAnswerAsync(IPEndPoint from, CancellationToken cancel)
    {
        asked?.Invoke(from.Address);
        if (faults.Delay is var delay && delay > TimeSpan.Zero) await Task.Delay(delay, cancel);
        return !faults.Silent;
    }
}

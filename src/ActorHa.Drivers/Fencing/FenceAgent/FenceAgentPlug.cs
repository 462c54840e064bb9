using System.Text.RegularExpressions;
using ActorHa.Configuration;
using ActorHa.Core;
using ActorHa.Ports;

namespace ActorHa.Drivers.Fencing.FenceAgent;

/// <summary>
/// One plug, switched by an agent of the fence-agents project. What the agent says of its own success proves nothing;
/// the power is what a later <c>status</c> of our own reads.
/// </summary>
public sealed partial class FenceAgentPlug : IFenceDevice
{
    private readonly FenceAgentUnit _unit;
    private readonly FenceAgentCheck _check;

    internal FenceAgentPlug(FenceAgentUnit unit, string plug)
    {
        (_unit, Id) = (unit, plug);
        _check = new(unit, this);
    }

    /// <inheritdoc/>
    public string Name => $"{Source} plug {Id}";

    /// <summary>The plug as the device names it.</summary>
    internal string Id { get; }

    /// <summary>An agent tells no identity of its device: two readings are of one source when one address was asked.</summary>
    private string Source => $"{_unit.Options.Agent} {Option("ip") ?? Option("ipaddr") ?? "local"}";

    /// <summary>
    /// Runs <c>status</c>: on only with exit 0 and the words <c>Status: ON</c>, off only with exit 2, the words
    /// <c>Status: OFF</c>, and an agent whose off is believed. Exit 2 alone is also how shells and interpreters report that
    /// a program is broken. All else is unknown: a time-out, a signal, a flood, words that do not fit.
    /// </summary>
    public async Task<PowerReading> ReadAsync(TimeSpan patience, CancellationToken cancel)
    {
        var run = await _unit.AskAsync("status", Id, patience, cancel);
        PowerReading Unknown(string why) => PowerReading.Unknown($"{_unit.Options.Agent}: {why}");
        if (run.End != RunEnd.Exited || run.ExitCode is not (0 or 2)) return Unknown(_unit.Say(run));
        var words = StatusLine().Matches(run.Output).Select(m => m.Groups[1].Value.ToUpperInvariant()).Distinct().ToArray();
        switch (run.ExitCode, words)
        {
            case (0, ["ON"]):
                return new(Power.On, Source, $"{_unit.Options.Agent}: Status: ON");
            case (2, ["OFF"]):
                var judgement = BelievedAgents.Of(_unit.Options.Agent);
                return judgement.Believed ? new(Power.Off, Source, $"{_unit.Options.Agent}: Status: OFF")
                    : _unit.Options.TrustOff ? new(Power.Off, Source, $"{_unit.Options.Agent}: Status: OFF, believed by the configuration's trust-off alone")
                    : Unknown($"Status: OFF, but it {judgement.Why}: not proof alone");
            default:
                return Unknown($"exit {run.ExitCode} {(words.Length == 0 ? "without a word of the status" : $"with Status: {string.Join(", ", words)}")}");
        }
    }

    /// <inheritdoc/>
    public SwitchStamp? Stamp() => new FenceAgentStamp(_unit.Time.GetTimestamp());

    /// <summary>
    /// Runs <c>off</c>, under a deadline, no later than <see cref="FenceAgentStamp.LatestStart"/> after the stamp. Only exit
    /// 0 is an answer: the agent has seen the exchange to its end. Exit 1 may mean that the order lies unsent, or half sent,
    /// in a connection that the kernel still serves; so does every other end. None of them is a refusal: an agent's failure
    /// is one code for all reasons.
    /// </summary>
    public async Task<SwitchAnswer> ForceOffAsync(SwitchStamp? stamp, TimeSpan patience, CancellationToken cancel)
    {
        if (stamp is null) return new(SwitchResult.NotSent, "no stamp: nothing would bound the time in which this order can strike");
        if (stamp is not FenceAgentStamp(var taken)) throw new ArgumentException($"a stamp of another driver: {stamp.GetType().Name}", nameof(stamp));
        bool IsYoung() => _unit.Time.GetElapsedTime(taken) <= FenceAgentStamp.LatestStart;
        var tooOld = $"the stamp is older than {FenceAgentStamp.LatestStart.TotalSeconds:0} s";
        if (!IsYoung()) return new(SwitchResult.NotSent, tooOld);
        var held = false;
        var run = await _unit.SwitchAsync("off", Id, () => !(held = !IsYoung()), patience, cancel);
        return held ? new(SwitchResult.NotSent, tooOld) : Answer(run);
    }

    /// <summary>Runs <c>on</c>.</summary>
    public async Task<SwitchAnswer> PowerOnAsync(TimeSpan patience, CancellationToken cancel) =>
        Answer(await _unit.SwitchAsync("on", Id, () => true, patience, cancel));

    /// <summary>
    /// Whether the agent is there, knows its options, reads this plug and finds it in its list. That the plug is the host's
    /// no agent can say: <see cref="ProtectionCheck.Shown"/> leaves that to whoever knows whether the host lives.
    /// </summary>
    public Task<ProtectionCheck> CheckAsync(IReadOnlyList<string> hostMacs, TimeSpan patience, CancellationToken cancel) => _check.RunAsync(patience, cancel);

    /// <summary>Nothing: the unit is shared by its plugs.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private SwitchAnswer Answer(FenceRun run) => new(
        run switch
        {
            { End: RunEnd.NotStarted } => SwitchResult.NotSent,
            { End: RunEnd.Exited, ExitCode: 0 } => SwitchResult.Answered,
            // 126 and 127 too: timeout and unshare say so that the program could not be executed, but a shell agent ends so
            // after its order went out, when a later command is missing or it passes on what ssh ended with.
            _ => SwitchResult.Unanswered,
        },
        $"{_unit.Options.Agent}: {_unit.Say(run)}");

    private string? Option(string name) => _unit.Options.Options.GetValueOrDefault(name);

    [GeneratedRegex(@"^[ \t]*Status:[ \t]*(\w+)[ \t]*\r?$", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex StatusLine();
}

using System.Text;
using ActorHa.Ports;

namespace ActorHa.Drivers.Fencing.FenceAgent;

/// <summary>One device as one agent reaches it, shared by its plugs, so that one process of it runs at a time.</summary>
public sealed class FenceAgentUnit : IAsyncDisposable
{
    /// <summary>The plug of a device that has but one: no plug is named to the agent.</summary>
    public const string OnlyPlug = "-";

    /// <summary>Where distributions put the agents.</summary>
    public const string Folder = "/usr/sbin";

    /// <summary>Output that one run may print: a status is a line.</summary>
    private const int MostOutput = 64 * 1024;

    private readonly OneAtATime _door = new();
    private readonly IReadOnlyDictionary<string, string> _secrets;
    private (DateTime Written, FenceAgentMetadata Metadata)? _metadata;

    /// <param name="options">How the agent is run.</param>
    /// <param name="secrets">Values of the options that <see cref="FenceAgentOptions.Secrets"/> names.</param>
    /// <param name="folder">Where the agent's program is.</param>
    /// <param name="time">Clock of the stamps; default: one that counts suspended time.</param>
    /// <exception cref="FormatException">A secret is missing or cannot be told on one line; the text does not hold it.</exception>
    public FenceAgentUnit(FenceAgentOptions options, IReadOnlyDictionary<string, string> secrets, string folder = Folder, TimeProvider? time = null)
    {
        foreach (var name in options.Secrets)
        {
            if (!secrets.TryGetValue(name, out var value)) throw new FormatException($"the secret {name} is missing");
            if (value.Any(char.IsControl)) throw new FormatException($"the secret {name} holds a line break or another control character");
            if (value.Length > 4096) throw new FormatException($"the secret {name} is longer than 4096 characters");
        }
        (Options, _secrets, Program, Time) = (options, secrets, Path.Combine(folder, options.Agent), time ?? BootClock.Instance);
        Redactor = new(options.Secrets.Select(n => secrets[n]));
    }

    /// <summary>How the agent is run.</summary>
    public FenceAgentOptions Options { get; }

    internal string Program { get; }

    internal TimeProvider Time { get; }

    internal Redactor Redactor { get; }

    /// <summary>The fence device of one plug.</summary>
    /// <param name="plug">As the device names it; <c>-</c> where it has but one.</param>
    /// <exception cref="FormatException">It is no plug's name.</exception>
    public FenceAgentPlug Plug(string plug) =>
        plug.Length is 0 or > 256 || plug.Any(char.IsControl) || plug != plug.Trim()
            ? throw new FormatException($"\"{plug}\" is no plug")
            // The library would split it and ask about each: a level lists its plugs itself.
            : plug.Contains(',', StringComparison.Ordinal) ? throw new FormatException($"plug \"{plug}\" names several; a level is a list of plugs")
            : new FenceAgentPlug(this, plug);

    /// <summary>Nothing: a process that runs ends by its own deadline, whoever waits for it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Runs an action that changes nothing.</summary>
    internal Task<FenceRun> AskAsync(string action, string plug, TimeSpan patience, CancellationToken cancel, int mostOutput = MostOutput)
    {
        var longer = Longer(patience);
        return _door.AskAsync(longer, (left, ct) => FenceRun.RunAsync(Program, () => Text(action, plug), left, mostOutput, ct), cancel);
    }

    /// <summary>Runs an action that switches, unless it is held back at the last moment.</summary>
    /// <param name="action">off or on.</param>
    /// <param name="plug">The plug.</param>
    /// <param name="mayStill">Asked when the process already waits for its options.</param>
    /// <param name="patience">Time of the run; the time at the door before it is bounded likewise.</param>
    /// <param name="cancel">Ends it.</param>
    internal Task<FenceRun> SwitchAsync(string action, string plug, Func<bool> mayStill, TimeSpan patience, CancellationToken cancel)
    {
        var longer = Longer(patience);
        return _door.SwitchAsync(longer, ct => FenceRun.RunAsync(Program, () => mayStill() ? Text(action, plug) : null, longer, MostOutput, ct), cancel);
    }

    /// <summary>The agent's metadata, read again only when its program is another.</summary>
    internal async Task<(FenceAgentMetadata? Metadata, string Why)> MetadataAsync(TimeSpan patience, CancellationToken cancel)
    {
        if (!File.Exists(Program)) return (null, $"there is no {Program} (package fence-agents)");
        var written = File.GetLastWriteTimeUtc(Program);
        if (_metadata is { } known && known.Written == written) return (known.Metadata, "");
        var run = await _door.AskAsync(Longer(patience), (left, ct) => FenceRun.RunAsync(Program, () => "action=metadata\n", left, FenceAgentMetadata.MostBytes, ct), cancel);
        if (run is not { End: RunEnd.Exited, ExitCode: 0 }) return (null, $"no metadata: {Say(run)}");
        try
        {
            var metadata = FenceAgentMetadata.Parse(run.Output);
            _metadata = (written, metadata);
            return (metadata, "");
        }
        catch (FormatException e)
        {
            return (null, Redactor.LastLine(e.Message));
        }
    }

    /// <summary>A run in words, without secrets.</summary>
    internal string Say(FenceRun run)
    {
        if (run.End == RunEnd.Flooded) return run.Why;
        var line = Redactor.LastLine(run.Errors) is { Length: > 0 } error ? error : Redactor.LastLine(run.Output);
        var how = run.End == RunEnd.Exited ? $"exit {run.ExitCode}" : run.Why;
        return line.Length > 0 ? $"{how}: {line}" : how;
    }

    private TimeSpan Longer(TimeSpan patience)
    {
        var longer = patience > Options.Patience ? patience : Options.Patience;
        return longer < FenceAgentStamp.LongestLife ? longer : FenceAgentStamp.LongestLife;
    }

    /// <summary>What the agent is told. The last one wins (FenceAgentAPI), so nothing in the options can change action or plug.</summary>
    private string Text(string action, string plug)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in Options.Options) Line(name, value);
        foreach (var name in Options.Secrets) Line(name, _secrets[name]);
        if (plug != OnlyPlug) Line("plug", plug);
        // Without it an agent would reboot.
        Line("action", action);
        return text.ToString();

        // The library cuts blanks at both ends of a line, and one pair of quotes around a value.
        void Line(string name, string value) =>
            text.Append(name).Append('=').Append(value != value.Trim() || value is ['"', .., '"'] ? $"\"{value}\"" : value).Append('\n');
    }
}

using ActorHa.Drivers.Fencing.FenceAgent;
using ActorHa.Ports;

namespace ActorHa.Drivers.Tests.Fencing.FenceAgent;

/// <summary>A folder with the agent of bad habits under several names, and its device: a file.</summary>
public sealed class HabitBench : IDisposable
{
    public const string Password = "It's \"50%\" <sure> & längst";

    /// <summary>With an agent that does its work: reached only when a test fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    /// <summary>Most time between an agent's deadline and the answer, on a crowded machine.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(25);

    public HabitBench(params string[] names)
    {
        Power = "on";
        foreach (var name in names.Append("fence_habits"))
        {
            var program = Path.Combine(Folder, name);
            File.Copy(Path.Combine(AppContext.BaseDirectory, "Fencing", "FenceAgent", "fence_habits"), program);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("actorha-agents-").FullName;

    public string Power
    {
        get => File.ReadAllText(Path.Combine(Folder, "power")).Trim();
        set => File.WriteAllText(Path.Combine(Folder, "power"), value);
    }

    /// <summary>What is wrong with the device of the habit "world": dark, or the seconds by which each answer is late.</summary>
    public string World { set => File.WriteAllText(Path.Combine(Folder, "world"), value); }

    /// <summary>What the agent was told to do, in order, and what it says of it.</summary>
    public string Done => File.Exists(Path.Combine(Folder, "done")) ? string.Join(' ', File.ReadAllLines(Path.Combine(Folder, "done"))) : "";

    /// <summary>Whether a grandchild of the agent still lives: it holds this lock as long as it does.</summary>
    public bool SomebodyLives
    {
        get
        {
            try
            {
                // The framework's exclusive opening is the same lock, flock(2).
                using var file = new FileStream(Path.Combine(Folder, "lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                return false;
            }
            catch (IOException e) when (e is not FileNotFoundException)
            {
                return true;
            }
        }
    }

    public Dictionary<string, string> Options(string habit, string agent = "fence_habits", TimeSpan? patience = null, bool trust = true, params (string, string)[] more)
    {
        var options = new Dictionary<string, string>
        {
            ["agent"] = agent,
            ["patience"] = FormattableString.Invariant($"{(patience ?? Patience).TotalSeconds}s"),
            ["trust-off"] = trust ? "yes" : "no",
            ["option.ip"] = "192.0.2.7",
            ["option.state"] = Folder,
        };
        if (habit.Length > 0) options["option.habit"] = habit;
        foreach (var (name, value) in more) options[name] = value;
        return options;
    }

    public IFenceDevice Device(string habit = "", string agent = "fence_habits", TimeSpan? patience = null, bool trust = true, TimeProvider? time = null, string plug = "1", params (string, string)[] more) =>
        Unit(habit, agent, patience, trust, time, more).Plug(plug);

    public FenceAgentUnit Unit(string habit = "", string agent = "fence_habits", TimeSpan? patience = null, bool trust = true, TimeProvider? time = null, params (string, string)[] more) =>
        new(FenceAgentOptions.Parse(Options(habit, agent, patience, trust, more)), new Dictionary<string, string> { ["password"] = Password }, Folder, time);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

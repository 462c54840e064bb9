using System.Diagnostics;

namespace ActorHa.Lab;

/// <summary>What can be asked of a running lab: one line per command, each answered with a sentence.</summary>
public sealed class LabCommands(SiteDescription site, IReadOnlyList<LabHost> hosts, LabNetwork network, ChassisSettings chassis, Func<string, Task<string>> lead)
{
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(60);

    /// <summary>One line per command, for the help.</summary>
    public static readonly IReadOnlyList<string> Usage =
    [
        "power HOST on|off|cycle        plug in, pull the plug, both",
        "cut A B [--one-way]            nothing gets through between A and B; one way: B hears A no more",
        "cut HOST [--all]               from every member; --all: from the chassis as well",
        "deaf HOST                      no heartbeat reaches it; all else does",
        "heal [HOST]                    lift the cuts of a host, or all",
        "freeze HOST, thaw HOST         every process stands still, as in a hung host",
        "kill HOST agent|etcd|vm:NAME   SIGKILL; agent and etcd start again after 0.2 s",
        "stop HOST agent|etcd           SIGTERM, and it stays down until start",
        "start HOST agent|etcd          lets it run again",
        "restart HOST agent|etcd        SIGTERM; it starts again after 0.2 s",
        "pause HOST agent|etcd|vm:NAME  SIGSTOP",
        "resume HOST agent|etcd|vm:NAME SIGCONT",
        "lead HOST                      its etcd leads; the witness's agent takes that back within 10 s",
        "shutdown HOST                  orderly; the host switches itself off",
        "inside HOST PROGRAM [WORD...]  runs it there, as at the host's console",
        ChassisSettings.Usage,
    ];

    /// <summary>Does it.</summary>
    /// <exception cref="LabException">It cannot be done, or is no command.</exception>
    public async Task<LabReply> RunAsync(LabRequest request)
    {
        var start = Stopwatch.GetTimestamp();
        var at = Guests.LabClock.Now;
        string[] words = [request.Command, .. request.Words];
        var text = words switch
        {
            ["power", var h, "on"] => Do(Host(h), x => x.RestorePower(), "has power"),
            ["power", var h, "off"] => Do(Host(h), x => x.CutPower(), "is off, all its processes gone"),
            ["power", var h, "cycle"] => Do(Host(h), Cycle, "was off and has power again"),
            ["cut", var a, var b, "--one-way"] => CutOneWay(a, b),
            ["cut", var a, "--all"] => CutOff(a, [.. Others(a), site.Chassis.Name]),
            ["cut", var a] => CutOff(a, Others(a)),
            ["cut", var a, var b] => CutOff(a, [b]),
            ["deaf", var h] => Deafen(h),
            ["heal"] => Heal(null),
            ["heal", var h] => Heal(Address(h)),
            ["freeze", var h] => Do(Host(h), x => x.Freeze(), "is frozen"),
            ["thaw", var h] => Do(Host(h), x => x.Thaw(), "goes on"),
            ["kill", var h, var role] => Send(h, role, Signal.Kill, "killed"),
            ["pause", var h, var role] => Send(h, role, Signal.Stop, "stands still"),
            ["resume", var h, var role] => Send(h, role, Signal.Continue, "goes on"),
            ["restart", var h, var role] => Send(h, Service(role), Signal.Terminate, "asked to end, starts again"),
            ["stop", var h, var role] => Stop(h, Service(role)),
            ["start", var h, var role] => Do(Host(h), x => x.Hold(Service(role), false), $"may run its {role} again"),
            ["lead", var h] => await lead(site.Member(h).Name),
            ["inside", var h, _, ..] => Host(h).Inside([.. words.Skip(2)]),
            ["shutdown", var h] => await ShutdownAsync(Host(h)),
            ["chassis", "heal"] => Chassis(chassis.Heal, "is well"),
            ["chassis", var fault, var value] => Chassis(() => chassis.Set(fault, value), $"{fault} {value}"),
            _ => throw new LabException(Misunderstood(request)),
        };
        return new LabReply { Text = text, AtMs = at, Milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds };
    }

    private static string Misunderstood(LabRequest request)
    {
        var near = Usage.Where(u => u.StartsWith(request.Command + " ", StringComparison.Ordinal)).ToList();
        var said = string.Join(' ', request.Words.Prepend(request.Command));
        return near.Count > 0 ? $"'{said}' is not understood: {string.Join("; ", near.Select(u => u.Split("   ")[0]))}" : $"there is no command '{request.Command}'; actorha-lab help lists them";
    }

    private static string Do(LabHost host, Action<LabHost> act, string done)
    {
        act(host);
        return $"{host.Name} {done}";
    }

    private static void Cycle(LabHost host)
    {
        host.CutPower();
        host.RestorePower();
    }

    private string CutOneWay(string from, string to)
    {
        if (from == to) throw new LabException($"{from} cannot be cut from itself");
        network.Break([new Cut(Address(from), Address(to))]);
        return $"{to} hears {from} no more";
    }

    private string CutOff(string a, IEnumerable<string> others)
    {
        Address(a);
        var cut = others.Select(Address).ToList();
        if (cut.Contains(a)) throw new LabException($"{a} cannot be cut from itself");
        network.Break([.. cut.SelectMany(b => new[] { new Cut(a, b), new Cut(b, a) })]);
        return $"nothing gets through between {a} and {string.Join(", ", cut)}";
    }

    private string Deafen(string host)
    {
        network.Deafen(site.Member(host).Name);
        return $"no heartbeat reaches {host}";
    }

    private string Heal(string? host)
    {
        network.Heal(host);
        return host == null ? "all hear each other" : $"{host} is heard and hears";
    }

    private string Send(string host, string role, Signal signal, string done)
    {
        var target = Host(host).Send(role, signal);
        return $"{role} on {host} (process {target.Pid}) {done}";
    }

    private string Stop(string host, string service)
    {
        Host(host).Hold(service, true);
        try
        {
            return Send(host, service, Signal.Terminate, "asked to end, stays down until start");
        }
        catch (LabException)
        {
            // It was between two lives: the hold alone keeps it down.
            return $"{service} on {host} stays down until start";
        }
    }

    private static async Task<string> ShutdownAsync(LabHost host)
    {
        await host.ShutdownAsync(ShutdownPatience);
        return $"{host.Name} has shut down and is off";
    }

    private static string Chassis(Action act, string done)
    {
        act();
        return $"chassis: {done}";
    }

    private LabHost Host(string name) => hosts.Single(h => h.Name == site.Member(name).Name);

    private IReadOnlyList<string> Others(string name) => [.. hosts.Select(h => h.Name).Where(n => n != name)];

    // A member or the chassis: whatever can be cut off.
    private string Address(string name) => name == site.Chassis.Name ? name : site.Member(name).Name;

    private static string Service(string role) => role is "agent" or "etcd" ? role : throw new LabException($"'{role}' is no service: agent or etcd");
}

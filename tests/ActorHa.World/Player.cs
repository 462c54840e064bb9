using System.Collections.Immutable;
using System.Globalization;
using ActorHa.Core;

namespace ActorHa.World;

/// <summary>
/// Plays a story: a text of command blocks, each followed by a bar and all that the cluster said. Playing it again must say
/// the same; one switch rewrites it, and a changed story is committed only if it is understood and wanted.
/// </summary>
public sealed class Player
{
    /// <summary>The bar between what is done and what was said.</summary>
    public const string Bar = "----";

    private readonly WorldModel _world = new(seed: 1);
    private int _told;

    /// <summary>The world that the story is played in.</summary>
    public WorldModel World => _world;

    /// <summary>Plays a whole story; returns it with what the cluster said this time.</summary>
    /// <exception cref="StoryException">A command is not known, or an expectation of the story is not met.</exception>
    public string Play(string story)
    {
        var output = new List<string>();
        var block = new List<string>();
        var saying = false;
        foreach (var line in story.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            if (saying)
            {
                if (line.Length > 0) continue;
                saying = false;
                output.Add("");
            }
            else if (line == Bar)
            {
                foreach (var command in block.Where(c => c.Length > 0 && c[0] != '#')) Do(command);
                block.Clear();
                output.Add(Bar);
                output.AddRange(_world.Story.Skip(_told));
                _told = _world.Story.Count;
                saying = true;
            }
            else
            {
                block.Add(line);
                output.Add(line);
            }
        }
        return string.Join('\n', output) + "\n";
    }

    private void Do(string line)
    {
        var w = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var member = w.Length > 1 && _world.Members.Any(m => m.Name.Value == w[1]) ? _world[w[1]] : null;
        switch (w[0])
        {
            case "boot": _world.Boot(Site.Config(b => Configure(b, w[1..]))); break;
            case "start-journal": _world.Boot(Site.Config(b => Configure(b, w[1..])), 1); break;
            case "run": _world.Run(Number(w[1])); break;
            case "power" when w[2] == "off": member!.Machine.PowerOff(fence: false); break;
            case "power": member!.Machine.PowerOn(); break;
            case "reboot": member!.Machine.PowerOff(fence: false); member.Machine.PowerOn(); break;
            case "boot-time": _world.BootTime = TimeSpan.FromSeconds(Number(w[1])); break;
            case "freeze": member!.Machine.Freeze(); break;
            case "thaw": member!.Machine.Thaw(); break;
            case "cut": _world.Cut(w[1], w[2], w.Length > 3); break;
            case "cut-chassis": _world.CutChassis(w[1]); break;
            case "isolate": _world.Isolate(w[1]); break;
            case "heal": _world.Heal(); break;
            case "kill-agent": member!.CrashAgent(TimeSpan.FromSeconds(w.Length > 2 ? Number(w[2]) : 0.5)); break;
            case "stop-agent": member!.Command(new AnnounceStop(TimeSpan.FromSeconds(Number(w[2])), "system")); _world.Run(0.5); member.KillAgent(); break;
            case "start-agent": member!.StartAgent(); break;
            case "shutdown": member!.Command(new LeaveHost("system")); break;
            case "stick-mind": member!.MindStuck = true; break;
            case "silence-watch": member!.WatchSilent = true; break;
            case "deafen": member!.Deaf = true; break;
            case "etcd": member!.EtcdUp = w[2] == "up"; break;
            case "append": _world.Journal.Faults[member!.Name] = Enum.Parse<AppendFault>(w[2], ignoreCase: true); break;
            case "put-back": _world.Journal.StandIn((int)Number(w[1])); break;
            case "accept": _world["witness"].Command(new AcceptJournal(_world.Journal.State.Config.Name, "operator")); break;
            case "append-lands": _world.Journal.LandLate(); break;
            case "chassis": Chassis(w[1..]); break;
            case "kill-vm": _world.KillVm(w[1], w[2]); break;
            case "hand-start": member!.Machine.Spawn(new VmName(w[2]), null); break;
            case "hand-migrate": HandMigration.Begin(_world, member!, _world[w[2]], new VmName(w[3]), TimeSpan.FromSeconds(Number(w[4])), Enum.Parse<MigrationEnd>(w[5].Replace("-", ""), ignoreCase: true), marked: true); break;
            case "cannot-start": member!.Machine.CannotStart.Add(new VmName(w[2])); break;
            case "vm": Vm(w); break;
            case "maintenance": _world["witness"].Command(new SetMaintenance(w[1] == "on", w.Length > 2 ? TimeSpan.FromSeconds(Number(w[2])) : null, "operator")); break;
            case "confirm": _world["rainbowdash"].Command(new ConfirmFence(new(w[1]), w[2], "operator")); break;
            case "release": _world["witness"].Command(new ReleaseHost(new(w[1]), "operator")); break;
            case "switch": _world["rainbowdash"].Command(new PowerHost(new(w[1]), w[2] == "on", w.Length > 3, "operator")); break;
            case "drill": _world["witness"].Command(new DrillHost(new(w[1]), "operator")); break;
            case "watchdog": (member!.Watchdog.Broken, member.Watchdog.Refuses) = (w[2] == "lies", w[2] == "refuses"); break;
            case "expect": Expect(line, w[1..]); break;
            default: throw new StoryException($"unknown command: {line}");
        }
    }

    private void Vm(string[] w) => _world["witness"].Command(w[1] switch
    {
        "start" => new WantVm(new(w[2]), true, "operator"),
        "stop" => new WantVm(new(w[2]), false, "operator"),
        "move" => new MoveVm(new(w[2]), new(w[3]), "operator"),
        _ => throw new StoryException($"unknown command: vm {w[1]}"),
    });

    private void Chassis(string[] w)
    {
        var c = _world.Chassis;
        switch (w[0])
        {
            case "silent": c.Silent = w[1] == "yes"; break;
            case "ignores": c.Ignores = w[1] == "yes"; break;
            case "mute": c.Mute = w[1] == "yes"; break;
            case "holds": c.Holds = true; break;
            case "releases": c.ReleaseHeld(); break;
            case "glitch": c.Glitch = true; break;
            case "swapped": c.Swapped = w[1] == "yes"; break;
            case "delay": c.Delay = TimeSpan.FromSeconds(Number(w[1])); break;
            case "on-again": c.OnAgain = w[1] == "never" ? null : TimeSpan.FromSeconds(Number(w[1])); break;
            case "reads": c.Odd = w[1] == "truth" ? null : Enum.Parse<Power>(w[1], ignoreCase: true); break;
            default: throw new StoryException($"unknown command: chassis {w[0]}");
        }
    }

    private static void Configure(Site.Builder b, string[] settings)
    {
        foreach (var setting in settings)
        {
            var (key, value) = (setting.Split('=')[0], setting.Split('=')[1]);
            switch (key)
            {
                case "max-fences": b.Policies = b.Policies with { MaxFences = (int)Number(value) }; break;
                case "agent-lost": b.Policies = b.Policies with { FenceWhenAgentLost = value == "fence" }; break;
                case "shutdown": b.Policies = b.Policies with { Shutdown = Enum.Parse<ShutdownPolicy>(value, ignoreCase: true) }; break;
                case "fencing" when value == "none": foreach (var h in b.Hosts.Keys.ToList()) b.Hosts[h] = b.Hosts[h] with { Fencing = [] }; break;
                case "power-on": b.Policies = b.Policies with { PowerOnAfterFence = value == "on" ? PowerOnPolicy.On : PowerOnPolicy.StayOff }; break;
                case "watchdog": foreach (var h in b.Hosts.Keys.ToList()) b.Hosts[h] = b.Hosts[h] with { Watchdog = new WatchdogConfig("/dev/watchdog0", TimeSpan.FromSeconds(Number(value)), false, true) }; break;
                case "two-proofs": b.Policies = b.Policies with { RequireTwoProofs = value == "yes" }; break;
                case "preemptible": b.Vms[new(value)] = b.Vms[new(value)] with { Preemptible = true }; break;
                case "starts-at-once": b.Policies = b.Policies with { StartsAtOnce = (int)Number(value) }; break;
                default: throw new StoryException($"unknown setting: {setting}");
            }
        }
    }

    private void Expect(string line, string[] w)
    {
        bool met;
        string found;
        switch (w)
        {
            case [var vm, "on", var host]: found = string.Join(",", _world.RunsOn(vm)); met = found == host; break;
            case [var vm, "nowhere"]: found = string.Join(",", _world.RunsOn(vm)); met = found.Length == 0; break;
            case ["fences", var n]: found = _world.Hits.Count.ToString(CultureInfo.InvariantCulture); met = found == n; break;
            case ["starts", var vm, var n]: found = _world.Starts.Count(s => s.Vm.Value == vm).ToString(CultureInfo.InvariantCulture); met = found == n; break;
            case ["power", var host, var on]: found = _world[host].Machine.Powered ? "on" : "off"; met = found == on; break;
            case ["resets", var host, var n]: found = _world[host].Watchdog.Resets.ToString(CultureInfo.InvariantCulture); met = found == n; break;
            case ["admitted", var host, var yes]: found = _world.Journal.State.Host(new(host)).IsFit ? "yes" : "no"; met = found == yes; break;
            case ["request", var host, var yes]: found = _world.Journal.State.Host(new(host)).IsClosed ? "open" : "none"; met = found == yes; break;
            default: throw new StoryException($"unknown command: {line}");
        }
        if (!met) throw new StoryException($"\"{line}\" is not met, found: {found}\n{string.Join("\n", _world.Story)}");
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>A story that cannot be played, or whose expectation is not met.</summary>
public sealed class StoryException(string message) : Exception(message);

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
        var block = new List<(int Number, string Line)>();
        var saying = false;
        foreach (var (at, line) in story.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Index())
        {
            if (saying)
            {
                if (line.Length > 0) continue;
                saying = false;
                output.Add("");
            }
            else if (line == Bar)
            {
                foreach (var (number, command) in block.Where(c => c.Line.Length > 0 && c.Line[0] != '#')) Do(number, command);
                block.Clear();
                output.Add(Bar);
                output.AddRange(_world.Story.Skip(_told));
                _told = _world.Story.Count;
                saying = true;
            }
            else
            {
                block.Add((at + 1, line));
                output.Add(line);
            }
        }
        return string.Join('\n', output) + "\n";
    }

    private void Do(int number, string line)
    {
        try
        {
            Do(line);
        }
        catch (StoryException e)
        {
            throw new StoryException($"line {number}: {e.Message}");
        }
    }

    private void Do(string line)
    {
        var w = new Words(_world, line);
        switch (w[0])
        {
            case "boot": _world.Boot(Site.Config(b => Configure(b, w))); break;
            case "start-journal": _world.Boot(Site.Config(b => Configure(b, w)), 1); break;
            case "run": _world.Run(w.Number(1)); break;
            case "power" when w.Is(2, "off", "on"): w.Member.Machine.PowerOff(fence: false); break;
            case "power": w.Member.Machine.PowerOn(); break;
            case "reboot": w.Member.Machine.PowerOff(fence: false); w.Member.Machine.PowerOn(); break;
            case "boot-time": _world.BootTime = w.Seconds(1); break;
            case "freeze": w.Member.Machine.Freeze(); break;
            case "thaw": w.Member.Machine.Thaw(); break;
            case "cut": _world.Cut(w.Member.Name.Value, w.MemberAt(2).Name.Value, w.Count > 3); break;
            case "links": Links(w.OneOf<LinkWeather>(1)); break;
            case "hold-beat": _world.Network.HoldNext(w.Member, w.MemberAt(2)); break;
            case "held-beat": if (!_world.Network.ReleaseHeld()) throw new StoryException($"\"{line}\": no heartbeat is held"); break;
            case "cut-chassis": _world.CutChassis(w.Member.Name.Value); break;
            case "isolate": _world.Isolate(w.Member.Name.Value); break;
            case "heal": _world.Heal(); break;
            case "kill-agent": w.Member.CrashAgent(TimeSpan.FromSeconds(w.Count > 2 ? w.Number(2) : 0.5)); break;
            case "stop-agent": w.Member.Command(new AnnounceStop(w.Seconds(2), "system")); _world.Run(0.5); w.Member.KillAgent(); break;
            case "start-agent": w.Member.StartAgent(); break;
            case "shutdown": w.Member.Command(new LeaveHost("system")); break;
            case "stick-mind": w.Member.MindStuck = true; break;
            case "starve": w.Member.Lag = w.Member.BeatLag = TimeSpan.FromMilliseconds(w.Number(2)); break;
            case "silence-watch": w.Member.WatchSilent = true; break;
            case "deafen": w.Member.Deaf = true; break;
            case "etcd": w.Member.EtcdUp = w.Is(2, "up", "down"); break;
            case "append": _world.Journal.Faults[w.Member.Name] = w.OneOf<AppendFault>(2); break;
            case "read-behind": _world.Journal.Behind(w.Member, (int)w.Number(2)); break;
            case "disk": _world.Journal.SlowDisk(w.Member, w.Seconds(2)); break;
            case "older-version": _world.Journal.Outdate(w.Member); break;
            case "config": _world["witness"].Command(new ApplyConfig("text", "other", Site.Config(b => Configure(b, w)), _world.Journal.State.ConfigNumber, "operator")); break;
            case "put-back": _world.Journal.StandIn((int)w.Number(1)); break;
            case "accept": _world["witness"].Command(new AcceptJournal(_world.Journal.State.Config.Name, "operator")); break;
            case "append-lands": _world.Journal.LandLate(); break;
            case "chassis": Chassis(w); break;
            case "kill-vm": WorldModel.EndVm(w.Member, w.Process(2), byGuest: false); break;
            case "end-guest": WorldModel.EndVm(w.Member, w.Process(2), byGuest: true); break;
            case "storage": w.Member.Machine.StorageStalls = w.Is(2, "stalls", "answers"); break;
            case "hand-start": w.Member.Machine.Spawn(new VmName(w[2]), null); break;
            case "hand-migrate": HandMigration.Begin(_world, w.Member, w.MemberAt(2), new VmName(w[3]), w.Seconds(4), w.OneOf<MigrationEnd>(5), marked: true); break;
            case "cannot-start": w.Member.Machine.CannotStart.Add(new VmName(w[2])); break;
            case "cannot-kill": w.Member.Machine.Unkillable.Add(new VmName(w[2])); break;
            case "can-kill": w.Member.Machine.Unkillable.Remove(new VmName(w[2])); break;
            case "vm": Vm(w); break;
            case "maintenance": _world["witness"].Command(new SetMaintenance(w.Is(1, "on", "off"), w.Count > 2 ? w.Seconds(2) : null, "operator")); break;
            case "confirm": _world["rainbowdash"].Command(new ConfirmFence(new(w[1]), w[2], "operator")); break;
            case "release": _world["witness"].Command(new ReleaseHost(new(w[1]), "operator")); break;
            case "switch": _world["rainbowdash"].Command(new PowerHost(new(w[1]), w.Is(2, "on", "off"), w.Count > 3, "operator")); break;
            case "drill": _world["witness"].Command(new DrillHost(new(w[1]), "operator")); break;
            case "watchdog": (w.Member.Watchdog.Broken, w.Member.Watchdog.Refuses) = (w[2] == "lies", w[2] == "refuses"); break;
            case "expect": Expect(w); break;
            default: throw w.Unknown();
        }
    }

    private void Vm(Words w) => _world["witness"].Command(w[1] switch
    {
        "start" => new WantVm(new(w[2]), true, "operator"),
        "stop" => new WantVm(new(w[2]), false, "operator"),
        "move" => new MoveVm(new(w[2]), new(w[3]), "operator"),
        _ => throw w.Unknown(),
    });

    private void Links(LinkWeather weather)
    {
        foreach (var a in _world.Members)
            foreach (var b in _world.Members.Where(b => b != a)) _world.Network.Trouble(a, b, LinkTrouble.Of(weather));
    }

    private void Chassis(Words w)
    {
        var c = _world.Chassis;
        switch (w[1])
        {
            case "silent": c.Silent = w.Is(2, "yes", "no"); break;
            case "ignores": c.Ignores = w.Is(2, "yes", "no"); break;
            case "mute": c.Mute = w.Is(2, "yes", "no"); break;
            case "holds": c.Holds = true; break;
            case "releases": c.ReleaseHeld(); break;
            case "glitch": c.Glitch = true; break;
            case "swapped": c.Swapped = w.Is(2, "yes", "no"); break;
            case "delay": c.Delay = w.Seconds(2); break;
            case "on-again": c.OnAgain = w[2] == "never" ? null : w.Seconds(2); break;
            case "reads": c.Odd = w[2] == "truth" ? null : w.OneOf<Power>(2); break;
            default: throw w.Unknown();
        }
    }

    private static void Configure(Site.Builder b, Words w)
    {
        foreach (var setting in w.Rest)
        {
            if (setting.Split('=') is not [var key, var value]) throw new StoryException($"a setting is KEY=VALUE: {setting}");
            switch (key)
            {
                case "max-fences": b.Policies = b.Policies with { MaxFences = (int)w.Number(value) }; break;
                case "agent-lost": b.Policies = b.Policies with { FenceWhenAgentLost = value == "fence" }; break;
                case "shutdown": b.Policies = b.Policies with { Shutdown = w.OneOf<ShutdownPolicy>(value) }; break;
                case "fencing" when value == "none": foreach (var h in b.Hosts.Keys.ToList()) b.Hosts[h] = b.Hosts[h] with { Fencing = [] }; break;
                case "power-on": b.Policies = b.Policies with { PowerOnAfterFence = value == "on" ? PowerOnPolicy.On : PowerOnPolicy.StayOff }; break;
                case "watchdog": foreach (var h in b.Hosts.Keys.ToList()) b.Hosts[h] = b.Hosts[h] with { Watchdog = new WatchdogConfig("/dev/watchdog0", TimeSpan.FromSeconds(w.Number(value)), false, true) }; break;
                case "two-proofs": b.Policies = b.Policies with { RequireTwoProofs = value == "yes" }; break;
                case "preemptible": b.Vms[new(value)] = b.Vms[new(value)] with { Preemptible = true }; break;
                case "vms": foreach (var n in Enumerable.Range(1, (int)w.Number(value))) b.Vms[new($"small{n:00}")] = Site.Builder.Vm(50, 1, b.Vms[new("mail")].Hosts); break;
                case "without": b.Remove(new(value)); break;
                case "starts-at-once": b.Policies = b.Policies with { StartsAtOnce = (int)w.Number(value) }; break;
                default: throw new StoryException($"unknown setting: {setting}");
            }
        }
    }

    private void Expect(Words w)
    {
        bool met;
        string found;
        switch (w.Rest)
        {
            case [var vm, "on", var host]: found = string.Join(",", _world.RunsOn(vm)); met = found == host; break;
            case [var vm, "nowhere"]: found = string.Join(",", _world.RunsOn(vm)); met = found.Length == 0; break;
            case ["fences", var n]: found = _world.Hits.Count.ToString(CultureInfo.InvariantCulture); met = found == n; break;
            case ["starts", var vm, var n]: found = _world.Starts.Count(s => s.Vm.Value == vm).ToString(CultureInfo.InvariantCulture); met = found == n; break;
            case ["power", _, var on]: found = w.MemberAt(2).Machine.Powered ? "on" : "off"; met = found == on; break;
            case ["resets", _, var n]: found = w.MemberAt(2).Watchdog.Resets.ToString(CultureInfo.InvariantCulture); met = found == n; break;
            case ["admitted", var host, var yes]: found = _world.Journal.State.Host(new(host)).IsFit ? "yes" : "no"; met = found == yes; break;
            case ["request", var host, var yes]: found = _world.Journal.State.Host(new(host)).IsClosed ? "open" : "none"; met = found == yes; break;
            default: throw w.Unknown();
        }
        if (!met) throw new StoryException($"\"{w.Line}\" is not met, found: {found}\n{string.Join("\n", _world.Story)}");
    }
}

/// <summary>A story that cannot be played, or whose expectation is not met.</summary>
public sealed class StoryException(string message) : Exception(message);

using System.Diagnostics;
using System.Globalization;

namespace ActorHa.Lab;

/// <summary>
/// One host of the site, as hardware: it has power or not, boots when it gets power, and everything in it is gone when
/// the power is cut. Thread-safe; the chassis and people may pull at it at once.
/// </summary>
public sealed class LabHost(SiteDescription site, MemberDescription member, LabPaths paths, LabNetwork network, ControlGroup group, Action<string> say)
{
    /// <summary>reboot(2), "Behavior inside PID namespaces": powering off ends the first process by SIGINT; a shell would say 128 + 2.</summary>
    private const int PoweredOff = 130;

    private readonly Lock _gate = new();
    private Process? _life;
    private long _bootedAt;
    private volatile bool _power;
    private volatile uint _boots;
    private string _bootId = "";

    /// <summary>What it is.</summary>
    public MemberDescription Member => member;

    /// <summary>Its name.</summary>
    public string Name => member.Name;

    /// <summary>Whether it has power. True also for a host that hangs or whose first process was killed; false after an orderly shutdown.</summary>
    public bool HasPower => _power;

    /// <summary>Whether all its processes stand still.</summary>
    public bool Frozen => _power && group.Frozen;

    /// <summary>How often it was booted.</summary>
    public uint BootCount => _boots;

    /// <summary>Boot id of its present life; empty before the first.</summary>
    public string BootId
    {
        get
        {
            lock (_gate) return _bootId;
        }
    }

    /// <summary>Time since it got power; null without.</summary>
    public TimeSpan? Uptime
    {
        get
        {
            lock (_gate) return _power ? Stopwatch.GetElapsedTime(_bootedAt) : null;
        }
    }

    /// <summary>What runs in it.</summary>
    public IReadOnlyList<HostProcess> Processes => _power ? HostProcesses.Of(group) : [];

    /// <summary>
    /// Cuts the power. When it returns every process is gone, frozen or not, and no packet of theirs left after the
    /// cut: the machine's kernel would else close their connections politely, which a dead host never does.
    /// </summary>
    public void CutPower()
    {
        lock (_gate)
        {
            if (!_power) return;
            var start = Stopwatch.GetTimestamp();
            group.OrderFreeze();
            network.Unplug(Name);
            group.Kill();
            var took = Stopwatch.GetElapsedTime(start);
            GoOff();
            say($"{Name}: power cut, all processes gone after {took.TotalMilliseconds:0.0} ms");
        }
    }

    /// <summary>Gives it power: it boots. Returns when its first process was started, long before it is ready.</summary>
    /// <exception cref="LabException">It could not be started; it is then without power.</exception>
    public void RestorePower()
    {
        lock (_gate)
        {
            if (_power) return;
            _bootId = Guid.NewGuid().ToString();
            network.Plug(Name, member.Macs[0]);
            try
            {
                group.Create();
                _life = Boot();
            }
            catch
            {
                group.Kill();
                network.Unplug(Name);
                throw;
            }
            _power = true;
            _boots++;
            _bootedAt = Stopwatch.GetTimestamp();
            say($"{Name}: power on, boot {_boots}, boot id {_bootId}");
        }
    }

    /// <summary>Everything stands still; the kernel still answers pings and accepts connections, as that of a hung host does.</summary>
    public void Freeze() => WithPower(group.Freeze);

    /// <summary>Everything goes on.</summary>
    public void Thaw() => WithPower(group.Thaw);

    /// <summary>Sends a signal to one of its processes.</summary>
    /// <param name="role"><c>agent</c>, <c>etcd</c>, <c>vm:NAME</c>, or a program's name.</param>
    /// <param name="signal">What.</param>
    /// <returns>The process.</returns>
    internal HostProcess Send(string role, Signal signal)
    {
        lock (_gate)
        {
            DemandPower();
            var all = HostProcesses.Of(group);
            var target = all.FirstOrDefault(p => p.Role == role)
                ?? throw new LabException($"no {role} runs on {Name}; there are {string.Join(", ", all.Select(p => p.Role))}");
            Tool.Signal(target.Pid, signal);
            return target;
        }
    }

    /// <summary>Keeps a service from being started again after it has ended, or lets it.</summary>
    /// <param name="service"><c>agent</c> or <c>etcd</c>.</param>
    /// <param name="hold">Keep, or let.</param>
    public void Hold(string service, bool hold)
    {
        lock (_gate)
        {
            DemandPower();
            var root = $"/proc/{Init().Pid}/root";
            if (site.Systemd) Mask(root, $"actorha-{service}.service", hold);
            else if (hold) File.WriteAllText($"{root}/{HostProcesses.InitDirectory}/hold.{service}", "");
            else File.Delete($"{root}/{HostProcesses.InitDirectory}/hold.{service}");
        }
    }

    private void Mask(string root, string unit, bool hold)
    {
        if (hold)
        {
            Inside("systemctl", "--runtime", "mask", unit);
        }
        // Not asked of a systemd that may not be there yet, when there is nothing to lift.
        else if (new FileInfo($"{root}/run/systemd/system/{unit}").LinkTarget is not null)
        {
            Inside("systemctl", "--runtime", "unmask", unit);
            Inside("systemctl", "start", "--no-block", unit);
        }
    }

    /// <summary>Asks the host to shut down in an orderly way and waits until it has switched itself off.</summary>
    /// <exception cref="LabException">It did not within the patience.</exception>
    public async Task ShutdownAsync(TimeSpan patience)
    {
        Process life;
        lock (_gate)
        {
            DemandPower();
            life = _life!;
        }
        if (site.Systemd) Inside("systemctl", "poweroff");
        else Send("init", Signal.Terminate);
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await life.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new LabException($"{Name} did not shut down within {patience.TotalSeconds:0} s (frozen or hung?)", e);
        }
        Ended(life);
        if (_power) throw new LabException($"{Name} died instead of shutting down; see {paths.Logs(Name)}/console.log");
    }

    /// <summary>Runs a program inside, as an administrator at its console would.</summary>
    /// <returns>What it wrote.</returns>
    public string Inside(params IReadOnlyList<string> words)
    {
        int init;
        lock (_gate)
        {
            DemandPower();
            init = Init().Pid;
        }
        return Tool.Run(null, ["nsenter", $"--target={init}", "--all", .. words]);
    }

    private HostProcess Init() =>
        HostProcesses.Of(group).FirstOrDefault(p => p.Role == "init") ?? throw new LabException($"{Name} has no first process: it is dead");

    private Process Boot()
    {
        // The shell puts itself into the control group before it becomes anything else: no process is ever outside.
        const string script =
            """
            echo $$ >"$1" && exec </dev/null >>"$2" 2>&1 && exec nsenter --net="$3" \
              unshare --pid --fork --kill-child --mount --mount-proc --uts --ipc --cgroup bash "$4"
            """;
        var start = new ProcessStartInfo("bash",
            ["-c", script, "boot", group.ProcsFile, Path.Combine(paths.Logs(Name), "console.log"), network.NamespaceFile(Name), paths.Init])
        {
            WorkingDirectory = "/",
        };
        start.Environment["LAB_HOST"] = Name;
        start.Environment["LAB_HOME"] = paths.Home(Name);
        start.Environment["LAB_ADDRESS"] = $"{member.Address}/{site.PrefixLength.ToString(CultureInfo.InvariantCulture)}";
        start.Environment["LAB_BOOT_ID"] = _bootId;
        start.Environment["LAB_PROGRAMS"] = SiteFiles.Artifacts;
        var life = new Process { StartInfo = start, EnableRaisingEvents = true };
        life.Exited += (_, _) => Ended(life);
        life.Start();
        return life;
    }

    private void Ended(Process life)
    {
        lock (_gate)
        {
            if (!_power || _life != life) return;
            if (life.ExitCode != (site.Systemd ? PoweredOff : 0))
            {
                // The power stays on: the chassis sees a lit blade, as with a crashed kernel.
                say($"{Name}: its first process ended ({life.ExitCode}); the host is dead, its power on");
                return;
            }
            network.Unplug(Name);
            group.Kill();
            GoOff();
            say($"{Name}: shut down in an orderly way, off");
        }
    }

    private void GoOff()
    {
        _power = false;
        _life = null;
    }

    private void WithPower(Action act)
    {
        lock (_gate)
        {
            DemandPower();
            act();
        }
    }

    private void DemandPower()
    {
        if (!_power) throw new LabException($"{Name} has no power");
    }
}

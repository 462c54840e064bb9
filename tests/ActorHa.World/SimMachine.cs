using ActorHa.Core;

namespace ActorHa.World;

/// <summary>A machine: power, boots, freezes, its clock, VM processes. The truth that the checks look at.</summary>
public sealed class SimMachine(WorldModel world, MemberName name, int slot)
{
    private readonly List<Action> _onWake = [];
    private int _boots;
    private int _pids;

    /// <summary>Its name.</summary>
    public MemberName Name => name;

    /// <summary>Blade slot; 0 = not in the chassis.</summary>
    public int Slot => slot;

    /// <summary>Has power.</summary>
    public bool Powered { get; private set; }

    /// <summary>Hung: nothing runs, but it may wake.</summary>
    public bool Frozen { get; private set; }

    /// <summary>Hung, but its kernel lives: only the processes are stopped.</summary>
    public bool KernelLives { get; private set; }

    /// <summary>Its operating system has come up.</summary>
    public bool Booted { get; private set; }

    /// <summary>Processes run.</summary>
    public bool Runs => Powered && !Frozen;

    /// <summary>Boot id.</summary>
    public BootId Boot { get; private set; } = new("");

    /// <summary>When it got its power.</summary>
    public Instant PoweredAt { get; private set; }

    /// <summary>When it lost its power last.</summary>
    public Instant DarkAt { get; private set; }

    /// <summary>Whether a fence cut the power last.</summary>
    public bool CutByFence { get; private set; }

    /// <summary>Speed of its monotonic clock against the world's.</summary>
    public double ClockRate { get; set; } = 1;

    /// <summary>What its wall clock is wrong by.</summary>
    public TimeSpan WallError { get; set; }

    /// <summary>Time it needs to boot; null = the world's.</summary>
    public TimeSpan? BootTime { get; set; }

    /// <summary>Its monotonic clock.</summary>
    public Instant Now => ClockRate == 1 ? world.Time.Now : new Instant((long)(world.Time.Now.Ticks * ClockRate));

    /// <summary>VM processes.</summary>
    public List<SimProcess> Processes { get; } = [];

    /// <summary>VMs whose start fails here.</summary>
    public HashSet<VmName> CannotStart { get; } = [];

    /// <summary>VMs whose process comes up and never answers: killed after a while.</summary>
    public HashSet<VmName> HangsAtStart { get; } = [];

    /// <summary>VMs whose process does not die (uninterruptible sleep).</summary>
    public HashSet<VmName> Unkillable { get; } = [];

    /// <summary>Shared storage takes nothing here: searches, starts and flushes hang.</summary>
    public bool StorageStalls { get; set; }

    /// <summary>What a search for processes needs more than usual: what it found is old when it is told.</summary>
    public TimeSpan SearchLag { get; set; }

    /// <summary>Plugs it in and boots it.</summary>
    public void PowerOn()
    {
        if (Powered) return;
        (Powered, Frozen, CutByFence, Booted) = (true, false, false, false);
        _boots++;
        PoweredAt = world.Time.Now;
        var boot = new BootId($"{slot:0000}{_boots:0000}-0000-4000-8000-000000000000");
        Boot = boot;
        world.Time.After(BootTime ?? world.BootTime, () =>
        {
            if (!Powered || Boot != boot) return;
            OnRunning(() =>
            {
                Booted = true;
                world.Member(name).StartAgent();
            });
        });
    }

    /// <summary>Everything of it is gone at once.</summary>
    public void PowerOff(bool fence)
    {
        if (!Powered) return;
        (Powered, Frozen, CutByFence, Booted, DarkAt) = (false, false, fence, false, world.Time.Now);
        foreach (var process in Processes) world.Outages.Gone(process.Vm, withHost: true);
        Processes.Clear();
        _onWake.Clear();
        world.Member(name).Watchdog.PowerLost();
        world.Member(name).KillAgent();
    }

    /// <summary>Hangs it.</summary>
    /// <param name="kernelLives">Only its processes are stopped: what arrives is stamped when it arrives.</param>
    public void Freeze(bool kernelLives = true) => (Frozen, KernelLives) = (Powered, kernelLives);

    /// <summary>Wakes it: what was waiting happens now.</summary>
    public void Thaw()
    {
        if (!Frozen) return;
        Frozen = false;
        var waiting = _onWake.ToArray();
        _onWake.Clear();
        foreach (var action in waiting) action();
        world.Member(name).Wake();
    }

    /// <summary>Does something now, when the machine wakes, or never when its power goes before.</summary>
    public void OnRunning(Action action)
    {
        if (!Powered) return;
        if (Frozen) _onWake.Add(action);
        else action();
    }

    /// <summary>A VM process appears.</summary>
    public SimProcess Spawn(VmName vm, Epoch? epoch, bool byHand = false)
    {
        var process = new SimProcess(vm, epoch, ++_pids, byHand || epoch is null);
        Processes.Add(process);
        world.Outages.Back(vm);
        world.Audit.Spawned(this, process);
        return process;
    }

    /// <summary>A person has said that this machine is without power, and the journal knows no life of it: what runs is no act of ours.</summary>
    public void Disown()
    {
        for (var i = 0; i < Processes.Count; i++) Processes[i] = Processes[i] with { ByHand = true };
    }

    /// <summary>The process of a VM is gone: it ended, or was killed.</summary>
    public void End(VmName vm)
    {
        if (Processes.RemoveAll(p => p.Vm == vm) > 0) world.Outages.Gone(vm, withHost: false);
    }

    /// <summary>Everything that can be killed is.</summary>
    public void EndAll()
    {
        foreach (var vm in Processes.Select(p => p.Vm).Distinct().Where(vm => !Unkillable.Contains(vm)).ToList()) End(vm);
    }
}

/// <summary>A VM process.</summary>
/// <param name="Vm">Its VM.</param>
/// <param name="Epoch">The ownership that it is marked with; null = none.</param>
/// <param name="Pid">Its number.</param>
/// <param name="ByHand">No act of ours: no agent started it, or a person has said that it does not run.</param>
public sealed record SimProcess(VmName Vm, Epoch? Epoch, int Pid, bool ByHand);

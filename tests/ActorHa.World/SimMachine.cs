using ActorHa.Core;

namespace ActorHa.World;

/// <summary>A machine: power, boots, freezes, VM processes. The truth that the checks look at.</summary>
public sealed class SimMachine(WorldModel world, MemberName name, int slot)
{
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

    /// <summary>Processes run.</summary>
    public bool Runs => Powered && !Frozen;

    /// <summary>Boot id.</summary>
    public BootId Boot { get; private set; } = new("");

    /// <summary>Whether its own act or a fence cut the power last.</summary>
    public bool CutByFence { get; private set; }

    /// <summary>VM processes.</summary>
    public List<SimProcess> Processes { get; } = [];

    /// <summary>VMs whose start fails here.</summary>
    public HashSet<VmName> CannotStart { get; } = [];

    /// <summary>Plugs it in and boots it.</summary>
    public void PowerOn()
    {
        if (Powered) return;
        (Powered, Frozen, CutByFence) = (true, false, false);
        _boots++;
        Boot = new BootId($"{slot:0000}{_boots:0000}-0000-4000-8000-000000000000");
        world.Time.After(world.BootTime, () => { if (Runs) world.Member(name).StartAgent(); });
    }

    /// <summary>Everything of it is gone at once.</summary>
    public void PowerOff(bool fence)
    {
        if (!Powered) return;
        (Powered, Frozen, CutByFence) = (false, false, fence);
        Processes.Clear();
        world.Member(name).KillAgent();
    }

    /// <summary>Hangs it.</summary>
    public void Freeze() => Frozen = Powered;

    /// <summary>Wakes it: what was waiting happens now.</summary>
    public void Thaw()
    {
        if (!Frozen) return;
        Frozen = false;
        world.Member(name).Wake();
    }

    /// <summary>A VM process appears.</summary>
    public SimProcess Spawn(VmName vm, Epoch? epoch)
    {
        var process = new SimProcess(vm, epoch, ++_pids);
        Processes.Add(process);
        return process;
    }
}

/// <summary>A VM process.</summary>
public sealed record SimProcess(VmName Vm, Epoch? Epoch, int Pid);

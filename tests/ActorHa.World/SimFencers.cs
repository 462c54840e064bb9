using ActorHa.Core;

namespace ActorHa.World;

/// <summary>The fencers of a member: one for each other host, and the stamps that bound their SETs.</summary>
internal sealed class SimFencers(WorldModel world, SimMember member)
{
    private readonly Dictionary<MemberName, FenceBox> _fencers = [];
    private readonly Dictionary<MemberName, ChassisStamp?> _stamps = [];
    private ClusterState _state = ClusterState.Empty;

    /// <summary>What the chassis' clock showed when it was last heard; null = not heard yet.</summary>
    public ChassisStamp? Engine { get; set; }

    /// <summary>The agent begins.</summary>
    public void Begin() => member.Every(() => world.Cadence.ProtectionCheck, Check);

    /// <summary>The agent is gone.</summary>
    public void End()
    {
        _fencers.Clear();
        _stamps.Clear();
        Engine = null;
    }

    /// <summary>The state has changed.</summary>
    public void Know(ClusterState s)
    {
        var moved = s.Config.Hosts.Keys.Any(h => Arming.Fingerprint(s, h) != Arming.Fingerprint(_state, h));
        _state = s;
        foreach (var host in s.Config.Hosts.Keys.Where(h => h != member.Name && !_fencers.ContainsKey(h)))
            _fencers[host] = new FenceBox(world, member, world.Member(host), new FenceWalk(new Timers(), member.Machine.Now));
        foreach (var (host, box) in _fencers)
            member.Post(box, new FenceTarget(s.Host(host).Joined, s.Config.Hosts.GetValueOrDefault(host)?.Fencing.Length ?? 0, s.Config.Timers, s.Config.Policies.FenceWhenAgentLost));
        if (moved && world.Cadence.ChecksAtOnce) Check();
    }

    /// <summary>Orders have changed.</summary>
    public void Obey(Orders orders)
    {
        foreach (var (host, box) in _fencers) member.Post(box, new FenceOrdered(orders.Fences.GetValueOrDefault(host)));
    }

    /// <summary>Before the commit: from it everybody else counts how long a SET of ours may live.</summary>
    public void Stamp(MemberName host) => _stamps[host] = Engine is { } e ? e.At(member.Machine.Now) : null;

    /// <summary>The stamp of the newest switching against a host.</summary>
    public ChassisStamp? StampOf(MemberName host) => _stamps.GetValueOrDefault(host);

    /// <summary>The watcher wants to know the power.</summary>
    public void PowerWanted(SimMember peer, WatchBox watcher) => _fencers.GetValueOrDefault(peer.Name)?.Read(watcher);

    /// <summary>The watcher has seen something.</summary>
    public void Seen(SimMember peer, PeerView view)
    {
        if (_fencers.TryGetValue(peer.Name, out var box)) member.Post(box, new TargetSeen(view));
    }

    private void Check()
    {
        if (_state.ConfigNumber == 0) return;
        foreach (var host in _state.Config.Hosts.Keys)
        {
            if (!member.IsHost && !world.WitnessFences) continue;
            var print = Arming.Fingerprint(_state, host);
            if (_state.Host(host).Macs is [var mac, ..]) world.Chassis.Check(member, world.Member(host).Machine, mac, (ready, wrong, detail) =>
                member.Tell(new ProtectionSaid(host, new Protection(ready, wrong, print, detail, member.Machine.Now))));
        }
    }
}

/// <summary>The hands of <see cref="FenceWalk"/> for one host.</summary>
internal sealed class FenceBox(WorldModel world, SimMember member, SimMember target, FenceWalk walk) : ILetterBox
{
    private static readonly FenceTick Tick = new();
    private FenceOrder? _order;

    public void Take(object message)
    {
        if (message is Reading r)
        {
            if (r.Watcher is { } w) member.Post(w, new PowerAnswered(r.Read.Asked, r.Read.Reading));
            message = r.Read;
        }
        if (message is FenceOrdered { Order: { } order }) _order = order;
        foreach (var effect in walk.Receive((FenceMessage)message, member.Machine.Now, member.Waited, member.Heart.View(target)))
        {
            switch (effect)
            {
                case SayFence s: member.Tell(new FencerSaid(target.Name, s.Report)); break;
                case WakeFencer w: member.PostLater(w.After, this, Tick); break;
                case ReadPower: Read(null); break;
                case SendOff s:
                    world.Audit.SetSent(member, target.Name, s.Switch);
                    world.Step(member, StepKind.Set, target.Name.Value, () => world.Chassis.Set(member, target.Machine, member.Fencers.StampOf(target.Name), d => Answer(StepKind.Set, d)));
                    break;
                case SendOn:
                    world.Audit.OnSent(member, target.Name, _order);
                    world.Chassis.On(member, target.Machine, d => Answer(StepKind.Set, d));
                    break;
            }
        }
    }

    /// <summary>Asks the chassis for the host's power.</summary>
    public void Read(WatchBox? watcher)
    {
        // Stamped before the question is sent: an answer is evidence about a time after this.
        var asked = member.Machine.Now;
        world.Step(member, StepKind.Reading, target.Name.Value, () => world.Chassis.Read(member, target.Machine, r => Answer(StepKind.Reading, new Reading(new PowerRead(asked, r), watcher))));
    }

    private void Answer(StepKind step, object message)
    {
        var life = member.Life;
        member.Post(this, message);
        if (life == member.Life) world.Stepped(member, step, target.Name.Value);
    }

    private sealed record Reading(PowerRead Read, WatchBox? Watcher);
}

using ActorHa.Core;
using ActorHa.Core.Wire;

namespace ActorHa.World;

/// <summary>
/// The heartbeat of a member: its beats are written by the real codec, what it hears is read by it, judged by the real
/// receiver, and told to the real watchers, as the agent's thread and hub do it.
/// </summary>
internal sealed class SimHeart(WorldModel world, SimMember member)
{
    private const int RingOfHungMachine = 64;
    private const int QueueOfStoppedProcess = 4096;

    private readonly List<(Datagram Datagram, Instant At)> _held = [];
    private BeatReceiver? _receiver;
    private Heard[] _heard = [];
    private WatchBox[] _watches = [];
    private SimMember[] _peers = [];
    private long _sequence;

    /// <summary>Whether a watcher is in doubt: then it ticks faster.</summary>
    public bool InGap => Array.Exists(_watches, w => w.Watch.View.Verdict is not (Verdict.Alive or Verdict.Unheard));

    /// <summary>The agent begins to beat.</summary>
    public void Begin()
    {
        _peers = [.. world.Members.Where(m => m != member)];
        _receiver = new BeatReceiver(member.Name, [.. _peers.Select(p => p.Name)]);
        _heard = [.. _peers.Select(p => new Heard(WireName.Of(p.Name)))];
        _watches = [];
        _held.Clear();
        var boot = member.Machine.ClockRate == 1 ? member.Machine.PoweredAt : new Instant((long)(member.Machine.PoweredAt.Ticks * member.Machine.ClockRate));
        _sequence = Math.Max(1, (member.Machine.Now - boot).Ticks / TimeSpan.TicksPerMillisecond);
    }

    /// <summary>The agent is gone.</summary>
    public void End()
    {
        _receiver = null;
        _watches = [];
        _held.Clear();
    }

    /// <summary>The verdict about a peer.</summary>
    public PeerView View(SimMember peer) => Array.Find(_watches, w => w.Peer == peer)?.Watch.View ?? PeerView.Unheard;

    /// <summary>The state has changed.</summary>
    public void Know(ClusterState s)
    {
        if (_watches.Length == 0 && s.ConfigNumber > 0)
            _watches = [.. _peers.Select(p => new WatchBox(world, member, p, new PeerWatch(p.Name, s.Config.Hosts.ContainsKey(p.Name), s.Config.Timers, member.Machine.Now)))];
        foreach (var watch in _watches) member.Post(watch, new LifeKnown(BootKeys.Of(s.Host(watch.Peer.Name).Boot), s.Config.Timers, s.Host(watch.Peer.Name).Request?.Number, s.Config.Hosts.ContainsKey(watch.Peer.Name)));
        for (var i = 0; i < _peers.Length; i++) _heard[i].Newest = s.Host(_peers[i].Name).Joined;
    }

    /// <summary>Watchers look at their clocks.</summary>
    public void Tick()
    {
        foreach (var watch in _watches) member.Post(watch, WatchBox.Tick);
    }

    /// <summary>Says how we are and whom we hear, to everybody.</summary>
    public void Beat()
    {
        if (member.Mind is not { } mind) return;
        var now = member.Machine.Now;
        var self = mind.State.Host(member.Name);
        var beat = new Beat
        {
            Sender = world.Wire(member),
            Boot = WireIds.Of(member.Machine.Boot),
            AgentRun = (ulong)member.Life,
            Sequence = ++_sequence,
            MindAgeMs = member.Turned is { } at ? WireIds.Milliseconds(now - at) : uint.MaxValue,
            Health = mind.View.Well ? BeatHealth.HypervisorOk | BeatHealth.StorageOk : BeatHealth.StorageOk,
            Incarnation = self.Boot == member.Machine.Boot ? self.Joined : Incarnation.None,
            ConfigNumber = mind.State.ConfigNumber,
            JournalPosition = mind.Newest,
        };
        foreach (var heard in _heard)
            if (heard.Sequence > 0) beat.TryAddSighting(new Sighting(heard.Name, heard.Boot, new Incarnation(heard.Incarnation), heard.Sequence, WireIds.Milliseconds(now - heard.At)));
        var datagram = new Datagram(beat, world.Codec);
        foreach (var peer in _peers) world.Network.Send(member, peer, datagram);
    }

    /// <summary>A datagram reaches the machine.</summary>
    public void Arrives(Datagram datagram)
    {
        if (!member.Machine.Powered || member.Deaf || _receiver is null) return;
        if (!member.Machine.Frozen) { Take(datagram, member.Machine.Now); return; }
        // A stopped process finds its queue filled, with the kernel's stamps; a hung machine's ring is read when it wakes.
        if (_held.Count < (member.Machine.KernelLives ? QueueOfStoppedProcess : RingOfHungMachine)) _held.Add((datagram, member.Machine.Now));
    }

    /// <summary>The machine wakes.</summary>
    public void Wake()
    {
        var held = _held.ToArray();
        _held.Clear();
        foreach (var (datagram, at) in held) Take(datagram, member.Machine.KernelLives ? at : member.Machine.Now);
    }

    private void Take(Datagram datagram, Instant arrived)
    {
        if (!datagram.IsGood || _receiver is not { } receiver) return;
        ref readonly var beat = ref datagram.Beat;
        var peer = receiver.IndexOf(beat.Sender);
        if (receiver.Accept(beat, peer < 0 ? Incarnation.None : _heard[peer].Newest) != BeatRefusal.None) return;
        // A beat whose mind is stuck counts as missing; relayed as a sighting it would count for others.
        var at = beat.MindAgeMs <= world.StuckMs ? _heard[peer].Take(beat, arrived) : arrived;
        foreach (var watch in _watches)
        {
            if (world.Wire(watch.Peer) == beat.Sender) member.Post(watch, Direct(beat, at));
            else if (beat.TryFind(world.Wire(watch.Peer), out var seen))
                member.Post(watch, new PeerSighted(_peers[peer].Name, seen.BootPrefix, seen.Sequence, at - TimeSpan.FromMilliseconds(seen.AgeMs)));
        }
    }

    private BeatHeard Direct(in Beat beat, Instant at)
    {
        Instant? us = beat.TryFind(world.Wire(member), out var echo) && echo.BootPrefix == BootKeys.Of(member.Machine.Boot) ? at - TimeSpan.FromMilliseconds(echo.AgeMs) : null;
        var well = (beat.Health & (BeatHealth.HypervisorOk | BeatHealth.StorageOk)) == (BeatHealth.HypervisorOk | BeatHealth.StorageOk);
        return new BeatHeard(WireIds.PrefixOf(beat.Boot), beat.Sequence, TimeSpan.FromMilliseconds(beat.MindAgeMs), well, beat.ConfigNumber, at, us, beat.JournalPosition);
    }

    /// <summary>What was heard last of a peer: what our beats say of it. The rule is that of the agent's heartbeat thread.</summary>
    private sealed class Heard(WireName name)
    {
        private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(10);

        public WireName Name => name;
        public Incarnation Newest { get; set; }
        public ulong Boot { get; private set; }
        public long Incarnation { get; private set; }
        public long Sequence { get; private set; }
        public Instant At { get; private set; }

        public Instant Take(in Beat beat, Instant at)
        {
            if (at < At) at = At;
            var boot = WireIds.PrefixOf(beat.Boot);
            var same = boot == Boot;
            if (!same && Sequence > 0 && beat.Incarnation.Number <= Incarnation && at - At < Forgotten) return at;
            if (!same || beat.Incarnation != Core.Incarnation.None) Incarnation = beat.Incarnation.Number;
            (Boot, Sequence, At) = (boot, beat.Sequence, at);
            return at;
        }
    }
}

/// <summary>The watcher of one peer: asks the world what its logic asks for, and tells the mind.</summary>
internal sealed class WatchBox(WorldModel world, SimMember member, SimMember peer, PeerWatch watch) : ILetterBox
{
    /// <summary>Time has passed.</summary>
    public static readonly WatchTick Tick = new();

    private static readonly TimeSpan ProbePatience = TimeSpan.FromMilliseconds(200);

    public SimMember Peer => peer;

    public PeerWatch Watch => watch;

    public void Take(object message)
    {
        var turn = watch.Receive((WatchMessage)message, member.Machine.Now);
        if (turn.Ask.HasFlag(WatchAsk.Power) && member.IsHost) member.Fencers.PowerWanted(peer, this);
        if (turn.Ask.HasFlag(WatchAsk.Probe))
        {
            // A status call to the peer's etcd member: a process, not only a kernel.
            var answers = world.Network.Linked(member, peer) && peer.Machine is { Runs: true, Booted: true } && peer.EtcdUp;
            member.PostLater(answers ? TimeSpan.FromMilliseconds(3) : ProbePatience, this, new ProbeAnswered(member.Machine.Now, answers));
        }
        if (turn.Seen is { } seen) member.Fencers.Seen(peer, seen);
        if (turn.News is { } news) member.Tell(new PeerSaid(peer.Name, news));
    }
}

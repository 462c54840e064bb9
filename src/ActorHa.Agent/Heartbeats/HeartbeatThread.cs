using System.Net;
using ActorHa.Agent.Os;
using ActorHa.Core;
using ActorHa.Core.Wire;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Heartbeats;

/// <summary>
/// Sends this member's beats and hears its peers': two threads of their own, nothing allocated per beat, no lock between
/// them. What they say and whom they tell is given from outside. Other peers: dispose it and make another on the same
/// address; its sequences go on above the old ones.
/// </summary>
public sealed class HeartbeatThread : IDisposable
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ReceivePatience = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan JoinPatience = TimeSpan.FromSeconds(2);

    private readonly HeartbeatOptions _options;
    private readonly IBeatSource _source;
    private readonly IBeatSink _sink;
    private readonly ILogger _log;
    private readonly MonotonicClock _clock;
    private readonly BeatCodec _codec;
    private readonly BeatSocket _socket;
    private readonly ManualResetEventSlim _stop = new(false, spinCount: 0);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<BeatPriority> _priority = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long[] _refused = new long[Enum.GetValues<BeatRefusal>().Length];
    private HeartbeatPeer[] _peers = [];
    private PeerSlot[] _slots = [];
    private Thread[] _threads = [];
    private long _sent, _late, _sendFailures, _heard;
    private long _interval;
    private uint _stuckMs = WireIds.Milliseconds(new Timers().MindTimeout);

    /// <summary>Binds the socket; <see cref="Start"/> begins.</summary>
    /// <exception cref="IOException">The address cannot be bound.</exception>
    /// <exception cref="ArgumentException">The interval, the key or our name will not do.</exception>
    public HeartbeatThread(HeartbeatOptions options, IBeatSource source, IBeatSink sink, ILogger log, MonotonicClock? clock = null)
    {
        // A sequence rises by one per beat and must not overtake the milliseconds since boot that the next run starts from.
        if (options.Interval < ShortestInterval) throw new ArgumentException("the interval between beats is at least 10 ms", nameof(options));
        (_options, _source, _sink, _log, _clock) = (options, source, sink, log, clock ?? MonotonicClock.System);
        _interval = options.Interval.Ticks;
        _codec = new BeatCodec(options.Cluster, options.Key.Span);
        _socket = new BeatSocket(options.Bind, _clock);
    }

    /// <summary>Where we listen.</summary>
    public IPEndPoint Local => _socket.Local;

    /// <summary>The priority that the sending thread got.</summary>
    public Task<BeatPriority> Priority => _priority.Task;

    /// <summary>
    /// Ends with <see cref="Dispose"/>; fails when the source, the sink or this is wrong: the agent must stop then, for it
    /// has gone silent.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>Counters so far.</summary>
    public HeartbeatCounters Counters => new(
        Interlocked.Read(ref _sent), Interlocked.Read(ref _late), Interlocked.Read(ref _sendFailures), Interlocked.Read(ref _heard),
        Enum.GetValues<BeatRefusal>().Where(why => RefusedFor(why) > 0).ToDictionary(why => why, RefusedFor));

    /// <summary>Begins to beat and to listen. Once.</summary>
    /// <exception cref="ArgumentException">A peer's name cannot travel, or is our own.</exception>
    /// <exception cref="InvalidOperationException">It was started already.</exception>
    public void Start(IReadOnlyList<HeartbeatPeer> peers)
    {
        if (_threads.Length > 0) throw new InvalidOperationException("the heartbeat has been started already");
        if (peers.Any(p => p.Name == _options.Self)) throw new ArgumentException("a member is no peer of its own", nameof(peers));
        _peers = [.. peers];
        _slots = [.. peers.Select(p => new PeerSlot(WireName.Of(p.Name)))];
        var receiver = new BeatReceiver(_options.Self, [.. peers.Select(p => p.Name)]);
        var addresses = peers.Select(p => AsBound(p.Address).Serialize()).ToArray();
        var first = NewBeat();
        _threads =
        [
            new Thread(() => Guard(() => SendAll(first, addresses))) { Name = "beat", IsBackground = true },
            new Thread(() => Guard(() => ReceiveAll(receiver))) { Name = "hear", IsBackground = true },
        ];
        foreach (var thread in _threads) thread.Start();
    }

    /// <summary>
    /// What the journal says, from now on: how often to beat (at least every 10 ms), from when on a mind is stuck, and each
    /// peer's newest incarnation: beats of older ones are refused. Any thread, after <see cref="Start"/>. An incarnation may
    /// go back, as a restored journal does.
    /// </summary>
    public void Know(Timers timers, Func<MemberName, Incarnation> newest)
    {
        Volatile.Write(ref _interval, Math.Max(timers.Beat.Ticks, ShortestInterval.Ticks));
        Volatile.Write(ref _stuckMs, WireIds.Milliseconds(timers.MindTimeout));
        for (var i = 0; i < _slots.Length; i++) _slots[i].Newest = newest(_peers[i].Name);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Set();
        foreach (var thread in _threads)
            if (thread != Thread.CurrentThread && !thread.Join(JoinPatience)) HeartbeatLog.Stuck(_log, thread.Name!);
        _socket.Dispose();
        _priority.TrySetCanceled();
        _completion.TrySetResult();
    }

    // A socket of the newer protocol reaches peers of the older one under mapped addresses only.
    private IPEndPoint AsBound(IPEndPoint peer) =>
        peer.AddressFamily == Local.AddressFamily ? peer : new IPEndPoint(peer.Address.MapToIPv6(), peer.Port);

    private long RefusedFor(BeatRefusal why) => Interlocked.Read(ref _refused[(int)why]);

    private Beat NewBeat() => new()
    {
        Sender = WireName.Of(_options.Self),
        Boot = WireIds.Of(_options.Boot),
        AgentRun = WireIds.Of(_options.Run),
        // Of this host's boot, not of this process: see Beat.
        Sequence = _clock.Now.Ticks / TimeSpan.TicksPerMillisecond,
    };

    private void SendAll(in Beat first, SocketAddress[] addresses)
    {
        var priority = _options.RaisePriority ? ThreadPriority.Raise() : new BeatPriority(BeatScheduling.Plain, "plain, as configured");
        _priority.TrySetResult(priority);
        HeartbeatLog.Started(_log, Local, priority);
        var buffer = new byte[BeatCodec.MaxLength];
        var errors = new int[addresses.Length];
        var beat = first;
        var next = _clock.Now;
        while (!_stop.IsSet)
        {
            Fill(ref beat, first);
            var datagram = buffer.AsSpan(0, _codec.Encode(beat, buffer));
            for (var i = 0; i < addresses.Length; i++) Note(i, _socket.Send(datagram, addresses[i]), errors);
            Interlocked.Increment(ref _sent);
            next = NextAfter(next);
            _stop.Wait(MillisecondsUntil(next));
        }
    }

    // Who beats is not the source's to say.
    private void Fill(ref Beat beat, in Beat first)
    {
        var sequence = beat.Sequence + 1;
        _source.Fill(ref beat);
        (beat.Sender, beat.Boot, beat.AgentRun, beat.Sequence) = (first.Sender, first.Boot, first.AgentRun, sequence);
        beat.ClearSightings();
        var now = _clock.Now;
        // More peers than a beat can speak of take turns.
        var start = _slots.Length > Beat.MaxSightings ? (int)(sequence * Beat.MaxSightings % _slots.Length) : 0;
        for (var i = 0; i < _slots.Length; i++)
            if (_slots[(start + i) % _slots.Length].TrySee(now, out var sighting) && !beat.TryAddSighting(sighting)) break;
    }

    // Deadlines are absolute, so lateness does not add up; beats that were missed are not made up for in a burst.
    private Instant NextAfter(Instant last)
    {
        var interval = new TimeSpan(Volatile.Read(ref _interval));
        var next = last + interval;
        var now = _clock.Now;
        if (next > now) return next;
        Interlocked.Increment(ref _late);
        return now + interval;
    }

    private int MillisecondsUntil(Instant deadline) =>
        (int)Math.Max(0, ((deadline - _clock.Now).Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond);

    // Said once when it begins and once when it ends, not ten times a second.
    private void Note(int peer, int error, int[] errors)
    {
        if (error != 0) Interlocked.Increment(ref _sendFailures);
        if (error == errors[peer]) return;
        errors[peer] = error;
        if (error == 0) HeartbeatLog.SendsAgain(_log, _peers[peer].Name, _peers[peer].Address);
        else HeartbeatLog.CannotSend(_log, _peers[peer].Name, _peers[peer].Address, error);
    }

    private void ReceiveAll(BeatReceiver receiver)
    {
        if (_options.RaisePriority) ThreadPriority.Raise();
        var buffer = new byte[BeatCodec.MaxLength + 1]; // one more than any beat: what fills it is too long
        while (!_stop.IsSet)
        {
            var length = _socket.Receive(buffer, ReceivePatience, out var arrived, out var error);
            if (length >= 0) Take(buffer.AsSpan(0, length), arrived, receiver);
            else if (error != 0) _stop.Wait(ReceivePatience); // whatever it is, not in a hot loop
        }
    }

    private void Take(ReadOnlySpan<byte> datagram, Instant arrived, BeatReceiver receiver)
    {
        if (!_codec.TryDecode(datagram, out var beat, out var refusal))
        {
            Refuse(refusal);
            return;
        }
        var peer = receiver.IndexOf(beat.Sender);
        refusal = receiver.Accept(beat, peer < 0 ? Incarnation.None : _slots[peer].Newest);
        if (refusal != BeatRefusal.None)
        {
            Refuse(refusal);
            return;
        }
        Interlocked.Increment(ref _heard);
        // A beat whose mind is stuck counts as missing; relayed as a sighting it would count for others.
        _sink.Heard(beat, beat.MindAgeMs <= Volatile.Read(ref _stuckMs) ? _slots[peer].Hear(beat, arrived) : arrived);
    }

    private void Refuse(BeatRefusal why)
    {
        Interlocked.Increment(ref _refused[(int)why]);
        _sink.Refused(why);
    }

    private void Guard(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) // we are wrong: say so where the agent listens, and stop both threads
        {
            HeartbeatLog.Failed(_log, e, Thread.CurrentThread.Name!);
            _stop.Set();
            _completion.TrySetException(e);
        }
    }
}

namespace ActorHa.Core.Tests;

/// <summary>One fencer, its device played by hand.</summary>
internal sealed class WalkBench
{
    private readonly FenceWalk _walk;

    public WalkBench(int levels = 1, Timers? timers = null, bool agentLost = false)
    {
        _walk = new FenceWalk(timers ?? new Timers(), Now);
        Hear(new FenceTarget(Cast.I(1), levels, timers ?? new Timers(), agentLost));
    }

    public Instant Now { get; private set; } = Cast.At(100);

    public IReadOnlyList<FenceEffect> Effects { get; private set; } = [];

    public List<FenceEffect> All { get; } = [];

    /// <summary>Every report so far.</summary>
    public IReadOnlyList<FencerReport> Said => [.. All.OfType<SayFence>().Select(s => s.Report)];

    public int Sets => All.Count(e => e is SendOff);

    public static FenceOrder Order(long switching = 20, int level = 0, bool on = false, bool standDown = true, long request = 5, bool listen = false) =>
        new(switching, Cast.E(request), Cast.I(1), level, on, standDown, listen);

    public WalkBench Later(double seconds)
    {
        Now += Cast.Sec(seconds);
        return this;
    }

    public WalkBench Hear(FenceMessage message, double waited = 0, PeerView? newest = null)
    {
        Effects = _walk.Receive(message, Now, Cast.Sec(waited), newest);
        All.AddRange(Effects);
        return this;
    }

    public WalkBench Answered() => Hear(new SetDone(true, false, "accepted"));

    public WalkBench Unanswered() => Hear(new SetDone(false, false, "no answer"));

    public WalkBench Off(Instant? asked = null, string source = "chassis") => Reads(Power.Off, asked, source);

    public WalkBench Reads(Power power, Instant? asked = null, string source = "chassis") => Hear(new PowerRead(asked ?? Now, new PowerReading(power, source, $"reads {power}")));

    public WalkBench Sees(Verdict verdict, Instant? heard, Instant? hearsUs = null) => Hear(new TargetSeen(Cast.Hears(verdict, heard, hearsUs)));
}

/// <summary>One watcher of applejack, its beats played by hand; boot 1 is the newest life.</summary>
internal sealed class WatchBench
{
    private readonly PeerWatch _watch;
    private long _sequence;

    public WatchBench(bool isHost = true)
    {
        _watch = new PeerWatch(isHost ? Cast.A : Cast.W, isHost, new Timers(), Now);
        Hear(new LifeKnown(isHost ? 1u : 0u, new Timers()));
    }

    public Instant Now { get; private set; } = Cast.At(100);

    public WatchAsk Ask { get; private set; }

    /// <summary>What the mind was told last; null = nothing.</summary>
    public PeerView? News { get; private set; }

    /// <summary>What the fencer was told last; null = nothing.</summary>
    public PeerView? Seen { get; private set; }

    public PeerView View => _watch.View;

    public TimeSpan UntilLook => _watch.NextLook(Now) - Now;

    public Verdict Verdict => Hear(new WatchTick()).View.Verdict;

    public WatchBench Later(double seconds)
    {
        Now += Cast.Sec(seconds);
        return this;
    }

    public WatchBench Hear(WatchMessage message)
    {
        (Ask, Seen, News) = _watch.Receive(message, Now);
        return this;
    }

    public WatchBench Beat(ulong boot = 1, long? sequence = null, double mindAge = 0, bool well = true, bool echo = false) =>
        Hear(new BeatHeard(boot, sequence ?? ++_sequence, Cast.Sec(mindAge), well, 1, Now, echo ? Now : null));

    public WatchBench Sighted(long sequence, ulong boot = 1, double ago = 0) => Hear(new PeerSighted(Cast.W, boot, sequence, Now - Cast.Sec(ago)));

    public WatchBench Power(Power power, double askedAgo = 0) => Hear(new PowerAnswered(Now - Cast.Sec(askedAgo), new PowerReading(power, "chassis", "")));

    public WatchBench Probe(bool answers, double askedAgo = 0) => Hear(new ProbeAnswered(Now - Cast.Sec(askedAgo), answers));
}

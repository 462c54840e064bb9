using ActorHa.Core;

namespace ActorHa.World;

/// <summary>
/// The links among the members, each direction by itself: latency, loss, duplication, spikes (and with them reordering),
/// cuts. Connections (etcd, probes) need both directions; a datagram needs its own.
/// </summary>
public sealed class Network(WorldModel world, Random random)
{
    private readonly bool[,] _cut = new bool[world.Size, world.Size];
    private readonly LinkTrouble?[,] _trouble = new LinkTrouble?[world.Size, world.Size];
    private readonly bool[] _cutFromChassis = new bool[world.Size];
    private (SimMember From, SimMember To)? _holding;
    private Action? _held;

    /// <summary>Cuts one direction of a link, or mends it.</summary>
    public void Cut(SimMember from, SimMember to, bool cut = true) => _cut[from.Number, to.Number] = cut;

    /// <summary>Cuts a member from the chassis, or mends that.</summary>
    public void CutChassis(SimMember member, bool cut = true) => _cutFromChassis[member.Number] = cut;

    /// <summary>Makes one direction of a link bad; null = good again.</summary>
    public void Trouble(SimMember from, SimMember to, LinkTrouble? trouble) => _trouble[from.Number, to.Number] = trouble;

    /// <summary>The next datagram of that way stays somewhere on the way, until it is released.</summary>
    public void HoldNext(SimMember from, SimMember to) => _holding = (from, to);

    /// <summary>What stayed on the way arrives; false where nothing did.</summary>
    public bool ReleaseHeld()
    {
        var held = _held;
        _held = null;
        held?.Invoke();
        return held is not null;
    }

    /// <summary>Everything is mended.</summary>
    public void Heal()
    {
        Array.Clear(_cut);
        Array.Clear(_trouble);
        Array.Clear(_cutFromChassis);
    }

    /// <summary>Whether any link is bad (cuts aside).</summary>
    public bool AnyTrouble
    {
        get
        {
            foreach (var t in _trouble)
                if (t is not null) return true;
            return false;
        }
    }

    /// <summary>Datagrams pass that way.</summary>
    public bool Passes(SimMember from, SimMember to) => !_cut[from.Number, to.Number];

    /// <summary>Datagrams and connections pass both ways.</summary>
    public bool Linked(SimMember a, SimMember b) => Passes(a, b) && Passes(b, a);

    /// <summary>The member reaches the chassis.</summary>
    public bool ReachesChassis(SimMember member) => !_cutFromChassis[member.Number];

    /// <summary>One way through a good network.</summary>
    public TimeSpan Latency() => TimeSpan.FromMicroseconds(random.Next(200, 1500));

    /// <summary>One way of a connection: loss shows as the delay of a retransmission.</summary>
    public TimeSpan Latency(SimMember from, SimMember to) => _trouble[from.Number, to.Number] is { } t
        ? Latency() + Spike(t) + (random.NextDouble() < t.Loss ? TimeSpan.FromMilliseconds(200) : TimeSpan.Zero)
        : Latency();

    /// <summary>Sends a datagram; it may be lost, doubled, late.</summary>
    public void Send(SimMember from, SimMember to, Datagram datagram)
    {
        if (!Passes(from, to)) return;
        if (_holding is { } h && h == (from, to)) { (_holding, _held) = (null, () => to.Heart.Arrives(datagram)); return; }
        var trouble = _trouble[from.Number, to.Number];
        if (trouble is not null && random.NextDouble() < trouble.Loss) return;
        Deliver(from, to, datagram, trouble);
        if (trouble is not null && random.NextDouble() < trouble.Doubled) Deliver(from, to, datagram, trouble);
    }

    private void Deliver(SimMember from, SimMember to, Datagram datagram, LinkTrouble? trouble)
    {
        var delay = Latency();
        if (trouble is not null)
        {
            delay += Spike(trouble);
            if (random.NextDouble() < trouble.Damaged) datagram = datagram.Damage(random);
        }
        world.Time.After(delay, () =>
        {
            if (Passes(from, to)) to.Heart.Arrives(datagram);
        });
    }

    private TimeSpan Spike(LinkTrouble t) => random.NextDouble() < t.SpikeChance ? t.Spike * random.NextDouble() : TimeSpan.Zero;
}

/// <summary>How bad one direction of a link is.</summary>
/// <param name="Loss">Chance that a datagram is lost.</param>
/// <param name="Doubled">Chance that it comes twice.</param>
/// <param name="SpikeChance">Chance that it is late.</param>
/// <param name="Spike">Longest lateness; what is late is overtaken.</param>
/// <param name="Damaged">Chance that one bit of it flips.</param>
public sealed record LinkTrouble(double Loss, double Doubled, double SpikeChance, TimeSpan Spike, double Damaged)
{
    /// <summary>Case 14: what may fence nobody: 30 % loss, late, doubled, overtaken.</summary>
    public static readonly LinkTrouble Documented = new(0.3, 0.05, 0.1, TimeSpan.FromMilliseconds(120), 0.01);

    /// <summary>What a story says of the links.</summary>
    public static LinkTrouble? Of(LinkWeather weather) => weather switch
    {
        LinkWeather.Jitter => Documented,
        LinkWeather.Spikes => new(0, 0.2, 0.2, TimeSpan.FromSeconds(2), 0),
        LinkWeather.Damaged => new(0, 0, 0, TimeSpan.Zero, 0.5),
        _ => null,
    };
}

/// <summary>How the links are in a story.</summary>
public enum LinkWeather
{
    /// <summary>Nothing is wrong with them.</summary>
    Good,

    /// <summary>The documented worst that fences nobody.</summary>
    Jitter,

    /// <summary>Nothing is lost, but a fifth comes up to 2 s late and a fifth twice: overtaken.</summary>
    Spikes,

    /// <summary>Of half of all datagrams one bit flips.</summary>
    Damaged,
}

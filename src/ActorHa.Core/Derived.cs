using System.Collections.Immutable;

namespace ActorHa.Core;

/// <summary>
/// What follows from one state, or from it and one part of a view: worked out when first asked for and kept beside the state.
/// The rules ask at each turn of the mind, a state changes only with an entry. Nothing is decided here.
/// </summary>
/// <remarks>Whatever is kept is one unchangeable object, put down whole: asked by two threads it is at worst worked out twice.</remarks>
internal sealed class Derived(ClusterState state)
{
    private string? _hash;
    private KeyValuePair<MemberName, HostState>[]? _hosts;
    private KeyValuePair<MemberName, string>[]? _fingerprints;
    private KeyValuePair<VmName, string>[]? _waiting;
    private ConfiguredHost[]? _configured;
    private MemberName[]? _witnesses;
    private OthersOf? _others;
    private SeenBy? _seen;
    private PlanFor? _plan;

    /// <summary>The state that all of this is about.</summary>
    public ClusterState State => state;

    /// <summary>See <see cref="JournalCodec.Hash(ClusterState)"/>.</summary>
    public string Hash => _hash ??= JournalCodec.WorkHash(state);

    /// <summary>All hosts, in the order of their names.</summary>
    public KeyValuePair<MemberName, HostState>[] Hosts => _hosts ??= [.. state.Hosts];

    /// <summary>Configured hosts, in the order of their names.</summary>
    public ConfiguredHost[] Configured => _configured ??= [.. state.Config.Hosts.Keys.Select(h => new ConfiguredHost(h, state.Host(h)))];

    /// <summary>Those other than this member.</summary>
    public ConfiguredHost[] Others(MemberName self) => (_others is { } o && o.Self == self ? o : _others = new(self, Array.FindAll(Configured, h => h.Host != self))).Hosts;

    /// <summary>Witnesses.</summary>
    public MemberName[] Witnesses => _witnesses ??= [.. state.Config.Witnesses];

    /// <summary>See <see cref="Arming.Fingerprint"/>.</summary>
    public string Fingerprint(MemberName host)
    {
        foreach (var (name, print) in _fingerprints ??= [.. state.Config.Hosts.Keys.Select(h => KeyValuePair.Create(h, Arming.Print(state, h)))])
            if (name == host) return print;
        return "";
    }

    /// <summary>VMs that run nowhere for a reason that was recorded.</summary>
    public KeyValuePair<VmName, string>[] Waiting =>
        _waiting ??= [.. state.Vms.Where(vm => vm.Value is { Waiting: not null, Owner: null, Wanted: true }).Select(vm => KeyValuePair.Create(vm.Key, vm.Value.Waiting!))];

    /// <summary>VMs that a member sees on its host, beside what is known of them.</summary>
    public SeenVm[] Seen(View v) => SeenOn(v).All;

    /// <summary>Those of them that it owns.</summary>
    public SeenVm[] Own(View v) => SeenOn(v).Own;

    /// <summary>Where VMs go, see <see cref="Placer"/>.</summary>
    public Plan Plan(IReadOnlySet<MemberName> usable) => (_plan is { } p && p.Usable.SetEquals(usable) ? p
        : _plan = new([.. usable], Placer.Work(state, usable))).Plan;

    private SeenBy SeenOn(View v)
    {
        if (_seen is { } seen && seen.Self == v.Self && ReferenceEquals(seen.Vms, v.Vms)) return seen;
        SeenVm[] all = [.. v.Vms.Select(e => new SeenVm(e.Key, state.Vm(e.Key), e.Value, state.Owns(v.Self, e.Key)))];
        return _seen = new(v.Self, v.Vms, all, [.. all.Where(vm => vm.Owned)]);
    }

    private sealed record OthersOf(MemberName Self, ConfiguredHost[] Hosts);

    private sealed record SeenBy(MemberName Self, ImmutableSortedDictionary<VmName, VmObservation> Vms, SeenVm[] All, SeenVm[] Own);

    private sealed record PlanFor(HashSet<MemberName> Usable, Plan Plan);
}

/// <summary>Holds <see cref="Derived"/> in a state, and is no part of it: states are equal whatever was worked out about them.</summary>
internal struct Beside : IEquatable<Beside>
{
    private Derived? _derived;

    /// <summary>What follows from this state. A copy by <c>with</c> takes over what was about another: so it is asked whose it is.</summary>
    public Derived Of(ClusterState s) => _derived is { } d && ReferenceEquals(d.State, s) ? d : _derived = new Derived(s);

    /// <inheritdoc/>
    public readonly bool Equals(Beside other) => true;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is Beside;

    /// <inheritdoc/>
    public override readonly int GetHashCode() => 0;
}

/// <summary>A configured host and what is known of it.</summary>
internal readonly record struct ConfiguredHost(MemberName Host, HostState State);

/// <summary>A VM as it is known and as it is seen on this host.</summary>
/// <param name="Vm">Its name.</param>
/// <param name="State">What is known of it.</param>
/// <param name="Seen">What is seen of it here.</param>
/// <param name="Owned">Whether this host owns it in its newest life.</param>
internal readonly record struct SeenVm(VmName Vm, VmState State, VmObservation Seen, bool Owned);

/// <summary>Where VMs go, and which make room.</summary>
internal sealed record Plan(ImmutableArray<Placed> Placed, ImmutableSortedDictionary<VmName, VmName> Displaced);

/// <summary>Look-ups without the way over an interface.</summary>
internal static class Lookup
{
    /// <summary>The value, or nothing.</summary>
    public static TValue? GetValueOrDefault<TKey, TValue>(this ImmutableSortedDictionary<TKey, TValue> among, TKey key) where TKey : notnull =>
        among.TryGetValue(key, out var value) ? value : default;
}

using System.Collections.Immutable;
using ActorHa.World;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

public sealed class PlacerTests
{
    private static readonly ImmutableSortedSet<MemberName> Both = [A, B];

    /// <summary>Both hosts admitted, no VM owned.</summary>
    private static ClusterState Empty(Action<Site.Builder>? change = null) => Case.Given(Configures(change), Joins(A), Admits(A), Joins(B), Admits(B)).State;

    private static string Where(ClusterState s, params MemberName[] usable) =>
        string.Join(" ", Placer.Place(s, usable.ToImmutableSortedSet()).Where(p => p.Host is not null).Select(p => $"{p.Vm}@{p.Host}"));

    private static string Why(ClusterState s, VmName vm, params MemberName[] usable) => Placer.Place(s, usable.ToImmutableSortedSet()).Single(p => p.Vm == vm).Reason;

    [Fact]
    public void Preferred_hosts_come_first() => Assert.Equal("mail@applejack lists@applejack tickets@applejack monitor@applejack", Where(Empty(), A, B));

    [Fact]
    public void Priority_comes_first_where_memory_is_short()
    {
        Assert.Equal("mail@rainbowdash lists@rainbowdash", Where(Empty(), B));
        Assert.Equal("tickets@rainbowdash mail@rainbowdash", Where(Empty(b => b.Vms[Tickets] = b.Vms[Tickets] with { Priority = 200 }), B));
    }

    [Fact]
    public void Equal_priorities_go_by_name() =>
        Assert.Equal("lists@rainbowdash mail@rainbowdash", Where(Empty(b => { foreach (var vm in new[] { Mail, Lists, Tickets }) b.Vms[vm] = b.Vms[vm] with { Priority = 1 }; }), B));

    [Fact]
    public void Memory_that_is_used_is_not_given_twice()
    {
        var s = Case.Given(Configures(), Joins(A), Admits(A), Joins(B), Admits(B)).Runs(Tickets, B, 1).State;
        Assert.Equal("mail@rainbowdash", Where(s, B));
        Assert.Equal("waits for memory: needs 96 MiB, rainbowdash has 32", Why(s, Lists, B));
    }

    [Fact]
    public void A_smaller_vm_may_take_what_a_greater_one_cannot() =>
        Assert.Equal("lists@rainbowdash tickets@rainbowdash", Where(Empty(b => b.Vms[Mail] = b.Vms[Mail] with { MemoryMb = 300 }), B));

    [Fact]
    public void What_is_not_marked_for_failover_waits_for_its_host() => Assert.Equal("waits for its host applejack: not marked for failover", Why(Empty(), MonitorVm, B));

    [Fact]
    public void A_home_without_a_list_is_the_host_that_owned_it_last()
    {
        var s = Case.Given(Configures(b => b.Vms[MonitorVm] = b.Vms[MonitorVm] with { Hosts = [] }), Joins(A), Admits(A), Joins(B), Admits(B))
            .Runs(MonitorVm, B, 1).And(new VmReleased(MonitorVm, E(1), false)).State;
        Assert.Contains("monitor@rainbowdash", Where(s, A, B), StringComparison.Ordinal);
    }

    [Fact]
    public void A_move_goes_to_its_target_first()
    {
        var s = Empty().Evolve([new VmMoveOrdered(Mail, B, "operator")], 10);
        Assert.StartsWith("mail@rainbowdash", Where(s, A, B), StringComparison.Ordinal);
        Assert.StartsWith("mail@applejack", Where(s, A), StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_it_may_not_run_on_gets_nothing() => Assert.Equal("waits for a host that may run it", Why(Empty(b => b.Vms[Mail] = b.Vms[Mail] with { Hosts = [A] }), Mail, B));

    [Fact]
    public void A_host_on_which_it_failed_too_often_is_passed_over()
    {
        var s = Case.Given(Configures(), Joins(A), Admits(A), Joins(B), Admits(B)).Runs(Mail, A, 1).And(new VmReleased(Mail, E(1), GaveUp: true)).State;
        Assert.StartsWith("mail@rainbowdash", Where(s, A, B), StringComparison.Ordinal);
        Assert.StartsWith("failed too often on applejack", Why(s, Mail, A), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_owned_stopped_or_has_a_stray_stays_where_it_is()
    {
        var s = Case.TheSite().State;
        Assert.Empty(Placer.Place(s, Both));
        Assert.DoesNotContain(Placer.Place(Empty().Evolve([new VmWanted(Mail, false, "operator")], 9), Both), p => p.Vm == Mail);
        Assert.DoesNotContain(Placer.Place(Empty().Evolve([new VmStrayFound(Mail, B, I(1), RunOf(B), 7)], 9), Both), p => p.Vm == Mail);
    }

    [Fact]
    public void What_is_preemptible_makes_room_for_what_matters_more()
    {
        // tickets (128) and lists (96) fill rainbowdash up to 32 MiB; mail needs 96.
        var s = Case.Given(Configures(Preemptible(Tickets, Lists)), Joins(A), Admits(A), Joins(B), Admits(B)).Runs(Tickets, B, 1).Runs(Lists, B, 2).State;
        Assert.Equal("waits for memory: tickets makes room on rainbowdash", Why(s, Mail, B));
        Assert.Equal("tickets for mail", Displaced(s, B));
        Assert.Equal("", Displaced(s, A, B));
    }

    [Fact]
    public void Only_preemptible_ones_of_lower_priority_make_room()
    {
        static ClusterState Full(Action<Site.Builder>? change) =>
            Case.Given(Configures(change), Joins(A), Admits(A), Joins(B), Admits(B)).Runs(Tickets, B, 1).Runs(Lists, B, 2).State;
        Assert.Equal("", Displaced(Full(null), B));
        Assert.Equal("", Displaced(Full(b => { Preemptible(Tickets, Lists)(b); b.Vms[Mail] = b.Vms[Mail] with { Priority = 60 }; }), B));
        // What two cannot make, none is stopped for.
        Assert.Equal("", Displaced(Full(b => { Preemptible(Tickets)(b); b.Vms[Mail] = b.Vms[Mail] with { MemoryMb = 200 }; }), B));
    }

    [Fact]
    public void No_more_are_stopped_than_are_needed()
    {
        // monitor (64, lowest) alone is too little; tickets alone is enough: monitor is spared.
        var s = Case.Given(Configures(b => { Preemptible(Tickets, MonitorVm)(b); b.Vms[Mail] = b.Vms[Mail] with { MemoryMb = 180 }; }), Joins(A), Admits(A), Joins(B), Admits(B))
            .Runs(Tickets, B, 1).Runs(MonitorVm, B, 2).State;
        Assert.Equal("tickets for mail", Displaced(s, B));
    }

    private static Action<Site.Builder> Preemptible(params VmName[] vms) => b => { foreach (var vm in vms) b.Vms[vm] = b.Vms[vm] with { Preemptible = true }; };

    private static string Displaced(ClusterState s, params MemberName[] usable) =>
        string.Join(" ", Placer.Displaced(s, usable.ToImmutableSortedSet()).Select(d => $"{d.Key} for {d.Value}"));

    [Fact]
    public void The_same_state_gives_the_same_places_whatever_the_order_of_the_configuration()
    {
        var s = Empty();
        var other = s with { Config = s.Config with { Vms = s.Config.Vms.Reverse().ToImmutableSortedDictionary(), Hosts = s.Config.Hosts.Reverse().ToImmutableSortedDictionary() } };
        Assert.Equal(Placer.Place(s, Both).ToArray(), Placer.Place(other, new HashSet<MemberName> { B, A }).ToArray());
    }
}

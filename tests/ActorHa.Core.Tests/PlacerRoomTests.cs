using System.Collections.Immutable;
using ActorHa.World;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>Bounds of placement: what just fits, who makes room for whom, and what is kept for others.</summary>
public sealed class PlacerRoomTests
{
    /// <summary>Both hosts admitted; rainbowdash has 256 MiB.</summary>
    private static Case Site(Action<Site.Builder>? change = null) => Case.Given(Configures(change), Joins(A), Admits(A), Joins(B), Admits(B));

    private static Action<Site.Builder> Sizes(params (VmName Vm, long MemoryMb)[] preemptible) => b =>
    {
        foreach (var (vm, size) in preemptible) b.Vms[vm] = b.Vms[vm] with { MemoryMb = size, Preemptible = true };
    };

    private static Action<Site.Builder> Needs(VmName vm, long size, Action<Site.Builder>? also = null) => b =>
    {
        also?.Invoke(b);
        b.Vms[vm] = b.Vms[vm] with { MemoryMb = size };
    };

    private static void Freezes(Site.Builder b) => b.Policies = b.Policies with { Shutdown = ShutdownPolicy.Freeze };

    private static string Where(Case c, params MemberName[] usable) =>
        string.Join(" ", Placer.Place(c.State, usable.ToImmutableSortedSet()).Where(p => p.Host is not null).Select(p => $"{p.Vm}@{p.Host}"));

    private static string Why(Case c, VmName vm, params MemberName[] usable) => Placer.Place(c.State, usable.ToImmutableSortedSet()).Single(p => p.Vm == vm).Reason;

    private static string Displaced(Case c, params MemberName[] usable) =>
        string.Join(" ", Placer.Displaced(c.State, usable.ToImmutableSortedSet()).Select(d => $"{d.Key} for {d.Value}"));

    [Fact]
    public void What_just_fits_is_placed() => Assert.Equal("mail@rainbowdash", Where(Site(Needs(Mail, 256)), B));

    [Fact]
    public void Where_no_hosts_are_listed_all_are_tried_by_name()
    {
        static void Anywhere(Site.Builder b) => b.Vms[Mail] = b.Vms[Mail] with { Hosts = [] };
        Assert.StartsWith("mail@applejack", Where(Site(Anywhere), A, B), StringComparison.Ordinal);
        Assert.StartsWith("mail@rainbowdash", Where(Site(Anywhere), B), StringComparison.Ordinal);
    }

    [Fact]
    public void Room_is_kept_only_for_what_leaves_its_host() =>
        Assert.Equal("lists@rainbowdash tickets@rainbowdash", Where(Site().Runs(Mail, A, 1), B));

    [Fact]
    public void What_just_fits_after_a_stop_makes_room()
    {
        // rainbowdash has 32 MiB left beside lists and tickets.
        Case Full(long size) => Site(Needs(Mail, size, Sizes((Tickets, 128)))).Runs(Tickets, B, 1).Runs(Lists, B, 2);
        Assert.Equal("tickets for mail", Displaced(Full(160), B));
        Assert.Equal("", Displaced(Full(161), B));
    }

    [Fact]
    public void Nobody_makes_room_on_a_host_that_may_not_get_it()
    {
        var full = Site(Needs(Mail, 450, Sizes((Tickets, 128)))).Runs(Tickets, A, 1);
        Assert.Equal("tickets for mail", Displaced(full, A, B));
        Assert.Equal("", Displaced(full, B));
        Assert.Equal("", Displaced(full.Runs(Mail, A, 3).And(new VmReleased(Mail, E(3), GaveUp: true)), A, B));
    }

    [Fact]
    public void Of_equally_important_ones_the_last_by_name_makes_room()
    {
        var full = Site(b =>
        {
            Sizes((Lists, 128), (Tickets, 128))(b);
            b.Vms[Lists] = b.Vms[Lists] with { Priority = 60 };
        }).Runs(Lists, B, 1).Runs(Tickets, B, 2);
        Assert.Equal("tickets for mail", Displaced(full, B));
    }

    [Fact]
    public void The_most_important_one_that_is_not_needed_is_spared_and_the_rest_is_still_enough() =>
        // One of monitor and tickets is enough beside lists, to the last MiB.
        Assert.Equal("lists for mail monitor for mail", Displaced(
            Site(Needs(Mail, 192, Sizes((MonitorVm, 64), (Tickets, 64), (Lists, 128)))).Runs(MonitorVm, B, 1).Runs(Tickets, B, 2).Runs(Lists, B, 3), B));

    [Fact]
    public void What_is_free_beside_the_room_that_is_made_is_given_to_others()
    {
        // Both must go for mail: of the 128 MiB that are free now 56 remain when it has come.
        Case Full(long lists) => Site(Needs(Lists, lists, Needs(Mail, 200, Sizes((MonitorVm, 64), (Tickets, 64))))).Runs(MonitorVm, B, 1).Runs(Tickets, B, 2);
        Assert.Equal("monitor for mail tickets for mail", Displaced(Full(56), B));
        Assert.Equal("lists@rainbowdash", Where(Full(56), B));
        Assert.Equal("", Where(Full(57), B));
    }

    [Fact]
    public void What_is_frozen_waits_for_its_host_though_another_has_room() =>
        Assert.StartsWith("waits for its host applejack, which is being shut down", Why(
            Site(Needs(Mail, 256, Freezes)).Runs(Mail, A, 1).And(new HostLeaving(A, I(1)), new VmReleased(Mail, E(1), false)), Mail, B), StringComparison.Ordinal);

    [Fact]
    public void Nobody_makes_room_for_what_is_frozen_and_would_not_come()
    {
        var c = Site(b => { Sizes((Tickets, 200))(b); Needs(Mail, 200, Freezes)(b); }).Runs(Mail, A, 1).Runs(Lists, A, 3).Runs(Tickets, B, 2).And(new HostLeaving(A, I(1)), new VmReleased(Mail, E(1), false));
        Assert.Equal("", Displaced(c, B));
        Assert.StartsWith("waits for its host applejack", Why(c, Mail, B), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_frozen_for_a_host_that_stays() =>
        Assert.StartsWith("mail@rainbowdash", Where(Site(Freezes).Runs(Mail, A, 1).And(new VmReleased(Mail, E(1), GaveUp: true)), A, B), StringComparison.Ordinal);

    [Fact]
    public void What_has_lost_its_home_to_a_new_configuration_waits()
    {
        static void Homeless(Site.Builder b) => b.Vms[MonitorVm] = b.Vms[MonitorVm] with { Hosts = [] };
        var c = Site(Homeless).Runs(MonitorVm, A, 1).And(new VmReleased(MonitorVm, E(1), false)).And(Configures(b => { Homeless(b); b.Hosts.Remove(A); }, 2));
        Assert.Equal("waits for its host applejack, which the configuration does not name any more: not marked for failover", Why(c, MonitorVm, B));
    }
}

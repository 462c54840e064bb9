using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>Each order once, one at a time; a finished job of an earlier order never ends the next one.</summary>
public sealed class VmWatchTests
{
    private readonly VmWatch _watch = new(At(100), Sec(1));
    private Instant _now = At(100);
    private IReadOnlyList<VmEffect> _effects = [];

    private VmWatchTests Hear(VmMessage message, double after = 0)
    {
        _now += Sec(after);
        _effects = _watch.Receive(message, _now);
        return this;
    }

    /// <summary>A search that begins a moment after what was heard last, or so long before its answer.</summary>
    private VmWatchTests Looks(int? pid = null, long? epoch = null, double askedAgo = 0)
    {
        _now += Sec(0.001);
        return Hear(new VmLooked(pid, epoch is { } e ? E(e) : null, _now - Sec(askedAgo)));
    }

    private VmWatchTests Orders(VmMode mode, long index, long epoch = 1) => Hear(new VmOrdered(new VmOrder(mode, E(epoch), index, "[]", Sec(30))));

    private VmCondition Condition => _watch.Seen.Condition;

    [Fact]
    public void A_start_is_carried_out_once_per_order()
    {
        Looks().Orders(VmMode.Start, 10);
        Assert.Contains(new StartVm(E(1), "[]"), _effects);
        Orders(VmMode.Start, 10);
        Assert.DoesNotContain(_effects, e => e is StartVm);
        Hear(new VmStarted(E(1), true, 7, "")).Hear(new VmEnded(7, false, "killed"), 5).Orders(VmMode.Start, 10);
        Assert.DoesNotContain(_effects, e => e is StartVm);
        Assert.Equal((VmCondition.Ended, 10L), (Condition, _watch.Seen.Order));
        Orders(VmMode.Start, 11);
        Assert.Contains(_effects, e => e is StartVm);
    }

    [Fact]
    public void Nothing_starts_before_the_hypervisor_was_searched()
    {
        Orders(VmMode.Start, 10);
        Assert.Empty(_effects);
        Looks();
        Assert.Contains(_effects, e => e is StartVm);
    }

    [Fact]
    public void What_runs_under_the_epoch_is_adopted_not_started()
    {
        Looks(7, 1).Orders(VmMode.Start, 10);
        Assert.DoesNotContain(_effects, e => e is StartVm);
        Hear(new VmEnded(7, false, "killed"), 1);
        Assert.Equal((VmCondition.Ended, 10L), (Condition, _watch.Seen.Order));
        Assert.DoesNotContain(_effects, e => e is StartVm);
    }

    [Fact]
    public void A_process_of_another_epoch_is_no_fulfilment_and_nothing_starts_beside_it()
    {
        Looks(7, 3).Orders(VmMode.Start, 10, epoch: 5);
        Assert.DoesNotContain(_effects, e => e is StartVm);
        Hear(new VmEnded(7, false, ""), 1);
        Assert.Contains(new StartVm(E(5), "[]"), _effects);
    }

    [Fact]
    public void A_stop_is_repeated_until_it_is_drained()
    {
        Looks(7, 1).Orders(VmMode.Stop, 12);
        Assert.Contains(new StopVm(Sec(30)), _effects);
        Hear(new VmStopped(false, "hangs"), 30);
        Assert.Equal(VmCondition.Unknown, Condition);
        Assert.Contains(_effects, e => e is WakeVm);
        Hear(new VmTick(), 1);
        Assert.Contains(_effects, e => e is StopVm);
        Hear(new VmStopped(true, ""), 1);
        Assert.Equal((VmCondition.Absent, 12L), (Condition, _watch.Seen.Order));
        Orders(VmMode.Stop, 12);
        Assert.Empty(_effects);
    }

    /// <summary>Seed 9050329: stopped, maintenance, and storage that stalled: nobody ever heard that it was drained, and it ran nowhere.</summary>
    [Fact]
    public void A_stop_whose_end_was_lost_while_the_hypervisor_was_silent_is_carried_out_again()
    {
        Looks(7, 1).Orders(VmMode.Stop, 12).Hear(new VmStopped(true, ""), 1).Orders(VmMode.Watch, 0).Hear(new VmNotSeen("stalls"), 5);
        Orders(VmMode.Stop, 12);
        Assert.DoesNotContain(_effects, e => e is StopVm);
        Looks();
        Assert.Contains(new StopVm(Sec(30)), _effects);
        Hear(new VmStopped(true, ""), 1);
        Assert.Equal((VmCondition.Absent, 12L), (Condition, _watch.Seen.Order));
        // A copy that somebody starts by hand now is a stray: it has its own entry before it is stopped.
        Looks(9, null).Orders(VmMode.Stop, 12);
        Assert.DoesNotContain(_effects, e => e is StopVm);
        Orders(VmMode.StopStray, 15).Hear(new VmStopped(true, ""), 1).Orders(VmMode.Stop, 12);
        Assert.Contains(_effects, e => e is StopVm);
    }

    /// <summary>Found by the simulation (seed 16036078): the copy that kept it from starting was found before anybody could act on its failure.</summary>
    [Fact]
    public void A_start_whose_failure_was_overtaken_by_a_copy_is_told_again_when_that_is_gone()
    {
        Looks().Orders(VmMode.Start, 10).Hear(new VmStarted(E(1), false, 0, "mail runs already"), 1);
        Assert.Equal((VmCondition.StartFailed, 10L), (Condition, _watch.Seen.Order));
        Looks(9, null).Orders(VmMode.StopStray, 12).Hear(new VmStopped(true, ""), 1);
        Assert.Equal((VmCondition.Absent, 12L), (Condition, _watch.Seen.Order));
        Orders(VmMode.Start, 10);
        Assert.Equal((VmCondition.StartFailed, 10L, E(1)), (Condition, _watch.Seen.Order, _watch.Seen.Epoch));
        Assert.DoesNotContain(_effects, e => e is StartVm);
        Orders(VmMode.Start, 13);
        Assert.Contains(_effects, e => e is StartVm);
    }

    [Fact]
    public void A_stop_that_failed_and_a_search_that_finds_nothing_is_not_drained()
    {
        Looks(7, 1).Orders(VmMode.Stop, 12).Hear(new VmStopped(false, "hangs"), 30).Looks();
        Assert.False(_watch.Seen is { Condition: VmCondition.Absent, Order: 12 });
    }

    [Fact]
    public void A_stop_is_also_given_where_nothing_is_seen()
    {
        // An earlier start order may still take effect: only a stop that ended drained says that none can.
        Looks().Orders(VmMode.Stop, 12);
        Assert.Contains(_effects, e => e is StopVm);
    }

    [Fact]
    public void A_finished_job_of_an_earlier_order_never_ends_the_next_one()
    {
        Looks().Orders(VmMode.Start, 10).Orders(VmMode.Stop, 12);
        Assert.DoesNotContain(_effects, e => e is StopVm);
        Hear(new VmStarted(E(1), true, 7, ""), 1);
        Assert.Contains(_effects, e => e is StopVm);
        Assert.Equal((VmCondition.Stopping, 12L), (Condition, _watch.Seen.Order));
    }

    [Fact]
    public void The_end_of_a_stop_does_not_report_on_the_start_that_follows()
    {
        Looks(7, 1).Orders(VmMode.Stop, 12).Orders(VmMode.Start, 14);
        Assert.DoesNotContain(_effects, e => e is StartVm);
        Hear(new VmStopped(true, ""), 1);
        Assert.Contains(new SayVm(new VmObservation(VmCondition.Absent, null, 12, 0, "", _now)), _effects);
        Assert.Contains(_effects, e => e is StartVm);
        Assert.Equal(14, _watch.Seen.Order);
    }

    [Fact]
    public void A_stray_is_killed_without_grace()
    {
        Looks(7).Orders(VmMode.StopStray, 12);
        Assert.Contains(new StopVm(TimeSpan.Zero), _effects);
    }

    [Fact]
    public void A_search_that_began_before_what_is_known_says_nothing()
    {
        Looks().Orders(VmMode.Start, 10).Hear(new VmStarted(E(1), true, 7, ""), 1);
        Looks(askedAgo: 0.5);
        // Found by the simulation (seed 17018338): of two things at one moment the search may have been the first.
        Looks(askedAgo: 0.002);
        Assert.Equal(VmCondition.Running, Condition);
        _now += Sec(1);
        Looks();
        Assert.Equal((VmCondition.Ended, 10L), (Condition, _watch.Seen.Order));
    }

    [Fact]
    public void A_search_during_a_job_says_nothing()
    {
        Looks().Orders(VmMode.Start, 10).Looks();
        Assert.Equal(VmCondition.Starting, Condition);
    }

    [Fact]
    public void The_end_of_another_process_says_nothing()
    {
        Looks(7, 1).Hear(new VmEnded(6, false, ""), 1);
        Assert.Equal(VmCondition.Running, Condition);
    }

    [Fact]
    public void What_was_started_and_is_gone_after_the_hypervisor_was_silent_has_ended_under_its_order()
    {
        Looks().Orders(VmMode.Start, 10).Hear(new VmStarted(E(1), true, 7, ""), 1).Hear(new VmNotSeen("no answer"), 1);
        Assert.Equal(VmCondition.Unknown, Condition);
        Looks();
        Assert.Equal((VmCondition.Ended, 10L), (Condition, _watch.Seen.Order));
    }

    [Fact]
    public void A_failed_start_says_of_which_order()
    {
        Looks().Orders(VmMode.Start, 10).Hear(new VmStarted(E(1), false, 0, "disk is missing"), 1);
        Assert.Equal((VmCondition.StartFailed, 10L, "disk is missing"), (Condition, _watch.Seen.Order, _watch.Seen.Detail));
    }

    [Fact]
    public void A_search_that_finds_what_is_known_says_nothing()
    {
        Looks().Orders(VmMode.Start, 10).Hear(new VmStarted(E(1), true, 7, "started"), 1);
        var since = _now;
        _now += Sec(1);
        Assert.Empty(Looks(7, 1)._effects);
        Assert.Equal((since, "started"), (_watch.Seen.Since, _watch.Seen.Detail));
    }

    [Fact]
    public void What_is_seen_again_alike_is_not_told_again()
    {
        Assert.Single(Hear(new VmNotSeen("no answer"))._effects);
        Assert.Empty(Hear(new VmNotSeen("no answer"), 1)._effects);
        Assert.Equal(At(100), _watch.Seen.Since);
    }

    [Fact]
    public void Another_process_or_another_epoch_of_it_is_seen_and_still_reports_on_the_start()
    {
        Looks().Orders(VmMode.Start, 10).Hear(new VmStarted(E(1), true, 7, ""), 1);
        Looks(8, 1);
        Assert.Equal((VmCondition.Running, 8, E(1), 10L), (Condition, _watch.Seen.Pid, _watch.Seen.Epoch, _watch.Seen.Order));
        Looks(8, 3);
        Assert.Equal((VmCondition.Running, 8, E(3), 10L), (Condition, _watch.Seen.Pid, _watch.Seen.Epoch, _watch.Seen.Order));
    }

    [Fact]
    public void What_is_found_after_a_stop_reports_on_no_order()
    {
        Looks().Orders(VmMode.Stop, 12).Hear(new VmStopped(true, ""), 1).Looks(7, 1);
        Assert.Equal((VmCondition.Running, 0L), (Condition, _watch.Seen.Order));
    }

    [Fact]
    public void What_could_not_be_stopped_and_is_found_again_runs()
    {
        Looks(7, 1).Orders(VmMode.Stop, 12).Hear(new VmStopped(false, "hangs"), 30).Looks(7, 1);
        Assert.Equal((VmCondition.Running, 0L), (Condition, _watch.Seen.Order));
    }

    [Fact]
    public void While_the_hypervisor_is_silent_only_the_newest_start_is_remembered()
    {
        Looks(7, 1).Hear(new VmNotSeen("no answer"), 1);
        Assert.Equal((VmCondition.Unknown, null, 0L), (Condition, _watch.Seen.Epoch, _watch.Seen.Order));
        Looks().Orders(VmMode.Start, 10).Hear(new VmStarted(E(1), true, 7, ""), 1).Hear(new VmNotSeen("no answer"), 1);
        Assert.Equal((VmCondition.Unknown, E(1), 10L), (Condition, _watch.Seen.Epoch, _watch.Seen.Order));
        Looks(7, 1);
        Assert.Equal((VmCondition.Running, 10L), (Condition, _watch.Seen.Order));
        Orders(VmMode.Stop, 12).Hear(new VmStopped(true, ""), 1).Hear(new VmNotSeen("no answer"), 1);
        Assert.Equal((VmCondition.Unknown, null, 0L), (Condition, _watch.Seen.Epoch, _watch.Seen.Order));
    }

    [Fact]
    public void Where_nothing_was_started_and_nothing_is_found_nothing_is_there()
    {
        Looks();
        Assert.Equal((VmCondition.Absent, 0L), (Condition, _watch.Seen.Order));
    }

    [Fact]
    public void A_search_that_finds_nothing_leaves_what_is_known_of_the_end()
    {
        Looks().Orders(VmMode.Start, 10).Hear(new VmStarted(E(1), false, 0, "disk is missing"), 1).Looks();
        Assert.Equal((VmCondition.StartFailed, "disk is missing"), (Condition, _watch.Seen.Detail));
    }

    [Fact]
    public void A_guest_that_shut_itself_down_is_told_apart()
    {
        Looks(7, 1).Hear(new VmEnded(7, true, ""), 1);
        Assert.Equal(VmCondition.GuestShutdown, Condition);
    }
}

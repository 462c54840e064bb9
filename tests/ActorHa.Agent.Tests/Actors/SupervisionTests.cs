using ActorHa.Agent.Actors;
using ActorHa.TestKit;
using static ActorHa.Agent.Tests.Actors.Stage;

namespace ActorHa.Agent.Tests.Actors;

public class SupervisionTests
{
    private static readonly ActorOptions TwoRestarts = new()
    {
        Supervision = Supervision.RestartWith(mostRestarts: 2, window: 60 * Second, firstPause: Second, longestPause: 10 * Second),
    };

    [Fact]
    public async Task A_failed_actor_is_restarted_with_fresh_state_and_takes_what_was_told_meanwhile()
    {
        await using var stage = new Stage();
        var actor = await stage.Start();
        Assert.Equal(1, await stage.Count(actor));
        Assert.Equal(2, await stage.Count(actor));
        actor.Tell(new Do.Fail("oops"));
        await stage.Hears("stopped");
        await Eventually.True(() => stage.StatusOf("counter").State == ActorState.Pausing, "it pauses");
        var meanwhile = stage.Count(actor);
        await stage.Audience.ExpectNoneFor(0.09 * Second, stage.Time, stage.System);
        stage.Time.Advance(0.01 * Second);
        await stage.Hears("started");
        Assert.Equal(1, await meanwhile);
        Assert.Equal(1, stage.StatusOf("counter").Restarts);
        Assert.False(stage.System.Escalated.IsCompleted);
    }

    [Fact]
    public async Task The_pause_doubles_and_too_many_failures_stop_the_whole_agent_with_the_reason()
    {
        await using var stage = new Stage();
        var other = await stage.Start("other");
        var actor = await stage.Start(options: TwoRestarts);
        foreach (var pause in new[] { 1, 2 })
        {
            await FailAsync(stage, actor);
            await stage.Audience.ExpectNoneFor((pause - 0.1) * Second, stage.Time, stage.System);
            stage.Time.Advance(0.1 * Second);
            await stage.Hears("started");
        }
        actor.Tell(new Do.Fail("third"));
        await stage.Hears("stopped");
        var end = await Eventually.Done(stage.System.Escalated);
        Assert.Equal("counter", end.Actor);
        Assert.Equal("counter failed 3 times within 60 s, last: third", end.Reason);
        await stage.Hears("stopped"); // the other one
        await Eventually.True(() => stage.System.Status.Count == 0, "all have ended");
        Assert.False(other.Tell(new Do.Say("too late")));
        Assert.Contains("Critical: the agent stops: counter failed 3 times within 60 s, last: third", stage.Log.Lines);
        Assert.Throws<InvalidOperationException>(() => stage.System.Start("late", () => new Counter(stage.Audience)));
    }

    [Fact]
    public async Task Failures_longer_ago_than_the_window_are_forgotten()
    {
        await using var stage = new Stage();
        var actor = await stage.Start(options: TwoRestarts);
        for (var i = 0; i < 5; i++)
        {
            await FailAsync(stage, actor);
            stage.Time.Advance(Second);
            await stage.Hears("started");
            stage.Time.Advance(60 * Second);
        }
        Assert.False(stage.System.Escalated.IsCompleted);
    }

    [Fact]
    public async Task A_factory_that_fails_counts_as_a_failure()
    {
        await using var stage = new Stage();
        stage.System.Start<Do>("broken", () => throw new InvalidDataException("no socket"), new ActorOptions { Supervision = Supervision.Escalate });
        Assert.Equal("broken failed: no socket", (await Eventually.Done(stage.System.Escalated)).Reason);
    }

    [Fact]
    public async Task An_actor_kept_with_stop_ends_alone_and_what_it_is_told_later_is_counted()
    {
        await using var stage = new Stage();
        var other = await stage.Start("other");
        var actor = await stage.Start(options: new ActorOptions { Supervision = Supervision.Stop });
        actor.Tell(new Do.Fail("enough"));
        await stage.Hears("stopped");
        await Eventually.True(() => stage.System.Status.Count == 1, "it has ended");
        Assert.False(actor.Tell(new Do.Say("x")));
        await Assert.ThrowsAsync<ActorUnavailableException>(() => actor.Ask<int>(r => new Do.Count(r), Second));
        Assert.Equal(1, await stage.Count(other));
        Assert.Single(stage.Log.Lines, l => l.Contains("counter has ended and is still told things"));
        await stage.Start(); // its name is free again
    }

    [Fact]
    public async Task Timers_of_a_dead_instance_do_not_fire_into_the_next_one()
    {
        await using var stage = new Stage();
        var actor = await stage.Start();
        var gate = new TaskCompletionSource();
        actor.Tell(new Do.Remind(5 * Second, "armed when it failed"));
        actor.Tell(new Do.Remind(Second, "waiting when it failed"));
        await Eventually.Settled(stage.System);
        actor.Tell(new Do.WaitFor(gate.Task));
        await stage.Hears("waits");
        actor.Tell(new Do.Fail("oops"));
        stage.Time.Advance(Second);
        gate.SetResult();
        await stage.Hears("stopped");
        await Eventually.True(() => stage.StatusOf("counter").State == ActorState.Pausing, "it pauses");
        stage.Time.Advance(Second);
        await stage.Hears("started");
        await stage.Audience.ExpectNoneFor(60 * Second, stage.Time, stage.System);
    }

    [Fact]
    public async Task The_outcome_of_an_effect_reaches_the_next_instance()
    {
        await using var stage = new Stage();
        var actor = await stage.Start();
        var effect = new TaskCompletionSource<string>();
        actor.Tell(new Do.Perform(effect.Task));
        await FailAsync(stage, actor);
        stage.Time.Advance(Second);
        await stage.Hears("started");
        effect.SetResult("done at last");
        await stage.Hears("done at last");
    }

    [Fact]
    public async Task An_outcome_that_cannot_be_told_fails_the_actor()
    {
        await using var stage = new Stage();
        var actor = await stage.Start(options: new ActorOptions { Supervision = Supervision.Escalate });
        actor.Tell(new Do.PerformBadly(Task.FromException<string>(new IOException("disk"))));
        Assert.Equal("counter failed: mapper", (await Eventually.Done(stage.System.Escalated)).Reason);
    }

    [Fact]
    public async Task A_stuck_actor_does_not_stop_the_others()
    {
        await using var stage = new Stage();
        var stuck = await stage.Start("stuck");
        var actor = await stage.Start();
        stuck.Tell(new Do.WaitFor(new TaskCompletionSource().Task));
        await stage.Hears("waits");
        for (var i = 1; i <= 10; i++) Assert.Equal(i, await stage.Count(actor));
        var end = stage.System.StopAsync();
        await stage.Hears("stopped"); // counter, the younger one
        await Eventually.True(() => stage.System.Status.Count == 1 && stage.Time.Armed > 0, "only the stuck one is left and waited for");
        stage.Time.Advance(5 * Second);
        Assert.Equal(["stuck"], await Eventually.Done(end));
        Assert.Contains("Error: stuck did not stop within 5 s and is abandoned", stage.Log.Lines);
    }

    [Fact]
    public async Task A_stop_ends_waits_within_a_message_drops_what_waits_and_awaits_the_clean_up()
    {
        await using var stage = new Stage();
        var cleaned = new TaskCompletionSource();
        var actor = await stage.Start(postStop: () => cleaned.Task);
        actor.Tell(new Do.WaitForEnd());
        await stage.Hears("waits");
        actor.Tell(new Do.Say("unread"));
        var end = stage.System.StopAsync(actor);
        await stage.Hears("stopped");
        Assert.False(end.IsCompleted);
        cleaned.SetResult();
        Assert.True(await Eventually.Done(end));
        Assert.Equal(0, stage.Audience.Waiting);
        Assert.Contains("Information: counter ended with 1 messages unread", stage.Log.Lines);
        Assert.False(stage.System.Escalated.IsCompleted);
    }

    [Fact]
    public async Task A_failed_actor_that_cannot_clean_up_gets_no_second_life()
    {
        await using var stage = new Stage();
        var actor = await stage.Start(postStop: () => new TaskCompletionSource().Task);
        actor.Tell(new Do.Fail("oops"));
        await stage.Hears("stopped");
        await Eventually.True(() => stage.Time.Armed > 0, "the clean-up is waited for");
        stage.Time.Advance(5 * Second);
        Assert.Equal("counter failed and did not clean up within 5 s", (await Eventually.Done(stage.System.Escalated)).Reason);
        Assert.Equal(0, stage.Audience.Waiting);
    }

    [Fact]
    public async Task Two_actors_of_one_name_are_refused()
    {
        await using var stage = new Stage();
        await stage.Start();
        Assert.Throws<InvalidOperationException>(() => stage.System.Start("counter", () => new Counter(stage.Audience)));
    }

    private static async Task FailAsync(Stage stage, ActorRef<Do> actor)
    {
        actor.Tell(new Do.Fail("oops"));
        await stage.Hears("stopped");
        await Eventually.True(() => stage.StatusOf(actor.Name).State == ActorState.Pausing, "it pauses");
    }
}

using ActorHa.Agent.Actors;
using ActorHa.Core;
using ActorHa.TestKit;
using static ActorHa.Agent.Tests.Actors.Stage;

namespace ActorHa.Agent.Tests.Actors;

public class MailboxTests
{
    [Fact]
    public async Task Messages_are_taken_in_order_one_at_a_time()
    {
        await using var stage = new Stage();
        var actor = await stage.Start();
        for (var i = 1; i <= 100; i++) Assert.Equal(i, await stage.Count(actor));
    }

    [Fact]
    public async Task A_question_without_an_answer_ends_with_the_askers_patience()
    {
        await using var stage = new Stage();
        var actor = await stage.Start();
        var gate = new TaskCompletionSource();
        actor.Tell(new Do.WaitFor(gate.Task));
        await stage.Hears("waits");
        var answer = actor.Ask<int>(r => new Do.Count(r), 2 * Second);
        stage.Time.Advance(1.9 * Second);
        Assert.False(answer.IsCompleted);
        stage.Time.Advance(0.2 * Second);
        var late = await Assert.ThrowsAsync<TimeoutException>(() => Eventually.Done(answer));
        Assert.Equal("counter did not answer within 2 s", late.Message);
        gate.SetResult();
        Assert.Equal(2, await stage.Count(actor)); // the late answer went nowhere and broke nothing
    }

    [Fact]
    public async Task A_full_mailbox_drops_and_counts_and_says_so_once_per_burst()
    {
        await using var stage = new Stage();
        var actor = await stage.Start(options: new ActorOptions { Capacity = 4 });
        for (var burst = 1; burst <= 2; burst++)
        {
            var gate = new TaskCompletionSource();
            actor.Tell(new Do.WaitFor(gate.Task));
            await stage.Hears("waits");
            var taken = Enumerable.Range(0, 10).Count(_ => actor.Tell(new Do.Say("x")));
            Assert.Equal(4, taken);
            await Assert.ThrowsAsync<ActorUnavailableException>(() => actor.Ask<int>(r => new Do.Count(r), Second));
            Assert.Equal(7 * burst, stage.StatusOf("counter").Dropped); // six tellings and the question
            gate.SetResult();
            for (var i = 0; i < 4; i++) await stage.Hears("x");
            await Eventually.Settled(stage.System);
            Assert.Equal(burst, stage.Log.Lines.Count(l => l.Contains("is full (4)")));
            Assert.Equal(burst, stage.Log.Lines.Count(l => l.Contains("has room again; 7 messages")));
            await stage.Audience.ExpectNoneFor(Second, stage.Time, stage.System);
            if (burst == 1) Assert.True(actor.Tell(new Do.Say("again")));
            if (burst == 1) await stage.Hears("again");
        }
    }

    [Fact]
    public async Task A_message_that_must_arrive_and_cannot_fails_the_actor()
    {
        await using var stage = new Stage();
        var actor = await stage.Start(options: new ActorOptions { Capacity = 1 });
        var gate = new TaskCompletionSource();
        actor.Tell(new Do.WaitFor(gate.Task));
        await stage.Hears("waits");
        Assert.True(actor.Tell(new Do.Say("kept")));
        Assert.False(actor.Tell(new Do.WaitFor(Task.CompletedTask)));
        gate.SetResult();
        await stage.Hears("stopped");
        await Eventually.True(() => stage.StatusOf("counter").State == ActorState.Pausing, "it pauses");
        stage.Time.Advance(Second);
        await stage.Hears("started");
        await stage.Hears("kept");
        Assert.Contains(stage.Log.Lines, l => l.Contains("counter failed and is restarted in 0.1 s"));
    }

    [Fact]
    public async Task A_timer_tells_the_actor_itself_after_its_time()
    {
        await using var stage = new Stage();
        var actor = await stage.Start();
        actor.Tell(new Do.Remind(3 * Second, "late"));
        actor.Tell(new Do.Remind(2 * Second, "early"));
        actor.Tell(new Do.Remind(Second, "never", Cancel: true));
        await stage.Audience.ExpectNoneFor(1.9 * Second, stage.Time, stage.System);
        stage.Time.Advance(5 * Second);
        await stage.Hears("early");
        await stage.Hears("late");
        await stage.Audience.ExpectNoneFor(60 * Second, stage.Time, stage.System);
        Assert.Equal(0, stage.Time.Armed);
    }

    [Fact]
    public async Task A_timer_that_the_system_fires_too_early_tells_nothing_before_its_time()
    {
        await using var stage = new Stage();
        stage.Time.Early = TimeSpan.FromMilliseconds(4);
        var actor = await stage.Start();
        actor.Tell(new Do.Remind(Second, "in time"));
        await stage.Audience.ExpectNoneFor(Second - TimeSpan.FromTicks(1), stage.Time, stage.System);
        stage.Time.Advance(TimeSpan.FromMilliseconds(10));
        await stage.Hears("in time");
    }

    [Fact]
    public async Task A_letter_tells_how_long_it_waited_and_a_timers_waits_since_it_was_due()
    {
        await using var stage = new Stage();
        var actor = await stage.Start();
        actor.Tell(new Do.SayWaited());
        await stage.Hears("waited 0 s");
        var gate = new TaskCompletionSource();
        actor.Tell(new Do.RemindToSayWaited(Second));
        actor.Tell(new Do.WaitFor(gate.Task));
        await stage.Hears("waits");
        actor.Tell(new Do.SayWaited());
        stage.Time.Advance(3 * Second);
        gate.SetResult();
        var heard = new[] { await stage.Audience.ExpectAsync(), await stage.Audience.ExpectAsync() };
        Assert.Equal(["waited 2 s", "waited 3 s"], heard.Order());
    }

    [Fact]
    public async Task Timers_and_effects_get_in_though_the_mailbox_is_full()
    {
        await using var stage = new Stage();
        var actor = await stage.Start(options: new ActorOptions { Capacity = 2 });
        var effect = new TaskCompletionSource<string>();
        var gate = new TaskCompletionSource();
        actor.Tell(new Do.Remind(Second, "timer"));
        actor.Tell(new Do.Perform(effect.Task));
        await Eventually.True(() => stage.StatusOf("counter").Waiting == 0 && stage.Time.Armed == 1, "both are ordered");
        actor.Tell(new Do.WaitFor(gate.Task));
        await stage.Hears("waits");
        while (actor.Tell(new Do.Say("told"))) { }
        stage.Time.Advance(Second);
        effect.SetResult("outcome");
        gate.SetResult();
        var heard = new List<string>();
        for (var i = 0; i < 4; i++) heard.Add(await stage.Audience.ExpectAsync());
        Assert.Equal(["outcome", "timer", "told", "told"], heard.Order());
    }

    [Fact]
    public async Task More_timers_under_way_than_the_mailbox_holds_is_our_fault_and_fails_the_actor()
    {
        await using var stage = new Stage();
        var actor = await stage.Start(options: new ActorOptions { Capacity = 2, Supervision = Supervision.Stop });
        for (var i = 0; i < 3; i++)
        {
            Assert.True(actor.Tell(new Do.Remind(Second, "x")));
            if (i < 2) await Eventually.Settled(stage.System);
        }
        await stage.Hears("stopped");
        await Eventually.True(() => stage.Time.Armed == 0, "its timers are gone");
    }

    [Fact]
    public async Task The_outcome_of_an_effect_is_told_and_so_is_its_failure()
    {
        await using var stage = new Stage();
        var actor = await stage.Start();
        var good = new TaskCompletionSource<string>();
        var bad = new TaskCompletionSource<string>();
        actor.Tell(new Do.Perform(good.Task));
        actor.Tell(new Do.Perform(bad.Task));
        Assert.Equal(1, await stage.Count(actor)); // not blocked by what is under way
        bad.SetException(new IOException("disk"));
        await stage.Hears("refused: disk");
        good.SetResult("done");
        await stage.Hears("done");
        actor.Tell(new Do.Perform(Task.FromCanceled<string>(new CancellationToken(true))));
        Assert.StartsWith("refused: ", await stage.Audience.ExpectAsync());
    }

    [Fact]
    public async Task The_actors_clock_is_the_systems()
    {
        await using var stage = new Stage();
        var actor = await stage.Start();
        var first = await Eventually.Done(actor.Ask<Instant>(r => new Do.Now(r), Second));
        stage.Time.Advance(1.5 * Second);
        var second = await Eventually.Done(actor.Ask<Instant>(r => new Do.Now(r), Second));
        Assert.Equal(1.5 * Second, second - first);
    }
}

using ActorHa.Agent.Actors;
using ActorHa.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorHa.Agent.Tests.Actors;

/// <summary>Several actors on one thread of their own: also after waits, timers, restarts, and after the thread's end.</summary>
public sealed class ActorThreadTests
{
    private const string Name = "a test's";

    [Fact]
    public async Task Actors_stay_on_their_thread_through_waits_timers_and_restarts()
    {
        using var thread = new ActorThread(Name);
        await using var system = new ActorSystem(NullLogger.Instance, TimeProvider.System);
        var options = new ActorOptions { Thread = thread, Supervision = Supervision.RestartWith(3, TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1)) };
        var said = new TestProbe<string>("said", TimeProvider.System);
        var other = system.Start("other", () => new Where(said, null), options);
        var actor = system.Start("actor", () => new Where(said, other), options);
        foreach (var what in new[] { "plain", "wait", "timer", "pass", "fail", "plain" })
        {
            actor.Tell(what);
            if (what != "fail") Assert.Equal($"{(what == "timer" ? "plain" : what)} on {Name}", await said.ExpectAsync());
        }
    }

    [Fact]
    public async Task What_comes_after_its_end_runs_on_the_pool()
    {
        var thread = new ActorThread(Name);
        await using var system = new ActorSystem(NullLogger.Instance, TimeProvider.System);
        var said = new TestProbe<string>("said", TimeProvider.System);
        var actor = system.Start("actor", () => new Where(said, null), new ActorOptions { Thread = thread });
        actor.Tell("plain");
        Assert.Equal($"plain on {Name}", await said.ExpectAsync());
        thread.Dispose();
        actor.Tell("wait");
        Assert.StartsWith("wait on ", await said.ExpectAsync(), StringComparison.Ordinal);
        Assert.Empty(await system.StopAsync());
    }

    private sealed class Where(TestProbe<string> said, ActorRef<string>? next) : Actor<string>
    {
        protected override async ValueTask ReceiveAsync(string message)
        {
            if (message == "wait") await Task.Delay(1, Context.Ended);
            if (message == "fail") throw new InvalidDataException("a test says so");
            if (message == "timer") Context.After(TimeSpan.FromMilliseconds(1), "plain");
            else if (message == "pass" && next is not null) next.Tell(message);
            else said.Tell($"{message} on {Thread.CurrentThread.Name}");
        }
    }
}

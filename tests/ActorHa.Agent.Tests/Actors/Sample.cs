using ActorHa.Agent.Actors;
using ActorHa.Core;
using ActorHa.TestKit;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Tests.Actors;

/// <summary>A counting actor that does what the tests need, and its surroundings.</summary>
internal abstract record Do
{
    public sealed record Count(ReplyTo<int> Reply) : Do;
    public sealed record Fail(string Why) : Do;
    public sealed record WaitFor(Task Gate) : Do, IMustArrive;
    public sealed record WaitForEnd : Do;
    public sealed record Remind(TimeSpan After, string Text, bool Cancel = false) : Do;
    public sealed record Say(string Text) : Do;
    public sealed record Perform(Task<string> Effect) : Do;
    public sealed record PerformBadly(Task<string> Effect) : Do;
    public sealed record SayWaited : Do;
    public sealed record RemindToSayWaited(TimeSpan After) : Do;
    public sealed record Now(ReplyTo<Instant> Reply) : Do;
}

internal sealed class Counter(ActorRef<string> audience, Func<Task>? postStop = null) : Actor<Do>
{
    private int _count;

    protected override ValueTask PreStart()
    {
        audience.Tell("started");
        return ValueTask.CompletedTask;
    }

    protected override async ValueTask ReceiveAsync(Do message)
    {
        switch (message)
        {
            case Do.Count(var reply): reply.Tell(++_count); break;
            case Do.Fail(var why): throw new InvalidDataException(why);
            case Do.WaitFor(var gate): audience.Tell("waits"); await gate; break;
            case Do.WaitForEnd: audience.Tell("waits"); await Task.Delay(Timeout.Infinite, Context.Ended); break;
            case Do.Remind(var after, var text, var cancel):
                var timer = Context.After(after, new Do.Say(text));
                if (cancel) timer.Dispose();
                break;
            case Do.Say(var text): audience.Tell(text); break;
            case Do.Perform(var effect): Context.Pipe(async _ => new Do.Say(await effect), e => new Do.Say($"refused: {e.Message}")); break;
            case Do.PerformBadly(var effect): Context.Pipe(async _ => new Do.Say(await effect), _ => throw new InvalidDataException("mapper")); break;
            case Do.SayWaited: audience.Tell($"waited {Context.Waited.TotalSeconds:0.#} s"); break;
            case Do.RemindToSayWaited(var after): Context.After(after, new Do.SayWaited()); break;
            case Do.Now(var reply): reply.Tell(Context.Now); break;
        }
    }

    protected override async ValueTask PostStop()
    {
        audience.Tell("stopped");
        if (postStop is not null) await postStop();
    }
}

internal sealed class Stage : IAsyncDisposable
{
    public static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public Stage()
    {
        System = new ActorSystem(Log, Time);
        Audience = new TestProbe<string>("audience", Time);
    }

    public FakeTimeProvider Time { get; } = new();
    public ListLogger Log { get; } = new();
    public ActorSystem System { get; }
    public TestProbe<string> Audience { get; }

    public async Task<ActorRef<Do>> Start(string name = "counter", ActorOptions? options = null, Func<Task>? postStop = null)
    {
        var actor = System.Start(name, () => new Counter(Audience, postStop), options);
        await Hears("started");
        return actor;
    }

    public async Task Hears(string expected) => Assert.Equal(expected, await Audience.ExpectAsync());

    public Task<int> Count(ActorRef<Do> actor) => Eventually.Done(actor.Ask<int>(r => new Do.Count(r), 10 * Second));

    public ActorStatus StatusOf(string name) => System.Status.Single(s => s.Name == name);

    public async ValueTask DisposeAsync()
    {
        var end = System.StopAsync();
        while (!end.IsCompleted)
        {
            Time.Advance(Second);
            await Task.Delay(1);
        }
    }
}

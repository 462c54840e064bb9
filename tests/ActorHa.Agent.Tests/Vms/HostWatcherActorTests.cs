using System.Threading.Channels;
using ActorHa.Agent.Actors;
using ActorHa.Agent.Vms;
using ActorHa.Core;
using ActorHa.Ports;
using ActorHa.TestKit;

namespace ActorHa.Agent.Tests.Vms;

/// <summary>When a host that cannot be searched is called unwell.</summary>
public sealed class HostWatcherActorTests
{
    private static readonly VmName Mail = new("mail");

    [Fact]
    public async Task A_search_that_does_not_end_is_told_and_no_second_one_is_begun()
    {
        var time = new FakeTimeProvider();
        await using var hypervisor = new Stuck();
        await using var system = new ActorSystem(new ListLogger(), time);
        var quorum = new TestProbe<QuorumMessage>("quorum", time);
        var supervisor = new TestProbe<VmMessage>("supervisor", time);
        var watcher = system.Start("host", () => new HostWatcherActor(hypervisor, quorum, new ListLogger()));
        watcher.Tell(new Enlist(Mail, supervisor));
        await Searched(hypervisor, 1);

        time.Advance(TimeSpan.FromSeconds(1.9));
        await Task.Delay(50);
        Assert.Equal(0, quorum.Waiting);
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.False((await quorum.ExpectAsync<WellSaid>()).Well);
        Assert.Contains("a search has not ended within 2 s", (await supervisor.ExpectAsync<VmNotSeen>()).Why);

        // The clock's searches and whoever asks wait for it; that it is stuck is told again.
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.False((await quorum.ExpectAsync<WellSaid>()).Well);
        watcher.Tell(new ActorHa.Agent.Vms.LookNow());
        await Task.Delay(50);
        Assert.Equal(1, hypervisor.Searches);

        hypervisor.Found.SetResult([new FoundVm(Mail, new Epoch(3), 77)]);
        Assert.True((await quorum.ExpectAsync<WellSaid>()).Well);
        // What it saw is old: the next one follows at once.
        await Searched(hypervisor, 2);
        Assert.True((await quorum.ExpectAsync<WellSaid>()).Well);
    }

    [Fact]
    public async Task A_vm_that_cannot_be_killed_does_not_begin_a_second_search_beside_one_that_is_stuck()
    {
        var time = new FakeTimeProvider();
        await using var hypervisor = new Stuck();
        await using var system = new ActorSystem(new ListLogger(), time);
        var quorum = new TestProbe<QuorumMessage>("quorum", time);
        var watcher = system.Start("host", () => new HostWatcherActor(hypervisor, quorum, new ListLogger()));
        watcher.Tell(new Enlist(Mail, new TestProbe<VmMessage>("supervisor", time)));
        await Searched(hypervisor, 1);

        watcher.Tell(new KillEverything());
        Assert.Contains("could not be killed", (await quorum.ExpectAsync<WellSaid>()).Detail);
        watcher.Tell(new ActorHa.Agent.Vms.LookNow());
        await Task.Delay(50);
        Assert.Equal(1, hypervisor.Searches);
    }

    private static async Task Searched(Stuck hypervisor, int times) => await Eventually.True(() => hypervisor.Searches == times, $"search {times}");

    /// <summary>Its searches end when the test says so, its VMs never.</summary>
    private sealed class Stuck : IHypervisor
    {
        private readonly Channel<VmNotice> _notices = Channel.CreateUnbounded<VmNotice>();
        private int _searches;

        public TaskCompletionSource<IReadOnlyList<FoundVm>> Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Searches => Volatile.Read(ref _searches);

        public ChannelReader<VmNotice> Notices => _notices.Reader;

        public Task<IReadOnlyList<FoundVm>> FindAsync(CancellationToken cancel)
        {
            Interlocked.Increment(ref _searches);
            return Found.Task;
        }

        public Task<StartAnswer> StartAsync(StartOrder order, CancellationToken cancel) => throw new NotSupportedException();

        public Task<StopAnswer> StopAsync(VmName vm, TimeSpan grace, CancellationToken cancel) => Task.FromResult(new StopAnswer(vm, false, "it does not end"));

        public ValueTask DisposeAsync()
        {
            Found.TrySetResult([]);
            _notices.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }
    }
}

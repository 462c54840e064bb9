using System.Threading.Channels;
using ActorHa.Agent.Composition;
using ActorHa.Core;
using ActorHa.Ports;
using ActorHa.TestKit;

namespace ActorHa.Agent.Tests.Composition;

#pragma warning disable CA1001 // The guests hold nothing.
/// <summary>A host goes down, and its guests need longer than anybody else would wait.</summary>
public sealed class HandOverTests
{
    private static readonly VmName Mail = new("mail");
    private readonly FakeTimeProvider _time = new();
    private readonly Guests _guests = new();
    private Held? _held = new(false, [(Mail, TimeSpan.FromMinutes(3)), (new VmName("lists"), TimeSpan.FromSeconds(10))]);
    private TimeSpan _patience;

    private Task Run(bool accepted) => new HandOver(() => Volatile.Read(ref _held), _guests, more => _patience = more, _time).RunAsync(accepted);

    private async Task LaterAsync(double seconds)
    {
        for (var past = 0.0; past < seconds; past += 0.5)
        {
            _time.Advance(TimeSpan.FromSeconds(0.5));
            await Task.Delay(1);
        }
    }

    private async Task EndsAsync(Task leaves)
    {
        for (var i = 0; i < 5000 && !leaves.IsCompleted; i++) await LaterAsync(0.5);
        await Eventually.Done(leaves);
    }

    [Fact]
    public async Task It_waits_for_the_longest_grace_and_has_the_init_system_wait()
    {
        var leaves = Run(accepted: true);
        await LaterAsync(100);
        Assert.False(leaves.IsCompleted, "mail may take three minutes");
        Assert.Equal(TimeSpan.FromSeconds(30), _patience);
        Volatile.Write(ref _held, new Held(false, []));
        await EndsAsync(leaves);
        Assert.Empty(_guests.Asked);
    }

    [Fact]
    public async Task Nobody_waits_for_ever()
    {
        var leaves = Run(accepted: true);
        await LaterAsync(200);
        Assert.False(leaves.IsCompleted);
        await EndsAsync(leaves);
        Assert.Empty(_guests.Asked);
    }

    [Theory]
    [InlineData(true, true)] // maintenance: recorded, and nothing is given up
    [InlineData(false, false)] // no majority
    public async Task Where_nothing_can_be_given_up_the_guests_are_asked(bool accepted, bool handsOff)
    {
        _held = _held! with { HandsOff = handsOff };
        var leaves = Run(accepted);
        await LaterAsync(100);
        Assert.Equal([(Mail, TimeSpan.FromMinutes(3)), (new VmName("lists"), TimeSpan.FromSeconds(10))], _guests.Asked);
        Assert.False(leaves.IsCompleted, "they have not ended");
        _guests.End.SetResult();
        await EndsAsync(leaves);
    }

    [Fact]
    public async Task Who_never_read_the_journal_owns_nothing_that_it_knows_of()
    {
        _held = null;
        await Eventually.Done(Run(accepted: false));
        Assert.Empty(_guests.Asked);
    }

    private sealed class Guests : IHypervisor
    {
        public List<(VmName, TimeSpan)> Asked { get; } = [];

        public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ChannelReader<VmNotice> Notices { get; } = Channel.CreateUnbounded<VmNotice>().Reader;

        public Task<IReadOnlyList<FoundVm>> FindAsync(CancellationToken cancel) => throw new NotSupportedException();

        public Task<StartAnswer> StartAsync(StartOrder order, CancellationToken cancel) => throw new NotSupportedException();

        public async Task<StopAnswer> StopAsync(VmName vm, TimeSpan grace, CancellationToken cancel)
        {
            Asked.Add((vm, grace));
            await End.Task;
            return new StopAnswer(vm, true, "");
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

using ActorHa.Agent.Watching;
using ActorHa.Core;
using ActorHa.Ports;
using ActorHa.TestKit;

namespace ActorHa.Agent.Tests.Watching;

/// <summary>An etcd member that is away is told while everything else is well.</summary>
public sealed class VoterSightTests
{
    private static readonly MemberName A = new("applejack");
    private static readonly MemberName W = new("witness");

    private sealed class Probe : IPeerProbe
    {
        private int _asked;

        public MemberName? Away { get; set; }

        public int Asked => Volatile.Read(ref _asked);

        public Task<bool> AnswersAsync(MemberName peer, TimeSpan patience, CancellationToken cancel)
        {
            Interlocked.Increment(ref _asked);
            return Task.FromResult(peer != Away);
        }
    }

    [Fact]
    public async Task Who_has_not_answered_for_half_a_minute_is_told_until_he_answers()
    {
        var (time, probe) = (new FakeTimeProvider(), new Probe { Away = W });
        var sight = new VoterSight(probe, [A, W], time);
        using var stop = new CancellationTokenSource();
        var running = sight.RunAsync(stop.Token);
        async Task Pass(int times)
        {
            for (var i = 0; i < times; i++)
            {
                var before = probe.Asked;
                time.Advance(TimeSpan.FromSeconds(5));
                await Eventually.True(() => probe.Asked == before + 2, "both are asked every 5 s");
            }
        }
        await Pass(6);
        Assert.Empty(sight.Silent);
        await Pass(1);
        Assert.Equal([(W, TimeSpan.FromSeconds(35))], sight.Silent);
        probe.Away = null;
        await Pass(1);
        await Eventually.True(() => !sight.Silent.Any(), "it has answered");
        await stop.CancelAsync();
        await running;
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorHa.Snmp.Agent;
using ActorHa.Snmp.Security;
using ActorHa.Testing;

namespace ActorHa.Snmp.Tests;

/// <summary>The manager over real sockets, against devices that are slow, silent or not there.</summary>
public sealed class SocketTests : IAsyncLifetime
{
    private static readonly UsmUser User = new("bert", AuthProtocol.Sha1, "maplesyrup");
    private static readonly EngineId Engine = EngineId.Parse("80001f880302fc00000001");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource stop = new();
    private readonly OneNumber tree = new();
    private readonly SnmpAgent agent;
    private readonly SnmpManager manager;
    private volatile Func<CancellationToken, ValueTask<bool>> gate = _ => ValueTask.FromResult(true);
    private Task running = Task.CompletedTask;

    public SocketTests()
    {
        agent = new SnmpAgent(new IPEndPoint(IPAddress.Loopback, 0), Engine, 1, [new(User, true)], tree, mayAnswer: (_, c) => gate(c));
        manager = new SnmpManager(agent.LocalEndPoint, User, firstRetry: TimeSpan.FromMilliseconds(50));
    }

    public Task InitializeAsync()
    {
        running = agent.RunAsync(stop.Token);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        await agent.DisposeAsync();
        await manager.DisposeAsync();
    }

    private Task<SnmpAnswer> Get(TimeSpan? patience = null) => manager.GetAsync([OneNumber.Name], patience ?? Patience);

    private Task<SnmpAnswer> Set(int number, TimeSpan? patience = null) =>
        manager.SetAsync([new VarBind(OneNumber.Name, new SnmpValue.Integer(number))], null, patience ?? Patience);

    [Fact]
    public async Task A_question_is_answered_and_a_SET_done()
    {
        Assert.Equal(new SnmpValue.Integer(42), Assert.IsType<SnmpAnswer.Response>(await Get()).Binds[0].Value);
        Assert.IsType<SnmpAnswer.Response>(await Set(3));
        Assert.Equal(new SnmpValue.Integer(3), Assert.IsType<SnmpAnswer.Response>(await Get()).Binds[0].Value);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-1.5)]
    [InlineData(-5000)]
    public async Task Who_has_no_time_left_asks_nothing_and_keeps_nobody_waiting(double milliseconds)
    {
        // A SET that is lost is not repeated: one that waited for ever would keep every later question from this device.
        gate = _ => ValueTask.FromResult(false);
        var none = new SnmpAnswer.NoAnswer(false, "no time left");
        Assert.Equal(none, await Get(TimeSpan.FromMilliseconds(milliseconds)).WaitAsync(Patience));
        Assert.Equal(none, await Set(3, TimeSpan.FromMilliseconds(milliseconds)).WaitAsync(Patience));
        gate = _ => ValueTask.FromResult(true);
        Assert.Equal(new SnmpValue.Integer(42), Assert.IsType<SnmpAnswer.Response>(await Get()).Binds[0].Value);
    }

    [Fact]
    public async Task A_late_answer_is_dropped_and_counted_and_the_next_question_gets_its_own()
    {
        await Get();
        using var open = new SemaphoreSlim(0);
        gate = async c => { await open.WaitAsync(c); return true; };
        Assert.IsType<SnmpAnswer.NoAnswer>(await Get(TimeSpan.FromMilliseconds(200)));
        // What the device answers from now on is to questions of before; meanwhile the truth has changed.
        gate = _ => ValueTask.FromResult(true);
        tree.Set(OneNumber.Name, new SnmpValue.Integer(7));
        var next = Get();
        open.Release();
        Assert.Equal(new SnmpValue.Integer(7), Assert.IsType<SnmpAnswer.Response>(await next).Binds[0].Value);
        Assert.True(manager.Dropped[DropReason.NotAsked] >= 1);
    }

    [Fact]
    public async Task A_lost_question_is_repeated()
    {
        await Get();
        var lost = 0;
        gate = _ => ValueTask.FromResult(Interlocked.Increment(ref lost) > 2);
        Assert.IsType<SnmpAnswer.Response>(await Get());
        Assert.True(lost >= 3);
    }

    [Fact]
    public async Task A_SET_is_sent_once_however_long_nobody_answers()
    {
        // A manager of its own that repeats nothing soon: what the device hears is then the SET alone.
        await using var patient = new SnmpManager(agent.LocalEndPoint, User, firstRetry: Patience);
        await patient.GetAsync([OneNumber.Name], Patience);
        var heard = 0;
        gate = _ => ValueTask.FromResult(Interlocked.Increment(ref heard) < 0);
        var set = new VarBind(OneNumber.Name, new SnmpValue.Integer(3));
        var answer = Assert.IsType<SnmpAnswer.NoAnswer>(await patient.SetAsync([set], null, TimeSpan.FromMilliseconds(500)));
        Assert.True(answer.Sent);
        gate = _ => ValueTask.FromResult(true);
        await patient.GetAsync([OneNumber.Name], Patience);
        Assert.Equal(1, heard);
    }

    [Fact]
    public async Task A_SET_is_not_repeated_at_the_pace_of_questions()
    {
        await Get();
        using var open = new SemaphoreSlim(0);
        gate = async c => { await open.WaitAsync(c); return true; };
        Assert.True(Assert.IsType<SnmpAnswer.NoAnswer>(await Set(3, TimeSpan.FromMilliseconds(500))).Sent);
        // The device wakes up and does what lies in its socket: ten times the pause between questions, and one SET.
        gate = _ => ValueTask.FromResult(true);
        open.Release();
        await Get();
        Assert.Equal([3], tree.Sets);
    }

    [Fact]
    public async Task A_SET_is_held_back_at_the_last_moment_by_whoever_asked_for_it()
    {
        await Get();
        var set = new VarBind(OneNumber.Name, new SnmpValue.Integer(3));
        var looks = 0;
        using var open = new SemaphoreSlim(0);
        gate = async c => { await open.WaitAsync(c); return true; };
        // Not before its turn: what is true then may be wrong when it is sent.
        var (before, held) = (Get(), manager.SetAsync([set], null, Patience, whyNot: () => $"look {++looks}"));
        Assert.Equal(0, looks);
        gate = _ => ValueTask.FromResult(true);
        open.Release();
        Assert.IsType<SnmpAnswer.Response>(await before);
        Assert.Equal(new SnmpAnswer.NoAnswer(false, "look 1"), await held);
        Assert.IsType<SnmpAnswer.Response>(await manager.SetAsync([set with { Value = new SnmpValue.Integer(4) }], null, Patience, whyNot: () => null));
        Assert.Equal([4], tree.Sets);
    }

    [Fact]
    public async Task Many_askers_take_turns()
    {
        var most = 0;
        var now = 0;
        gate = _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            Interlocked.Decrement(ref now);
            return ValueTask.FromResult(true);
        };
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Get()));
        Assert.All(answers, answer => Assert.IsType<SnmpAnswer.Response>(answer));
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task A_silent_device_costs_the_patience_and_no_more()
    {
        gate = _ => ValueTask.FromResult(false);
        var watch = Stopwatch.StartNew();
        var answer = Assert.IsType<SnmpAnswer.NoAnswer>(await Get(TimeSpan.FromMilliseconds(300)));
        Assert.False(answer.Sent);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.29, 10);
    }

    [Fact]
    public async Task Closing_ends_the_question_under_way_and_those_that_wait()
    {
        gate = _ => ValueTask.FromResult(false);
        var asked = new[] { Get(), Get(), Get() };
        await manager.DisposeAsync();
        foreach (var answer in await Task.WhenAll(asked))
            Assert.Equal("the manager is closed", Assert.IsType<SnmpAnswer.NoAnswer>(answer).Why);
        Assert.Equal(new SnmpAnswer.NoAnswer(false, "the manager is closed"), await Get());
    }

    [Fact]
    public async Task Cancelling_is_an_answer_too()
    {
        gate = _ => ValueTask.FromResult(false);
        using var enough = new CancellationTokenSource();
        var asked = manager.GetAsync([OneNumber.Name], Patience, enough.Token);
        await enough.CancelAsync();
        Assert.Equal("cancelled", Assert.IsType<SnmpAnswer.NoAnswer>(await asked).Why);
    }

    [Fact]
    public async Task A_closed_port_is_named()
    {
        await using var nobody = new SnmpManager(SnmpdChassis.FreePort(), User, TimeSpan.FromMilliseconds(20));
        var answer = Assert.IsType<SnmpAnswer.NoAnswer>(await nobody.GetAsync([OneNumber.Name], TimeSpan.FromMilliseconds(300)));
        Assert.Equal("the device's port is closed", answer.Why);
    }

    [Fact]
    public async Task A_SET_after_a_closed_port_is_sent_all_the_same()
    {
        // The kernel tells of the closed port at the next send, which is then not done.
        var port = SnmpdChassis.FreePort();
        await using var late = new SnmpManager(port, User, TimeSpan.FromMilliseconds(20));
        await late.GetAsync([OneNumber.Name], TimeSpan.FromMilliseconds(100));
        await using var device = new SnmpAgent(port, Engine, 1, [new(User, true)], tree);
        var running = device.RunAsync(stop.Token);
        var answer = await late.SetAsync([new VarBind(OneNumber.Name, new SnmpValue.Integer(3))], null, Patience);
        Assert.IsType<SnmpAnswer.Response>(answer);
        Assert.Equal([3], tree.Sets);
    }

    [Fact]
    public async Task A_network_that_is_not_there_is_named_and_nothing_was_sent()
    {
        // The kernel refuses broadcasts to whoever has not asked for them: nothing leaves the machine.
        await using var nowhere = new SnmpManager(new IPEndPoint(IPAddress.Parse("255.255.255.255"), 161), User, TimeSpan.FromMilliseconds(20));
        var answer = Assert.IsType<SnmpAnswer.NoAnswer>(
            await nowhere.SetAsync([new VarBind(OneNumber.Name, new SnmpValue.Integer(3))], null, TimeSpan.FromMilliseconds(100)));
        Assert.False(answer.Sent);
        Assert.StartsWith("the network says", answer.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_walk_reads_the_subtree_and_stops_at_its_end()
    {
        var (rows, fault) = await manager.WalkAsync(Oid.Parse("1.3.6.1.4.1.99999"), 10, Patience);
        Assert.Null(fault);
        Assert.Equal([OneNumber.Name], rows.Select(row => row.Name));
    }

    [Fact]
    public async Task One_question_costs_less_than_a_millisecond()
    {
        for (var i = 0; i < 200; i++) await Get();
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        for (var i = 0; i < 500; i++) await Get();
        var each = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds / 500;
        // Both sides run in this process, and so do other tests: five is what a regression by an order would break.
        Assert.InRange(each, 0, 5);
    }
}

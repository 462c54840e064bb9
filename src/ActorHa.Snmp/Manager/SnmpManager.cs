using System.Net;
using System.Net.Sockets;
using ActorHa.Snmp.Manager;
using ActorHa.Snmp.Security;

namespace ActorHa.Snmp;

/// <summary>
/// Asks one device: one socket, one question at a time, the others wait in a queue with an end. It finds the engine and
/// its time by itself. Questions (Get, GetNext, GetBulk) are repeated until their patience is over; a SET is one datagram
/// and never sent twice, because SNMP knows no duplicates: a device executes each copy.
/// </summary>
public sealed class SnmpManager : IAsyncDisposable
{
    /// <summary>The queue's end: a device that is silent for long is not asked more and more.</summary>
    private const int MostAsking = 128;

    private readonly IPEndPoint device;
    private readonly TimeProvider time;
    private readonly RepeatPace pace;
    private readonly IManagerSession session;
    private readonly SemaphoreSlim turn = new(1);
    private readonly byte[] buffer = new byte[V3Message.LargestSize + 1];
    private readonly CancellationTokenSource closed = new();
    private Socket? socket;
    private int asking;

    /// <param name="device">Where it listens.</param>
    /// <param name="user">Who asks, and how it signs.</param>
    /// <param name="firstRetry">Silence before a question is repeated; doubles with each try up to 1 s; twice the last answer's time where the device is slower.</param>
    /// <param name="time">Clock for patience and for carrying the device's time on (monotonic).</param>
    public SnmpManager(IPEndPoint device, UsmUser user, TimeSpan? firstRetry = null, TimeProvider? time = null)
        : this(device, t => new UsmSession(user, t), firstRetry, time)
    {
    }

    /// <summary>SNMPv1 or v2c. Its answers are never authenticated: whoever can send datagrams can lie.</summary>
    /// <param name="device">Where it listens.</param>
    /// <param name="community">Version and community.</param>
    /// <param name="firstRetry">Silence before a question is repeated; doubles with each try up to 1 s; twice the last answer's time where the device is slower.</param>
    /// <param name="time">Clock for patience (monotonic).</param>
    public SnmpManager(IPEndPoint device, Community community, TimeSpan? firstRetry = null, TimeProvider? time = null)
        : this(device, _ => new CommunitySession(community), firstRetry, time)
    {
    }

    private SnmpManager(IPEndPoint device, Func<TimeProvider, IManagerSession> speak, TimeSpan? firstRetry, TimeProvider? time)
    {
        this.device = device;
        this.time = time ?? TimeProvider.System;
        pace = new RepeatPace(firstRetry ?? TimeSpan.FromMilliseconds(300));
        session = speak(this.time);
    }

    /// <summary>The device's engine and its time by now, from authenticated answers; null before the first.</summary>
    public EngineMoment? Now => session.Now;

    /// <summary>
    /// How often the device's clock was seen to go back with the same boots or fewer: it does not keep its boots, so a
    /// message recorded in an earlier life may be in its time window again. Alarm, and have the device's clock kept.
    /// </summary>
    public int ClockWentBack => session.ClockWentBack;

    /// <summary>Which version it speaks.</summary>
    public SnmpVersion Version => session.Version;

    internal TimeProvider Time => time;

    /// <summary>Datagrams that were not believed.</summary>
    public DropCounters Dropped { get; } = new();

    /// <summary>Reads values, all in one PDU: what is answered was so at one moment.</summary>
    public Task<SnmpAnswer> GetAsync(IReadOnlyList<Oid> names, TimeSpan patience, CancellationToken cancel = default) =>
        AskAsync(new Question(PduType.Get, [.. names.Select(VarBind.Asking)], null), patience, cancel);

    /// <summary>Reads what follows each name.</summary>
    public Task<SnmpAnswer> GetNextAsync(IReadOnlyList<Oid> names, TimeSpan patience, CancellationToken cancel = default) =>
        AskAsync(new Question(PduType.GetNext, [.. names.Select(VarBind.Asking)], null), patience, cancel);

    /// <summary>
    /// Reads what follows the first <paramref name="once"/> names, and the next <paramref name="rounds"/> rows of each
    /// other name. A device may answer with fewer rows. SNMPv1 has no such question.
    /// </summary>
    /// <exception cref="InvalidOperationException">With an SNMPv1 community.</exception>
    public Task<SnmpAnswer> GetBulkAsync(
        IReadOnlyList<Oid> names, int once, int rounds, TimeSpan patience, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(once);
        ArgumentOutOfRangeException.ThrowIfNegative(rounds);
        if (session.Version == SnmpVersion.V1) throw new InvalidOperationException("SNMPv1 has no GetBulk");
        return AskAsync(new Question(PduType.GetBulk, [.. names.Select(VarBind.Asking)], null, once, rounds), patience, cancel);
    }

    /// <summary>
    /// Writes values, in one datagram that is not repeated. With <paramref name="at"/> the message carries that moment
    /// of the device's clock however late it is sent, so the device refuses it when more than
    /// <see cref="EngineMoment.WindowSeconds"/> seconds have passed since; the refusal is the answer. Without it the
    /// device's time by now is used and learnt anew where it is wrong.
    /// </summary>
    /// <param name="binds">Names and values.</param>
    /// <param name="at">The moment that the message carries.</param>
    /// <param name="patience">Its time, in the queue too.</param>
    /// <param name="whyNot">
    /// Asked when the datagram lies ready, as the last thing before it is sent: who has slept in the queue can still hold
    /// it back. Null: send it; a text: not sent, and why.
    /// </param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="ArgumentException">A moment, for a version that cannot carry one.</exception>
    public Task<SnmpAnswer> SetAsync(
        IReadOnlyList<VarBind> binds, EngineMoment? at, TimeSpan patience, Func<string?>? whyNot = null, CancellationToken cancel = default) =>
        at is not null && session.Version != SnmpVersion.V3
            ? throw new ArgumentException("only SNMPv3 carries a moment of the device's clock", nameof(at))
            : AskAsync(new Question(PduType.Set, binds, at) { WhyNot = whyNot }, patience, cancel);

    /// <summary>Ends the question that is being asked and all that wait; later ones get no answer.</summary>
    public async ValueTask DisposeAsync()
    {
        if (closed.IsCancellationRequested) return;
        await closed.CancelAsync();
        // The turn is taken and never given back: nobody opens another socket.
        await turn.WaitAsync();
        Forget();
    }

    private async Task<SnmpAnswer> AskAsync(Question question, TimeSpan patience, CancellationToken cancel)
    {
        // What is left of a patience may be less than nothing; the framework's timers take one millisecond less for "for ever".
        if (patience <= TimeSpan.Zero) return new SnmpAnswer.NoAnswer(false, "no time left");
        if (Interlocked.Increment(ref asking) > MostAsking)
        {
            Interlocked.Decrement(ref asking);
            return new SnmpAnswer.NoAnswer(false, $"{MostAsking} questions to this device wait already");
        }
        try
        {
            return await QueueAsync(question, patience, cancel);
        }
        finally
        {
            Interlocked.Decrement(ref asking);
        }
    }

    private async Task<SnmpAnswer> QueueAsync(Question question, TimeSpan patience, CancellationToken cancel)
    {
        using var over = new CancellationTokenSource(patience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancel, closed.Token);
        string Why(string otherwise) =>
            closed.IsCancellationRequested ? "the manager is closed" : cancel.IsCancellationRequested ? "cancelled" : otherwise;
        try
        {
            await turn.WaitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            return new SnmpAnswer.NoAnswer(false, Why("another question was still being asked"));
        }
        try
        {
            var answer = await InTurnAsync(question, patience, end.Token);
            return answer is SnmpAnswer.NoAnswer none ? none with { Why = Why(none.Why) } : answer;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<SnmpAnswer> InTurnAsync(Question question, TimeSpan patience, CancellationToken end)
    {
        var why = $"no answer within {patience.TotalSeconds:0.###} s";
        var pause = pace.First;
        var began = time.GetTimestamp();
        while (!end.IsCancellationRequested)
        {
            // A SET goes out once. What is repeated here are questions, and the discovery before a SET.
            var silent = question is { Type: PduType.Set, Sent: true };
            var steps = question.Steps;
            try
            {
                if (!silent && await SendAsync(question, end) is { } held) return new SnmpAnswer.NoAnswer(false, held);
                if (await ListenAsync(question, silent ? null : pause, end) is { } answer)
                {
                    pace.Answered(time.GetElapsedTime(began));
                    return answer;
                }
            }
            catch (SocketException e)
            {
                why = e.SocketErrorCode == SocketError.ConnectionRefused
                    ? "the device's port is closed"
                    : $"the network says: {e.SocketErrorCode}";
                // The address we send from may be gone: the next try takes a new socket.
                if (e.SocketErrorCode != SocketError.ConnectionRefused) Forget();
                if (question is { Type: PduType.Set, Sent: true }) return new SnmpAnswer.NoAnswer(true, why);
                await PauseAsync(pause, end);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            // Only silence makes us slower; who has just learnt the engine's name asks on at full speed.
            pause = question.Steps > steps ? pace.First : pace.After(pause);
        }
        return new SnmpAnswer.NoAnswer(question.Sent, why);
    }

    /// <summary>Listens until the question is answered, the pause is over (null), or the engine is known (null: send now).</summary>
    private async Task<SnmpAnswer?> ListenAsync(Question question, TimeSpan? pause, CancellationToken end)
    {
        using var over = pause is { } p ? new CancellationTokenSource(p, time) : new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(over.Token, end);
        while (true)
        {
            int length;
            try
            {
                length = await socket!.ReceiveAsync(buffer, SocketFlags.None, stop.Token);
            }
            catch (OperationCanceledException) when (!end.IsCancellationRequested)
            {
                return null;
            }
            switch (session.Hear(question, buffer.AsSpan(0, length)))
            {
                case Heard.Dropped dropped:
                    Dropped.Count(dropped.Reason);
                    break;
                case Heard.AskAgain:
                    return null;
                case Heard.Answer answer:
                    return answer.What;
            }
        }
    }

    /// <summary>Sends the next datagram of a question; null, or why it was held back.</summary>
    private async Task<string?> SendAsync(Question question, CancellationToken end)
    {
        socket ??= Open();
        var datagram = session.Build(question);
        if (question.WhyNot?.Invoke() is { } why) return why;
        try
        {
            await socket.SendAsync(datagram, SocketFlags.None, end);
            return null;
        }
        catch (SocketException)
        {
            // The kernel did not take it: often it only tells of an earlier datagram that met a closed port.
            question.Sent = false;
            throw;
        }
    }

    /// <summary>Connected: other addresses are not heard, and a closed port is told at once.</summary>
    private Socket Open()
    {
        var fresh = new Socket(device.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            fresh.Connect(device);
            return fresh;
        }
        catch (SocketException)
        {
            fresh.Dispose();
            throw;
        }
    }

    private void Forget()
    {
        socket?.Dispose();
        socket = null;
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken end)
    {
        try
        {
            await Task.Delay(pause, time, end);
        }
        catch (OperationCanceledException)
        {
            // The question's patience is over: the loop above ends and says so.
        }
    }
}

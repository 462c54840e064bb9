using System.Collections.Immutable;
using System.Diagnostics;
using ActorHa.Core;
using ActorHa.Drivers.Journal.Etcd.Wire;
using Google.Protobuf;

namespace ActorHa.Drivers.Journal.Etcd;

/// <summary>
/// The journal's etcd members: one warm connection to each, and who is asked first. Shared by
/// <see cref="EtcdJournalStore"/>, <see cref="EtcdPeerProbe"/> and <see cref="EtcdLeadership"/>; disposed after them.
/// </summary>
/// <remarks>
/// From its making on, every member is asked for its status every <see cref="EtcdOptions.KeepWarm"/>. So the first append
/// pays neither for TLS nor for the compiler, and the connection to a frozen or cut-off member is given up after two
/// misses and tried anew, instead of waiting for TCP's own long patience after the member is back.
/// </remarks>
public sealed class EtcdMembers : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly Task[] _warming;
    private int _lastAnswered;
    private long _firstFailed;
    private ulong _clusterId;

    /// <summary>Begins to connect to all members.</summary>
    /// <exception cref="ArgumentException">No members, or <c>https</c> without certificates.</exception>
    public EtcdMembers(EtcdOptions options)
    {
        if (options.Members.IsDefaultOrEmpty) throw new ArgumentException("a journal needs at least one etcd member", nameof(options));
        Options = options;
        _clusterId = options.ClusterId ?? 0;
        Channels = [.. options.Members.Select(m => new EtcdChannel(m, options.Tls, options.ConnectTimeout))];
        _warming = [.. Channels.Select(KeepWarmAsync)];
    }

    /// <summary>As given.</summary>
    public EtcdOptions Options { get; }

    /// <summary>
    /// The cluster's id: pinned by the options, or as first heard; null before any answer. The agent stores it and pins
    /// it at its next start; a restored cluster has another one.
    /// </summary>
    public ulong? ClusterId => Volatile.Read(ref _clusterId) is var id and not 0 ? id : null;

    internal ImmutableArray<EtcdChannel> Channels { get; }

    /// <summary>Waits until each member has answered once, or until <paramref name="patience"/> is over. For start-up.</summary>
    /// <returns>How many members have answered.</returns>
    public async Task<int> ConnectAsync(TimeSpan patience, CancellationToken cancel)
    {
        var answered = await Task.WhenAll(Channels.Select(async channel =>
        {
            try
            {
                await channel.CallAsync(EtcdMethods.Status, EtcdMethods.Nothing, patience, cancel);
                return true;
            }
            catch (EtcdCallException)
            {
                return false;
            }
        }));
        return answered.Count(yes => yes);
    }

    internal EtcdChannel? Find(MemberName name) => Channels.FirstOrDefault(c => c.Name == name);

    /// <summary>
    /// Position of the member to ask first: our own (the first) while it is well, so that the death of another host
    /// finds us on a living member; else the one that answered last.
    /// </summary>
    internal int First =>
        Volatile.Read(ref _firstFailed) is var at and not 0 && Stopwatch.GetElapsedTime(at) < Options.FirstRests
            ? Volatile.Read(ref _lastAnswered)
            : 0;

    /// <summary>One call to one member; its answer counts only if it belongs to our cluster.</summary>
    internal async Task<T> CallAsync<T>(int member, EtcdMethod<T> method, ReadOnlyMemory<byte> frame, TimeSpan patience, CancellationToken cancel)
        where T : class, IMessage<T>
    {
        var answer = await Channels[member].CallAsync(method, frame, patience, cancel);
        Believe(method.Header(answer));
        return answer;
    }

    /// <summary>Who answered is asked first while our own member rests.</summary>
    internal void Answered(int member) => Volatile.Write(ref _lastAnswered, member);

    /// <summary>A member was too slow or refused: if it is our own, it rests.</summary>
    internal void Failed(int member)
    {
        if (member == 0) Volatile.Write(ref _firstFailed, Stopwatch.GetTimestamp());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_ending.IsCancellationRequested) return;
        await _ending.CancelAsync();
        await Task.WhenAll(_warming);
        foreach (var channel in Channels) channel.Dispose();
        _ending.Dispose();
    }

    private void Believe(ResponseHeader? header)
    {
        var said = header?.ClusterId ?? 0;
        if (said == 0) throw new EtcdCallException(EtcdCallException.Internal, "an answer without a cluster id");
        var known = Interlocked.CompareExchange(ref _clusterId, said, 0);
        if (known != 0 && known != said)
            throw new EtcdCallException(EtcdCallException.Internal, $"it belongs to another cluster: id {said:x}, ours is {known:x}");
    }

    private async Task KeepWarmAsync(EtcdChannel channel)
    {
        await Task.Yield();
        var misses = 0;
        try
        {
            while (true)
            {
                try
                {
                    await channel.CallAsync(EtcdMethods.Status, EtcdMethods.Nothing, Options.KeepWarmLimit, _ending.Token);
                    misses = 0;
                }
                catch (EtcdCallException)
                {
                    // One miss may be a busy disk or processor. After the second the member is taken for frozen.
                    if (++misses % 2 == 0) channel.HangUp();
                }

                await Task.Delay(misses == 0 ? Options.KeepWarm : Options.KeepWarm / 4, _ending.Token);
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
        }
    }
}

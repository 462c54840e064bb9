using System.Security.Cryptography;
using ActorHa.Core;
using ActorHa.Ports;

namespace ActorHa.Drivers.Journal.Etcd;

/// <summary>
/// Asks a peer's own etcd member for its status: served by that process alone, without the others and without its disk.
/// </summary>
/// <remarks>
/// Asked twice: over the warm connection, and, if that is slow, over a new one. After a break of the network the warm
/// connection may wait for TCP's next retransmission while the peer is long back; a "no" from it alone could cost a
/// healthy host its power. A peer without an etcd member (a host beyond the voters) never answers.
/// </remarks>
public sealed class EtcdPeerProbe(EtcdMembers members) : IPeerProbe
{
    /// <summary>How long the warm connection is waited for before a new one is made.</summary>
    private static readonly TimeSpan WarmAlone = TimeSpan.FromMilliseconds(40);

    /// <inheritdoc/>
    public async Task<bool> AnswersAsync(MemberName peer, TimeSpan patience, CancellationToken cancel)
    {
        if (members.Find(peer) is not { } warm) return false;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        over.CancelAfter(patience);
        var overWarm = AsksAsync(warm, patience, over.Token);
        var alone = Task.Delay(WarmAlone < patience ? WarmAlone : patience, CancellationToken.None);
        if (await Task.WhenAny(overWarm, alone) == overWarm && await overWarm) return true;
        var overNew = AsksAnewAsync(peer, patience, over.Token);
        var answers = await await Task.WhenAny(overWarm, overNew) || (await Task.WhenAll(overWarm, overNew)).Any(yes => yes);
        await over.CancelAsync();
        await Task.WhenAll(overWarm, overNew);
        cancel.ThrowIfCancellationRequested();
        return answers;
    }

    private async Task<bool> AsksAnewAsync(MemberName peer, TimeSpan patience, CancellationToken over)
    {
        EtcdChannel channel;
        try
        {
            channel = new EtcdChannel(members.Options.Members.First(m => m.Name == peer), members.Options.Tls, patience);
        }
        catch (Exception ours) when (ours is CryptographicException or IOException or UnauthorizedAccessException)
        {
            // It reads the certificates anew. That ours will not do any more says nothing of the peer: the warm connection still may.
            return false;
        }
        using (channel) return await AsksAsync(channel, patience, over);
    }

    private static async Task<bool> AsksAsync(EtcdChannel channel, TimeSpan patience, CancellationToken over)
    {
        try
        {
            await channel.CallAsync(EtcdMethods.Status, EtcdMethods.Nothing, patience, over);
            return true;
        }
        catch (Exception no) when (no is EtcdCallException or OperationCanceledException)
        {
            return false;
        }
    }
}

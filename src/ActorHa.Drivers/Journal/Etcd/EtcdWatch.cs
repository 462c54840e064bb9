using ActorHa.Drivers.Journal.Etcd.Wire;
using Google.Protobuf;

namespace ActorHa.Drivers.Journal.Etcd;

/// <summary>
/// Watches one key, round the members. A watch ends when its member loses the leader (asked for by <c>hasleader</c>), when
/// its connection breaks, and when the member leaves two questions for progress unanswered: frozen, or black-holed.
/// </summary>
internal sealed class EtcdWatch(EtcdMembers members, ByteString key, Action wake)
{
    private static readonly TimeSpan AskProgress = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3.2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private static readonly byte[] Progress = Grpc.Frame(new WatchRequest { ProgressRequest = new WatchProgressRequest() });

    private readonly byte[] _create = Grpc.Frame(new WatchRequest { CreateRequest = new WatchCreateRequest { Key = key, ProgressNotify = true } });

    /// <summary>Until cancelled; then returns.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var member = members.First;
        var pause = FirstPause;
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var created = false;
                try
                {
                    using var content = new RepeatingContent(_create, Progress, AskProgress);
                    await members.Channels[member].StreamAsync(
                        EtcdMethods.Watch, content, WatchResponse.Parser, answer => Heard(answer, ref created), Quiet, cancel);
                }
                catch (EtcdCallException)
                {
                    // Every end of a watch is cured alike: by the next member, after a pause.
                }

                if (created) pause = FirstPause;
                member = (member + 1) % members.Channels.Length;
                await Task.Delay(pause, cancel);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private bool Heard(WatchResponse answer, ref bool created)
    {
        if (answer.Canceled) return false;
        if (answer.Created || answer.Events.Count > 0) wake();
        created |= answer.Created;
        return true;
    }
}

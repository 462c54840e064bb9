using ActorHa.Drivers.Journal.Etcd.Wire;
using Google.Protobuf;

namespace ActorHa.Drivers.Journal.Etcd;

/// <summary>One remote procedure: its path, its answer's parser, where the answer holds the header.</summary>
internal sealed record EtcdMethod<T>(string Path, MessageParser<T> Parser, Func<T, ResponseHeader?> Header)
    where T : class, IMessage<T>;

/// <summary>The procedures of etcd that we call.</summary>
internal static class EtcdMethods
{
    public const string Watch = "/etcdserverpb.Watch/Watch";

    public static readonly EtcdMethod<TxnResponse> Txn = new("/etcdserverpb.KV/Txn", TxnResponse.Parser, r => r.Header);


    public static readonly EtcdMethod<StatusResponse> Status =
        new("/etcdserverpb.Maintenance/Status", StatusResponse.Parser, r => r.Header);

    public static readonly EtcdMethod<MoveLeaderResponse> MoveLeader =
        new("/etcdserverpb.Maintenance/MoveLeader", MoveLeaderResponse.Parser, r => r.Header);

    public static readonly EtcdMethod<MemberListResponse> MemberList =
        new("/etcdserverpb.Cluster/MemberList", MemberListResponse.Parser, r => r.Header);

    /// <summary>Status and MemberList have no fields to send.</summary>
    public static readonly ReadOnlyMemory<byte> Nothing = Grpc.Frame(new StatusRequest());
}

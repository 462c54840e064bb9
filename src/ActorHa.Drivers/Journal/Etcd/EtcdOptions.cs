using System.Collections.Immutable;
using ActorHa.Core;

namespace ActorHa.Drivers.Journal.Etcd;

/// <summary>How the journal's etcd members are reached. The defaults suit one LAN segment.</summary>
public sealed record EtcdOptions
{
    /// <summary>The voters' etcd members; this host's own first, if it has one: it is asked first while it is well.</summary>
    public required ImmutableArray<EtcdEndpoint> Members { get; init; }

    /// <summary>Certificates for <c>https</c>; null only with <c>http</c> (tests, never across a network).</summary>
    public EtcdTls? Tls { get; init; }

    /// <summary>
    /// Cluster id that the agent has pinned on disk; null = the first one heard holds for the life of this object.
    /// A member that says another id is not believed: after a botched bootstrap it may serve a cluster of its own.
    /// </summary>
    public ulong? ClusterId { get; init; }

    /// <summary>
    /// Without an answer for this long, the next member is asked too. Short: the recovery time is a multiple of it.
    /// Too short: every slow sync of a disk doubles the writes.
    /// </summary>
    public TimeSpan AttemptLimit { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// An attempt may still answer for this long while the next members are asked. A slow disk (sync times above
    /// <see cref="AttemptLimit"/>) would else never give a clear answer. Bounds the attempts under way:
    /// <c>AttemptLife / AttemptLimit</c>.
    /// </summary>
    public TimeSpan AttemptLife { get; init; } = TimeSpan.FromSeconds(1.6);

    /// <summary>TCP and TLS together. Longer than an attempt: the connection is made in the background meanwhile.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Pause between two status calls that keep each connection warm and notice a frozen member.</summary>
    public TimeSpan KeepWarm { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Time for one such status call; after two misses in a row the connection is given up and made anew.</summary>
    public TimeSpan KeepWarmLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>After a failure of the first (own) member it is not asked first again for this long.</summary>
    public TimeSpan FirstRests { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>One etcd member. Its etcd name (<c>--name</c>) is the member's name.</summary>
/// <param name="Name">The member.</param>
/// <param name="Address"><c>http://address:port</c> or <c>https://address:port</c> of its client port.</param>
public sealed record EtcdEndpoint(MemberName Name, Uri Address);

/// <summary>
/// PEM files of mutual TLS. The private CA is for etcd alone: whoever holds a certificate of it may write the journal.
/// etcd compares the caller's address with the certificate's addresses.
/// </summary>
/// <param name="CaFile">The CA's certificate; the only trusted root.</param>
/// <param name="CertFile">This member's certificate (usage clientAuth).</param>
/// <param name="KeyFile">Its private key.</param>
public sealed record EtcdTls(string CaFile, string CertFile, string KeyFile);

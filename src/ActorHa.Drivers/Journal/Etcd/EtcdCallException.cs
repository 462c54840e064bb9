namespace ActorHa.Drivers.Journal.Etcd;

/// <summary>A call that gave no complete, well-formed, positive answer. Whether it took effect is unknown.</summary>
/// <param name="status">gRPC status code; 14 also for the transport's own faults, 4 for our own time-out.</param>
/// <param name="message">etcd's words, or the transport's.</param>
/// <param name="inner">The transport's exception.</param>
public sealed class EtcdCallException(int status, string message, Exception? inner = null) : Exception(message, inner)
{
    internal const int InvalidArgument = 3;
    internal const int DeadlineExceeded = 4;
    internal const int ResourceExhausted = 8;
    internal const int Internal = 13;
    internal const int Unavailable = 14;

    /// <summary>gRPC status code.</summary>
    public int Status { get; } = status;

    /// <summary>
    /// The member read the request and refused it for what it is: too large, malformed, no space. Asking another soon
    /// gives the same answer.
    /// </summary>
    public bool Refused => Status is InvalidArgument or ResourceExhausted;

    /// <summary>etcd's space quota is used up (alarm NOSPACE): it takes no puts until compacted, defragmented, disarmed.</summary>
    public bool NoSpace => Status == ResourceExhausted && Message.Contains("space", StringComparison.Ordinal);
}

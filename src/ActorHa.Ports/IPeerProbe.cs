using ActorHa.Core;

namespace ActorHa.Ports;

/// <summary>
/// Asks whether another process of a host still answers (a status call to its etcd member). A ping or an accepted
/// connection is the kernel's word and proves nothing; a complete answer to a question asked now does.
/// </summary>
public interface IPeerProbe
{
    /// <summary>True when a complete answer came within <paramref name="patience"/>.</summary>
    Task<bool> AnswersAsync(MemberName peer, TimeSpan patience, CancellationToken cancel);
}

using System.Net;
using ActorHa.Core;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Heartbeats;

/// <summary>What the heartbeat says. Numbers 120 to 129.</summary>
internal static partial class HeartbeatLog
{
    [LoggerMessage(120, LogLevel.Information, "beating from {Address}, priority: {Priority}")]
    public static partial void Started(ILogger log, IPEndPoint address, BeatPriority priority);

    [LoggerMessage(121, LogLevel.Warning, "beats to {Peer} at {Address} are not taken by the system: error {Error}")]
    public static partial void CannotSend(ILogger log, MemberName peer, IPEndPoint address, int error);

    [LoggerMessage(122, LogLevel.Information, "beats to {Peer} at {Address} are taken by the system again")]
    public static partial void SendsAgain(ILogger log, MemberName peer, IPEndPoint address);

    [LoggerMessage(123, LogLevel.Critical, "the heartbeat's thread '{Thread}' failed: this member goes silent")]
    public static partial void Failed(ILogger log, Exception cause, string thread);

    [LoggerMessage(124, LogLevel.Error, "the heartbeat's thread '{Thread}' did not end in time")]
    public static partial void Stuck(ILogger log, string thread);
}

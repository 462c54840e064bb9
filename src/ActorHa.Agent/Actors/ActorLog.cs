using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Actors;

/// <summary>What the shell of the actors says. Numbers 100 to 119.</summary>
internal static partial class ActorLog
{
    [LoggerMessage(100, LogLevel.Warning, "the mailbox of {Actor} is full ({Capacity}): messages are dropped and counted until it has room")]
    public static partial void MailboxFull(ILogger log, string actor, int capacity);

    [LoggerMessage(101, LogLevel.Warning, "the mailbox of {Actor} has room again; {Dropped} messages were dropped")]
    public static partial void MailboxHasRoom(ILogger log, string actor, long dropped);

    [LoggerMessage(102, LogLevel.Information, "{Actor} has ended and is still told things: dropped and counted")]
    public static partial void DeadLetter(ILogger log, string actor);

    [LoggerMessage(103, LogLevel.Information, "{Actor} ended with {Waiting} messages unread")]
    public static partial void LeftUnread(ILogger log, string actor, int waiting);

    [LoggerMessage(104, LogLevel.Error, "{Actor} failed and is restarted in {Seconds} s")]
    public static partial void Restarting(ILogger log, Exception failure, string actor, double seconds);

    [LoggerMessage(105, LogLevel.Error, "{Actor} failed and stays stopped")]
    public static partial void Stopped(ILogger log, Exception failure, string actor);

    [LoggerMessage(106, LogLevel.Critical, "the agent stops: {Reason}")]
    public static partial void Escalated(ILogger log, Exception cause, string reason);

    [LoggerMessage(107, LogLevel.Error, "{Actor} failed while it cleaned up")]
    public static partial void CleanUpFailed(ILogger log, Exception failure, string actor);

    [LoggerMessage(108, LogLevel.Warning, "{Actor} failed while it was being stopped")]
    public static partial void FailedWhileStopping(ILogger log, Exception failure, string actor);

    [LoggerMessage(109, LogLevel.Error, "{Actor} did not stop within {Seconds} s and is abandoned")]
    public static partial void Abandoned(ILogger log, string actor, double seconds);
}

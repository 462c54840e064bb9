namespace ActorHa.Configuration;

/// <summary>What a definition for the driver qemu may not say.</summary>
public static class QemuArguments
{
    /// <summary>Whether the driver says this argument itself: by it the process is found again.</summary>
    public static bool AreTheDriversOwn(string argument) => argument.StartsWith('-') && argument.TrimStart('-') is "name" or "pidfile" or "daemonize";
}

using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ActorHa.Agent.Os;
using ActorHa.Configuration;
using ActorHa.Core;
using ActorHa.Hocon;
using Microsoft.Extensions.Logging;

namespace ActorHa.Agent.Composition;

/// <summary>Starts an agent from its file. Tests start it with other parts.</summary>
public static class AgentProgram
{
    /// <summary>Runs until SIGTERM or SIGINT. 0: stopped; 2: bad file or arguments; 3: cannot run here; 70, 71: the agent was wrong.</summary>
    public static async Task<int> RunAsync(string[] args, Func<MemberSettings, ILoggerFactory, AgentParts> build)
    {
        if (args is not ["--config", var file])
        {
            Console.Error.WriteLine("usage: actorha-agent --config FILE");
            return 2;
        }
        // Two processors give two pool threads: one blocked driver call would hold up an append.
        ThreadPool.SetMinThreads(16, 4);
        try
        {
            var settings = MemberSettingsReader.Load(file).Whole();
            Directory.CreateDirectory(settings.StateDir);
            using var hostLock = HostLock.Take(settings.StateDir);
            using var logs = LoggerFactory.Create(b => b
                .SetMinimumLevel(settings.Log.Level switch { LogThreshold.Debug => LogLevel.Debug, LogThreshold.Warning => LogLevel.Warning, LogThreshold.Error => LogLevel.Error, _ => LogLevel.Information })
                .AddFilter("Microsoft", LogLevel.Warning)
                .AddSimpleConsole(o => { o.SingleLine = true; o.UseUtcTimestamp = true; o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ "; o.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled; }));
            var sleep = SleepCheck.Look();
            var isHost = settings.Role == MemberRole.Host;
            var who = new MemberIdentity(
                settings.Name, settings.Cluster, isHost, BootIdFile.Read(settings.BootIdFile), new AgentRun(Guid.NewGuid().ToString("N")[..12]),
                [.. NetworkAddresses.Macs(settings.Interfaces)], isHost && sleep.CanSleep ? sleep.Detail : "",
                Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "");
            using var told = new CancellationTokenSource();
            using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => { c.Cancel = true; told.Cancel(); });
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => { c.Cancel = true; told.Cancel(); });
            await using var agent = new AgentHost(settings, who, build(settings, logs), logs, SdNotify.FromEnvironment());
            await agent.StartAsync();
            return await agent.RunAsync(told.Token);
        }
        catch (HoconException e)
        {
            Console.Error.WriteLine(e.Message);
            return 2;
        }
        catch (Exception e) when (e is HostLockException or IOException or InvalidDataException or UnauthorizedAccessException or FormatException or System.Net.Sockets.SocketException or CryptographicException or ArgumentException)
        {
            Console.Error.WriteLine($"actorha-agent: {e.Message}");
            return 3;
        }
    }
}

using Microsoft.Extensions.Logging;

namespace ActorHa.FaultyAgent;

/// <summary>
/// Lets the mind hang when it writes of an entry, as it would behind a log that nobody reads. Its beats, its local
/// interface and its guard are other threads, and go on.
/// </summary>
public sealed class StickyLog(DeathWish wish) : ILoggerProvider
{
    /// <summary>The step at which it sticks; see <see cref="DeathWish"/>.</summary>
    public const string Step = "mind-sticks";

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Sticky(categoryName == "quorum" ? wish : null);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Holds nothing.
    }

    private sealed class Sticky(DeathWish? wish) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => wish is not null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => wish?.HangAt(Step);
    }
}

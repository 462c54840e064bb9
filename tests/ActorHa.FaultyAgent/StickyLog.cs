using Microsoft.Extensions.Logging;

namespace ActorHa.FaultyAgent;

/// <summary>
/// Lets the mind hang when it writes of an entry, as it would behind a log that nobody reads, and behind it whoever writes into that log.
/// Its beats and its guard must go on all the same.
/// </summary>
public sealed class StickyLog(DeathWish wish) : ILoggerProvider
{
    /// <summary>The step at which it sticks; see <see cref="DeathWish"/>.</summary>
    public const string Step = "mind-sticks";

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Sticky(wish, categoryName == "quorum");

    /// <inheritdoc/>
    public void Dispose()
    {
        // Holds nothing.
    }

    private sealed class Sticky(DeathWish wish, bool first) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (first) wish.HangAt(Step);
            wish.HangBehind(Step);
        }
    }
}

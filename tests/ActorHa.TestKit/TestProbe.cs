using System.Collections.Concurrent;
using System.Threading.Channels;
using ActorHa.Agent.Actors;

namespace ActorHa.TestKit;

/// <summary>Stands in for an actor: takes whatever it is told and shows it to the test.</summary>
public sealed class TestProbe<TMessage>(string name, TimeProvider time) : ActorRef<TMessage>(name, time)
{
    private readonly Channel<TMessage> _told = Channel.CreateUnbounded<TMessage>();

    /// <summary>All that was told and not yet expected.</summary>
    public int Waiting => _told.Reader.Count;

    /// <inheritdoc/>
    public override bool Tell(TMessage message) => _told.Writer.TryWrite(message);

    /// <summary>The next message; waits for it in real time.</summary>
    /// <exception cref="TimeoutException">None came within <see cref="Eventually.Limit"/>.</exception>
    public async Task<TMessage> ExpectAsync()
    {
        try
        {
            return await _told.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{Name} expected a message of {typeof(TMessage).Name} and got none");
        }
    }

    /// <summary>The next message, which must be of one type.</summary>
    /// <exception cref="ProbeException">It was another.</exception>
    public async Task<TOne> ExpectAsync<TOne>() where TOne : TMessage
    {
        var message = await ExpectAsync();
        return message is TOne one ? one : throw new ProbeException($"{Name} expected {typeof(TOne).Name} and got {message}");
    }

    /// <summary>
    /// Moves virtual time on and expects that nothing is told meanwhile. Only virtual time can prove an absence: in real
    /// time one would wait for a message that is merely late.
    /// </summary>
    /// <exception cref="ProbeException">A message came.</exception>
    public async Task ExpectNoneFor(TimeSpan virtualTime, FakeTimeProvider clock, ActorSystem system)
    {
        await Eventually.Settled(system);
        clock.Advance(virtualTime);
        await Eventually.Settled(system);
        if (_told.Reader.TryRead(out var message)) throw new ProbeException($"{Name} expected nothing and got {message}");
    }
}

/// <summary>A probe saw other than expected.</summary>
public sealed class ProbeException(string message) : Exception(message);

/// <summary>Keeps log lines for the test to look at.</summary>
public sealed class ListLogger : Microsoft.Extensions.Logging.ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    /// <summary>All lines so far: level, colon, text.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

    /// <inheritdoc/>
    public void Log<TState>(Microsoft.Extensions.Logging.LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Scenarios.DataPath;

/// <summary>Keeps the lines of a log.</summary>
/// <param name="which">Of which events; null: of all.</param>
internal sealed class LogLines(Func<EventId, bool>? which = null) : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> _lines = [];

    public int Count => _lines.Count;

    public IEnumerable<string> All => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (which?.Invoke(eventId) != false)
        {
            _lines.Enqueue(formatter(state, exception));
        }
    }

    public void Dispose()
    {
    }
}

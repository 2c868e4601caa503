using Microsoft.Extensions.Logging;

namespace ActorEvents.Web.Admin.Logs;

/// <summary>One line of the log.</summary>
/// <param name="Error">What was thrown, with its stack, cut; null: nothing.</param>
internal sealed record LogLine(long Number, DateTimeOffset At, LogLevel Level, string Category, string Text, string? Error);

/// <summary>The last lines of the log in memory, for whoever looks; bounded, the oldest go first. It hears what the log's levels let through.</summary>
internal sealed class LogRing(TimeProvider time) : ILoggerProvider
{
    /// <summary>Lines that are kept.</summary>
    public const int Capacity = 2_000;

    private const int MostCharacters = 4_096;
    private readonly Lock _lock = new();
    private readonly Queue<LogLine> _lines = new(Capacity);
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _last;

    public ILogger CreateLogger(string categoryName) => new Writer(this, categoryName);

    public void Dispose()
    {
    }

    /// <summary>Lines behind a number, oldest first, and what completes when there are more.</summary>
    public (IReadOnlyList<LogLine> Lines, Task More) After(long number)
    {
        lock (_lock)
        {
            return ([.. _lines.Where(l => l.Number > number)], _news.Task);
        }
    }

    /// <summary>Number of the last line.</summary>
    public long Last
    {
        get
        {
            lock (_lock)
            {
                return _last;
            }
        }
    }

    private static string Cut(string text) => text.Length <= MostCharacters ? text : text[..MostCharacters] + "…";

    private void Add(LogLevel level, string category, string text, Exception? error)
    {
        TaskCompletionSource news;
        lock (_lock)
        {
            if (_lines.Count == Capacity)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(new LogLine(++_last, time.GetUtcNow(), level, category, Cut(text), error is null ? null : Cut(error.ToString())));
            (news, _news) = (_news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        news.SetResult();
    }

    private sealed class Writer(LogRing ring, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            ring.Add(logLevel, category, formatter(state, exception), exception);
    }
}

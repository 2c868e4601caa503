using System.Diagnostics;
using ActorEvents.Journal.Entries;
using ActorEvents.Telemetry;

namespace ActorEvents.Handlers;

/// <summary>What telemetry sees of an append that is under way; ended once.</summary>
internal readonly record struct Appending
{
    private readonly string? _database;
    private readonly Activity? _span;
    private readonly long _started;

    private Appending(string database, Activity? span)
    {
        _database = database;
        _span = span;
        _started = Stopwatch.GetTimestamp();
    }

    public static Appending Begin(string database, string persistenceId, JournalEntry entry) =>
        new(database, Tracing.IsOn ? Tracing.Append(database, persistenceId, entry.Decided, entry.Spans) : null);

    /// <param name="failure">Null: the row is durable.</param>
    public void End(Exception? failure = null)
    {
        if (_database is not null)
        {
            _span.End(failure?.Message, failure?.GetType().FullName);
            Metrics.AppendEnded(_database, Stopwatch.GetElapsedTime(_started), failure?.GetType().FullName);
        }
    }
}

using Microsoft.Extensions.Logging;

namespace ActorEvents.Telemetry;

/// <summary>Every log message of the library, numbered; one file per area.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Warning, "Positions of {Count} stream(s) could not be committed; tried again in {PauseMs:0} ms: {Reason}")]
    public static partial void CommitFailed(ILogger log, int count, double pauseMs, string reason);

    [LoggerMessage(1001, LogLevel.Information, "{Stream} is read from position {Start} (stream {StreamName})")]
    public static partial void LaneOpened(ILogger log, string stream, long start, string streamName);

    [LoggerMessage(1002, LogLevel.Information, "{Stream} closed ({Reason}): committed {Committed}, {Unsettled} event(s) still under way will be read again")]
    public static partial void LaneClosed(ILogger log, string stream, string reason, long committed, int unsettled);

    [LoggerMessage(1003, LogLevel.Warning, "{Count} record(s) became dead letters (table ae_dead_letters), the last of {Stream} at {Position}: {Reason}")]
    public static partial void DeadLettered(ILogger log, int count, string stream, long position, string reason);

    [LoggerMessage(1004, LogLevel.Warning, "{Count} dead letter(s) could not be stored; tried again in {PauseMs:0} ms, not settled before: {Reason}")]
    public static partial void DeadLetterStoreFailed(ILogger log, int count, double pauseMs, string reason);

    [LoggerMessage(1005, LogLevel.Warning, "No handler is registered for events of type '{Type}' (first seen at {Stream} {Position}); they are settled without effect. Register a handler whose types include it, or take it out of the source")]
    public static partial void UnknownType(ILogger log, string type, string stream, long position);

    [LoggerMessage(1006, LogLevel.Error, "Source '{Source}' failed and starts again in {PauseMs:0} ms: {Reason}")]
    public static partial void SourceFailed(ILogger log, string source, double pauseMs, string reason);

    [LoggerMessage(1007, LogLevel.Debug, "The stream of {Stream} failed: {Reason}")]
    public static partial void LaneFailed(ILogger log, string stream, string reason);

    [LoggerMessage(1008, LogLevel.Error, "'{Member}' of this node failed; all sources start again from their committed positions in {PauseMs:0} ms")]
    public static partial void SubscriptionFailed(ILogger log, string member, double pauseMs);

    [LoggerMessage(1009, LogLevel.Warning, "{Stream} stands still: {Tracked} positions (flow.span) are tracked from {Position} on, which handler {Handlers} has not settled. See the blocked keys at /health/ready")]
    public static partial void SpanReached(ILogger log, string stream, int tracked, long position, string handlers);
}

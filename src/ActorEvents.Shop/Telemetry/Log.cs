using Microsoft.Extensions.Logging;

namespace ActorEvents.Shop.Telemetry;

/// <summary>Every log message of the shop.</summary>
internal static partial class Log
{
    [LoggerMessage(8000, LogLevel.Information, "Feeding {File} from line {Line} to {Topic} ({TopicId})")]
    public static partial void FeedStarts(ILogger log, string file, long line, string topic, string topicId);

    [LoggerMessage(8001, LogLevel.Information, "{File} is fed to its end to {Topic}")]
    public static partial void FeedComplete(ILogger log, string file, string topic);

    [LoggerMessage(8002, LogLevel.Warning, "{Count} line(s) of {File} became dead letters, the last is line {Line}: {Reason}")]
    public static partial void FeedDeadLetters(ILogger log, int count, string file, long line, string reason);

    [LoggerMessage(8003, LogLevel.Information, "Shop: {Fed} of the file's lines fed, {Lines} lines handled in {Invoices} invoices, {Open} stream(s) behind, relay {Lag} row(s) behind")]
    public static partial void Progress(ILogger log, long fed, long lines, long invoices, int open, long lag);

    [LoggerMessage(8004, LogLevel.Warning, "The shop's progress cannot be read now: {Reason}")]
    public static partial void ProgressFailed(ILogger log, string reason);
}

using Microsoft.Extensions.Logging;

namespace ActorEvents.Telemetry;

/// <summary>Files and timers: 1100 to 1199.</summary>
internal static partial class Log
{
    [LoggerMessage(1100, LogLevel.Warning, "The quoted field that begins on line {Line} of '{Path}' is not closed yet; what follows is held until its quote comes, or {Limit} bytes (events.max-bytes) have")]
    public static partial void QuoteOpen(ILogger log, long line, string path, int limit);

    [LoggerMessage(1101, LogLevel.Information, "The file '{Path}' is new: stream {Stream}, read from its beginning")]
    public static partial void FileIsNew(ILogger log, string path, string stream);

    [LoggerMessage(1102, LogLevel.Information, "The file '{Path}' is finished: all of it up to line {Line} is settled and committed")]
    public static partial void FileFinished(ILogger log, string path, long line);

    [LoggerMessage(1103, LogLevel.Error, "Source '{Source}' does not read (it looks again at least every {Seconds:0} s): {Reason}")]
    public static partial void FileProblem(ILogger log, string source, double seconds, string reason);

    [LoggerMessage(1104, LogLevel.Error, "Timer '{Source}' cannot read or store its position; tried again in {PauseMs:0} ms: {Reason}")]
    public static partial void TimerNotStarted(ILogger log, string source, double pauseMs, string reason);
}

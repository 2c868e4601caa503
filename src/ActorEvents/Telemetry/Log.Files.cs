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

    [LoggerMessage(1105, LogLevel.Information, "The file '{Path}' was rotated away: all of it up to line {Line} is settled and committed (stream {Stream}); the next one at its path is read")]
    public static partial void FileRotated(ILogger log, string path, long line, string stream);

    [LoggerMessage(1106, LogLevel.Information, "The file '{Path}' was cut from {Had} to {Has} bytes; read up to line {Line}, and what is in it now is a new stream, read from its beginning. {Why}")]
    public static partial void FileCut(ILogger log, string path, long line, long had, long has, string why);

    [LoggerMessage(1107, LogLevel.Warning, "{Lines} line(s) ({Bytes} bytes) of '{Path}' are lost, {Why}")]
    public static partial void FileLinesLost(ILogger log, long lines, long bytes, string path, string why);

    [LoggerMessage(1108, LogLevel.Information, "What is left of the file that stood at '{Path}' before, from line {Line} on, is read first: {Bytes} bytes")]
    public static partial void FileRestFound(ILogger log, string path, long line, long bytes);

    [LoggerMessage(1109, LogLevel.Warning, "Rows of '{Path}' that had been read were changed: {How}, although all up to line {Line} had been read. They are not read again and count as lost; write changes as new rows at its end")]
    public static partial void FileRowsChanged(ILogger log, string path, string how, long line);

    [LoggerMessage(1110, LogLevel.Warning, "No copy of what '{Path}' held before it was cut lies beside it: what was written in the last {Ms:0} ms before the cut (setting poll-interval) may be lost, and nobody can count it. Keep one copy uncompressed (logrotate: delaycompress)")]
    public static partial void FileCutWithoutCopy(ILogger log, string path, double ms);
}

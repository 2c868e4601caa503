using Microsoft.Extensions.Logging;

namespace ActorEvents.Telemetry;

internal static partial class Log
{
    [LoggerMessage(4000, LogLevel.Information, "The {Journal} now has schema version {Version}: {What}")]
    public static partial void SchemaStep(ILogger log, string journal, int version, string what);

    [LoggerMessage(4001, LogLevel.Warning, "The journal cannot be read for {Reader} and is tried again in {PauseMs:0} ms: {Reason}")]
    public static partial void TailFailed(ILogger log, string reader, double pauseMs, string reason);

    [LoggerMessage(4006, LogLevel.Warning, "The {Journal} was restored from a back-up: its row {Known} is gone, its last row is {Highest}. What is published from now on bears epoch {Epoch}. What was published since the back-up and is decided again will come a second time to whoever reads it")]
    public static partial void JournalRestored(ILogger log, string journal, long known, long highest, int epoch);

    [LoggerMessage(4002, LogLevel.Error, "Nothing is written to the journal; it is tried again until it succeeds, and nothing is lost meanwhile: {Problem}")]
    public static partial void JournalNotWritten(ILogger log, string problem);

    [LoggerMessage(4003, LogLevel.Information, "The {Journal} takes writes again")]
    public static partial void JournalWritten(ILogger log, string journal);

    [LoggerMessage(4004, LogLevel.Warning, "{Entities} entities wait to be recovered and are read again in {PauseMs:0} ms: {Reason}")]
    public static partial void RecoveryWaits(ILogger log, int entities, double pauseMs, string reason);

    [LoggerMessage(4005, LogLevel.Debug, "A connection to the journal that is given up could not be closed: {Reason}")]
    public static partial void JournalSessionClosed(ILogger log, string reason);
}

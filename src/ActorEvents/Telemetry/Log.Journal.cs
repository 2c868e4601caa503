using Microsoft.Extensions.Logging;

namespace ActorEvents.Telemetry;

internal static partial class Log
{
    [LoggerMessage(4000, LogLevel.Information, "The {Journal} now has schema version {Version}: {What}")]
    public static partial void SchemaStep(ILogger log, string journal, int version, string what);

    [LoggerMessage(4001, LogLevel.Warning, "The journal cannot be read for {Reader} and is tried again in {PauseMs:0} ms: {Reason}")]
    public static partial void TailFailed(ILogger log, string reader, double pauseMs, string reason);
}

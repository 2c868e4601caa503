using Microsoft.Extensions.Logging;

namespace ActorEvents.Telemetry;

internal static partial class Log
{
    [LoggerMessage(4000, LogLevel.Information, "The {Journal} now has schema version {Version}: {What}")]
    public static partial void SchemaStep(ILogger log, string journal, int version, string what);
}

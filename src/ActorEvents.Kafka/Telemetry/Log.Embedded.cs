using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Telemetry;

internal static partial class Log
{
    [LoggerMessage(7500, LogLevel.Information, "The embedded broker listens on {BootstrapServers} (process {ProcessId}). {Limits}")]
    public static partial void EmbeddedBrokerReady(ILogger log, string bootstrapServers, int processId, string limits);

    [LoggerMessage(7501, LogLevel.Warning, "Embedded broker: {Line}")]
    public static partial void EmbeddedBrokerSays(ILogger log, string line);

    [LoggerMessage(7502, LogLevel.Critical, "The embedded broker (process {ProcessId}) has ended by itself with exit code {ExitCode}; its records are lost")]
    public static partial void EmbeddedBrokerDied(ILogger log, int processId, int exitCode);

    [LoggerMessage(7503, LogLevel.Warning, "The embedded broker (process {ProcessId}) did not end within {Seconds:0} s of the end of its input and is killed")]
    public static partial void EmbeddedBrokerKilled(ILogger log, int processId, double seconds);
}

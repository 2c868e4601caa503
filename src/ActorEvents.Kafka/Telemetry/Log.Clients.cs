using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Telemetry;

internal static partial class Log
{
    [LoggerMessage(7100, LogLevel.Warning, "The producer is lost ({Code}: {Reason}); a new one goes on at the first record that was not acknowledged")]
    public static partial void ProducerLost(ILogger log, ErrorCode code, string reason);
}

using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Telemetry;

internal static partial class Log
{
    [LoggerMessage(7100, LogLevel.Warning, "The producer is lost ({Code}: {Reason}); a new one goes on at the first record that was not acknowledged")]
    public static partial void ProducerLost(ILogger log, ErrorCode code, string reason);

    [LoggerMessage(7101, LogLevel.Error, "The node {Problem}. It waits, asks again, and goes on by itself when a broker answers")]
    public static partial void BrokerUnreachable(ILogger log, string problem);

    [LoggerMessage(7102, LogLevel.Information, "Kafka at {Servers} is reached again")]
    public static partial void BrokerReached(ILogger log, string servers);
}

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

    [LoggerMessage(7103, LogLevel.Warning, "A batch for topic {Topic} was refused: {Count} record(s) of it and in front of it are sent once more, each alone")]
    public static partial void RefusedWithBatch(ILogger log, int count, string topic);

    [LoggerMessage(
        7104,
        LogLevel.Warning,
        "Topic {Topic} takes records of at most {Limit} bytes (max.message.bytes), and events may have up to {MaxBytes} (events.max-bytes): what is larger than the topic takes is set aside in ae_dead_letters. Raise the topic's limit, or lower events.max-bytes")]
    public static partial void TopicTakesLess(ILogger log, string topic, int limit, int maxBytes);
}

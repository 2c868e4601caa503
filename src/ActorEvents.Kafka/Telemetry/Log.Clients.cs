using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Telemetry;

internal static partial class Log
{
    [LoggerMessage(7100, LogLevel.Warning, "The producer is lost ({Code}: {Reason}); a new one goes on at the first record that was not acknowledged")]
    public static partial void ProducerLost(ILogger log, ErrorCode code, string reason);

    [LoggerMessage(7101, LogLevel.Information, "Source '{Source}' got {Count} partition(s): {Partitions}")]
    public static partial void Assigned(ILogger log, string source, int count, string partitions);

    [LoggerMessage(7102, LogLevel.Information, "Source '{Source}' gave up {Count} partition(s) ({Reason}): {Partitions}")]
    public static partial void Revoked(ILogger log, string source, int count, string reason, string partitions);

    [LoggerMessage(7103, LogLevel.Error, "{Topic} [{Partition}]: position {Wanted} is not there any more, the first one is {First}: {Lost} record(s) are lost to this source; it goes on at {First} (retention of the topic, or records were deleted)")]
    public static partial void RecordsGone(ILogger log, string topic, int partition, long wanted, long first, long lost);

    [LoggerMessage(7104, LogLevel.Warning, "The consumer of source '{Source}' reports {Code}: {Reason}")]
    public static partial void ConsumerError(ILogger log, string source, ErrorCode code, string reason);

    [LoggerMessage(7105, LogLevel.Warning, "The group's offsets of source '{Source}' could not be committed (tools that read lag only; ae_positions has the truth): {Reason}")]
    public static partial void GroupCommitFailed(ILogger log, string source, string reason);

    [LoggerMessage(7106, LogLevel.Error, "{Topic} [{Partition}]: position {Wanted} is committed, but the log ends at {End}: the topic's log was cut back; nothing is read until it has grown beyond it or the source has another name")]
    public static partial void LogShorter(ILogger log, string topic, int partition, long wanted, long end);
}

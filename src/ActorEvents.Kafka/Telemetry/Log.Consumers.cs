using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Telemetry;

internal static partial class Log
{
    [LoggerMessage(7000, LogLevel.Information, "Consumer group {Group}: assigned {Partitions}")]
    public static partial void GroupAssigned(ILogger log, string group, string partitions);

    [LoggerMessage(7001, LogLevel.Information, "Consumer group {Group}: revoked {Partitions}; drained: {Drained} ({Milliseconds:0} ms)")]
    public static partial void GroupRevoked(ILogger log, string group, string partitions, string drained, double milliseconds);

    [LoggerMessage(7002, LogLevel.Warning, "Consumer group {Group}: lost {Partitions} without a hand-over; what is under way is read again by their new owner")]
    public static partial void GroupLost(ILogger log, string group, string partitions);

    [LoggerMessage(7003, LogLevel.Warning, "Start offsets of {Count} partitions cannot be had (attempt {Attempt}), tried again until the deadline: {Reason}")]
    public static partial void StartOffsetsFailed(ILogger log, int count, int attempt, string reason);

    [LoggerMessage(7004, LogLevel.Error, "{Topic} [{Partition}]: records were deleted before they were read. Wanted offset {Wanted}, first there is {First}: up to {Lost} records are lost (transaction markers and what a compaction removed count too); going on at the first. Raise the topic's retention, or read faster")]
    public static partial void RecordsGone(ILogger log, string topic, int partition, long wanted, long first, long lost);

    [LoggerMessage(7005, LogLevel.Warning, "Kafka client {Client}: {Code}: {Reason}")]
    public static partial void ClientError(ILogger log, string client, string code, string reason);

    [LoggerMessage(7006, LogLevel.Debug, "Kafka client {Client}: {Facility}: {Message}")]
    public static partial void ClientLog(ILogger log, string client, string facility, string message);

    [LoggerMessage(7007, LogLevel.Debug, "Consumer group {Group} failed ({Failure}): {Reason}")]
    public static partial void ConsumerFailed(ILogger log, string group, string failure, string reason);

    [LoggerMessage(7008, LogLevel.Warning, "The offsets of {Count} partitions, which only tools read, were not committed to the group: {Reason}")]
    public static partial void GroupCommitFailed(ILogger log, int count, string reason);

    [LoggerMessage(7015, LogLevel.Information, "The group's offsets, which only tools read, are still being committed after {Milliseconds:0} ms; they are waited for no longer, whoever reads on sets them again")]
    public static partial void GroupCommitLate(ILogger log, double milliseconds);

    [LoggerMessage(7016, LogLevel.Information, "The offsets of consumer group {Group} are not where this node goes on ({Partitions}). They have no effect: it reads from the positions in its journal, and sets them again for tools. To read a topic again, give its source another name")]
    public static partial void GroupOffsetsDiffer(ILogger log, string group, string partitions);

    [LoggerMessage(7017, LogLevel.Error, "{Problem}")]
    public static partial void StrangerInGroup(ILogger log, string problem);

    [LoggerMessage(7009, LogLevel.Warning, "Topic {Topic}: {Reason}; waiting for it")]
    public static partial void TopicMissing(ILogger log, string topic, string reason);

    [LoggerMessage(7010, LogLevel.Warning, "Consumer group {Group}: a callback for {Partitions} failed: {Reason}")]
    public static partial void CallbackFailed(ILogger log, string group, string partitions, string reason);

    [LoggerMessage(7011, LogLevel.Warning, "Consumer group {Group}: {Partitions} are given up after {Seconds:0.0} s although downstream has not finished; what is unsettled is read again")]
    public static partial void DrainDeadline(ILogger log, string group, string partitions, double seconds);

    [LoggerMessage(7012, LogLevel.Debug, "{Topic} [{Partition}]: held back, its stream does not keep up ({Held} held)")]
    public static partial void HeldBack(ILogger log, string topic, int partition, int held);

    [LoggerMessage(7013, LogLevel.Warning, "The consumer of source '{Source}' did not close within {Seconds:0} s; its group may wait for its session to run out")]
    public static partial void CloseTimedOut(ILogger log, string source, double seconds);

    [LoggerMessage(7014, LogLevel.Warning, "Topic {Topic} has {Count} partitions, it had {Before}: the added ones are read from their first record. Keys may have moved to them, so over this change the order of a key is not kept and what a producer sends again may count twice; let the source drain before partitions are added")]
    public static partial void PartitionsAdded(ILogger log, string topic, int count, long before);

    [LoggerMessage(7017, LogLevel.Warning, "Source '{Source}': {Problem}")]
    public static partial void PartitionsTakeMemory(ILogger log, string source, string problem);
}

using Confluent.Kafka;

namespace ActorEvents.Kafka.Consumers;

/// <summary>Why a consumer stream failed.</summary>
internal enum ConsumerFailure
{
    /// <summary>The client reported an error that it cannot recover from.</summary>
    Fatal,

    /// <summary>Another member took this one's <c>group.instance.id</c>.</summary>
    Fenced,

    /// <summary><c>max.poll.interval.ms</c> went by without a poll; the group has given the partitions away.</summary>
    MaxPollExceeded,

    /// <summary>The start offsets of assigned partitions could not be had within the time.</summary>
    StartOffsets,

    /// <summary>The wanted offset lies behind the end of the log: the log was cut or replaced.</summary>
    LogTruncated,

    /// <summary>After an outage the topics are not the ones that were assigned, or it could not be told.</summary>
    TopicsChanged,

    /// <summary>The broker refuses this client (authorization).</summary>
    Refused,

    /// <summary>The thread that owns the consumer ended with an exception.</summary>
    PollThread,
}

/// <summary>A consumer stream failed; it never just stops.</summary>
internal sealed class KafkaConsumerException(ConsumerFailure failure, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The kind of failure.</summary>
    public ConsumerFailure Failure { get; } = failure;
}

/// <summary>Records that were to be read are no longer there (retention, deletion); the stream goes on at the first that is.</summary>
/// <param name="Wanted">The offset that was to be read next.</param>
/// <param name="First">The first that is there.</param>
internal readonly record struct RecordsGone(TopicPartition Partition, long Wanted, long First)
{
    /// <summary>How many offsets are lost (records at most; a compacted log has holes).</summary>
    public long Lost => First - Wanted;
}

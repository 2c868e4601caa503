using Confluent.Kafka;

namespace ActorEvents.Kafka.Consumers;

/// <summary>
/// What a partitioned source asks its user. Each runs on the thread pool while the poll thread waits for it (but <see cref="OnLost"/> and
/// <see cref="OnRecordsGone"/>, which run on the poll thread and must not block); an exception never reaches the client.
/// </summary>
internal sealed record ConsumerCallbacks
{
    /// <summary>
    /// Where newly assigned partitions start: an offset for each. It is called again after a failure until the deadline; then the stream fails, and never falls
    /// back to the group's offsets. Null: the group's committed offsets, else <see cref="KafkaConsumerSettings.Start"/>.
    /// </summary>
    public Func<IReadOnlyList<TopicPartition>, CancellationToken, Task<IReadOnlyList<TopicPartitionOffset>>>? GetOffsetsOnAssign { get; init; }

    /// <summary>
    /// Partitions are being taken away: their streams have ended, what was not emitted is dropped. Finish and commit what is under way within the time; the partitions
    /// are given up when the task completes or the time is over.
    /// </summary>
    public Func<IReadOnlyList<TopicPartition>, TimeSpan, Task>? OnRevoke { get; init; }

    /// <summary>Partitions are gone already (another member may read them): drop what is under way.</summary>
    public Action<IReadOnlyList<TopicPartition>>? OnLost { get; init; }

    /// <summary>
    /// No broker was there for a while, and now records come again, or an offset is not there: before they are emitted, check that the topics are still the ones that were assigned. An
    /// exception fails the stream, and none of them is emitted. It has as long as start offsets have.
    /// </summary>
    public Func<IReadOnlyList<TopicPartition>, CancellationToken, Task>? OnBrokersBack { get; init; }

    /// <summary>Records were deleted before they were read. It is logged, too.</summary>
    public Action<RecordsGone>? OnRecordsGone { get; init; }
}

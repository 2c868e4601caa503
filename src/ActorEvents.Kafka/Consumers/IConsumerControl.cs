using Confluent.Kafka;

namespace ActorEvents.Kafka.Consumers;

/// <summary>The materialized value of a consumer source. Thread-safe.</summary>
internal interface IConsumerControl
{
    /// <summary>Completes when the consumer has left its group and is closed; fails with what the stream failed with.</summary>
    Task Completion { get; }

    /// <summary>Ends all partition streams and reads no more, but stays in the group, so that what is under way can be finished and committed.</summary>
    void StopReading();

    /// <summary>Closes the consumer. Drains first (the revoke callback, with its deadline) unless told otherwise.</summary>
    /// <param name="drain">False: what is under way is finished or given up already.</param>
    Task ShutdownAsync(bool drain = true);

    /// <summary>
    /// Reads a partition again that stays assigned: its stream ends, what was read of it is dropped, and a new stream that starts at <paramref name="from"/> is
    /// emitted. The group does not notice. Nothing happens where the partition is not assigned, or was assigned from a later place on than
    /// <paramref name="from"/> (what is asked for then concerns an earlier assignment), or reading has been stopped.
    /// </summary>
    void Reread(TopicPartition partition, long from);

    /// <summary>Remembers the group's offset of a partition (the next to read), for tools that show lag; committed from time to time.</summary>
    void CommitForTools(TopicPartition partition, long next);
}

namespace ActorEvents.Kafka.Embedded;

/// <summary>What the embedded broker is not. Said at each start, because it loses data in silence where a real broker would not.</summary>
internal static class EmbeddedBrokerLimits
{
    /// <summary>One paragraph for people, printed at start-up.</summary>
    public const string Text =
        "The embedded broker is for development: records are in memory only and end with it; a partition keeps 5 MiB or 100,000 batches, then the oldest "
        + "are dropped, read or not; read_committed and transactions are not enforced; topics cannot be administered (a topic that is not configured "
        + "is made with 4 partitions when it is first used); each start makes new topic ids. For anything to keep, set kafka.bootstrap-servers to a real Kafka.";

    /// <summary>Partitions of a topic that is not configured. Fixed in the mock.</summary>
    public const int AutoCreatedPartitions = 4;

    /// <summary>Bytes of batches (as compressed by the producer) that a partition keeps. Fixed in the mock.</summary>
    public const int PartitionBytes = 5 * 1024 * 1024;
}

using Confluent.Kafka;

namespace ActorEvents.Kafka.Consumers;

/// <summary>Partitions as messages name them.</summary>
internal static class TopicPartitionText
{
    /// <summary><c>orders [0, 3]; stock [1]</c>.</summary>
    public static string Text(this IEnumerable<TopicPartition> partitions)
        => string.Join("; ", partitions.GroupBy(p => p.Topic, StringComparer.Ordinal).Select(g => $"{g.Key} [{string.Join(", ", g.Select(p => p.Partition.Value).Order())}]"));
}

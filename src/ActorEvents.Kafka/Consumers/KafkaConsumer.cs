using Akka.Streams.Dsl;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Consumers;

/// <summary>
/// Kafka topics as Akka.Streams sources. Elements are batches of records. A failure that the client cannot recover from fails the streams with a
/// <see cref="KafkaConsumerException"/>; brokers that are away are waited for.
/// </summary>
internal static class KafkaConsumer
{
    // More partitions than one member can have in practice; merging needs a bound.
    private const int MostPartitions = 10_000;

    /// <summary>All partitions in one stream, starting at the group's committed offsets. Order holds per partition.</summary>
    public static Source<KafkaPartitionBatch, IConsumerControl> PlainSource(KafkaConsumerSettings settings, IReadOnlyList<string> topics, ILogger log, TimeProvider? time = null)
        => PlainPartitionedSource(settings, topics, log, time)
            .ViaMaterialized(
                Flow.Create<PartitionStream>().MergeMany(MostPartitions, s => s.Records.Select(b => new KafkaPartitionBatch(s.Partition, b))),
                Keep.Left);

    /// <summary>One stream for each assigned partition, starting at the group's committed offsets.</summary>
    public static Source<PartitionStream, IConsumerControl> PlainPartitionedSource(
        KafkaConsumerSettings settings, IReadOnlyList<string> topics, ILogger log, TimeProvider? time = null)
        => PlainPartitionedManualOffsetSource(settings, topics, new ConsumerCallbacks(), log, time);

    /// <summary>One stream for each assigned partition, starting where the callback says (positions that are kept elsewhere).</summary>
    /// <exception cref="ArgumentException">A setting is wrong; the message names it and its value.</exception>
    public static Source<PartitionStream, IConsumerControl> PlainPartitionedManualOffsetSource(
        KafkaConsumerSettings settings, IReadOnlyList<string> topics, ConsumerCallbacks callbacks, ILogger log, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(callbacks);
        ArgumentNullException.ThrowIfNull(log);
        if (topics is not { Count: > 0 } || topics.Any(string.IsNullOrWhiteSpace))
        {
            throw new ArgumentException($"Kafka consumer: topics = [{string.Join(", ", topics ?? [])}] must name at least one topic, and none may be empty.", nameof(topics));
        }

        _ = settings.ToClientConfig();
        return Source.FromGraph(new PartitionedStage(settings, topics, callbacks, log, time ?? TimeProvider.System));
    }
}

/// <summary>Records of one partition in a stream of many.</summary>
internal readonly record struct KafkaPartitionBatch(TopicPartition Partition, KafkaRecordBatch Records);

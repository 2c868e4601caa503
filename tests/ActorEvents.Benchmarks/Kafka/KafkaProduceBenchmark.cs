using ActorEvents.Benchmarks.Servers;
using ActorEvents.Events;
using ActorEvents.Kafka;
using ActorEvents.Kafka.Clients;
using ActorEvents.Relay;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Benchmarks.Kafka;

/// <summary>
/// The relay's destination, list after list, each awaited, against a Produce loop with delivery callbacks that sends the same records (encoded before it is
/// timed) with the same client settings to the same topic.
/// </summary>
internal static class KafkaProduceBenchmark
{
    private const int Records = 200_000;
    private const int List = 1_000;
    private const string Topic = "bench-produce";

    public static async Task<BenchmarkResult> RunAsync()
    {
        await using var broker = await BrokerServer.EmbeddedAsync((Topic, KafkaBench.Partitions));
        var lists = Lists();
        var encoded = lists.SelectMany(l => l).Select(Encode).ToArray();
        var options = new KafkaClientOptions { BootstrapServers = broker.Bootstrap };
        using var topics = new KafkaTopics(options, TimeProvider.System, NullLogger.Instance);
        await using var destination = new KafkaDestination(options, topics, RecordMapping.DefaultMaxEventBytes, TimeProvider.System, NullLogger.Instance);
        await destination.TopicIdAsync(Topic, CancellationToken.None);
        using var producer = KafkaBench.RawProducer(broker.Bootstrap);
        return await Alternating.RunAsync(
            "kafka-produce", "raw Produce loop with delivery callbacks",
            () => Alternating.TimeAsync(Records, async () =>
            {
                foreach (var list in lists)
                {
                    if ((await destination.PublishAsync(list, CancellationToken.None)).Count > 0)
                    {
                        throw new InvalidOperationException("A record was refused.");
                    }
                }
            }),
            () => Alternating.TimeAsync(Records, () => Task.Run(() => Raw(producer, encoded))));
    }

    private static void Raw(IProducer<byte[]?, byte[]> producer, EncodedRecord[] records)
    {
        var left = records.Length;
        using var done = new ManualResetEventSlim();
        void Delivered(DeliveryReport<byte[]?, byte[]> report)
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                done.Set();
            }
        }

        foreach (var record in records)
        {
            var headers = new Headers();
            foreach (var (name, value) in record.Headers)
            {
                headers.Add(name, value);
            }

            KafkaBench.ProduceWaiting(producer, Topic, new Message<byte[]?, byte[]> { Key = record.Key, Value = record.Value.ToArray(), Headers = headers }, Delivered);
        }

        done.Wait();
    }

    private static RelayRecord[][] Lists()
    {
        var data = new byte[KafkaBench.ValueBytes];
        var journal = Guid.NewGuid().ToString("N");
        return [.. Enumerable.Range(0, Records).Select(i => new RelayRecord(Topic, new EventEnvelope
        {
            Id = $"bench/{KafkaBench.Keys[i % KafkaBench.Keys.Length]}/{i}/0",
            Source = "/actor-events/" + journal,
            Type = "bench.event",
            DataContentType = "application/octet-stream",
            Key = KafkaBench.Keys[i % KafkaBench.Keys.Length],
            Origin = new EventOrigin(journal, (long)i << 16),
            Data = data,
        })).Chunk(List)];
    }

    private static EncodedRecord Encode(RelayRecord record) =>
        RecordEncoder.TryEncodeBinary(record.Event, out var encoded, out var reason) ? encoded : throw new InvalidOperationException(reason);
}

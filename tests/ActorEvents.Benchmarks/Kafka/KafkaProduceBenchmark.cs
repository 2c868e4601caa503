using ActorEvents.Benchmarks.Servers;
using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Destinations;
using ActorEvents.Kafka.Producers;
using ActorEvents.Relay;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Benchmarks.Kafka;

/// <summary>
/// A Produce loop with delivery callbacks, that sends records encoded before it is timed, against what sends the same records with the same client settings to
/// the same topic: the producer stage at the end of a graph (encoded before, too), or the relay's destination, as many under way as the relay's window (encodes as it goes).
/// </summary>
internal static class KafkaProduceBenchmark
{
    private const int Records = 200_000;
    private const int List = 1_000;
    private const string Topic = "bench-produce";
    private static readonly int s_window = new RelayOptions().WindowEvents;

    public static async Task<BenchmarkResult> StageAsync()
    {
        await using var broker = await BrokerServer.EmbeddedAsync((Topic, KafkaBench.Partitions));
        using var system = ActorSystem.Create("bench", "akka.loglevel = WARNING");
        using var materializer = system.Materializer();

        // As many under way as the raw loop's client takes.
        var settings = KafkaProducerSettings.Of(new KafkaClientOptions { BootstrapServers = broker.Bootstrap }) with { Parallelism = 100_000 };

        // Each side makes, connects and closes a client in each round.
        return await AgainstRawAsync("kafka-produce", RawWithItsClient, async (_, encoded) =>
        {
            var records = Source.From(encoded).Select(r => new ProducerRecord(Topic, r));
            if (await records.RunWith(KafkaProducer.PlainSink(settings), materializer) is not { Acknowledged: Records })
            {
                throw new InvalidOperationException("Not every record was acknowledged.");
            }
        });

        void RawWithItsClient(EncodedRecord[] encoded)
        {
            using var producer = KafkaBench.RawProducer(broker.Bootstrap);
            Raw(producer, encoded);
        }
    }

    public static async Task<BenchmarkResult> RelayAsync()
    {
        await using var broker = await BrokerServer.EmbeddedAsync((Topic, KafkaBench.Partitions));
        var options = new KafkaClientOptions { BootstrapServers = broker.Bootstrap };
        using var topics = new KafkaTopics(options, TimeProvider.System, NullLogger.Instance);
        await using var destination = new KafkaDestination(options, topics, RecordMapping.DefaultMaxEventBytes, TimeProvider.System, NullLogger.Instance);
        await destination.TopicIdAsync(Topic, CancellationToken.None);
        using var producer = KafkaBench.RawProducer(broker.Bootstrap);
        return await AgainstRawAsync("kafka-relay", encoded => Raw(producer, encoded), async (lists, _) =>
        {
            var underWay = new Queue<Task<IReadOnlyList<RelayRefusal>>>();
            foreach (var list in lists)
            {
                underWay.Enqueue(destination.PublishAsync(list));
                if (underWay.Count * List >= s_window)
                {
                    await TakenAsync(underWay.Dequeue());
                }
            }

            foreach (var rest in underWay)
            {
                await TakenAsync(rest);
            }
        });
    }

    private static async Task TakenAsync(Task<IReadOnlyList<RelayRefusal>> list)
    {
        if ((await list).Count > 0)
        {
            throw new InvalidOperationException("A record was refused.");
        }
    }

    private static async Task<BenchmarkResult> AgainstRawAsync(string name, Action<EncodedRecord[]> raw, Func<RelayRecord[][], EncodedRecord[], Task> publish)
    {
        var lists = Lists();
        var encoded = lists.SelectMany(l => l).Select(Encode).ToArray();
        return await Alternating.RunAsync(
            name, "raw Produce loop with delivery callbacks",
            () => Alternating.TimeAsync(Records, () => publish(lists, encoded)),
            () => Alternating.TimeAsync(Records, () => Task.Run(() => raw(encoded))));
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

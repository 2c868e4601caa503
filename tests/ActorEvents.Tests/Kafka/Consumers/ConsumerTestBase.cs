using System.Collections.Concurrent;
using System.Text;
using ActorEvents.Kafka.Consumers;
using Akka.Streams;
using Akka.Streams.Dsl;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Kafka.Consumers;

/// <summary>An actor system, a mock cluster, and what consumer tests do over and over.</summary>
public abstract class ConsumerTestBase : Akka.TestKit.Xunit2.TestKit, IClassFixture<MockKafkaFixture>
{
    private int _groups;

    protected ConsumerTestBase(MockKafkaFixture kafka)
        : base("akka.loglevel = WARNING")
    {
        Kafka = kafka;
        Materializer = Sys.Materializer();
    }

    protected MockKafkaFixture Kafka { get; }

    protected ActorMaterializer Materializer { get; }

    /// <summary>The new group protocol: on the mock its rebalances are the fast ones.</summary>
    private protected KafkaConsumerSettings Settings(string? group = null, params (string Name, string Value)[] client)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["fetch.wait.max.ms"] = "10", ["group.protocol"] = "consumer" };
        foreach (var (name, value) in client)
        {
            settings[name] = value;
        }

        return new KafkaConsumerSettings
        {
            BootstrapServers = Kafka.Bootstrap,
            GroupId = group ?? $"{GetType().Name}-{Interlocked.Increment(ref _groups)}",
            Client = settings,
        };
    }

    /// <summary>Group protocols: the new one, the classic one with cooperative-sticky (the default of the product), the classic one that takes everything away at each rebalance.</summary>
    private protected static (string, string)[] Protocol(string name) => name switch
    {
        "classic" => [("group.protocol", "classic"), ("session.timeout.ms", "1500"), ("heartbeat.interval.ms", "300")],
        "range" => [.. Protocol("classic"), ("partition.assignment.strategy", "range")],
        _ => [],
    };

    /// <summary>Numbers <paramref name="from"/> … as values, spread over the partitions in turn.</summary>
    private protected async Task ProduceAsync(string topic, int from, int count, int partitions)
    {
        // Some linger: the mock gives one produced batch a fetch.
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig(Kafka.ProducerConfig()) { LingerMs = 5 }).SetLogHandler((_, _) => { }).Build();

        // Not on the producer's own thread, which its Dispose waits for.
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = count;
        for (var i = from; i < from + count; i++)
        {
            producer.Produce(new TopicPartition(topic, i % partitions), new Message<Null, byte[]> { Value = Encoding.ASCII.GetBytes($"{i}") }, report =>
            {
                if (report.Error.IsError)
                {
                    all.TrySetException(new KafkaException(report.Error));
                }
                else if (Interlocked.Decrement(ref left) == 0)
                {
                    all.TrySetResult();
                }
            });
        }

        await all.Task;
    }

    /// <summary>Runs a source and collects the numbers of all partitions.</summary>
    private protected (IConsumerControl Control, ConcurrentQueue<int> Numbers, Task Done) Collect(Source<KafkaPartitionBatch, IConsumerControl> source)
    {
        var numbers = new ConcurrentQueue<int>();
        var (control, done) = source.ToMaterialized(Sink.ForEach<KafkaPartitionBatch>(b => Add(b.Records, numbers)), Keep.Both).Run(Materializer);
        return (control, numbers, done);
    }

    private protected static void Add(KafkaRecordBatch batch, ConcurrentQueue<int> numbers)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            numbers.Enqueue(Number(batch[i]));
        }
    }

    private protected static int Number(KafkaRecord record) => int.Parse(Encoding.ASCII.GetString(record.Value), System.Globalization.CultureInfo.InvariantCulture);

    private protected Source<PartitionStream, IConsumerControl> Partitioned(KafkaConsumerSettings settings, string topic, ConsumerCallbacks callbacks)
        => KafkaConsumer.PlainPartitionedManualOffsetSource(settings, [topic], callbacks, NullLogger.Instance);

    private protected Source<KafkaPartitionBatch, IConsumerControl> Plain(KafkaConsumerSettings settings, string topic)
        => KafkaConsumer.PlainSource(settings, [topic], NullLogger.Instance);

    /// <summary>Start offsets from a dictionary, 0 where there is none.</summary>
    private protected static Func<IReadOnlyList<TopicPartition>, CancellationToken, Task<IReadOnlyList<TopicPartitionOffset>>> From(ConcurrentDictionary<TopicPartition, long> positions)
        => (partitions, _) => Task.FromResult<IReadOnlyList<TopicPartitionOffset>>([.. partitions.Select(p => new TopicPartitionOffset(p, positions.GetValueOrDefault(p)))]);
}

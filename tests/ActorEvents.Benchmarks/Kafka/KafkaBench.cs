using System.Buffers.Binary;
using ActorEvents.Kafka.Clients;
using Confluent.Kafka;

namespace ActorEvents.Benchmarks.Kafka;

/// <summary>What both sides of the Kafka benchmarks share: client settings, keys, filling a topic.</summary>
internal static class KafkaBench
{
    public const int Partitions = 16;
    public const int ValueBytes = 100;

    /// <summary>librdkafka settings that decide throughput; the same on both sides.</summary>
    private static readonly Dictionary<string, string> s_consumer = new(StringComparer.Ordinal)
    {
        ["queued.min.messages"] = "10000",
        ["queued.max.messages.kbytes"] = "16384",
        ["fetch.queue.backoff.ms"] = "5",
        ["fetch.wait.max.ms"] = "10",
        ["isolation.level"] = "read_committed",
    };

    public static string[] Keys { get; } = [.. Enumerable.Range(0, 1_000).Select(k => $"key-{k}")];

    public static KafkaClientOptions Consumer(string bootstrap, string group) => new()
    {
        BootstrapServers = bootstrap,
        GroupId = group,
        Membership = KafkaMembership.Dynamic,
        SessionTimeout = TimeSpan.FromSeconds(6),
        FetchWaitMs = 10,
        Client = s_consumer,
    };

    public static IConsumer<byte[]?, byte[]?> RawConsumer(string bootstrap, string group)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = group,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            SessionTimeoutMs = 6_000,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
        };
        foreach (var (name, value) in s_consumer)
        {
            config.Set(name, value);
        }

        return new ConsumerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }

    /// <summary>As the relay's destination has it.</summary>
    public static IProducer<byte[]?, byte[]> RawProducer(string bootstrap, double lingerMs = 2) => new ProducerBuilder<byte[]?, byte[]>(new ProducerConfig
    {
        BootstrapServers = bootstrap,
        EnableIdempotence = true,
        Acks = Acks.All,
        LingerMs = lingerMs,
        Partitioner = Partitioner.Murmur2Random,
        QueueBufferingMaxMessages = 100_000,
        QueueBufferingMaxKbytes = 65_536,
        DeliveryReportFields = "status",
    }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    /// <summary>Records with the keys in turn: plain ones, or events in binary mode.</summary>
    public static void Fill(string bootstrap, string topic, int count, bool binary = false)
    {
        using var producer = RawProducer(bootstrap);
        for (var i = 0; i < count; i++)
        {
            var message = Stamped(i);
            message.Headers = binary ? BinaryHeaders(i) : null;
            ProduceWaiting(producer, topic, message, null);
        }

        producer.Flush(TimeSpan.FromSeconds(30));
    }

    /// <summary>The value begins with the timestamp of its making.</summary>
    public static Message<byte[]?, byte[]> Stamped(int number)
    {
        var value = new byte[ValueBytes];
        BinaryPrimitives.WriteInt64LittleEndian(value, TimeProvider.System.GetTimestamp());
        return new Message<byte[]?, byte[]> { Key = System.Text.Encoding.UTF8.GetBytes(Keys[number % Keys.Length]), Value = value };
    }

    /// <summary>What the SDKs of CloudEvents write.</summary>
    private static Headers BinaryHeaders(int number) => new()
    {
        { "ce_specversion", "1.0"u8.ToArray() },
        { "ce_id", System.Text.Encoding.UTF8.GetBytes($"0b1f6a52-5f7c-4d59-9a4c-{number:d12}") },
        { "ce_source", "/bench"u8.ToArray() },
        { "ce_type", "bench.event"u8.ToArray() },
        { "ce_time", "2026-11-30T02:00:00.123Z"u8.ToArray() },
        { "content-type", "application/octet-stream"u8.ToArray() },
    };

    public static void ProduceWaiting(IProducer<byte[]?, byte[]> producer, string topic, Message<byte[]?, byte[]> message, Action<DeliveryReport<byte[]?, byte[]>>? delivered)
    {
        while (true)
        {
            try
            {
                producer.Produce(topic, message, delivered);
                return;
            }
            catch (ProduceException<byte[]?, byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(TimeSpan.FromMilliseconds(1));
            }
        }
    }
}

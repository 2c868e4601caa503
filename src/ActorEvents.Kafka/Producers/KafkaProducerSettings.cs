using ActorEvents.Events.Codecs;
using ActorEvents.Kafka.Clients;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Producers;

/// <summary>How a producer stage writes. Immutable. Always idempotent, acknowledged by all replicas, keys to partitions as Java does (murmur2).</summary>
internal sealed record KafkaProducerSettings
{
    /// <summary>librdkafka's own.</summary>
    public const int DefaultBatchBytes = 1_000_000;

    /// <summary><c>host:port</c> of one or more brokers, comma-separated.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>How the client is called in the broker's logs and metrics.</summary>
    public string ClientId { get; init; } = "actor-events-producer";

    /// <summary>Envelopes that may be under way: handed to the client, or acknowledged and not yet taken downstream. Default 10,000.</summary>
    public int Parallelism { get; init; } = 10_000;

    /// <summary>How long a record waits for company in a batch. Default 2 ms.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>
    /// How long a stage that is stopped (its downstream cancels, its stream fails) waits for acknowledgements of what it has handed to the client. A stage
    /// whose upstream completes waits without end. Default 10 s.
    /// </summary>
    public TimeSpan FlushTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest record that the client takes. Default: the default of the largest event and 64 KiB for what surrounds it.</summary>
    public int MaxMessageBytes { get; init; } = RecordMapping.DefaultMaxEventBytes + (64 * 1024);

    /// <summary>
    /// Largest batch, in bytes; a record that is larger goes alone. Kept below the <c>max.message.bytes</c> of the topics, because a broker refuses a batch as a whole. Also a
    /// <c>batch.size</c> in <see cref="Client"/> is cut to it. Default: the client's own, 1,000,000.
    /// </summary>
    public int BatchBytes { get; init; } = DefaultBatchBytes;

    /// <summary>
    /// Whether brokers that are all away are waited for. False: the stream fails, and what waits in the client is not sent any more: where a topic may be
    /// re-created meanwhile, and its new incarnation must not get the rest of what the old one was fed. Default true.
    /// </summary>
    public bool WaitForLostBrokers { get; init; } = true;

    /// <summary>librdkafka settings by their names; they win over the defaults here.</summary>
    public IReadOnlyDictionary<string, string> Client { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>With the servers, the linger and the further settings of a node.</summary>
    public static KafkaProducerSettings Of(KafkaClientOptions options) => new() { BootstrapServers = options.BootstrapServers, Linger = options.Linger, Client = options.Client };

    /// <summary>The client's configuration.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it and its value.</exception>
    public ProducerConfig ToClientConfig()
    {
        if (Parallelism < 1 || FlushTimeout < TimeSpan.Zero || Linger < TimeSpan.Zero)
        {
            throw new ArgumentException(
                $"Kafka producer: parallelism = {Parallelism} must be at least 1, flush-timeout = {FlushTimeout} and linger = {Linger} must not be negative.");
        }

        var config = new ProducerConfig
        {
            BootstrapServers = BootstrapServers,
            ClientId = ClientId,
            EnableIdempotence = true,
            Acks = Acks.All,
            LingerMs = Linger.TotalMilliseconds,
            Partitioner = Partitioner.Murmur2Random,

            // No limit: a record that times out leaves a gap in the order of its partition.
            MessageTimeoutMs = 0,
            MessageMaxBytes = MaxMessageBytes,
            QueueBufferingMaxMessages = 100_000,
            QueueBufferingMaxKbytes = 65_536,
            RetryBackoffMs = 50,
            ReconnectBackoffMs = 50,
            ReconnectBackoffMaxMs = 2_000,
            SocketKeepaliveEnable = true,
            TopicMetadataRefreshIntervalMs = 10_000,
            DeliveryReportFields = "status",
        };
        foreach (var (name, value) in Client)
        {
            config.Set(name, value);
        }

        if (BatchBytes < DefaultBatchBytes)
        {
            config.BatchSize = Math.Min(config.BatchSize ?? BatchBytes, BatchBytes);
        }

        if (!WaitForLostBrokers)
        {
            // Time for the report of the loss to come before the client is connected again and sends what waits.
            config.ReconnectBackoffMs = 500;
        }

        return config;
    }
}

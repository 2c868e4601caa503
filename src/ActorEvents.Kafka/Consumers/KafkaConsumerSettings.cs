using System.Globalization;
using ActorEvents.Kafka.Clients;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Consumers;

/// <summary>How a consumer stage reads. Immutable; checked when a source is made from it.</summary>
internal sealed record KafkaConsumerSettings
{
    /// <summary>What a partition may have fetched inside the client, where nothing else is set.</summary>
    internal const string QueuedKilobytes = "8192";

    private static readonly string[] s_fixed = ["enable.auto.commit", "enable.auto.offset.store", "auto.offset.reset", "enable.partition.eof", "group.id", "group.instance.id", "bootstrap.servers"];

    /// <summary><c>host:port</c> of one or more brokers, comma-separated.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>The consumer group.</summary>
    public required string GroupId { get; init; }

    /// <summary>
    /// Static membership (<c>group.instance.id</c>): a member that was killed and starts again has its partitions at once. Unique in the group. Null: dynamic.
    /// </summary>
    public string? InstanceId { get; init; }

    /// <summary>Where a partition without a committed offset begins, for sources that start at the group's offsets. Default earliest.</summary>
    public KafkaStart Start { get; init; } = KafkaStart.Earliest;

    /// <summary>
    /// Records of a partition that wait for its stream; at the bound the partition is held back. What was prefetched by then still comes
    /// (<c>queued.min.messages</c>). Default 4,096.
    /// </summary>
    public int MaxBufferedRecords { get; init; } = 4_096;

    /// <summary>The same in bytes (<c>queued.max.messages.kbytes</c> still comes). Default 4 MiB.</summary>
    public long MaxBufferedBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How long the start offsets of assigned partitions may take; after it the stream fails. Default 30 s.</summary>
    public TimeSpan AssignTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a revoke waits for downstream to finish what is under way. Must be well below <c>max.poll.interval.ms</c>. Default 10 s.</summary>
    public TimeSpan RevokeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the group's offsets, which only tools read, are committed. Default 5 s.</summary>
    public TimeSpan GroupCommitInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>librdkafka settings by their names; they win over the defaults here.</summary>
    public IReadOnlyDictionary<string, string> Client { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The client's configuration.</summary>
    /// <exception cref="ArgumentException">A setting is missing, out of range or not free to choose; the message names it, its value and the cure.</exception>
    public ConsumerConfig ToClientConfig()
    {
        Require(!string.IsNullOrWhiteSpace(BootstrapServers), "bootstrap-servers is empty: name at least one broker, host:port.");
        Require(!string.IsNullOrWhiteSpace(GroupId), "group-id is empty: a consumer needs the name of its group.");
        Require(InstanceId is null || InstanceId.Length > 0, "instance-id is empty: leave it out for dynamic membership.");
        Require(MaxBufferedRecords >= 1, $"max-buffered-records = {MaxBufferedRecords} must be at least 1.");
        Require(MaxBufferedBytes >= 1, $"max-buffered-bytes = {MaxBufferedBytes} must be at least 1.");
        Require(AssignTimeout > TimeSpan.Zero, $"assign-timeout = {AssignTimeout} must be positive.");
        Require(RevokeTimeout >= TimeSpan.Zero, $"revoke-timeout = {RevokeTimeout} must not be negative.");
        Require(GroupCommitInterval > TimeSpan.Zero, $"group-commit-interval = {GroupCommitInterval} must be positive.");
        var config = new ConsumerConfig
        {
            BootstrapServers = BootstrapServers,
            GroupId = GroupId,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Error,
            EnablePartitionEof = true,
            MaxPollIntervalMs = 300_000,
            AllowAutoCreateTopics = false,
        };
        if (InstanceId is not null)
        {
            config.GroupInstanceId = InstanceId;
        }

        // The default of one second starves a reader that is faster than the threshold is refilled.
        config.Set("fetch.queue.backoff.ms", "5");
        config.Set("queued.min.messages", "10000");
        config.Set("queued.max.messages.kbytes", QueuedKilobytes);
        if (!Client.TryGetValue("group.protocol", out var protocol) || !string.Equals(protocol, "consumer", StringComparison.OrdinalIgnoreCase))
        {
            // In the new protocol these belong to the broker, and the client refuses them.
            config.SessionTimeoutMs = 10_000;
            config.HeartbeatIntervalMs = 3_000;
            config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
        }

        foreach (var (name, value) in Client)
        {
            Require(
                !s_fixed.Contains(name, StringComparer.Ordinal),
                $"client setting '{name}' = '{value}' is not free to choose: positions are kept by the source. Use the source's own settings instead.");
            config.Set(name, value);
        }

        var poll = TimeSpan.FromMilliseconds(config.MaxPollIntervalMs ?? 300_000);
        Require(
            RevokeTimeout + AssignTimeout < poll,
            string.Create(CultureInfo.InvariantCulture, $"revoke-timeout = {RevokeTimeout} (a node's flow.drain-timeout and a margin) and assign-timeout = {AssignTimeout} together must be below max.poll.interval.ms = {poll.TotalMilliseconds}, or the broker takes the member for dead. Lower the first or raise kafka.client.max.poll.interval.ms."));
        return config;
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ArgumentException($"Kafka consumer: {message}");
        }
    }
}
